"""Payments and refunds, and what a payment would do."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import lazy

from domain.assets.reads import ASSETS, sources_of
from domain.coupons.receipts import discount_of, refundable
from domain.identifiers import Prefix
from domain.ledger import reads
from domain.ledger.kinds import JournalKind
from domain.ledger.reads import linked_journals, note_of
from domain.ledger.receipt import SpendOrder
from domain.locales.catalogue import message
from domain.payments.explain import sentences
from domain.payments.quote import Quote
from domain.payments.receipts import OfPayment, cash_of, lapsed_of
from domain.programmes.reads import PROGRAMMES
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError
from schema.core.kept_away import KeptAway
from schema.core.scalars import Amount
from schema.coupons.types import AppliedCoupon, applied_coupons_of, quoted_coupons, shown_to_store
from schema.ledger.enums import AllocationReason
from schema.ledger.receipts import NOT_FOR_STORES, Allocation, Receipt, receipt_of_kind, store_of_journal
from schema.ledger.tenders import TENDERS, Tender, tenders_shown
from schema.payments.enums import RefundReason
from schema.points.types import PointClawback, PointGrant, point_clawbacks_of, point_grant_of, point_grants_of
from schema.residents.types import Wallet, wallet_of
from schema.stores.types import Store


@receipt_of_kind(JournalKind.REFUND)
@strawberry.type(description="A store gave back a payment, in part or whole. 返金（残高戻し）")
class Refund(Receipt):
    """A refund."""

    amount = strawberry.field(resolver=Receipt.amount, description="What was given back. Whole units.")

    @strawberry.field(description=f"The lots that it went back to, in order. {NOT_FOR_STORES}")
    async def allocations(self, info: MeguruInfo) -> list[Allocation]:
        return await self.allocations_for(info, self.journal.receipt.lots)

    @strawberry.field(description=f"{TENDERS} Points that were clawed back are not taken off.")
    async def tenders(self, info: MeguruInfo) -> list[Tender]:
        receipt = self.journal.receipt
        discount = discount_of(receipt)
        return await tenders_shown(info, self.journal, value=receipt.amount - discount, discount=discount)

    @strawberry.field(
        description=(
            "The part of `amount` that coupons had taken off: it goes back to who bore it, the rest to the wallet."
            " Whole units."
        )
    )
    def discount_returned(self) -> Amount:
        return Amount(discount_of(self.journal.receipt))

    @strawberry.field(
        description=(
            "The points of the payment that it clawed back; `allocations` are what is left after them. Null for the"
            " store's staff."
        )
    )
    async def point_clawbacks(self, info: MeguruInfo) -> list[PointClawback] | None:
        return point_clawbacks_of(self.journal) if await self.shows_value(info) else None

    @strawberry.field(
        description=(
            "The part of `allocations` that went back to value whose last day is over: nobody can spend it, and it"
            " expires. The store may give it back in cash. Whole units."
        )
    )
    def lapsed(self) -> Amount:
        return Amount(lapsed_of(self.journal.receipt, self.journal.recorded_at))

    @strawberry.field(
        description=(
            "What the wallet got back that has not ended: `allocations` less `lapsed`; for a store `tenders` of value"
            " less `lapsed`. Whole units."
        )
    )
    async def returned(self, info: MeguruInfo) -> Amount:
        receipt = self.journal.receipt
        whole = receipt.amount - discount_of(receipt)  # before points were clawed back, which a store does not learn
        if await self.shows_value(info):
            whole = sum(portion.amount for portion in receipt.lots)
        return Amount(whole - lapsed_of(receipt, self.journal.recorded_at))

    @strawberry.field(
        description=(
            "What the person should know, in the language of the request: how much lapsed, and what can be done. Null"
            " where nothing did."
        )
    )
    async def notice(self, info: MeguruInfo) -> str | None:
        lapsed = lapsed_of(self.journal.receipt, self.journal.recorded_at)
        if not lapsed:
            return None
        own = await wallet_of(info, self.journal.municipality, self.journal.wallet_id)
        code = "REFUND_LAPSED_STORE" if own is None else "REFUND_LAPSED"
        return message(code, info.context.locale, lapsed=lapsed)

    @strawberry.field(description="Reason given by the store.")
    def reason(self) -> RefundReason:
        return RefundReason(self.journal.reason or 0)  # 0 is none of them: every refund has one

    @strawberry.field(description="The payment that was given back.")
    async def payment(self, info: MeguruInfo) -> Annotated["Payment", lazy("schema.payments.types")]:
        key = (self.journal.municipality, self.journal.receipt.section(OfPayment).id)
        journal = await info.context.load(reads.journals_by_keys, key)
        if journal is None:
            raise NotFoundError
        return Payment(journal=journal)

    @strawberry.field(description="Time of the refund, in UTC.")
    def refunded_at(self) -> datetime:
        return self.journal.recorded_at


@receipt_of_kind(JournalKind.PAYMENT, JournalKind.CAPTURE)
@strawberry.type(description="A payment by a resident to a store. お支払い")
class Payment(Receipt):
    """A payment. Only its wallet's own people see the note and the points."""

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """Payments have a prefix of their own."""
        return Prefix.PAYMENT, self.journal.municipality, self.journal.id

    amount = strawberry.field(resolver=Receipt.amount, description="What was paid. Whole units.")

    @strawberry.field(
        description="What the payer paid the store in cash in addition; `amount` is without it. Whole units."
    )
    def cash_due(self) -> Amount:
        return Amount(cash_of(self.journal.receipt))

    @strawberry.field(description="What coupons took off the list price. Whole units.")
    def discount(self) -> Amount:
        return Amount(discount_of(self.journal.receipt))

    @strawberry.field(description="The price before coupons: `amount`, `cashDue` and `discount`. Whole units.")
    def list_amount(self) -> Amount:
        receipt = self.journal.receipt
        return Amount(receipt.amount + cash_of(receipt) + discount_of(receipt))

    @strawberry.field(description=f"Which lots it used, in spend order. {NOT_FOR_STORES}")
    async def allocations(self, info: MeguruInfo) -> list[Allocation]:
        order = self.journal.receipt.find(SpendOrder)
        return await self.allocations_for(info, self.journal.receipt.lots, None if order is None else order.why)

    @strawberry.field(description=TENDERS)
    async def tenders(self, info: MeguruInfo) -> list[Tender]:
        receipt = self.journal.receipt
        return await tenders_shown(
            info, self.journal, value=receipt.amount, discount=discount_of(receipt), cash=cash_of(receipt)
        )

    @strawberry.field(
        description=(
            "One plain sentence per lot in the language of the request: why this value, who paid for it, when it"
            f" expires. {NOT_FOR_STORES}"
        )
    )
    async def explain(self, info: MeguruInfo) -> list[str]:
        if not await self.shows_value(info):
            return []
        municipality, services = self.journal.municipality, info.context.services
        programmes = {str(programme.id): programme for programme in await services.shared(PROGRAMMES).of(municipality)}
        assets = {asset.id: asset for asset in await services.shared(ASSETS).of(municipality)}
        sources = await sources_of(municipality, [portion.lot for portion in self.journal.receipt.lots])
        return sentences(self.journal, sources, assets, programmes, info.context.locale)

    @strawberry.field(
        description=(
            "The coupons that were used, in the order in which they were taken off. A store sees its own, and those"
            " that anybody may use; all of them are in `discount`."
        )
    )
    async def coupons(self, info: MeguruInfo) -> list[AppliedCoupon]:
        applied = applied_coupons_of(self.journal)
        return applied if not applied or await self.shows_value(info) else await shown_to_store(info, applied)

    @strawberry.field(description="The points that it earned; null for everybody but the wallet's own people.")
    async def point_grants(self, info: MeguruInfo) -> list[PointGrant] | None:
        return point_grants_of(self.journal) if await self.shows_person(info) else None

    @strawberry.field(description="What was given back of it so far, of the price before coupons. Whole units.")
    async def refunded(self, info: MeguruInfo) -> Amount:
        return Amount(await self._refunded(info))

    @strawberry.field(
        description=(
            "What may still be given back, of the price before coupons and without what was paid in cash. Whole units."
        )
    )
    async def refundable(self, info: MeguruInfo) -> Amount:
        return Amount(refundable(self.journal.receipt) - await self._refunded(info))

    @strawberry.field(description="Its refunds, oldest first.")
    async def refunds(self) -> list[Refund]:
        journals = await linked_journals(self.journal.municipality, self.journal.id, JournalKind.REFUND)
        return [Refund(journal=journal) for journal in journals]

    @strawberry.field(description="The store that was paid.")
    async def store(self, info: MeguruInfo) -> Store | None:
        return await store_of_journal(info, self.journal)

    @strawberry.field(
        description="The wallet that paid; null for everybody but its own people and the municipality's staff."
    )
    async def wallet(self, info: MeguruInfo) -> Wallet | None:
        return await wallet_of(info, self.journal.municipality, self.journal.wallet_id)

    @strawberry.field(
        description="The payer's note; null where there is none, for everybody else, and once it is erased."
    )
    async def note(self, info: MeguruInfo) -> str | None:
        shown = await self.shows_person(info)
        return await note_of(self.journal.municipality, self.journal.id) if shown else None

    @strawberry.field(description="Time of payment, in UTC.")
    def paid_at(self) -> datetime:
        return self.journal.recorded_at

    async def _refunded(self, info: MeguruInfo) -> int:
        """What was given back so far. Whole units."""
        return await info.context.load(reads.refunded, (self.journal.municipality, self.journal.id))


@strawberry.type(description="What a payment would do now. Nothing is set aside; `pay` may find another state.")
class PaymentQuote:
    """What a payment would do now."""

    quote: strawberry.Private[Quote]

    @strawberry.field(description="The wallet.")
    def wallet(self) -> Wallet:
        return Wallet(wallet=self.quote.wallet)

    @strawberry.field(description="The store.")
    def store(self) -> Store:
        return Store(store=self.quote.store)

    @strawberry.field(description="The price before coupons. Whole units.")
    def list_amount(self) -> Amount:
        return Amount(self.quote.list_amount)

    @strawberry.field(description="What coupons would take off the list price. Whole units.")
    def discount(self) -> Amount:
        return Amount(sum(discount for _, discount in self.quote.coupons))

    @strawberry.field(description="What would be paid, without what coupons take off. Whole units.")
    def amount(self) -> Amount:
        return Amount(self.quote.amount)

    @strawberry.field(description="What would be paid to the store in cash; part of `amount`. Whole units.")
    def cash_due(self) -> Amount:
        return Amount(self.quote.cash_due)

    @strawberry.field(
        description=(
            "What further payments at this store could use afterwards: whole minimum units of each asset. Whole units."
        )
    )
    def available_after(self) -> Amount:
        return Amount(self.quote.available_after)

    @strawberry.field(
        description="Other value of the wallet that a rule keeps out of this payment, such as another store or day."
    )
    def kept_away(self, info: MeguruInfo) -> list[KeptAway]:
        return [KeptAway(kept=kept, locale=info.context.locale) for kept in self.quote.kept_away]

    @strawberry.field(description="Which lots it would use, in spend order.")
    def allocations(self) -> list[Allocation]:
        return [
            Allocation(
                number=part.asset,
                ends_at=part.expires_at,
                amount=Amount(part.amount),
                reason=AllocationReason(part.reason),
            )
            for part in self.quote.parts
        ]

    @strawberry.field(description="What each coupon would take off, in order.")
    def coupons(self) -> list[AppliedCoupon]:
        return quoted_coupons(self.quote.coupons)

    @strawberry.field(description="The points that it would earn; a budget or a cap may be used up before it is made.")
    def point_grants(self) -> list[PointGrant]:
        return [point_grant_of(granted) for granted in self.quote.points]

    @strawberry.field(
        description="Give it to `pay` as `quoteToken`: the payment is made so, or refused with QUOTE_CHANGED."
    )
    def token(self) -> str:
        return self.quote.token
