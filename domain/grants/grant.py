"""Grant value of a programme to a wallet, out of the budget and within the caps, into a lot of the programme."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets import reads as assets
from domain.assets.limits import check_amount, check_units
from domain.assets.lots import LOTS, Issue, ended
from domain.assets.reads import Asset, Lot
from domain.assets.refusals import UnknownAssetError
from domain.grants.duplicates import refuse_simultaneous, require_first_of_day
from domain.grants.sums import Alone, alone
from domain.ledger.act import Act
from domain.ledger.book import AccountKey, Book
from domain.ledger.credit import credit
from domain.ledger.holders import require_staff
from domain.ledger.kinds import AccountKind, JournalKind, LotOrigin, Operation
from domain.ledger.ledger import no_plan
from domain.ledger.parties import usable_wallet
from domain.ledger.refusals import BalanceCapError
from domain.ledger.request import Draft, Facts, GuardKey, Posted, Request, RequestKey, effective_on, fingerprint
from domain.programmes import reads
from domain.programmes.caps import of_book
from domain.programmes.kinds import ProgrammeKind
from domain.programmes.reads import Programme
from domain.programmes.receipts import OfProgramme
from domain.programmes.refusals import (
    BudgetExceededError,
    CapExceededError,
    NotEligibleError,
    ProgrammeClosedError,
    UnknownProgrammeError,
)
from domain.residents import reads as residents
from domain.services import Services
from domain.viewer import Relation, Viewer

AMOUNT_MAXIMUM = 10_000_000
"""The largest amount of a grant. Whole units."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The input of a grant. Amount in whole units.

    refuse_duplicate: refuse it if the programme gave the wallet the same amount today.
    """

    key: UUID
    municipality: int
    programme_id: UUID
    wallet_id: UUID
    amount: int
    valid_until: datetime | None = None
    refuse_duplicate: bool = False


@dataclass(frozen=True, slots=True)
class PreparedGrant:
    """The data that a grant needs, after all checks that are made before the locks."""

    programme: Programme
    asset: Asset
    lot: Lot
    person: UUID
    household: UUID | None

    @property
    def caps(self) -> tuple[tuple[GuardKey, int], ...]:
        """The guards that count the value given to the person and the household, with their caps."""
        return self.programme.caps_of(self.person, self.household)


async def grant_value(services: Services, viewer: Viewer, grant: Grant) -> Posted:
    """Grant value or raise a refusal. Concurrent grants never overdraw the budget."""
    await require_staff(grant.municipality, viewer, Relation.FINANCE, Relation.DESK)
    check_amount(grant.amount, AMOUNT_MAXIMUM)
    try:
        prepared = await prepare_grant(services, grant.municipality, grant.programme_id, grant.wallet_id)
    except (ProgrammeClosedError, NotEligibleError) as refusal:
        # A key that settled while the programme was open keeps its answer, which the ledger has.
        return await services.ledger.answer(_answer_request(viewer, grant), otherwise=refusal)
    known: frozenset[UUID] = frozenset()
    if grant.refuse_duplicate:
        key = RequestKey(grant.municipality, viewer.person_id, Operation.GRANT_VALUE, grant.key)
        known = await require_first_of_day(services, key, grant.programme_id, grant.wallet_id, grant.amount)
    limits = await alone(services, grant.municipality, viewer.person_id)
    return await services.ledger.post(_request(viewer, grant, prepared, limits, known))


async def prepare_grant(services: Services, municipality: int, programme_id: UUID, wallet_id: UUID) -> PreparedGrant:
    """Read the programme, the person and the lot of a grant, and check that the grant is possible.

    Raises UnknownProgrammeError, ProgrammeClosedError, NotEligibleError and UnknownAssetError.
    """
    programme = await reads.by_id(municipality, programme_id)
    if programme is None or programme.kind is not ProgrammeKind.GRANT:
        raise UnknownProgrammeError
    now = services.clock()
    if not programme.open_at(now):
        raise ProgrammeClosedError
    person, claims = await residents.person_of(municipality, wallet_id)
    reason = programme.eligibility.reason_against(claims, effective_on(now).year)
    if reason is not None:
        raise NotEligibleError(reason)
    asset = await assets.in_municipality(municipality, programme.asset)
    if asset is None:
        raise UnknownAssetError
    if ended(asset, issue_of(programme), now):
        raise ProgrammeClosedError
    lot = await services.shared(LOTS).of(asset, issue_of(programme), now)
    return PreparedGrant(
        programme=programme, asset=asset, lot=lot, person=person, household=None if claims is None else claims.household
    )


def issue_of(programme: Programme) -> Issue:
    """Return the terms under which a programme issues value."""
    return Issue(
        origin=LotOrigin.GRANT,
        funding=programme.funding,
        programme_id=programme.id,
        usable_from=programme.usable_from,
        expires_at=programme.expires_at,
    )


def _hash(grant: Grant) -> bytes:
    return fingerprint(programme=grant.programme_id, wallet=grant.wallet_id, amount=grant.amount)


def _answer_request(viewer: Viewer, grant: Grant) -> Request:
    return Request(
        municipality=grant.municipality,
        actor=viewer.person_id,
        operation=Operation.GRANT_VALUE,
        key=grant.key,
        input_hash=_hash(grant),
        kind=JournalKind.GRANT,
        holders=(),
        plan=no_plan,
        valid_until=grant.valid_until,
    )


def _request(viewer: Viewer, grant: Grant, prepared: PreparedGrant, limits: Alone, known: frozenset[UUID]) -> Request:
    def plan(book: Book, at: datetime) -> Draft:
        if grant.refuse_duplicate:
            refuse_simultaneous(
                book, (grant.municipality, grant.programme_id, grant.wallet_id, grant.amount), known, at
            )
        return plan_grant(book, grant.municipality, grant.wallet_id, grant.amount, prepared, limits)

    return Request(
        municipality=grant.municipality,
        actor=viewer.person_id,
        operation=Operation.GRANT_VALUE,
        key=grant.key,
        input_hash=_hash(grant),
        kind=JournalKind.GRANT,
        holders=(grant.wallet_id, prepared.programme.id),
        plan=plan,
        lots=(prepared.lot.id,),
        guards=(*(key for key, _ in prepared.caps), *limits.guards(grant.wallet_id)),
        recent=(grant.wallet_id, prepared.programme.id) if grant.refuse_duplicate else None,
        valid_until=grant.valid_until,
        facts=Facts(
            wallet_id=grant.wallet_id,
            programme_id=prepared.programme.id,
            funding=prepared.programme.funding,
            client=viewer.client,
        ),
        act=Act(grant.wallet_id, note=viewer.reason, after={"programme": str(prepared.programme.id)}),
    )


def plan_grant(
    book: Book, town: int, wallet_id: UUID, amount: int, prepared: PreparedGrant, limits: Alone | None
) -> Draft:
    """Plan the moves of a grant, or raise a refusal.

    The request must lock the programme and the wallet, and name the guards of the caps, and of `limits`: what one
    person may give alone; None for what two have approved. Amount in whole units.
    """
    programme, asset, lot = prepared.programme, prepared.asset, prepared.lot
    usable_wallet(book, town, wallet_id)
    check_units(amount, asset)
    counted = [] if limits is None else limits.counted(book, wallet_id, amount)
    guards, left = of_book(book, prepared.caps)
    if amount > left:
        raise CapExceededError(left)
    budget = book.plain(town, AccountKind.BUDGET, programme.id, asset.id)
    if amount > budget.available:
        raise BudgetExceededError(budget.available)
    after = book.total(town, wallet_id, asset.id) + amount
    if asset.balance_cap is not None and after > asset.balance_cap:
        raise BalanceCapError(asset.balance_cap)
    account = book.account(town, AccountKey(AccountKind.WALLET, wallet_id, asset.id, lot.id), lot)
    draft = Draft(
        amount=amount,
        lots=[lot.portion(amount)],
        balances={asset.id: after},
        sections=[OfProgramme(programme.id)],
        guards=[*((guard, amount) for guard in guards), *counted],
        counterparties={wallet_id: programme.id, programme.id: wallet_id},
    )
    credit(book, draft, budget, account, amount)
    return draft
