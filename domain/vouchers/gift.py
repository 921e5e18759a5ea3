"""Gifts: the buyer issues a gift's numbers and hands them on.

The receiver activates the gift with them, once, into a wallet of their own.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.database import rows
from domain.ledger.book import AccountKey, Book
from domain.ledger.kinds import AccountKind, Channel, JournalKind, Operation, Outcome
from domain.ledger.parties import usable_wallet
from domain.ledger.reads import Journal, guard_values, journal_by_id
from domain.ledger.request import Draft, Facts, Posted, Request, RequestKey, fingerprint
from domain.refusals import InvalidInputError
from domain.residents import reads as residents
from domain.services import Services
from domain.tries.count import counted
from domain.tries.kinds import Tried
from domain.viewer import Viewer
from domain.vouchers.gift_code import Digests, GiftNumbers, digests, is_pin, knows_secret, new_numbers, plain, same
from domain.vouchers.product import gift_guard
from domain.vouchers.receipts import Activated, BoughtUnits
from domain.vouchers.refusals import (
    GiftCodeError,
    GiftLockedError,
    GiftUsedError,
    UnknownVoucherError,
    VoucherEndedError,
)

ATTEMPTS = 5
"""Wrong attempts with the right secret number after which the numbers of a gift are invalid."""
LONGEST = 64
"""The most characters of a number as typed."""


@dataclass(frozen=True, slots=True)
class Activation:
    """An activation of a gift. `id`: the gift, by the id of its purchase."""

    key: UUID
    municipality: int
    id: UUID
    wallet_id: UUID
    numbers: GiftNumbers = field(repr=False)
    pin: str = field(repr=False)
    valid_until: datetime | None = None


async def gift_of(municipality: int, gift: UUID) -> Journal | None:
    """Read the purchase of a gift; None where there is none."""
    return gift_in(await journal_by_id(municipality, gift))


def gift_in(journal: Journal | None) -> Journal | None:
    """Return the journal if it is the purchase of a gift, and None otherwise."""
    if (
        journal is None
        or journal.kind != JournalKind.VOUCHER_PURCHASE
        or journal.outcome != Outcome.SETTLED
        or not journal.receipt.section(BoughtUnits).gift
    ):
        return None
    return journal


async def issue_numbers(services: Services, viewer: Viewer, municipality: int, gift: UUID, pin: str) -> GiftNumbers:
    """Issue new numbers for a gift that the viewer's wallet bought. Earlier numbers become invalid.

    The numbers are returned this once and kept as digests only. UnknownVoucherError, GiftUsedError.
    """
    if not is_pin(pin):
        raise InvalidInputError("pin", "PIN")
    journal = await gift_of(municipality, gift)
    if (
        journal is None
        or journal.wallet_id is None
        or not await residents.may_use(viewer, municipality, journal.wallet_id)
    ):
        raise UnknownVoucherError
    [used] = await guard_values([gift_guard(municipality, gift)])
    if used:
        raise GiftUsedError
    numbers = new_numbers()
    kept = await digests(numbers, pin)
    await rows(
        """insert into voucher_gift (municipality_id, id, salt, serial_digest, secret_digest, pin_digest, issued_at)
          values ($1, $2, $3, $4, $5, $6, $7) on conflict (municipality_id, id) do update set salt = excluded.salt,
            attempts = 0,
          serial_digest = excluded.serial_digest, secret_digest = excluded.secret_digest,
            pin_digest = excluded.pin_digest,
          issued_at = excluded.issued_at returning id""",
        municipality,
        gift,
        kept.salt,
        kept.serial,
        kept.secret,
        kept.pin,
        services.clock(),
    )
    return numbers


async def activate(services: Services, viewer: Viewer, activation: Activation) -> Posted:
    """Move a gift's vouchers into a wallet of the viewer, or raise a refusal."""
    await residents.require_own(viewer, activation.municipality, activation.wallet_id)
    key = RequestKey(activation.municipality, viewer.person_id, Operation.ACTIVATE_GIFT, activation.key)
    if not await services.ledger.has_ended(
        key
    ):  # an ended key is answered again, even if the numbers have changed since
        async with counted(services, viewer, Tried.GIFT):
            await _verify(activation)
    gift = await gift_of(activation.municipality, activation.id)
    if gift is None:
        raise GiftCodeError
    return await services.ledger.post(_request(viewer, activation, gift, gift.receipt.section(BoughtUnits)))


async def _verify(activation: Activation) -> None:
    """Check the numbers and the PIN. GiftCodeError, GiftLockedError.

    An attempt with the right secret number is counted before the rest is checked, so that concurrent attempts are no
    more than ATTEMPTS. Attempts without it are not counted: a stranger who knows a gift's id cannot lock its receiver
    out.
    """
    texts = (activation.numbers.serial, activation.numbers.secret, activation.pin)
    if any(len(text) > LONGEST or not plain(text).isascii() for text in texts):
        raise GiftCodeError
    known = await _digests_of(activation.municipality, activation.id)
    if known is None or not knows_secret(activation.numbers, known.salt, known.secret):
        raise GiftCodeError
    if not await _counted(activation, known.salt, 1):
        raise GiftLockedError
    if not same(known, await digests(activation.numbers, activation.pin, known.salt)):
        raise GiftCodeError
    # All three are right, so this was no guess: the attempt is given back, unless new numbers were issued meanwhile.
    await _counted(activation, known.salt, -1)


async def _digests_of(municipality: int, gift: UUID) -> Digests | None:
    stored = await rows(
        "select salt, serial_digest, secret_digest, pin_digest from voucher_gift"
        " where municipality_id = $1 and id = $2",
        municipality,
        gift,
    )
    if not stored:
        return None
    [row] = stored
    return Digests(
        salt=bytes(row["salt"]),
        serial=bytes(row["serial_digest"]),
        secret=bytes(row["secret_digest"]),
        pin=bytes(row["pin_digest"]),
    )


async def _counted(activation: Activation, salt: bytes, attempts: int) -> bool:
    """Count attempts at the numbers under a salt; return False where none is left."""
    changed = await rows(
        """update voucher_gift set attempts = attempts + $4 where municipality_id = $1 and id = $2 and salt = $3
          and attempts + $4 between 0 and $5 returning id""",
        activation.municipality,
        activation.id,
        salt,
        attempts,
        ATTEMPTS,
    )
    return bool(changed)


def _request(viewer: Viewer, activation: Activation, gift: Journal, bought: BoughtUnits) -> Request:
    def plan(book: Book, at: datetime) -> Draft:
        usable_wallet(book, activation.municipality, activation.wallet_id, viewer)
        return _plan(book, at, activation, gift, bought)

    return Request(
        municipality=activation.municipality,
        actor=viewer.person_id,
        operation=Operation.ACTIVATE_GIFT,
        key=activation.key,
        input_hash=fingerprint(gift=activation.id, wallet=activation.wallet_id),
        kind=JournalKind.GIFT_ACTIVATION,
        holders=(activation.wallet_id, bought.product),
        plan=plan,
        access=(activation.wallet_id,),
        lots=tuple(portion.lot for portion in gift.receipt.lots),
        guards=(gift_guard(activation.municipality, activation.id),),
        valid_until=activation.valid_until,
        facts=Facts(
            wallet_id=activation.wallet_id,
            programme_id=bought.product,
            linked_journal=gift.id,
            channel=Channel.APP,
            client=viewer.client,
        ),
    )


def _plan(book: Book, at: datetime, activation: Activation, gift: Journal, bought: BoughtUnits) -> Draft:
    town, product = activation.municipality, bought.product
    opened = book.guard(gift_guard(town, activation.id), 1)
    if opened.value:
        raise GiftUsedError
    moves, balances = [], {}
    for portion in gift.receipt.lots:
        asset, lot, part = portion.asset, portion.lot, portion.amount
        if portion.expires_at is not None and portion.expires_at <= at:
            raise VoucherEndedError
        promised = book.account(town, AccountKey(AccountKind.BUDGET, product, asset, lot))
        moves.append(
            (
                promised,
                book.account(town, AccountKey(AccountKind.WALLET, activation.wallet_id, asset, lot), promised),
                part,
            )
        )
        balances[asset] = book.total(town, activation.wallet_id, asset) + part
    return Draft(
        amount=bought.face_value,
        lots=list(gift.receipt.lots),
        balances=balances,
        sections=[Activated(product, gift.id, bought.units)],
        moves=moves,
        guards=[(opened, 1)],
        counterparties={activation.wallet_id: product, product: activation.wallet_id},
    )
