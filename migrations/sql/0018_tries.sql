-- Wrong tries of what could be guessed, by digests of who tried. A row is a bucket: the instant at which all of its tries are back. Rows that are full may be deleted.
create table if not exists try_count (
  tried smallint not null,
  by smallint not null,
  subject bytea not null check (length(subject) = 32),
  full_at timestamptz not null,
  primary key (tried, by, subject)
);
create index if not exists try_count_full_at on try_count (full_at);
grant select, insert, delete on try_count to meguru_app;
grant update (full_at) on try_count to meguru_app;
