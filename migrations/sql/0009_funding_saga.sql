-- What a payment provider was asked to set aside, for whatever it pays: the row is there before the provider hears of it. The id is the
-- provider's reference; actor, operation and key are the client's, as in the journal. Input hash null: a top-up begun before it was kept.
create table if not exists provider_authorisation (
  municipality_id smallint not null references municipality (id),
  id uuid not null,
  actor uuid not null,
  operation smallint not null,
  key uuid not null,
  input_hash bytea check (length(input_hash) = 32),
  source_id uuid,
  amount bigint not null check (amount > 0),
  state smallint not null default 0 check (state between 0 and 4),
  opened_at timestamptz not null,
  closed_at timestamptz,
  primary key (municipality_id, id),
  unique (municipality_id, actor, operation, key),
  foreign key (municipality_id, source_id) references funding_source (municipality_id, id),
  check (closed_at is null or state in (2, 3, 4)),
  check (operation <> 2 or source_id is not null)
);
create index if not exists provider_authorisation_open on provider_authorisation (opened_at) where state in (0, 1);
grant select, insert on provider_authorisation to meguru_app;
grant update (state, closed_at) on provider_authorisation to meguru_app;

-- Locked before they are read: a server of before that is still up can write no row that is not copied. Operation 2 pays, 13 buys vouchers.
do $$
begin
  if to_regclass('public.top_up') is not null then
    lock table top_up in access exclusive mode;
    insert into provider_authorisation (municipality_id, id, actor, operation, key, input_hash, source_id, amount, state, opened_at)
      select municipality_id, id, actor, 2, key, input_hash, source_id, amount, state, created_at from top_up
      on conflict (municipality_id, id) do nothing;
    drop table top_up;
  end if;
  if to_regclass('public.funding_authorisation') is not null then
    lock table funding_authorisation in access exclusive mode;
    insert into provider_authorisation (municipality_id, id, actor, operation, key, input_hash, amount, state, opened_at, closed_at)
      select municipality_id, id, actor, 13, key, input_hash, amount, case state when 0 then 0 when 1 then 2 else 3 end, opened_at, closed_at
      from funding_authorisation
      on conflict (municipality_id, id) do nothing;
    drop table funding_authorisation;
  end if;
end $$;

-- One job finishes both.
delete from job where name = 'settle_top_ups';
