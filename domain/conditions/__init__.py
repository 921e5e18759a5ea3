"""Conditions, all pure: which stores accept value, at which hours, and which persons are eligible."""
