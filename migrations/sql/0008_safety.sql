-- What a top-up's payment asked for: its key with other words is another payment. Null: begun before this was kept.
alter table top_up add column if not exists input_hash bytea check (length(input_hash) = 32);
