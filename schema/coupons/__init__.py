"""Coupons: what makes a purchase cheaper, is redeemed for an item, or multiplies points."""
