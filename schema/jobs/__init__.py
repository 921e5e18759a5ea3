"""Scheduled jobs, as municipal staff see them."""
