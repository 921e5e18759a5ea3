"""Scheduled jobs: their schedule, and the outcome of their last run."""
