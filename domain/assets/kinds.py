"""Kinds of assets and of their rules. Append only: a number never changes its meaning."""

from enum import IntEnum


class AssetKind(IntEnum):
    """Kind of an asset. CASH counts yen in cash boxes and is never in a wallet."""

    CASH = 0
    COIN = 1
    BONUS_COIN = 2
    ADMINISTRATIVE_POINT = 3
    SHOPPING_POINT = 4
    VOUCHER = 5
    GIFT_TICKET = 6
    MILE = 7


PAYABLE = frozenset(AssetKind) - {AssetKind.CASH, AssetKind.MILE}
"""Kinds that stores accept, one unit for one yen."""
SOLD = frozenset({AssetKind.COIN, AssetKind.VOUCHER, AssetKind.GIFT_TICKET})
"""Kinds that residents may buy for money."""
CHARGEABLE = frozenset({AssetKind.COIN})
"""Kinds that are charged with money."""


class LegalProfile(IntEnum):
    """The issuer's status under the Payment Services Act: a local government is exempt (article 4-3)."""

    MUNICIPALITY = 1
    REGISTERED_THIRD_PARTY = 2
    OWN_BUSINESS = 3


class ExpiryRule(IntEnum):
    """How the expiry of an asset's value is determined."""

    NONE = 0
    FIXED_DATE = 1
    MONTHS_AFTER_ISSUE = 2
    MONTH_END_AFTER_MONTHS = 3
    LAST_USE_MONTHS = 4


BY_MONTHS = frozenset({ExpiryRule.MONTHS_AFTER_ISSUE, ExpiryRule.MONTH_END_AFTER_MONTHS, ExpiryRule.LAST_USE_MONTHS})
"""Rules that take a number of months."""


class RefundedAfterExpiry(IntEnum):
    """The treatment of refunded value that has expired meanwhile."""

    NONE = 0
    FRESH_DAYS = 1
