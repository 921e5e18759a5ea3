"""The end of value: its expiry, reminders before it, renewal by last use, and value that is given fresh."""
