-- Shopping points: programmes that give points on payments, by rules; what a refund takes back.
alter table programme
  add column if not exists activates_after_days smallint check (activates_after_days between 0 and 60),
  add column if not exists clawback smallint check (clawback in (1, 2, 3));
alter table programme drop constraint if exists programme_kind_check;
alter table programme add constraint programme_kind_check check (kind between 1 and 9);
alter table programme drop constraint if exists programme_earning;
-- Shopping points (3) say when they may be spent, and what becomes of those that were spent when a refund takes them back.
alter table programme add constraint programme_earning check (
  (kind = 3) = (activates_after_days is not null) and (kind = 3) = (clawback is not null));

-- A rule never changes: a refund takes back what the rule gave. It can be stopped.
create table if not exists earning_rule (
  id uuid primary key,
  municipality_id smallint not null references municipality (id),
  programme_id uuid not null,
  kind smallint not null check (kind in (1, 2)),
  name_ja text not null,
  name_en text not null,
  rate_bp integer check (rate_bp between 1 and 10000),
  points bigint check (points > 0),
  minimum_amount bigint not null default 1 check (minimum_amount > 0),
  base_assets jsonb not null default '[]' check (jsonb_typeof(base_assets) = 'array'),
  acceptance jsonb not null default '{}',
  eligibility jsonb not null default '{}',
  cap_per_day bigint check (cap_per_day > 0),
  cap_per_month bigint check (cap_per_month > 0),
  priority smallint not null default 0,
  stacking smallint not null check (stacking in (1, 2)),
  created_by uuid not null references person (id),
  created_at timestamptz not null,
  stopped_at timestamptz,
  unique (municipality_id, id),
  foreign key (municipality_id, programme_id) references programme (municipality_id, id),
  -- A percentage (1) has a rate, a visit (2) a number of points.
  check ((kind = 1) = (rate_bp is not null) and (kind = 2) = (points is not null))
);
create index if not exists earning_rule_programme on earning_rule (municipality_id, programme_id);

grant select, insert on earning_rule to meguru_app;
grant update (stopped_at) on earning_rule to meguru_app;
