-- Who pays for a programme: 1 public budget, 2 chamber, 3 association of stores, 4 donation, 5 other. Null: not stated, as for every programme of before.
alter table programme add column if not exists funding_source smallint check (funding_source between 1 and 5);
