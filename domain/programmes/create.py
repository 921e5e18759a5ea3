"""Create a programme: its rules, and its budget, as value that only the programme can give."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain.approvals.trail import record
from domain.assets import reads as assets
from domain.assets.create import LARGEST, NAME_LIMIT
from domain.assets.expiry import after, latest_of_six_months
from domain.assets.kinds import CHARGEABLE, AssetKind
from domain.assets.refusals import UnknownAssetError
from domain.conditions.acceptance import EVERYWHERE, Acceptance
from domain.conditions.acceptance import to_json as acceptance_to_json
from domain.conditions.eligibility import ANYBODY, Eligibility
from domain.conditions.eligibility import to_json as eligibility_to_json
from domain.database import transaction
from domain.identifiers import derived
from domain.ledger.act import Act
from domain.ledger.book import Book
from domain.ledger.holders import open_holder, require_staff
from domain.ledger.kinds import AccountKind, Funding, HolderKind, JournalKind, Operation
from domain.ledger.refusals import KeyReusedError
from domain.ledger.request import Draft, Facts, Posted, Request, RequestKey, effective_on, fingerprint
from domain.municipalities import reads as municipalities
from domain.programmes import reads
from domain.programmes.allowance import Allowance
from domain.programmes.kinds import BASIS_POINTS, BudgetSource, ClawbackRule, ProgrammeKind
from domain.programmes.reads import PROGRAMMES, Programme
from domain.programmes.tables import Programme as Row
from domain.refusals import InvalidInputError, NotPermittedError
from domain.services import Services
from domain.typed_text import wrong_names
from domain.viewer import Relation, Viewer

AGE_LIMIT = 150
ACTIVATION_LIMIT = 60
"""The maximum number of days until earned points become usable."""


@dataclass(frozen=True, slots=True)
class NewProgramme:
    """The properties of a new programme. Whole units; `rate_bp` in hundredths of a percent of the charge."""

    kind: ProgrammeKind
    name_ja: str
    name_en: str
    asset: int
    budget: int
    starts_at: datetime
    ends_at: datetime
    funding: Funding = Funding.PUBLIC_BUDGET
    cap_per_person: int | None = None
    eligibility: Eligibility = ANYBODY
    acceptance: Acceptance = EVERYWHERE
    usable_from: datetime | None = None
    expires_at: datetime | None = None
    charged_asset: int | None = None
    rate_bp: int | None = None
    activates_after_days: int | None = None
    clawback: ClawbackRule | None = None
    cap_per_household: int | None = None
    funding_source: BudgetSource | None = None


def check(new: NewProgramme, now: datetime) -> None:
    """Raise InvalidInputError for the first invalid field."""
    wrong = [
        ("kind", "NOT_SO_MADE", new.kind is ProgrammeKind.VOUCHER),
        *wrong_names(NAME_LIMIT, name_ja=new.name_ja, name_en=new.name_en),
        ("budget", "POSITIVE", not 1 <= new.budget <= LARGEST),
        ("ends_at", "ORDER", new.ends_at <= new.starts_at),
        ("ends_at", "PAST", new.ends_at <= now),
        ("cap_per_person", "POSITIVE", new.cap_per_person is not None and not 1 <= new.cap_per_person <= LARGEST),
        (
            "cap_per_household",
            "POSITIVE",
            new.cap_per_household is not None and not 1 <= new.cap_per_household <= LARGEST,
        ),
        ("usable_from", "ORDER", new.usable_from is not None and new.usable_from < new.starts_at),
        (
            "expires_on",
            "ORDER",
            new.expires_at is not None and new.expires_at <= max(new.starts_at, new.usable_from or new.starts_at),
        ),
        ("age_to", "ORDER", (new.eligibility.age_from or 0) > (new.eligibility.age_to or AGE_LIMIT)),
        ("rate_bp", "RATE_OF_BONUS", (new.rate_bp is not None) != (new.kind is ProgrammeKind.CHARGE_BONUS)),
        ("rate_bp", "PERCENT", new.rate_bp is not None and not 1 <= new.rate_bp <= BASIS_POINTS),
        (
            "charged_asset_id",
            "ASSET_OF_BONUS",
            (new.charged_asset is not None) != (new.kind is ProgrammeKind.CHARGE_BONUS),
        ),
    ]
    of_points = new.kind is ProgrammeKind.EARNING
    wrong += [
        ("activates_after_days", "OF_POINTS", (new.activates_after_days is not None) != of_points),
        (
            "activates_after_days",
            "DAYS_RANGE",
            new.activates_after_days is not None and not 0 <= new.activates_after_days <= ACTIVATION_LIMIT,
        ),
        ("clawback_rule", "OF_POINTS", (new.clawback is not None) != of_points),
    ]
    for field, problem, is_wrong in wrong:
        if is_wrong:
            raise InvalidInputError(field, problem)


def programme_of_key(viewer: Viewer, municipality: int, key: UUID) -> UUID:
    """Return the id of the programme that a key creates."""
    return derived(viewer.person_id, "programme", str(municipality), str(key))


async def was_created(services: Services, viewer: Viewer, municipality: int, key: UUID) -> bool:
    """Whether a key has ended, with a programme or without one."""
    return await services.ledger.has_ended(RequestKey(municipality, viewer.person_id, Operation.ALLOCATE, key))


async def create_programme(
    services: Services,
    viewer: Viewer,
    municipality: int,
    key: UUID,
    new: NewProgramme,
    allowance: Allowance | None = None,
) -> tuple[Programme, Posted]:
    """Create the programme and allocate its budget.

    A key creates one programme; repeating it completes a call that was cut off. `allowance`: of the officer alone; None
    for what two have approved.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    programme = programme_of_key(viewer, municipality, key)
    known = await reads.by_id(municipality, programme)
    if known is None:
        await check_new(services, municipality, new)
        try:
            await _open(services, viewer, municipality, programme, new)
        except IntegrityError:  # a concurrent request with the same key created it
            if await reads.by_id(municipality, programme) is None:
                raise
        known = await reads.by_id(municipality, programme)
    if known is None:
        raise NotPermittedError
    posted = await _allocate(services, viewer, key, known, new, allowance)
    services.shared(PROGRAMMES).forget(municipality)
    return await reads.by_id(municipality, programme) or known, posted


def _is(known: Programme, new: NewProgramme) -> bool:
    """Whether the programme was created with these properties."""
    names = (
        "kind",
        "name_ja",
        "name_en",
        "asset",
        "budget",
        "starts_at",
        "ends_at",
        "rate_bp",
        "cap_per_person",
        "cap_per_household",
    )
    return all(getattr(known, name) == getattr(new, name) for name in names)


async def check_new(services: Services, municipality: int, new: NewProgramme) -> None:
    """Raise InvalidInputError or UnknownAssetError for terms that no programme can have."""
    now = services.clock()
    check(new, now)
    await _check_assets(municipality, new, now)


async def _check_assets(municipality: int, new: NewProgramme, now: datetime) -> None:
    asset = await assets.in_municipality(municipality, new.asset)
    if asset is None or asset.kind is AssetKind.CASH:
        raise UnknownAssetError
    if asset.paid and new.kind is not ProgrammeKind.CONVERSION:
        raise InvalidInputError("asset_id", "PAID_IS_NOT_GIVEN")
    if asset.six_month_exempt and new.expires_at is not None:
        # Value of the first day would end before the day that the programme names, and nobody would be told.
        first_day = effective_on(max(now, new.starts_at))
        if new.expires_at > after(latest_of_six_months(first_day)):
            raise InvalidInputError("expires_on", "SIX_MONTHS_OF_FIRST_DAY")
    if new.charged_asset is not None:
        charged = await assets.in_municipality(municipality, new.charged_asset)
        if charged is None or charged.kind not in CHARGEABLE:
            raise InvalidInputError("charged_asset_id", "NOT_CHARGEABLE")


async def _open(services: Services, viewer: Viewer, municipality: int, programme: UUID, new: NewProgramme) -> None:
    now = services.clock()
    async with transaction():
        await open_programme(municipality, programme, new, viewer.person_id, now)
        after = {
            "kind": new.kind.name,
            "asset": new.asset,
            "budget": new.budget,
            "rate_bp": new.rate_bp,
            "cap_per_person": new.cap_per_person,
            "cap_per_household": new.cap_per_household,
            "funding_source": None if new.funding_source is None else new.funding_source.name,
        }
        await record(municipality, viewer, "create_programme", programme, "", None, after, now)


async def open_programme(municipality: int, programme: UUID, new: NewProgramme, officer: UUID, now: datetime) -> None:
    """Create the programme's row, and its holder, which owns the budget. Call inside a transaction."""
    await open_holder(municipality, programme, HolderKind.PROGRAMME, now)
    await Row.create(
        id=programme,
        municipality_id=municipality,
        kind=new.kind,
        name_ja=new.name_ja,
        name_en=new.name_en,
        asset_id=new.asset,
        funding=new.funding,
        budget=new.budget,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        cap_per_person=new.cap_per_person,
        eligibility=eligibility_to_json(new.eligibility),
        acceptance=acceptance_to_json(new.acceptance),
        usable_from=new.usable_from,
        expires_at=new.expires_at,
        charged_asset_id=new.charged_asset,
        rate_bp=new.rate_bp,
        activates_after_days=new.activates_after_days,
        clawback=new.clawback,
        cap_per_household=new.cap_per_household,
        funding_source=new.funding_source,
        created_by=officer,
        created_at=now,
    )


async def _allocate(
    services: Services, viewer: Viewer, key: UUID, known: Programme, new: NewProgramme, allowance: Allowance | None
) -> Posted:
    municipality, programme = known.municipality, known.id
    town = await municipalities.by_id(municipality)
    if town is None:
        raise NotPermittedError

    def plan(book: Book, _: datetime) -> Draft:
        if not _is(known, new):  # the key created a programme of other terms, and was cut off before its allocation
            raise KeyReusedError
        issuance = book.plain(municipality, AccountKind.ISSUANCE, town.issuer_id, new.asset)
        budget = book.plain(municipality, AccountKind.BUDGET, programme, new.asset)
        return Draft(
            amount=new.budget,
            moves=[(issuance, budget, new.budget)],
            guards=[] if allowance is None else allowance.counted(book, new.budget),
            counterparties={programme: town.issuer_id, town.issuer_id: programme},
        )

    return await services.ledger.post(
        Request(
            municipality=municipality,
            actor=viewer.person_id,
            operation=Operation.ALLOCATE,
            key=key,
            input_hash=fingerprint(
                kind=new.kind,
                name_ja=new.name_ja,
                name_en=new.name_en,
                asset=new.asset,
                budget=new.budget,
                starts_at=new.starts_at.isoformat(),
                ends_at=new.ends_at.isoformat(),
                cap=new.cap_per_person,
                eligibility=eligibility_to_json(new.eligibility),
                acceptance=acceptance_to_json(new.acceptance),
                usable_from=new.usable_from and new.usable_from.isoformat(),
                expires_at=new.expires_at and new.expires_at.isoformat(),
                charged=new.charged_asset,
                rate=new.rate_bp,
                activates=new.activates_after_days,
                clawback=new.clawback,
                household=new.cap_per_household,
                source=new.funding_source,
            ),
            kind=JournalKind.ALLOCATION,
            holders=(programme, town.issuer_id),
            plan=plan,
            guards=() if allowance is None else (allowance.guard,),
            facts=Facts(programme_id=programme, funding=new.funding, client=viewer.client),
            act=Act(programme, note=viewer.reason, action="allocate_budget"),
        )
    )
