"""Charging a wallet with cash or from a card: quotes, bonuses, cancellation."""
