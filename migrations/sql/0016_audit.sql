-- The audit trail says in which roles somebody acted, and keeps words that people wrote where they can be erased.
-- Adding the columns and the table rewrites nothing. The indexes are built in one pass over audit_entry, which takes no new rows meanwhile.

-- The relations to the municipality or a store of it that the actor had when the entry was written. Null: of an earlier version.
alter table audit_entry add column if not exists roles smallint[];

-- Why, in somebody's own words. May be erased; the entry stays.
create table if not exists audit_note (
  municipality_id smallint not null,
  entry_id bigint not null,
  note text not null check (length(note) between 1 and 200),
  primary key (municipality_id, entry_id)
);
grant select, delete on audit_note to meguru_app;

create index if not exists audit_entry_time on audit_entry (municipality_id, recorded_at, id);
create index if not exists audit_entry_actor on audit_entry (municipality_id, actor, recorded_at, id);
create index if not exists audit_entry_action on audit_entry (municipality_id, action, recorded_at, id);
create index if not exists audit_entry_of_subject on audit_entry (municipality_id, subject, recorded_at, id);

-- Writes entries with their notes, in the transaction of what they tell of: of the server's own, and of a batch of the ledger.
-- 3 to 6 are the relations of staff: Relation in domain/viewer.py.
create or replace function audit_write(lines jsonb) returns void
language sql security definer set search_path = public, pg_temp as $$
  with line as materialized (
    select nextval(pg_get_serial_sequence('audit_entry', 'id')) as id, l.* from jsonb_to_recordset(lines) as l (
      municipality_id smallint, actor uuid, action text, subject text, reason text, note text, before jsonb, after jsonb,
      recorded_at timestamptz)),
  written as (
    insert into audit_entry (municipality_id, id, actor, action, subject, reason, before, after, recorded_at, roles)
      overriding system value
      select l.municipality_id, l.id, l.actor, l.action, l.subject, l.reason, l.before, l.after, l.recorded_at,
        array(select distinct x.relation from holder_access x where x.person_id = l.actor and x.municipality_id = l.municipality_id
          and x.relation between 3 and 6 and x.revoked_at is null order by x.relation)
      from line l)
  insert into audit_note (municipality_id, entry_id, note)
    select l.municipality_id, l.id, l.note from line l where l.note is not null
$$;
revoke all on function audit_write(jsonb) from public;
grant execute on function audit_write(jsonb) to meguru_app, meguru_poster;
