"""Redemptions: a coupon's item or a whole voucher handed over at a store, and its rollback."""
