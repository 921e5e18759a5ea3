-- The reference: one payment in one function call, the rows that a batch writes, the durability that it has.
create table bench_wallet (n serial primary key, id uuid not null);
create table bench_store (n serial primary key, id uuid not null);
insert into bench_wallet (id) select id from wallet order by id;
insert into bench_store (id) select id from store order by id;
create function bench_pay(w integer, s integer, amount bigint) returns text language plpgsql as $$
#variable_conflict use_variable
declare
  m smallint := 1; j uuid := gen_random_uuid(); wallet uuid; store uuid; payable record; r record; rest bigint := amount; part bigint;
  total bigint; at timestamptz := clock_timestamp(); ws bigint; ss bigint; a integer; b bigint; v bigint; lots jsonb := '[]'; lines posting_entry[] := '{}';
begin
  select id into wallet from bench_wallet where n = w;
  select id into store from bench_store where n = s;
  perform 1 from holder where municipality_id = m and id in (wallet, store) order by id for no key update;
  if exists (select from journal where municipality_id = m and actor = wallet and operation = 2 and key = j) then return 'replay'; end if;
  if not exists (select from holder_access where municipality_id = m and holder_id = wallet and revoked_at is null) then return 'not permitted'; end if;
  select sum(posted) into total from account where municipality_id = m and holder_id = wallet;
  if total < amount then return 'insufficient'; end if;
  for r in select x.id, x.posted, x.asset_id, l.expires_at, l.id as lot from account x join lot l on l.municipality_id = x.municipality_id and l.id = x.lot_id
      where x.municipality_id = m and x.holder_id = wallet and x.posted > 0 order by l.expires_at nulls last, x.id loop
    part := least(rest, r.posted);
    exit when part = 0;
    a := r.asset_id;
    lots := lots || jsonb_build_array(jsonb_build_array(r.asset_id, r.lot, part, r.expires_at));
    update account set posted = posted - part, version = version + 1 where municipality_id = m and id = r.id returning posted, version into b, v;
    lines := lines || (m, j, r.id, r.asset_id, -part, b, v)::posting_entry;
    rest := rest - part;
  end loop;
  update account set posted = posted + amount, version = version + 1 where municipality_id = m and holder_id = store and kind = 2 and asset_id = a
    returning id, posted, version into payable;
  lines := lines || (m, j, payable.id, a, amount, payable.posted, payable.version)::posting_entry;
  insert into entry select * from unnest(lines);
  insert into journal (municipality_id, id, kind, actor, operation, key, input_hash, outcome, receipt, receipt_number, wallet_id, store_id, instrument,
      channel, funding, effective_on, recorded_at)
    values (m, j, 2, wallet, 2, j, decode(repeat('ab', 32), 'hex'), 0,
      jsonb_build_object('amount', amount, 'policy', 1, 'lots', lots, 'balances', jsonb_build_object(a::text, total - amount)),
      substr(encode(uuid_send(j), 'base64'), 1, 9), wallet, store, 1, 6, 0, (at at time zone 'Asia/Tokyo')::date, at);
  update holder set sequence = sequence + 1, last_at = at where municipality_id = m and id = wallet returning sequence into ws;
  update holder set sequence = sequence + 1, last_at = at where municipality_id = m and id = store returning sequence into ss;
  insert into event (municipality_id, holder_id, sequence, kind, journal_id, counterparty_id, assets, amounts, balances, recorded_at) values
    (m, wallet, ws, 2, j, store, array[a], array[-amount], array[total - amount], at),
    (m, store, ss, 2, j, wallet, array[a], array[amount], array[payable.posted], at);
  return 'settled';
end $$;
