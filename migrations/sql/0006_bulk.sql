-- Uploads, grants in bulk, and approval above a threshold.
-- What a town may set. Whole units: a single grant, or a file, above its threshold needs a second officer. Days until an uploaded file is erased.
alter table municipality
  add column if not exists grant_threshold bigint not null default 100000 check (grant_threshold between 0 and 9007199254740991),
  add column if not exists bulk_grant_threshold bigint not null default 1000000 check (bulk_grant_threshold between 0 and 9007199254740991),
  add column if not exists upload_retention_days smallint not null default 30 check (upload_retention_days between 1 and 3650);

-- A file that a person may send once, to an address that only they know. States: 0 waiting, 1 arriving, 2 received, 3 failed, 4 erased.
create table if not exists upload (
  municipality_id smallint not null references municipality (id),
  id uuid not null,
  purpose smallint not null check (purpose in (1)),
  person_id uuid not null references person (id),
  token_hash bytea not null check (length(token_hash) = 32),
  state smallint not null default 0 check (state between 0 and 4),
  bytes bigint not null default 0 check (bytes >= 0),
  sha256 bytea check (length(sha256) = 32),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  received_at timestamptz,
  primary key (municipality_id, id),
  check (state <> 2 or (received_at is not null and sha256 is not null))
);
create index if not exists upload_of_person on upload (municipality_id, person_id, created_at) where state in (0, 1);
create index if not exists upload_kept on upload (municipality_id, created_at) where state <> 4;

-- The file's content: personal data, erased after the town's days.
create table if not exists upload_chunk (
  municipality_id smallint not null,
  upload_id uuid not null,
  number integer not null check (number >= 0),
  content bytea not null,
  primary key (municipality_id, upload_id, number),
  foreign key (municipality_id, upload_id) references upload (municipality_id, id)
);

-- What one officer proposed above the threshold; the approval of kind 3 has its word.
create table if not exists grant_proposal (
  municipality_id smallint not null references municipality (id),
  id uuid not null,
  programme_id uuid not null,
  wallet_id uuid not null,
  amount bigint not null check (amount > 0),
  proposer uuid not null references person (id),
  created_at timestamptz not null,
  primary key (municipality_id, id),
  foreign key (municipality_id, programme_id) references programme (municipality_id, id),
  foreign key (municipality_id, wallet_id) references wallet (municipality_id, id)
);

-- States: 0 awaiting approval, 1 running, 2 paused, 3 finished, 4 cancelling, 5 cancelled, 6 undoing, 7 undone. Amounts in whole units.
create table if not exists bulk_grant (
  municipality_id smallint not null references municipality (id),
  id uuid not null,
  programme_id uuid not null,
  upload_id uuid not null,
  sha256 bytea not null,
  skip_invalid boolean not null,
  state smallint not null check (state between 0 and 7),
  rows_total integer not null check (rows_total > 0),
  rows_invalid integer not null check (rows_invalid >= 0),
  rows_granted integer not null default 0,
  rows_refused integer not null default 0,
  rows_cancelled integer not null default 0,
  rows_undone integer not null default 0,
  amount_total bigint not null check (amount_total > 0),
  amount_granted bigint not null default 0,
  amount_taken_back bigint not null default 0,
  started_by uuid not null references person (id),
  created_at timestamptz not null,
  ended_at timestamptz,
  approve_key uuid,
  undo_key uuid,
  undo_reason smallint,
  undone_by uuid references person (id),
  primary key (municipality_id, id),
  foreign key (municipality_id, programme_id) references programme (municipality_id, id),
  foreign key (municipality_id, upload_id) references upload (municipality_id, id),
  check (rows_invalid + rows_granted + rows_refused + rows_cancelled <= rows_total and rows_undone <= rows_granted),
  check (amount_granted <= amount_total and amount_taken_back <= amount_granted),
  check ((undo_key is null) = (undo_reason is null) and (undo_key is null) = (undone_by is null))
);
-- One file, one bulk grant, however many press the button.
create unique index if not exists bulk_grant_upload on bulk_grant (municipality_id, upload_id);
create index if not exists bulk_grant_content on bulk_grant (municipality_id, programme_id, sha256);
create index if not exists bulk_grant_at_work on bulk_grant (municipality_id, id) where state in (1, 4, 6);

-- A row of the file, by its number there. States: 0 waiting, 1 granted, 2 refused, 3 invalid, 4 cancelled. undo_state: 0 none, 1 done.
create table if not exists bulk_grant_row (
  municipality_id smallint not null,
  bulk_grant_id uuid not null,
  number integer not null check (number > 1),
  wallet_id uuid,
  amount bigint check (amount > 0),
  state smallint not null default 0 check (state between 0 and 4),
  problem text,
  problem_data jsonb not null default '{}',
  journal_id uuid,
  undo_state smallint not null default 0 check (undo_state in (0, 1)),
  taken_back bigint not null default 0 check (taken_back >= 0),
  undo_problem text,
  undo_journal_id uuid,
  primary key (municipality_id, bulk_grant_id, number),
  foreign key (municipality_id, bulk_grant_id) references bulk_grant (municipality_id, id),
  check (state not in (0, 1) or (wallet_id is not null and amount is not null)),
  check ((state = 1) = (journal_id is not null)),
  check (undo_state = 0 or state = 1),
  check (taken_back = 0 or (undo_state = 1 and taken_back <= amount))
) with (fillfactor = 80);
create index if not exists bulk_grant_row_waiting on bulk_grant_row (municipality_id, bulk_grant_id, number) where state = 0;
create index if not exists bulk_grant_row_to_undo on bulk_grant_row (municipality_id, bulk_grant_id, number) where state = 1 and undo_state = 0;
create index if not exists bulk_grant_row_not_taken_back on bulk_grant_row (municipality_id, bulk_grant_id, number) where undo_problem is not null;
create index if not exists bulk_grant_row_state on bulk_grant_row (municipality_id, bulk_grant_id, state, number) where state in (2, 3, 4);

grant select, insert on upload, upload_chunk, grant_proposal, bulk_grant, bulk_grant_row to meguru_app;
grant delete on upload_chunk to meguru_app;
grant update (state, bytes, sha256, received_at) on upload to meguru_app;
grant update (grant_threshold, bulk_grant_threshold) on municipality to meguru_app;
grant update (state, rows_granted, rows_refused, rows_cancelled, rows_undone, amount_granted, amount_taken_back, ended_at, approve_key, undo_key,
  undo_reason, undone_by) on bulk_grant to meguru_app;
grant update (state, problem, problem_data, journal_id, undo_state, taken_back, undo_problem, undo_journal_id) on bulk_grant_row to meguru_app;
