"""Charges: cash at a counter for coin in a wallet, with bonuses, and their cancellation."""
