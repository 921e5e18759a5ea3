"""Grants: value of a programme for a wallet, at once or proposed for a second officer's approval."""
