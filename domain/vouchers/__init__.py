"""Voucher products: sold in units below their face value, and the gifts among them."""
