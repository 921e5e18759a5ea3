"""Bulk grants: value of a programme for the wallets of a file."""
