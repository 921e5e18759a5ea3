-- When a person's session or one of their rights changed, as the number of the transaction: each server process reads what was committed
-- since its last look. Null: not since this column exists. Adding it rewrites nothing; the indexes are built in one pass over each table.
alter table person add column if not exists changed_xid xid8;
alter table holder_access add column if not exists changed_xid xid8;
create index if not exists person_changed on person (changed_xid) where changed_xid is not null;
create index if not exists holder_access_changed on holder_access (changed_xid) where changed_xid is not null;

create or replace function mark_changed() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  new.changed_xid := pg_current_xact_id();
  return new;
end $$;
revoke all on function mark_changed () from public;

create or replace trigger person_changed before update of session_version on person
  for each row execute function mark_changed ();
create or replace trigger holder_access_changed before insert or update on holder_access
  for each row execute function mark_changed ();
