-- The life of value after it was issued.

-- Journals keep what they count against caps. Those of before do not, so programmes of before are left out of the audit of caps.
alter table programme add column if not exists caps_in_journals boolean not null default false;
alter table programme alter column caps_in_journals set default true;
