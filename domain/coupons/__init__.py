"""Coupons: what makes a purchase cheaper, gives an item, or multiplies points. They hold no value of their own."""
