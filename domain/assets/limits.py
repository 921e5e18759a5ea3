"""What may be moved at once, checked before the ledger is asked."""

from domain.assets.kinds import AssetKind
from domain.assets.reads import ASSETS
from domain.assets.refusals import AmountOutOfRangeError, NoteTooLongError
from domain.services import Services

NOTE_LIMIT = 200
"""Characters of a note."""


def check_amount(amount: int, maximum: int) -> None:
    """Raises AmountOutOfRangeError outside 1..maximum. Whole units."""
    if not 1 <= amount <= maximum:
        raise AmountOutOfRangeError(1, maximum)


def check_note(note: str | None) -> None:
    """Raises NoteTooLongError."""
    if note is not None and len(note) > NOTE_LIMIT:
        raise NoteTooLongError(NOTE_LIMIT)


async def payment_maximum(services: Services, municipality: int) -> int:
    """The largest payment of a town: that of the coin with the widest limit. Whole units."""
    return max(
        (
            asset.payment_maximum
            for asset in await services.shared(ASSETS).of(municipality)
            if asset.kind != AssetKind.CASH
        ),
        default=1,
    )
