-- Voucher products. What is sold, reserved and closed is counted by guards of the ledger; here are the terms, which never change.
alter table programme drop constraint if exists programme_kind_check;
alter table programme add constraint programme_kind_check check (kind between 1 and 9);

-- Which people are one household, as a derived id; null: not verified.
alter table person_claim add column if not exists household uuid;

create table if not exists voucher_product (
  id uuid primary key,
  municipality_id smallint not null references municipality (id),
  code text not null,
  name_ja text not null,
  name_en text not null,
  price bigint not null check (price > 0),
  face_value bigint not null check (face_value > 0),
  stock integer not null check (stock > 0),
  units_per_person integer not null check (units_per_person > 0),
  units_per_household integer check (units_per_household > 0),
  sale_starts_at timestamptz not null,
  sale_ends_at timestamptz not null,
  usable_from timestamptz not null,
  expires_at timestamptz not null,
  hours jsonb not null default '{}',
  eligibility jsonb not null default '{}',
  legal_profile smallint not null check (legal_profile in (1, 2, 3)),
  six_month_exempt boolean not null,
  funding_programme_id uuid,
  below_price_reason text not null default '',
  created_by uuid not null references person (id),
  created_at timestamptz not null,
  unique (municipality_id, id),
  unique (municipality_id, code),
  foreign key (municipality_id, funding_programme_id) references programme (municipality_id, id),
  check (sale_starts_at < sale_ends_at),
  check (sale_starts_at <= usable_from and usable_from < expires_at and sale_ends_at <= expires_at),
  check (units_per_person <= stock and units_per_household <= stock)
);

-- One kind of voucher in a unit; its asset is made when the product is published.
create table if not exists voucher_part (
  municipality_id smallint not null,
  product_id uuid not null,
  position smallint not null,
  name_ja text not null,
  name_en text not null,
  face_value bigint not null check (face_value > 0),
  minimum_unit bigint not null check (minimum_unit > 0),
  free boolean not null,
  acceptance jsonb not null default '{}',
  asset_id integer,
  primary key (municipality_id, product_id, position),
  foreign key (municipality_id, product_id) references voucher_product (municipality_id, id),
  foreign key (municipality_id, asset_id) references asset (municipality_id, id)
);

-- The codes of a gift, as keyed digests only. Its id is the purchase's journal; what it is worth lies in the product's budget until then.
create table if not exists voucher_gift (
  municipality_id smallint not null references municipality (id),
  id uuid not null,
  salt bytea not null check (length(salt) = 16),
  serial_digest bytea not null check (length(serial_digest) = 32),
  secret_digest bytea not null check (length(secret_digest) = 32),
  pin_digest bytea not null check (length(pin_digest) = 32),
  attempts smallint not null default 0 check (attempts >= 0),
  issued_at timestamptz not null,
  primary key (municipality_id, id),
  foreign key (municipality_id, id) references journal (municipality_id, id)
);

-- Money that a payment service has set aside for a purchase: open until it is kept or given up. The id is the service's key.
create table if not exists funding_authorisation (
  municipality_id smallint not null references municipality (id),
  id uuid not null,
  actor uuid not null,
  key uuid not null,
  input_hash bytea not null check (length(input_hash) = 32),
  amount bigint not null check (amount > 0),
  state smallint not null default 0 check (state in (0, 1, 2)),
  opened_at timestamptz not null,
  closed_at timestamptz,
  primary key (municipality_id, id),
  check ((state = 0) = (closed_at is null))
);
create index if not exists funding_authorisation_open on funding_authorisation (opened_at) where state = 0;

grant select, insert on funding_authorisation to meguru_app;
grant update (state, closed_at) on funding_authorisation to meguru_app;
grant select on voucher_product, voucher_part, voucher_gift to meguru_app;
grant insert on voucher_product, voucher_part, voucher_gift to meguru_app;
grant update (asset_id) on voucher_part to meguru_app;
grant update (salt, serial_digest, secret_digest, pin_digest, attempts, issued_at) on voucher_gift to meguru_app;
