-- Coupons: what makes a purchase cheaper, gives an item, or multiplies points. The holder of the same id owns the budget; counters are guards.
create table if not exists coupon (
  id uuid primary key,
  municipality_id smallint not null references municipality (id),
  kind smallint not null check (kind in (1, 2, 3, 4)),
  name_ja text not null,
  name_en text not null,
  -- Null: the town's own. Otherwise the shop that issued it for itself.
  store_id uuid,
  borne_by smallint not null check (borne_by in (1, 2)),
  asset_id integer not null,
  budget bigint check (budget > 0),
  rate_bp integer check (rate_bp between 1 and 10000),
  amount bigint check (amount > 0),
  discount_maximum bigint check (discount_maximum > 0),
  multiplier_bp integer check (multiplier_bp between 10001 and 100000),
  minimum_spend bigint check (minimum_spend > 0),
  acceptance jsonb not null default '{}',
  eligibility jsonb not null default '{}',
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  stock bigint check (stock > 0),
  per_person bigint check (per_person > 0),
  per_day bigint check (per_day > 0),
  claim_required boolean not null,
  stacking smallint not null check (stacking in (1, 2)),
  returns_on_refund boolean not null,
  stopped_at timestamptz,
  created_by uuid not null references person (id),
  created_at timestamptz not null,
  unique (municipality_id, id),
  foreign key (municipality_id, id) references holder (municipality_id, id),
  foreign key (municipality_id, store_id) references store (municipality_id, id),
  foreign key (municipality_id, asset_id) references asset (municipality_id, id),
  check (starts_at <= ends_at),
  check ((kind = 1) = (rate_bp is not null) and (kind = 2) = (amount is not null) and (kind = 4) = (multiplier_bp is not null)),
  -- A discount that the town bears has a budget, and nothing else has one. What a shop issues, it bears itself.
  check ((budget is not null) = (borne_by = 1 and kind in (1, 2))),
  check (store_id is null or borne_by = 2)
);
create index if not exists coupon_ends on coupon (municipality_id, ends_at, id) where stopped_at is null;
-- The claims of one person: lists look for them.
create index if not exists guard_coupon_claims on guard (municipality_id, period) where kind = 23;

grant select, insert on coupon to meguru_app;
grant update (name_ja, name_en, ends_at, stopped_at) on coupon to meguru_app;
grant select on coupon to meguru_relay;
