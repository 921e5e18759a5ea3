-- The life of value after it was issued.

-- Journals keep what they count against caps. Those of before do not, so programmes of before are left out of the audit of caps.
alter table programme add column if not exists caps_in_journals boolean not null default false;
alter table programme alter column caps_in_journals set default true;

-- How long a counter may cancel a charge of its own, within the same day. 0: never.
alter table municipality add column if not exists charge_cancel_minutes smallint not null default 30
  check (charge_cancel_minutes between 0 and 1440);
grant update (charge_cancel_minutes) on municipality to meguru_app;
