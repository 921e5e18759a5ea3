-- ledger_post believes nobody: what it can check of a batch it checks in the same call.
--   Each account changes by the sum of the batch's entries for it, and what is held of it by the batch's holds.
--   Entries and events belong to journals of the batch, entries to settled ones; guards and holds need a journal beside them.
--   A journal that takes from issuance, which has no floor, gives to a budget, or names the cash that came in.
-- The sets are put together by grouping, not by joining, so that the cost stays linear whatever the planner thinks of arrays.

-- 3 is issuance, 4 a budget, 7 cash: AccountKind in domain/ledger/kinds.py. posting_change_accounts checks that these kinds are true.
create or replace function posting_check_issuance(entries posting_entry[], accounts posting_account[])
returns void language plpgsql as $$
declare
  issuance bigint[];
  backing bigint[];
begin
  select array_agg(a.id) filter (where a.kind = 3), coalesce(array_agg(a.id) filter (where a.kind in (4, 7)), '{}')
    into issuance, backing from unnest(accounts) a;
  if issuance is not null and exists (
    select from unnest(entries) e group by e.municipality_id, e.journal_id
      having bool_or(e.amount < 0 and e.account_id = any (issuance)) and not bool_or(e.account_id = any (backing)))
  then
    raise exception 'a journal issues value without a budget or cash' using errcode = 'check_violation';
  end if;
end $$;

create or replace function posting_check_journals(
  journals posting_journal[], entries posting_entry[], events posting_event[], guards posting_guard[], holds posting_hold[])
returns void language plpgsql as $$
begin
  if cardinality(journals) = 0 and cardinality(guards) + cardinality(holds) > 0 then
    raise exception 'a guard or a hold changes without a journal' using errcode = 'check_violation';
  end if;
  if exists (
    select from (
      select j.municipality_id, j.id, 1 as is_journal, j.outcome, 0 as is_entry from unnest(journals) j
      union all select e.municipality_id, e.journal_id, 0, null, 1 from unnest(entries) e
      union all select e.municipality_id, e.journal_id, 0, null, 0 from unnest(events) e) line
    group by municipality_id, id having sum(is_journal) = 0 or (sum(is_entry) > 0 and max(outcome) <> 0))
  then
    raise exception 'an entry or an event belongs to no journal of the batch' using errcode = 'check_violation';
  end if;
end $$;

create or replace function posting_change_accounts(entries posting_entry[], accounts posting_account[], holds posting_hold[])
returns void language plpgsql as $$
#variable_conflict use_column
declare
  strangers bigint;
  moves bigint[];
  holdings bigint[];
  opened bigint;
  changed bigint;
begin
  select count(*) filter (where accounts <> 1 or not one_asset), array_agg(moved order by place), array_agg(set_aside order by place)
    into strangers, moves, holdings
    from (
      select max(place) as place, count(place) as accounts, sum(moved)::bigint as moved, sum(set_aside)::bigint as set_aside,
          min(asset_id) = max(asset_id) as one_asset
        from (
          select a.municipality_id, a.id, a.asset_id, a.place, 0::bigint as moved, 0::bigint as set_aside
            from unnest(accounts) with ordinality as a (municipality_id, id, kind, holder_id, asset_id, lot_id, posted, held, floor, version,
              version_before, place)
          union all
          select e.municipality_id, e.account_id, e.asset_id, null, e.amount, 0 from unnest(entries) e
          union all
          select h.municipality_id, part.id, null, null, 0, case when h.state = 0 then part.amount else -part.amount end
            from unnest(holds) h cross join lateral unnest(h.accounts, h.amounts) as part (id, amount)
            where h.state = 0 or exists (
              select from hold where hold.municipality_id = h.municipality_id and hold.id = h.id and hold.state = 0)) line
        group by municipality_id, id) change;
  if strangers > 0 then
    raise exception 'an entry or a hold belongs to no account of the batch' using errcode = 'check_violation';
  end if;
  insert into account (municipality_id, id, kind, holder_id, asset_id, lot_id, posted, held, floor, version)
    select a.municipality_id, a.id, a.kind, a.holder_id, a.asset_id, a.lot_id, a.posted, a.held, a.floor, a.version
    from unnest(accounts, moves, holdings) as a (municipality_id, id, kind, holder_id, asset_id, lot_id, posted, held, floor, version,
      version_before, moved, set_aside)
    where a.version_before is null and a.posted = a.moved and a.held = a.set_aside;
  get diagnostics opened = row_count;
  update account set posted = a.posted, held = a.held, version = a.version
    from unnest(accounts, moves, holdings) as a (municipality_id, id, kind, holder_id, asset_id, lot_id, posted, held, floor, version,
      version_before, moved, set_aside)
    where account.municipality_id = a.municipality_id and account.id = a.id and account.version = a.version_before
      and account.posted = a.posted - a.moved and account.held = a.held - a.set_aside
      and account.kind = a.kind and account.asset_id = a.asset_id and account.holder_id = a.holder_id and account.lot_id = a.lot_id;
  get diagnostics changed = row_count;
  if opened + changed <> cardinality(accounts) then
    if exists (
      select from unnest(accounts) a join account on account.municipality_id = a.municipality_id and account.id = a.id
        -- Rows that this transaction has changed have its number, and are as they were planned.
        where account.version is distinct from a.version_before and account.xmin <> pg_current_xact_id()::xid)
    then
      raise exception 'an account changed since the plan was made' using errcode = 'serialization_failure';
    end if;
    raise exception 'an account does not change by its entries and holds' using errcode = 'check_violation';
  end if;
end $$;

revoke all on function posting_check_issuance(posting_entry[], posting_account[]) from public;
revoke all on function posting_check_journals(posting_journal[], posting_entry[], posting_event[], posting_guard[], posting_hold[]) from public;
revoke all on function posting_change_accounts(posting_entry[], posting_account[], posting_hold[]) from public;

-- Posts a planned batch. Every change of an account, holder or guard names the version that the plan was made on;
-- one that is no longer true fails the whole batch, so a planner's mistake can never overwrite a balance.
create or replace function ledger_post(
  journals posting_journal[], entries posting_entry[], events posting_event[], accounts posting_account[],
  holders posting_holder[], guards posting_guard[], holds posting_hold[])
returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
  changed bigint;
begin
  perform posting_check_journals(journals, entries, events, guards, holds);
  perform posting_check_issuance(entries, accounts);
  insert into journal (municipality_id, id, kind, actor, on_behalf_of, operation, key, input_hash, outcome, refusal, receipt, receipt_number,
      wallet_id, store_id, terminal_id, instrument, channel, funding, programme_id, reason, linked_journal, client, payer_class, age_band, area,
      effective_on, recorded_at)
    select j.municipality_id, j.id, j.kind, j.actor, j.on_behalf_of, j.operation, j.key, j.input_hash, j.outcome, j.refusal, j.receipt,
      j.receipt_number, j.wallet_id, j.store_id, j.terminal_id, j.instrument, j.channel, j.funding, j.programme_id, j.reason, j.linked_journal,
      j.client, j.payer_class, j.age_band, j.area, j.effective_on, j.recorded_at
    from unnest(journals) j;
  insert into journal_note (municipality_id, journal_id, note)
    select j.municipality_id, j.id, j.note from unnest(journals) j where j.note is not null;
  if cardinality(accounts) + cardinality(entries) > 0 then
    perform posting_change_accounts(entries, accounts, holds);
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

-- The statements are the same for every batch: planning them anew each time costs more than running them for a batch of one.
alter function ledger_post(posting_journal[], posting_entry[], posting_event[], posting_account[], posting_holder[], posting_guard[], posting_hold[])
  set plan_cache_mode = force_generic_plan;
