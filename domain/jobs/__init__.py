"""Scheduled work: what runs when, and how the last run went."""
