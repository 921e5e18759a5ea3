"""Redemptions: a coupon for an item, or a whole voucher or ticket, redeemed at a store; and their rollback."""
