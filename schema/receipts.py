"""Receipts: what settled journals show, and what a payment would do."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry import Parent, lazy
from strawberry.types import Info

from domain.assets.reads import last_day
from domain.corrections.receipts import OfJournal
from domain.coupons.receipts import refundable
from domain.ledger.kinds import JournalKind
from domain.ledger.reads import linked_journals, note_of
from domain.payments.quote import Quote, QuotedPart
from domain.programmes.receipts import OfProgramme
from resolvers import point_views, viewers, views
from resolvers.coupon_views import applied_of, quoted
from resolvers.nodes import view_of
from schema.context import Context
from schema.enums import AllocationReason, RefundReason
from schema.ids import ID
from schema.parties import Asset, Node, Store, Wallet, asset
from schema.points import PointClawback, PointGrant
from schema.scalars import Amount, SignedAmount

if TYPE_CHECKING:  # they import this page
    from schema.coupons import AppliedCoupon
    from schema.value import Programme

ProgrammeRef = Annotated["Programme", lazy("schema.value")]
AppliedCouponRef = Annotated["AppliedCoupon", lazy("schema.coupons")]


@strawberry.type(description="How much of one lot a payment used.")
class Allocation:
    """How much of one lot a payment used."""

    amount: Amount = strawberry.field(description="Whole units.")

    @strawberry.field(description="The asset.")
    async def asset(root: Parent[views.Allocation], info: Info[Context, None]) -> Asset:
        return await asset(info, root.asset)  # type: ignore[return-value]

    @strawberry.field(description="Why this lot was used before the next one; null for what is not a payment.")
    def reason(root: Parent[views.Allocation | QuotedPart]) -> AllocationReason | None:
        return None if root.reason is None else AllocationReason[root.reason]

    @strawberry.field(description="The last day of the lot. Civil date in Asia/Tokyo; null: no expiry.")
    def expires_on(root: Parent[views.Allocation | QuotedPart]) -> date | None:
        return last_day(root.expires_at) if isinstance(root, QuotedPart) else root.expires_on


@strawberry.type(description="What a journal did to one of somebody's balances.")
class BalanceAfter:
    """What a journal did to a balance."""

    moved: SignedAmount = strawberry.field(description="By how much. Whole units.")
    posted: SignedAmount = strawberry.field(description="What there was afterwards. Whole units.")

    @strawberry.field(description="The asset.")
    async def asset(root: Parent[views.BalanceAfter], info: Info[Context, None]) -> Asset:
        return await asset(info, root.asset)  # type: ignore[return-value]


@strawberry.interface(description="A settled journal: what a receipt shows.")
class Receipt(Node):
    """A settled journal."""

    receipt_number: str = strawberry.field(
        description="Said over a counter: 9 letters and digits without look-alikes, the last a check."
    )
    amount: Amount = strawberry.field(description="Whole units.")


async def store_of(root: Parent[views.Payment], info: Info[Context, None]) -> Store | None:
    """The journal's shop."""
    journal = root.journal
    if journal.store_id is None:
        return None
    return await info.context.loaders.stores.load((journal.municipality, journal.store_id))  # type: ignore[return-value]


async def wallet_of(info: Info[Context, None], municipality: int, wallet: UUID | None) -> Wallet | None:
    """A wallet, for those who may see it."""
    if wallet is None or info.context.viewer is None:
        return None
    return await info.context.loaders.wallets.load((municipality, wallet))  # type: ignore[return-value]


@strawberry.type(description="A shop gave back a payment, in part or whole.")
class Refund(Receipt):
    """A refund."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter.")
    amount: Amount = strawberry.field(description="What was given back. Whole units.")
    allocations: list[Allocation] = strawberry.field(description="The lots that it went back to, in order.")
    refunded_at: datetime = strawberry.field(description="When. UTC.")
    discount_returned: Amount = strawberry.field(
        description=(
            "The part of `amount` that coupons had taken off: it goes back to who bore it, the rest to the wallet."
            " Whole units."
        )
    )

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, views.Refund)

    @strawberry.field(description="Why.")
    def reason(root: Parent[views.Refund]) -> RefundReason:
        return RefundReason(root.journal.reason)

    @strawberry.field(
        description=(
            "The points of the payment that it took back; `allocations` are what is left after them. Null for the"
            " shop's staff."
        )
    )
    async def point_clawbacks(root: Parent[views.Refund], info: Info[Context, None]) -> list[PointClawback] | None:
        wallet = await wallet_of(info, root.journal.municipality, root.journal.wallet_id)
        return None if wallet is None else point_views.of_refund(root.journal)  # type: ignore[return-value]


@strawberry.type(description="A payment by a resident to a shop.")
class Payment(Receipt):
    """A payment."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(description="What was paid. Whole units.")
    allocations: list[Allocation] = strawberry.field(description="Which lots it used, in spend order.")
    store: Store | None = strawberry.field(resolver=store_of, description="The shop.")
    paid_at: datetime = strawberry.field(description="When. UTC.")
    cash_due: Amount = strawberry.field(
        description="What the payer paid the shop in cash beside it; `amount` is without it. Whole units."
    )
    list_amount: Amount = strawberry.field(
        description="The price before coupons: `amount`, `cashDue` and `discount`. Whole units."
    )
    discount: Amount = strawberry.field(description="What coupons took off the list price. Whole units.")

    @strawberry.field(description="The coupons that were used, in the order in which they were taken off.")
    def coupons(root: Parent[views.Payment]) -> list[AppliedCouponRef]:
        return applied_of(root.journal.municipality, root.journal.receipt)  # type: ignore[return-value]

    @strawberry.field(
        description=(
            "One plain sentence per lot in the language of the request: why this value, who paid for it, when it ends."
        )
    )
    async def explain(root: Parent[views.Payment], info: Info[Context, None]) -> list[str]:
        return await viewers.explained(info, root.journal)

    @strawberry.field(description="The points that it earned; null for everybody but its own people.")
    def point_grants(root: Parent[views.Payment]) -> list[PointGrant] | None:
        return point_views.of_payment(root.journal) if root.shows_wallet else None  # type: ignore[return-value]

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, views.Payment)

    @strawberry.field(description="What was given back of it so far, of the price before coupons. Whole units.")
    async def refunded(root: Parent[views.Payment], info: Info[Context, None]) -> Amount:
        return Amount(await info.context.loaders.refunded.load((root.journal.municipality, root.journal.id)))

    @strawberry.field(
        description=(
            "What may still be given back, of the price before coupons and without what was paid in cash. Whole units."
        )
    )
    async def refundable(root: Parent[views.Payment], info: Info[Context, None]) -> Amount:
        given = await info.context.loaders.refunded.load((root.journal.municipality, root.journal.id))
        return Amount(refundable(root.journal.receipt) - given)

    @strawberry.field(description="Its refunds, oldest first.")
    async def refunds(root: Parent[views.Payment]) -> list[Refund]:
        found = await linked_journals(root.journal.municipality, root.journal.id, JournalKind.REFUND)
        return [views.Refund(journal) for journal in found]  # type: ignore[misc]

    @strawberry.field(description="The wallet that paid; null for everybody but its own people and the town's staff.")
    async def wallet(root: Parent[views.Payment], info: Info[Context, None]) -> Wallet | None:
        return await wallet_of(info, root.journal.municipality, root.journal.wallet_id)

    @strawberry.field(
        description="The payer's note; null where there is none, for everybody else, and once it is erased."
    )
    async def note(root: Parent[views.Payment]) -> str | None:
        return await note_of(root.journal.municipality, root.journal.id) if root.shows_wallet else None


@strawberry.type(description="Topping up a wallet.")
class Charge(Receipt):
    """A top-up."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(description="What was charged. Whole units.")
    allocations: list[Allocation] = strawberry.field(description="The lot that it went into.")
    store: Store | None = strawberry.field(resolver=store_of, description="The agent's shop; null: the municipal desk.")
    bonuses: list[Allocation] = strawberry.field(description="What campaigns added; `amount` is without it.")
    charged_at: datetime = strawberry.field(description="When. UTC.")

    @strawberry.field(
        description="What was taken back of it: cancelled by its counter, or reversed by the town. Whole units."
    )
    async def taken_back_amount(root: Parent[views.Charge], info: Info[Context, None]) -> Amount:
        return Amount(await info.context.loaders.refunded.load((root.journal.municipality, root.journal.id)))

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, views.Charge)


@strawberry.type(description="Value that a programme gave to a wallet. 付与")
class Grant(Receipt):
    """Value that a programme gave."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(description="What was given. Whole units.")
    allocations: list[Allocation] = strawberry.field(description="The lot that it went into.")
    granted_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, views.Grant)

    @strawberry.field(description="The programme that gave it.")
    async def programme(root: Parent[views.Grant], info: Info[Context, None]) -> ProgrammeRef:
        key = (root.journal.municipality, root.journal.receipt.section(OfProgramme).id)
        return await info.context.loaders.programmes.load(key)  # type: ignore[return-value]


@strawberry.type(description="Value whose last day was over left the wallet. 失効")
class Expiry(Receipt):
    """Value that ended."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(description="What ended. Whole units.")
    allocations: list[Allocation] = strawberry.field(description="The lot that ended.")
    expired_at: datetime = strawberry.field(
        description="When it was taken out; it could not be spent since its last day. UTC."
    )

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, views.Expiry)


@strawberry.type(description="A correction: a journal was undone by its opposite.")
class Reversal(Receipt):
    """A reversing journal."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(description="What was undone. Whole units.")
    reversed_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, views.Reversal)

    @strawberry.field(description="The receipt of what was undone.")
    async def receipt(root: Parent[views.Reversal], info: Info[Context, None]) -> Receipt | None:
        undone = await info.context.loaders.journals.load(
            (root.journal.municipality, root.journal.receipt.section(OfJournal).id)
        )
        return None if undone is None else view_of(undone, shows_wallet=False)  # type: ignore[return-value]


async def receipt_of(info: Info[Context, None], municipality: int, journal: UUID) -> object:
    """The receipt of a journal that the viewer has come upon in a history or stream that they may see."""
    found = await info.context.loaders.journals.load((municipality, journal))
    if found is None:
        return None
    shows = info.context.viewer is not None and found.actor == info.context.viewer.person_id
    return view_of(found, shows_wallet=shows)


@strawberry.type(description="What a payment would do now. Nothing is set aside; `pay` may find another state.")
class PaymentQuote:
    """What a payment would do now."""

    amount: Amount = strawberry.field(description="What would be paid, without what coupons take off. Whole units.")
    list_amount: Amount = strawberry.field(description="The price before coupons. Whole units.")
    available_after: Amount = strawberry.field(
        description="What could still be spent at this shop afterwards. Whole units."
    )
    cash_due: Amount = strawberry.field(
        description="What would be paid to the shop in cash; part of `amount`. Whole units."
    )
    token: str = strawberry.field(
        description="Give it to `pay` as `quoteToken`: the payment is made so, or refused with QUOTE_CHANGED."
    )
    store: Store = strawberry.field(description="The shop.")
    wallet: Wallet = strawberry.field(description="The wallet.")

    @strawberry.field(description="What coupons would take off the list price. Whole units.")
    def discount(root: Parent[Quote]) -> Amount:
        return Amount(sum(part for _, part in root.coupons))

    @strawberry.field(description="What each coupon would take off, in order.")
    def coupons(root: Parent[Quote]) -> list[AppliedCouponRef]:
        return quoted(root.coupons)  # type: ignore[return-value]

    @strawberry.field(description="Which lots it would use, in spend order.")
    def allocations(root: Parent[Quote]) -> list[Allocation]:
        return list(root.parts)  # type: ignore[arg-type]

    @strawberry.field(description="The points that it would earn; a budget or a cap may end before it is made.")
    def point_grants(root: Parent[Quote]) -> list[PointGrant]:
        return [point_views.of_granted(one) for one in root.points]  # type: ignore[misc]
