"""Coupons: discounts, items and multipliers of points. A coupon holds no value of its own."""
