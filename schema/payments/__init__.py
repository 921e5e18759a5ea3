"""Payments to stores: quotes, payments, refunds, and their events."""
