"""Vouchers: products that are sold in units, what was bought of them, and gifts."""
