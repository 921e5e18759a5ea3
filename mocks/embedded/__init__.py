"""The embedded PostgreSQL and Valkey, and the supervisor behind `make run`."""
