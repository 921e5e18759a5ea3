-- Why a product may be wider than the coin that buys it, and why converted value may end later: by the municipality's own declaration. Empty: it may not.
-- Both columns have a constant default, so no row is rewritten.
alter table voucher_product add column if not exists wider_than_coin_reason text not null default '';
alter table conversion_rate add column if not exists later_end_reason text not null default '';
