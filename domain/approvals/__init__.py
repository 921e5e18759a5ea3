"""Approvals by a second officer, and the audit trail of staff."""
