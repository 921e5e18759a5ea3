-- The life of value after it was issued.

-- Journals keep what they count against caps. Those of before do not, so programmes of before are left out of the audit of caps.
alter table programme add column if not exists caps_in_journals boolean not null default false;
alter table programme alter column caps_in_journals set default true;

-- How long a counter may cancel a charge of its own, within the same day. 0: never.
alter table municipality add column if not exists charge_cancel_minutes smallint not null default 30
  check (charge_cancel_minutes between 0 and 1440);
grant update (charge_cancel_minutes) on municipality to meguru_app;

-- Value that ends some months after its last use (4): a rule in months, never of value that is exempt because it ends within six.
alter table asset drop constraint if exists asset_expiry_rule_check;
alter table asset add constraint asset_expiry_rule_check check (expiry_rule between 0 and 9);
alter table asset drop constraint if exists asset_expiry_rule;
alter table asset add constraint asset_expiry_rule check (
  (expiry_rule = 1) = (expires_on is not null) and (expiry_rule in (2, 3, 4)) = (expires_after_months is not null));
alter table asset drop constraint if exists asset_six_months;
alter table asset add constraint asset_six_months check (not six_month_exempt or expiry_rule not in (0, 4));

-- At which rate value is converted into other value, and which programme (7) pays for it. A later rate takes over; none is changed.
alter table programme drop constraint if exists programme_kind_check;
alter table programme add constraint programme_kind_check check (kind between 1 and 9);
create table if not exists conversion_rate (
  municipality_id smallint not null references municipality (id),
  id uuid not null,
  from_asset_id integer not null,
  to_asset_id integer not null,
  programme_id uuid not null,
  numerator bigint not null check (numerator >= 0),
  denominator bigint not null check (denominator > 0),
  minimum_unit bigint not null check (minimum_unit > 0),
  daily_cap bigint check (daily_cap > 0),
  valid_from timestamptz not null,
  created_by uuid not null references person (id),
  created_at timestamptz not null,
  primary key (municipality_id, id),
  foreign key (municipality_id, from_asset_id) references asset (municipality_id, id),
  foreign key (municipality_id, to_asset_id) references asset (municipality_id, id),
  foreign key (municipality_id, programme_id) references programme (municipality_id, id),
  check (from_asset_id <> to_asset_id)
);
create index if not exists conversion_rate_in_force on conversion_rate (municipality_id, from_asset_id, to_asset_id, valid_from);
create or replace trigger conversion_rate_append_only before update or delete or truncate on conversion_rate
  for each statement execute function append_only();
grant select, insert on conversion_rate to meguru_app;

-- What becomes of refunded value whose lot has ended: nothing (0), or a lot that ends some days after the refund (1).
alter table asset
  add column if not exists refunded_after_expiry smallint not null default 0,
  add column if not exists fresh_days smallint;
alter table asset drop constraint if exists asset_fresh_days;
alter table asset add constraint asset_fresh_days check (
  refunded_after_expiry in (0, 1) and (refunded_after_expiry = 1) = (fresh_days is not null) and (fresh_days is null or fresh_days between 1 and 366));

-- Caps per household: of the household's number only a hash with the town's salt is kept, beside the other claims, erasable.
alter table municipality add column if not exists household_salt uuid not null default gen_random_uuid();
alter table person_claim add column if not exists household uuid;
alter table programme add column if not exists cap_per_household bigint check (cap_per_household > 0);

-- What a programme's budget began with, once the ledger has changed it; null: the budget is as it began.
alter table programme add column if not exists budget_began bigint check (budget_began >= 0);
grant update (budget, budget_began) on programme to meguru_app;
create index if not exists audit_entry_subject on audit_entry (municipality_id, subject, action);

-- Cards and accounts that residents have linked to their wallets, and what was asked of their provider for one payment.
create table if not exists funding_source (
  municipality_id smallint not null,
  id uuid not null,
  wallet_id uuid not null,
  person_id uuid not null references person (id),
  asset_id integer not null,
  token text not null,
  label text not null,
  linked_at timestamptz not null,
  removed_at timestamptz,
  primary key (municipality_id, id),
  foreign key (municipality_id, wallet_id) references wallet (municipality_id, id),
  foreign key (municipality_id, asset_id) references asset (municipality_id, id)
);
create index if not exists funding_source_wallet on funding_source (municipality_id, wallet_id) where removed_at is null;
create table if not exists top_up (
  municipality_id smallint not null,
  id uuid not null,
  actor uuid not null,
  key uuid not null,
  wallet_id uuid not null,
  source_id uuid not null,
  amount bigint not null check (amount > 0),
  state smallint not null check (state between 0 and 4),
  created_at timestamptz not null,
  primary key (municipality_id, id),
  unique (municipality_id, actor, key),
  foreign key (municipality_id, wallet_id) references wallet (municipality_id, id),
  foreign key (municipality_id, source_id) references funding_source (municipality_id, id)
);
create index if not exists top_up_open on top_up (created_at) where state in (0, 1);
grant select, insert on funding_source, top_up to meguru_app;
grant update (removed_at, token, label) on funding_source to meguru_app;
grant update (state) on top_up to meguru_app;
