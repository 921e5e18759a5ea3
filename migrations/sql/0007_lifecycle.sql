-- The life of value after it was issued.

-- Journals keep what they count against caps. Those of before do not, so programmes of before are left out of the audit of caps.
alter table programme add column if not exists caps_in_journals boolean not null default false;
alter table programme alter column caps_in_journals set default true;

-- How long a counter may cancel a charge of its own, within the same day. 0: never.
alter table municipality add column if not exists charge_cancel_minutes smallint not null default 30
  check (charge_cancel_minutes between 0 and 1440);
grant update (charge_cancel_minutes) on municipality to meguru_app;

-- Value that ends some months after its last use (4): a rule in months, never of value that is exempt because it ends within six.
alter table asset drop constraint if exists asset_expiry_rule_check;
alter table asset add constraint asset_expiry_rule_check check (expiry_rule between 0 and 9);
alter table asset drop constraint if exists asset_expiry_rule;
alter table asset add constraint asset_expiry_rule check (
  (expiry_rule = 1) = (expires_on is not null) and (expiry_rule in (2, 3, 4)) = (expires_after_months is not null));
alter table asset drop constraint if exists asset_six_months;
alter table asset add constraint asset_six_months check (not six_month_exempt or expiry_rule not in (0, 4));
