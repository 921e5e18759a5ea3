-- The ledger. Written by the posting functions only; entries, journals and events are append-only by grant and by trigger.
create sequence if not exists account_block;

create table if not exists account (
  municipality_id smallint not null,
  id bigint not null,
  kind smallint not null,
  holder_id uuid not null,
  asset_id integer not null,
  lot_id bigint not null,
  posted bigint not null,
  held bigint not null default 0 check (held >= 0),
  floor bigint,
  version bigint not null check (version >= 0),
  primary key (municipality_id, id),
  unique (municipality_id, holder_id, kind, asset_id, lot_id),
  foreign key (municipality_id, holder_id) references holder (municipality_id, id),
  foreign key (municipality_id, asset_id) references asset (municipality_id, id),
  foreign key (municipality_id, lot_id) references lot (municipality_id, id),
  constraint account_floor check (floor is null or posted - held >= floor),
  -- Wallets (1) and budgets (4) can never owe: debt is an account of its own kind.
  constraint account_floor_of_kind check (kind not in (1, 4) or (floor is not null and floor = 0))
) with (fillfactor = 70);

create table if not exists journal (
  municipality_id smallint not null,
  id uuid not null,
  kind smallint not null,
  actor uuid not null,
  on_behalf_of uuid,
  operation smallint not null,
  key uuid not null,
  input_hash bytea not null check (length(input_hash) = 32 or outcome = 2),
  outcome smallint not null check (outcome in (0, 1, 2)),
  refusal text check ((refusal is not null) = (outcome = 1)),
  receipt jsonb not null,
  receipt_number char(9) check ((receipt_number is not null) = (outcome = 0)),
  wallet_id uuid,
  store_id uuid,
  terminal_id uuid,
  instrument smallint,
  channel smallint,
  funding smallint,
  programme_id uuid,
  reason smallint,
  linked_journal uuid,
  client text,
  payer_class smallint,
  age_band smallint,
  area text,
  effective_on date not null,
  recorded_at timestamptz not null,
  primary key (municipality_id, id),
  unique (municipality_id, actor, operation, key),
  unique (municipality_id, receipt_number),
  foreign key (municipality_id) references municipality (id)
);
create index if not exists journal_linked on journal (municipality_id, linked_journal) where linked_journal is not null;
create index if not exists journal_recorded on journal using brin (recorded_at) with (pages_per_range = 32, autosummarize = on);

create table if not exists entry (
  municipality_id smallint not null,
  journal_id uuid not null,
  account_id bigint not null,
  asset_id integer not null,
  amount bigint not null check (amount <> 0),
  posted_after bigint not null,
  version bigint not null,
  primary key (municipality_id, account_id, version)
);
create index if not exists entry_journal on entry using brin (journal_id) with (pages_per_range = 32, autosummarize = on);

create table if not exists event (
  municipality_id smallint not null,
  holder_id uuid not null,
  sequence bigint not null check (sequence > 0),
  kind smallint not null,
  journal_id uuid not null,
  counterparty_id uuid,
  assets integer[] not null,
  amounts bigint[] not null,
  balances bigint[] not null,
  recorded_at timestamptz not null,
  xid xid8 not null default pg_current_xact_id(),
  primary key (municipality_id, holder_id, sequence),
  check (cardinality(assets) = cardinality(amounts) and cardinality(assets) = cardinality(balances))
);
-- Consumers keep a cursor in commit order: the xid of the event, below the snapshot's xmin. (xid8 has no BRIN.)
create index if not exists event_xid on event (xid);

create table if not exists guard (
  municipality_id smallint not null references municipality (id),
  kind smallint not null,
  subject uuid not null,
  period text not null,
  value bigint not null check (value >= 0),
  ceiling bigint not null,
  primary key (municipality_id, kind, subject, period),
  constraint guard_ceiling check (value <= ceiling)
) with (fillfactor = 70);

create table if not exists hold (
  municipality_id smallint not null,
  id uuid not null,
  wallet_id uuid not null,
  payee_id uuid not null,
  state smallint not null check (state in (0, 1, 2, 3)),
  accounts bigint[] not null,
  amounts bigint[] not null check (0 < all (amounts)),
  captured bigint not null default 0 check (captured >= 0),
  expires_at timestamptz not null,
  primary key (municipality_id, id),
  foreign key (municipality_id, wallet_id) references holder (municipality_id, id),
  foreign key (municipality_id, payee_id) references holder (municipality_id, id),
  check (cardinality(accounts) = cardinality(amounts) and cardinality(accounts) > 0)
);
create index if not exists hold_open on hold (municipality_id, wallet_id) where state = 0;

-- Free text is personal data: beside the ledger, erasable.
create table if not exists journal_note (
  municipality_id smallint not null,
  journal_id uuid not null,
  note text not null check (length(note) <= 200),
  primary key (municipality_id, journal_id)
);

-- Zero sum per journal and asset, checked by the database whoever writes.
create or replace function entry_zero_sum() returns trigger language plpgsql as $$
begin
  if exists (select from posted_now group by municipality_id, journal_id, asset_id having sum(amount) <> 0) then
    raise exception 'entries of a journal do not sum to zero' using errcode = 'check_violation', constraint = 'entry_zero_sum';
  end if;
  return null;
end $$;
create or replace trigger entry_zero_sum after insert on entry
  referencing new table as posted_now for each statement execute function entry_zero_sum();

create or replace function append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create or replace trigger entry_append_only before update or delete or truncate on entry for each statement execute function append_only();
create or replace trigger journal_append_only before update or delete or truncate on journal for each statement execute function append_only();
create or replace trigger event_append_only before update or delete or truncate on event for each statement execute function append_only();
create or replace trigger lot_append_only before update or delete or truncate on lot for each statement execute function append_only();
create or replace trigger audit_entry_append_only before update or delete or truncate on audit_entry
  for each statement execute function append_only();
