"""Conversions: rates, quotes and receipts of value that became other value."""
