"""Grants: value of a programme for a wallet, given directly or after the approval of a second officer."""
