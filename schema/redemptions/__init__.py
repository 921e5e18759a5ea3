"""Hand-overs: a coupon for an item, or a whole voucher or ticket, given to a store; and their rollback."""
