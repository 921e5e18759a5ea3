"""Charging, paying, refunding: what must move, under which rules."""
