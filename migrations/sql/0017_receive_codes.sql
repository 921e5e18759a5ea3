-- Receive codes: random, several per wallet over time. One of them is shown; renewal ends all of a wallet's.
-- `of_before`: the code that was the wallet's id under another prefix. It may be printed on cards, so it is taken until the first renewal,
-- and never shown. gen_random_uuid() draws its 122 random bits from the operating system.
create table if not exists receive_code (
  municipality_id smallint not null,
  code uuid not null,
  wallet_id uuid not null,
  of_before boolean not null default false,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (municipality_id, code),
  foreign key (municipality_id, wallet_id) references wallet (municipality_id, id),
  check (of_before = (code = wallet_id)),
  check (ended_at >= created_at)
);
create unique index if not exists receive_code_shown on receive_code (municipality_id, wallet_id) where ended_at is null and not of_before;
create index if not exists receive_code_wallet on receive_code (municipality_id, wallet_id);

-- Whoever opens a wallet, also a server of before that still runs, opens it with a code.
create or replace function give_receive_code() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  insert into receive_code (municipality_id, code, wallet_id, created_at)
    values (new.municipality_id, gen_random_uuid(), new.id, new.created_at);
  return null;
end $$;
revoke all on function give_receive_code () from public;
create or replace trigger wallet_receive_code after insert on wallet for each row execute function give_receive_code ();

-- Wallets of before get the code that they have shown so far, and a new one that is shown from now on.
insert into receive_code (municipality_id, code, wallet_id, of_before, created_at)
  select w.municipality_id, c.code, w.id, c.of_before, w.created_at
    from wallet w cross join lateral (values (w.id, true), (gen_random_uuid(), false)) c (code, of_before)
    where not exists (select from receive_code r where r.municipality_id = w.municipality_id and r.wallet_id = w.id)
  on conflict do nothing;

-- What agents of a municipality have tried on a wallet on one civil day, and what their answers have told of it: see `domain/assets/tries.py`.
create table if not exists counter_tries (
  municipality_id smallint not null,
  wallet_id uuid not null,
  day date not null,
  tries smallint not null check (tries >= 0),
  primary key (municipality_id, wallet_id),
  foreign key (municipality_id, wallet_id) references wallet (municipality_id, id)
);

grant select, insert on receive_code, counter_tries to meguru_app;
grant update (ended_at) on receive_code to meguru_app;
grant update (day, tries) on counter_tries to meguru_app;
