-- Value with rules: what an asset may be used for and until when, shops by group, size and area, programmes with budgets, claims.
alter table asset
  add column if not exists legal_profile smallint not null default 1 check (legal_profile in (1, 2, 3)),
  add column if not exists six_month_exempt boolean not null default false,
  add column if not exists expiry_rule smallint not null default 0 check (expiry_rule in (0, 1, 2, 3)),
  add column if not exists expires_on date,
  add column if not exists acceptance jsonb not null default '{}',
  add column if not exists minimum_unit bigint not null default 1 check (minimum_unit > 0),
  add column if not exists transferable boolean not null default false,
  add column if not exists returns_to_budget boolean not null default false,
  add column if not exists disclosure_ja text not null default '',
  add column if not exists disclosure_en text not null default '';
-- Assets of before said only "so many months after the charge".
update asset set expiry_rule = 2 where expires_after_months is not null and expiry_rule = 0;
do $$
begin
  alter table asset add constraint asset_expiry_rule check (
    (expiry_rule = 1) = (expires_on is not null) and (expiry_rule in (2, 3)) = (expires_after_months is not null));
  alter table asset add constraint asset_six_months check (not six_month_exempt or expiry_rule <> 0);
  -- The legal guard, kept by the database whoever writes: a lot of an exempt asset ends within six months of its issue.
  alter table lot add column if not exists six_month_exempt boolean not null default false;
  alter table lot add constraint lot_six_months check (
    not six_month_exempt or (expires_at is not null and issued_at is not null
      and expires_at <= (((issued_at at time zone 'Asia/Tokyo') + interval '6 months') at time zone 'Asia/Tokyo')));
exception when duplicate_object then
  null; -- run twice
end $$;

alter table store
  add column if not exists store_group text not null default '',
  add column if not exists size_class smallint not null default 1 check (size_class in (1, 2)),
  add column if not exists area text not null default '';

create table if not exists programme (
  id uuid primary key,
  municipality_id smallint not null references municipality (id),
  kind smallint not null check (kind in (1, 2)),
  name_ja text not null,
  name_en text not null,
  asset_id integer not null,
  funding smallint not null,
  budget bigint not null check (budget >= 0),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  cap_per_person bigint check (cap_per_person > 0),
  eligibility jsonb not null default '{}',
  acceptance jsonb not null default '{}',
  usable_from timestamptz,
  expires_at timestamptz,
  charged_asset_id integer,
  rate_bp integer check (rate_bp between 1 and 10000),
  created_by uuid not null references person (id),
  created_at timestamptz not null,
  unique (municipality_id, id),
  foreign key (municipality_id, id) references holder (municipality_id, id),
  foreign key (municipality_id, asset_id) references asset (municipality_id, id),
  foreign key (municipality_id, charged_asset_id) references asset (municipality_id, id),
  check (starts_at < ends_at),
  check (usable_from is null or expires_at is null or usable_from < expires_at),
  -- A bonus on charges (2) names what is charged and at which rate; a grant programme (1) does not.
  check ((kind = 2) = (charged_asset_id is not null) and (kind = 2) = (rate_bp is not null))
);

-- What a town knows of a person by verified identity: derived facts only, erasable.
create table if not exists person_claim (
  municipality_id smallint not null references municipality (id),
  person_id uuid not null references person (id) on delete cascade,
  resident boolean not null,
  birth_year smallint check (birth_year between 1900 and 2200),
  verified_at timestamptz not null,
  primary key (municipality_id, person_id)
);

create index if not exists lot_expires on lot (municipality_id, expires_at) where expires_at is not null;
create index if not exists account_with_value on account (municipality_id, lot_id) where kind = 1 and posted <> 0;

grant select on programme, person_claim to meguru_app;
grant insert on programme, person_claim to meguru_app;
grant update, delete on person_claim to meguru_app;
grant update (name_ja, name_en, ends_at) on programme to meguru_app;
grant update (name_ja, name_en, disclosure_ja, disclosure_en, acceptance) on asset to meguru_app;
grant update (store_group, size_class, area) on store to meguru_app;
grant select on lot, asset, programme to meguru_relay;
