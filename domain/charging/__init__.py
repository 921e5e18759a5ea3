"""Charging wallets with cash at counters: quotes, bonuses, cancellation."""
