"""Idempotency keys: what became of one, and closing one for ever."""
