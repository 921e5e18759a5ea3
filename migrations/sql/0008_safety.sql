-- What a top-up's payment asked for: its key with other words is another payment. Null: begun before this was kept.
alter table if exists top_up add column if not exists input_hash bytea check (length(input_hash) = 32);

-- What was proposed is what is approved: no proposal changes or goes.
create or replace trigger grant_proposal_append_only before update or delete or truncate on grant_proposal
  for each statement execute function append_only();
