"""Funding sources: a card or bank account that a resident has linked to a wallet, and the provider that authorises.

Captures and voids.
"""
