"""Conversion: value of one asset leaves the wallet for good, and a programme's budget pays for value of another.

Both happen in one journal.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets.limits import check_amount
from domain.conversions.offer import ConversionLimits, Offer, offer_of, worked_out
from domain.conversions.receipts import Received
from domain.ledger.book import AccountKey, Book
from domain.ledger.credit import credit
from domain.ledger.kinds import AccountKind, JournalKind, Operation
from domain.ledger.part import Part, Parts
from domain.ledger.parties import usable_wallet
from domain.ledger.refusals import QuoteChangedError, UnknownWalletError
from domain.ledger.request import Draft, Facts, GuardKey, Posted, Request, fingerprint
from domain.municipalities import reads as municipalities
from domain.programmes.caps import UNLIMITED, of_book
from domain.programmes.reads import PROGRAMMES
from domain.programmes.receipts import OfProgramme
from domain.programmes.store_rules import StaleRulesError
from domain.refusals import UnstoredRefusal
from domain.services import Services
from domain.viewer import Viewer

AMOUNT_MAXIMUM = 10_000_000
"""The most that one conversion may convert. Whole units."""


@dataclass(frozen=True, slots=True)
class Convert:
    """A conversion.

    amount: in whole units of `from_asset`. expected: the amount that the quote said would be received; None: any.
    """

    key: UUID
    municipality: int
    wallet_id: UUID
    from_asset: int
    to_asset: int
    amount: int
    expected: int | None = None
    valid_until: datetime | None = None


async def convert(services: Services, viewer: Viewer, conversion: Convert) -> Posted:
    """Convert value or raise a refusal.

    The same key gets the same answer, also when the rate or the programme has ended since.
    """
    check_amount(conversion.amount, AMOUNT_MAXIMUM)
    try:
        return await _convert(services, viewer, conversion)
    except StaleRulesError:
        services.shared(PROGRAMMES).forget(conversion.municipality)
        return await _convert(services, viewer, conversion)


async def _convert(services: Services, viewer: Viewer, conversion: Convert) -> Posted:
    municipality, wallet_id = conversion.municipality, conversion.wallet_id
    town = await municipalities.by_id(municipality)
    if town is None:
        raise UnknownWalletError
    try:
        offer = await offer_of(services, municipality, wallet_id, conversion.from_asset, conversion.to_asset)
    except UnstoredRefusal as refusal:
        return await services.ledger.answer(_request(viewer, conversion, None, Parts(())), otherwise=refusal)
    parts = Parts((Exchange(conversion, offer, town.issuer_id),))
    return await services.ledger.post(_request(viewer, conversion, offer.programme.id, parts))


def _request(viewer: Viewer, conversion: Convert, programme_id: UUID | None, parts: Parts) -> Request:
    def admit(book: Book) -> None:
        usable_wallet(book, conversion.municipality, conversion.wallet_id, viewer)

    return Request(
        municipality=conversion.municipality,
        actor=viewer.person_id,
        operation=Operation.CONVERT,
        key=conversion.key,
        input_hash=fingerprint(
            wallet=conversion.wallet_id,
            given=conversion.from_asset,
            taken=conversion.to_asset,
            amount=conversion.amount,
        ),
        kind=JournalKind.CONVERSION,
        admit=admit,
        plan=parts.plan,
        access=(conversion.wallet_id,),
        valid_until=conversion.valid_until,
        holders=(conversion.wallet_id, *parts.holders),
        lots=parts.lots,
        guards=parts.guards,
        facts=Facts(wallet_id=conversion.wallet_id, programme_id=programme_id, client=viewer.client),
    )


@dataclass(frozen=True, slots=True)
class Exchange(Part):
    """The exchange: one asset moves from wallet to issuance, another from a programme's budget to the wallet."""

    conversion: Convert
    offer: Offer
    issuer: UUID

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The issuer, which takes the converted value, and the programme, which pays for the received value."""
        return (self.issuer, self.offer.programme.id)

    @property
    def lots(self) -> tuple[int, ...]:
        """The lot of the received value."""
        return (self.offer.lot.id,)

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guards of the daily cap and of the caps of the programme."""
        return (self.offer.of_today, *(key for key, _ in self.offer.caps))

    def apply(self, book: Book, draft: Draft, at: datetime) -> None:
        """Add the converted and the received value. QuoteChangedError, and the refusals of `worked_out`."""
        offer, rate, wallet = self.offer, self.offer.rate, self.conversion.wallet_id
        town, source, target = self.conversion.municipality, offer.source.id, offer.target.id
        today = book.guard(offer.of_today, UNLIMITED)
        caps, cap_left = of_book(book, offer.caps)
        budget = book.plain(town, AccountKind.BUDGET, offer.programme.id, target)
        held = book.total(town, wallet, target)
        limits = ConversionLimits(today.value, cap_left, budget.available, held)
        converted = worked_out(offer, self.conversion.amount, book.wallet_lots(town, wallet), limits, at)
        if self.conversion.expected is not None and self.conversion.expected != converted.received:
            raise QuoteChangedError
        issuance = book.plain(town, AccountKind.ISSUANCE, self.issuer, source)
        account = book.account(town, AccountKey(AccountKind.WALLET, wallet, target, offer.lot.id), offer.lot)
        draft.amount = converted.spent
        draft.lots += [lot.portion(part) for lot, part in converted.parts]
        draft.balances[source] = book.total(town, wallet, source) - converted.spent
        draft.balances[target] = held + converted.received
        draft.sections.append(Received(offer.lot.portion(converted.received), rate.numerator, rate.denominator))
        draft.sections.append(OfProgramme(offer.programme.id))
        draft.moves += [(lot, issuance, part) for lot, part in converted.parts]
        draft.guards += [(today, converted.spent), *((cap, converted.received) for cap in caps)]
        draft.counterparties |= {wallet: offer.programme.id, offer.programme.id: wallet, self.issuer: wallet}
        credit(book, draft, budget, account, converted.received)
