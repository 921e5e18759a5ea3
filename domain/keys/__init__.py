"""Idempotency keys: the outcome of a key, and closing a key for ever."""
