"""Expiry: value whose last day is over, and reminders of it."""
