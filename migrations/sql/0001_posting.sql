-- The only doors to the ledger's tables. One call of ledger_lock, one of ledger_post per batch, whatever its size.
do $$
begin
  if to_regtype('posting_journal') is null then
    create type posting_journal as (
      municipality_id smallint, id uuid, kind smallint, actor uuid, on_behalf_of uuid, operation smallint, key uuid, input_hash bytea,
      outcome smallint, refusal text, receipt jsonb, receipt_number text, wallet_id uuid, store_id uuid, terminal_id uuid, instrument smallint,
      channel smallint, funding smallint, programme_id uuid, reason smallint, linked_journal uuid, client text, payer_class smallint,
      age_band smallint, area text, effective_on date, recorded_at timestamptz, note text);
    create type posting_entry as (
      municipality_id smallint, journal_id uuid, account_id bigint, asset_id integer, amount bigint, posted_after bigint, version bigint);
    create type posting_event as (
      municipality_id smallint, holder_id uuid, sequence bigint, kind smallint, journal_id uuid, counterparty_id uuid,
      assets integer[], amounts bigint[], balances bigint[], recorded_at timestamptz);
    create type posting_account as (
      municipality_id smallint, id bigint, kind smallint, holder_id uuid, asset_id integer, lot_id bigint,
      posted bigint, held bigint, floor bigint, version bigint, version_before bigint);
    create type posting_holder as (
      municipality_id smallint, id uuid, sequence bigint, sequence_before bigint, last_at timestamptz);
    create type posting_guard as (
      municipality_id smallint, kind smallint, subject uuid, period text, value bigint, value_before bigint, ceiling bigint);
    create type posting_hold as (
      municipality_id smallint, id uuid, wallet_id uuid, payee_id uuid, state smallint, accounts bigint[], amounts bigint[],
      captured bigint, expires_at timestamptz);
  end if;
end $$;

-- Locks holders in (municipality, id) order. With `waits` false, holders that somebody else holds are left out of the answer.
create or replace function ledger_lock(municipalities smallint[], holders uuid[], waits boolean)
returns table (municipality_id smallint, id uuid, kind smallint, state smallint, sequence bigint, last_at timestamptz)
language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  if waits then
    return query select h.municipality_id, h.id, h.kind, h.state, h.sequence, h.last_at from holder h
      join unnest(municipalities, holders) as wanted (m, i) on h.municipality_id = wanted.m and h.id = wanted.i
      order by h.municipality_id, h.id for no key update of h;
  else
    return query select h.municipality_id, h.id, h.kind, h.state, h.sequence, h.last_at from holder h
      join unnest(municipalities, holders) as wanted (m, i) on h.municipality_id = wanted.m and h.id = wanted.i
      order by h.municipality_id, h.id for no key update of h skip locked;
  end if;
end $$;

-- Posts a planned batch. Every change of an account, holder or guard names the version that the plan was made on;
-- one that is no longer true fails the whole batch, so a planner's mistake can never overwrite a balance.
create or replace function ledger_post(
  journals posting_journal[], entries posting_entry[], events posting_event[], accounts posting_account[],
  holders posting_holder[], guards posting_guard[], holds posting_hold[])
returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
  opened bigint;
  changed bigint;
begin
  insert into journal (municipality_id, id, kind, actor, on_behalf_of, operation, key, input_hash, outcome, refusal, receipt, receipt_number,
      wallet_id, store_id, terminal_id, instrument, channel, funding, programme_id, reason, linked_journal, client, payer_class, age_band, area,
      effective_on, recorded_at)
    select j.municipality_id, j.id, j.kind, j.actor, j.on_behalf_of, j.operation, j.key, j.input_hash, j.outcome, j.refusal, j.receipt,
      j.receipt_number, j.wallet_id, j.store_id, j.terminal_id, j.instrument, j.channel, j.funding, j.programme_id, j.reason, j.linked_journal,
      j.client, j.payer_class, j.age_band, j.area, j.effective_on, j.recorded_at
    from unnest(journals) j;
  insert into journal_note (municipality_id, journal_id, note)
    select j.municipality_id, j.id, j.note from unnest(journals) j where j.note is not null;
  if cardinality(accounts) > 0 then
    insert into account (municipality_id, id, kind, holder_id, asset_id, lot_id, posted, held, floor, version)
      select a.municipality_id, a.id, a.kind, a.holder_id, a.asset_id, a.lot_id, a.posted, a.held, a.floor, a.version
      from unnest(accounts) a where a.version_before is null;
    get diagnostics opened = row_count;
    update account set posted = a.posted, held = a.held, version = a.version from unnest(accounts) a
      where account.municipality_id = a.municipality_id and account.id = a.id and account.version = a.version_before;
    get diagnostics changed = row_count;
    if opened + changed <> cardinality(accounts) then
      raise exception 'an account changed since the plan was made' using errcode = 'serialization_failure';
    end if;
  end if;
  if cardinality(entries) > 0 then
    insert into entry (municipality_id, journal_id, account_id, asset_id, amount, posted_after, version)
      select e.municipality_id, e.journal_id, e.account_id, e.asset_id, e.amount, e.posted_after, e.version from unnest(entries) e;
  end if;
  if cardinality(events) > 0 then
    insert into event (municipality_id, holder_id, sequence, kind, journal_id, counterparty_id, assets, amounts, balances, recorded_at)
      select e.municipality_id, e.holder_id, e.sequence, e.kind, e.journal_id, e.counterparty_id, e.assets, e.amounts, e.balances, e.recorded_at
      from unnest(events) e;
    update holder set sequence = h.sequence, last_at = h.last_at from unnest(holders) h
      where holder.municipality_id = h.municipality_id and holder.id = h.id and holder.sequence = h.sequence_before;
    get diagnostics changed = row_count;
    if changed <> cardinality(holders) then
      raise exception 'a holder changed since the plan was made' using errcode = 'serialization_failure';
    end if;
  end if;
  if cardinality(guards) > 0 then
    -- New ones begin as the plan found them, so that the same statement changes and checks them all.
    insert into guard (municipality_id, kind, subject, period, value, ceiling)
      select g.municipality_id, g.kind, g.subject, g.period, g.value_before, g.ceiling from unnest(guards) g on conflict do nothing;
    update guard set value = g.value, ceiling = g.ceiling from unnest(guards) g
      where guard.municipality_id = g.municipality_id and guard.kind = g.kind and guard.subject = g.subject and guard.period = g.period
        and guard.value = g.value_before;
    get diagnostics changed = row_count;
    if changed <> cardinality(guards) then
      raise exception 'a guard changed since the plan was made' using errcode = 'serialization_failure';
    end if;
  end if;
  if cardinality(holds) > 0 then
    insert into hold (municipality_id, id, wallet_id, payee_id, state, accounts, amounts, captured, expires_at)
      select h.municipality_id, h.id, h.wallet_id, h.payee_id, h.state, h.accounts, h.amounts, h.captured, h.expires_at from unnest(holds) h
      on conflict (municipality_id, id) do update set state = excluded.state, captured = excluded.captured
      where hold.state = 0;
    get diagnostics changed = row_count;
    if changed <> cardinality(holds) then
      raise exception 'a hold was closed since the plan was made' using errcode = 'serialization_failure';
    end if;
  end if;
end $$;
