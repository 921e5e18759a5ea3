"""Coupons: what makes a purchase cheaper, is handed over for an item, or multiplies points."""
