"""Two-person decisions and the audit trail of staff."""
