"""People and their wallets."""
