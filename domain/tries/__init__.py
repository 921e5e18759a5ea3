"""Tries of what could be guessed: counted in PostgreSQL, so that they outlive Redis, a restart and a crash."""
