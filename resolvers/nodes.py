"""Objects by id: what the viewer may see, and None for everything else."""

from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.approvals.reads import Approval
from domain.bulk_grants.reads import BulkGrant
from domain.ledger.kinds import JournalKind, Outcome
from domain.ledger.reads import Journal, journal_by_id, journal_by_receipt_number
from domain.ledger.receipt_number import normalise
from domain.municipalities import reads as municipalities
from domain.residents.reads import Wallet
from domain.stores.reads import Store
from domain.viewer import Relation
from resolvers.conversion_views import Conversion
from resolvers.coupon_views import CouponClaim, Redemption, RedemptionRollback
from resolvers.lifecycle_views import ChargeCancellation
from resolvers.views import Charge, Expiry, Grant, Payment, Refund, Reversal
from resolvers.voucher_views import GiftActivation, VoucherPurchase
from schema.context import INSIDE, MeguruInfo
from schema.ids import ID, Prefix, read

TownCode = Annotated[str | None, argument(description="The code of the town, 6 digits.")]

ReceiptNumber = Annotated[str | None, argument(description="Its receipt number.")]

PaymentId = Annotated[ID | None, argument(description="The id of the payment.")]


Given = Charge | Grant | VoucherPurchase | GiftActivation | CouponClaim | Conversion
Undone = Refund | Reversal | Expiry | Redemption | RedemptionRollback | ChargeCancellation
Plain = Given | Undone
"""Receipts that show everybody the same."""
Receipt = Payment | Plain
VIEWS: dict[JournalKind, type[Plain]] = {
    JournalKind.CHARGE: Charge,
    JournalKind.REFUND: Refund,
    JournalKind.REVERSAL: Reversal,
    JournalKind.GRANT: Grant,
    JournalKind.EXPIRY: Expiry,
    JournalKind.VOUCHER_PURCHASE: VoucherPurchase,
    JournalKind.GIFT_ACTIVATION: GiftActivation,
    JournalKind.COUPON_CLAIM: CouponClaim,
    JournalKind.REDEMPTION: Redemption,
    JournalKind.REDEMPTION_ROLLBACK: RedemptionRollback,
    JournalKind.CHARGE_CANCEL: ChargeCancellation,
    JournalKind.CONVERSION: Conversion,
}
PAGE_LIMIT = 100
STAFF_OF_TOWN = INSIDE


async def wallet(info: MeguruInfo, id: Annotated[ID, argument(description="The id of the wallet.")]) -> Wallet | None:
    """A wallet of the viewer, or of the town they serve."""
    found = read(Prefix.WALLET, id)
    return None if found is None else await wallet_of(info, found)


async def wallet_of(info: MeguruInfo, key: tuple[int, UUID]) -> Wallet | None:
    """A wallet by its key."""
    return None if info.context.viewer is None else await info.context.loaders.wallets.load(key)


async def store(info: MeguruInfo, id: Annotated[ID, argument(description="The id of the shop.")]) -> Store | None:
    """A shop; anybody may look."""
    found = read(Prefix.STORE, id)
    return None if found is None else await info.context.loaders.stores.load(found)


async def payment(
    info: MeguruInfo, id: PaymentId = None, receipt_number: ReceiptNumber = None, municipality: TownCode = None
) -> Payment | None:
    """A payment by its id, or by the receipt number that is said over a counter."""
    journal = None
    if id is not None:
        found = read(Prefix.PAYMENT, id)
        journal = None if found is None else await journal_by_id(*found)
    elif receipt_number is not None and municipality is not None:
        town = await municipalities.by_code(municipality)
        number = normalise(receipt_number)
        journal = None if town is None or number is None else await journal_by_receipt_number(town.id, number)
    seen = None if journal is None else await receipt(info, journal)
    return seen if isinstance(seen, Payment) else None


async def receipt(info: MeguruInfo, journal: Journal) -> Receipt | None:
    """A settled journal as the viewer may see it: its wallet's people, its shop's staff, its town's staff."""
    if journal.outcome != Outcome.SETTLED:
        return None
    own = journal.actor == info.context.signed_in.person_id or await stands(
        info, journal, journal.wallet_id, Relation.OWNER, Relation.DELEGATE
    )
    if (
        not own
        and not await stands(info, journal, journal.store_id, Relation.STAFF)
        and not await serves(info, journal.municipality)
    ):
        return None
    return view_of(journal, shows_wallet=own)


async def stands(info: MeguruInfo, journal: Journal, holder: UUID | None, *among: Relation) -> bool:
    """Whether the viewer's token and one of these relations let them act on a holder of a journal."""
    relations = [] if info.context.viewer is None else info.context.viewer.relations(*among)
    if holder is None or not relations:
        return False
    return not (await info.context.loaders.relations.load((journal.municipality, holder))).isdisjoint(relations)


async def serves(info: MeguruInfo, municipality: int) -> bool:
    """Whether the viewer is staff of a town, and their token says so."""
    viewer = info.context.viewer
    return (
        viewer is not None
        and bool(viewer.relations(*STAFF_OF_TOWN))
        and await info.context.loaders.inside.load(municipality)
    )


def view_of(journal: Journal, *, shows_wallet: bool) -> Receipt | None:
    """The journal under the name that the contract has for its kind."""
    if journal.kind in (JournalKind.PAYMENT, JournalKind.CAPTURE):
        return Payment(journal, shows_wallet)
    made = VIEWS.get(journal.kind)
    return None if made is None else made(journal)


async def approval(info: MeguruInfo, municipality: int, key: UUID) -> Approval | None:
    """A proposal, for the finance officers and auditors of its town."""
    return (
        await info.context.loaders.approvals.load((municipality, key))
        if await info.context.loaders.officer.load(municipality)
        else None
    )


async def bulk_grant(info: MeguruInfo, municipality: int, key: UUID) -> BulkGrant | None:
    """A grant by file, for the staff of its town."""
    return (
        await info.context.loaders.bulk_grants.load((municipality, key)) if await serves(info, municipality) else None
    )


def check_count(count: int) -> None:
    """Raises for more than a page."""
    if not 0 <= count <= PAGE_LIMIT:
        raise TooManyError(PAGE_LIMIT)


class TooManyError(ValueError):
    """More items were asked for than a page has."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Ask for 0 to {limit} items at a time.")
