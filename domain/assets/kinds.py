"""Kinds of value."""

from enum import IntEnum


class AssetKind(IntEnum):
    """What an asset is. CASH counts yen in cash boxes and is never in a wallet."""

    CASH = 0
    COIN = 1
