-- Grants by programme and wallet, so that a file of 100,000 rows is compared with them in one statement. Kind 10: grants; outcome 0: settled.
-- Building it holds writes to the journal back while the table is read once; the runbook says how to build it beforehand.
create index if not exists journal_granted on journal (municipality_id, programme_id, wallet_id) where kind = 10 and outcome = 0;

-- How many rows an officer confirmed as repetitions of earlier grants, and why. Reasons are those of RepetitionReason.
alter table bulk_grant
  add column if not exists rows_repeated integer not null default 0 check (rows_repeated >= 0),
  add column if not exists repeated_reason smallint;
