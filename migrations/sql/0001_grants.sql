-- app: reads everything, writes its own rooms. poster: locks and posts, by function only. relay: reads events, keeps its jobs.
revoke all on all tables in schema public from public;
revoke all on all functions in schema public from public;
grant usage on schema public to meguru_app, meguru_poster, meguru_relay;

grant select on all tables in schema public to meguru_app;
grant insert on municipality, person, person_name, asset, lot, holder, holder_access, wallet, store, approval, audit_entry, job to meguru_app;
grant update (name) on municipality to meguru_app;
grant update (session_version) on person to meguru_app;
grant update, delete on person_name to meguru_app;
grant update (charge_maximum, payment_maximum, balance_cap) on asset to meguru_app;
grant update (state) on holder to meguru_app;
grant update (revoked_at) on holder_access to meguru_app;
grant update (name, name_kana, name_roman, category, merchant_category_code, latitude_microdegrees, longitude_microdegrees, address, postal_code,
  opening_hours, charge_agent) on store to meguru_app;
grant update (approver, approved_at) on approval to meguru_app;
grant delete on journal_note to meguru_app;

grant select on holder_access, account, lot, asset, journal, event, guard, hold, holder, municipality to meguru_poster;
grant usage on sequence account_block to meguru_poster;
grant execute on function ledger_lock (smallint[], uuid[], boolean) to meguru_poster;
grant execute on function ledger_post (
  posting_journal[], posting_entry[], posting_event[], posting_account[], posting_holder[], posting_guard[], posting_hold[]) to meguru_poster;

grant select on event, journal, holder, municipality, job, hold, account, entry, guard to meguru_relay;
grant insert, update on job to meguru_relay;
