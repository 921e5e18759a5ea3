-- Approvals that are rejected, withdrawn or expired, what they were about, and changes of controls. Short locks only: approval and
-- municipality are small, and no column needs a rewrite.
-- What a town may set. Whole units: the most that one officer may put into budgets in a civil day. Days for which a proposal may be approved.
alter table municipality
  add column if not exists budget_threshold bigint not null default 1000000 check (budget_threshold between 0 and 9007199254740991),
  add column if not exists approval_days smallint not null default 30 check (approval_days between 1 and 365);

-- States: 0 proposed (approved once there is an approver), 2 rejected, 3 withdrawn, 4 expired. `version` is of the subject when it was
-- proposed; `content` is what the inbox shows; `end_note` may be erased.
alter table approval
  add column if not exists state smallint not null default 0 check (state in (0, 2, 3, 4)),
  add column if not exists expires_at timestamptz,
  add column if not exists version bytea,
  add column if not exists content jsonb,
  add column if not exists proposer_session integer,
  add column if not exists ended_by uuid references person (id),
  add column if not exists ended_at timestamptz,
  add column if not exists end_reason smallint,
  add column if not exists end_note text check (length(end_note) <= 200);
do $$
begin
  if not exists (select from pg_constraint where conname = 'approval_ended_or_approved') then
    alter table approval add constraint approval_ended_or_approved check (state = 0 or approver is null);
  end if;
end $$;
-- A subject has one open proposal, and may be proposed again after that one has ended.
alter table approval drop constraint if exists approval_municipality_id_kind_subject_key;
create unique index if not exists approval_open on approval (municipality_id, kind, subject) where state = 0 and approver is null;
create index if not exists approval_subject on approval (municipality_id, kind, subject, proposed_at);
create index if not exists approval_inbox on approval (municipality_id, proposed_at, id);
grant update (state, ended_by, ended_at, end_reason, end_note) on approval to meguru_app;
grant update (budget_threshold) on municipality to meguru_app;

-- A change of a control that a second officer approves; `id` is the approval's subject. `due_at`: from when it is in force, at the
-- approval or later. `refused`: the code of what stood in its way then.
create table if not exists control_change (
  municipality_id smallint not null references municipality (id),
  id uuid not null,
  kind smallint not null,
  proposer uuid not null references person (id),
  key uuid not null,
  input jsonb not null,
  effective_at timestamptz,
  created_at timestamptz not null,
  due_at timestamptz,
  applied_at timestamptz,
  refused text,
  primary key (municipality_id, id),
  check (due_at is null or effective_at is null or due_at >= effective_at),
  check (applied_at is null or due_at is not null)
);
create index if not exists control_change_due on control_change (due_at) where due_at is not null and applied_at is null and refused is null;
grant select, insert on control_change to meguru_app;
grant update (due_at, applied_at, refused) on control_change to meguru_app;
