"""Payments to stores: quote, pay, refund, holds."""
