"""Funding sources: cards and accounts that residents have linked to their wallets."""
