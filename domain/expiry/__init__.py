"""The end of value: expiry, reminders, renewal by last use, and fresh lots for refunds after expiry."""
