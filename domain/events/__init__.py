"""What happened to a holder, numbered without gaps: history, live streams and replay are this one table."""
