"""Grants: value of a programme for one wallet, and the thresholds above which another officer approves."""
