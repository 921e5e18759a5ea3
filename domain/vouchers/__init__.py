"""Voucher products, sold in units below their face value, and vouchers bought as gifts."""
