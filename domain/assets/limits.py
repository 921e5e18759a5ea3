"""Limits of amounts and notes, checked before a request goes to the ledger."""

from domain.assets.kinds import AssetKind
from domain.assets.reads import ASSETS, Asset
from domain.assets.refusals import AmountOutOfRangeError, NoteTooLongError, NotWholeUnitsError
from domain.services import Services

NOTE_LIMIT = 200
"""The maximum length of a note, in characters."""


def check_amount(amount: int, maximum: int) -> None:
    """Raise AmountOutOfRangeError outside 1..maximum. Whole units."""
    if not 1 <= amount <= maximum:
        raise AmountOutOfRangeError(1, maximum)


def check_units(amount: int, asset: Asset) -> None:
    """Raise NotWholeUnitsError for an amount that is no multiple of the asset's minimum unit. Whole units."""
    if amount % asset.minimum_unit:
        raise NotWholeUnitsError(asset.minimum_unit)


def check_note(note: str | None) -> None:
    """Raise NoteTooLongError for a note of more than NOTE_LIMIT characters."""
    if note is not None and len(note) > NOTE_LIMIT:
        raise NoteTooLongError(NOTE_LIMIT)


async def payment_maximum(services: Services, municipality: int) -> int:
    """Return the largest `payment_maximum` of a municipality's assets. Whole units."""
    return max(
        (
            asset.payment_maximum
            for asset in await services.shared(ASSETS).of(municipality)
            if asset.kind != AssetKind.CASH
        ),
        default=1,
    )
