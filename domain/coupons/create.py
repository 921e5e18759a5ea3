"""A municipality or a store issues a coupon. A municipality's discount gets a budget that only it can spend."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

import orjson

from domain.assets import reads as assets
from domain.assets.create import LARGEST, NAME_LIMIT
from domain.assets.kinds import AssetKind
from domain.assets.refusals import UnknownAssetError
from domain.conditions.acceptance import EVERYWHERE, Acceptance
from domain.conditions.acceptance import to_json as acceptance_to_json
from domain.conditions.eligibility import ANYBODY, Eligibility
from domain.conditions.eligibility import to_json as eligibility_to_json
from domain.coupons import reads
from domain.coupons.coupon import Coupon
from domain.coupons.kinds import DISCOUNTS, BorneBy, CouponKind, Stacking
from domain.database import rows, transaction
from domain.identifiers import derived
from domain.ledger.act import Act
from domain.ledger.book import Book
from domain.ledger.holders import ensure_holder, may, require_staff
from domain.ledger.kinds import AccountKind, HolderKind, JournalKind, Operation
from domain.ledger.request import Draft, Facts, Posted, Request, RequestKey, fingerprint
from domain.municipalities import reads as municipalities
from domain.programmes.allowance import Allowance
from domain.programmes.create import AGE_LIMIT
from domain.programmes.kinds import BASIS_POINTS
from domain.refusals import InvalidInputError, NotPermittedError
from domain.services import Services
from domain.stores import reads as stores
from domain.typed_text import wrong_names
from domain.viewer import Relation, Viewer

COUNT_LIMIT = 10_000_000
MULTIPLIER_MAXIMUM = 10 * BASIS_POINTS
LIVE_LIMIT = {True: 50, False: 500}
"""The most coupons of one issuer that have not ended: of a store (True), of the municipality (False)."""


@dataclass(frozen=True, slots=True)
class NewCoupon:
    """The terms of a new coupon; see `coupon.Coupon`. Amounts in whole units, rates in hundredths of a percent."""

    kind: CouponKind
    name_ja: str
    name_en: str
    borne_by: BorneBy
    starts_at: datetime
    ends_at: datetime
    claim_required: bool
    stacking: Stacking
    returns_on_refund: bool
    store_id: UUID | None = None
    budget: int | None = None
    rate_bp: int | None = None
    amount: int | None = None
    discount_maximum: int | None = None
    multiplier_bp: int | None = None
    minimum_spend: int | None = None
    acceptance: Acceptance = EVERYWHERE
    eligibility: Eligibility = ANYBODY
    stock: int | None = None
    per_person: int | None = None
    per_day: int | None = None


def check(new: NewCoupon, now: datetime) -> None:
    """Raise InvalidInputError for the first field that is wrong."""
    counts = ("amount", "discount_maximum", "minimum_spend", "stock", "per_person", "per_day", "budget")
    wrong = [
        *wrong_names(NAME_LIMIT, name_ja=new.name_ja, name_en=new.name_en),
        *(
            (name, "POSITIVE", (value := getattr(new, name)) is not None and not 1 <= value <= LARGEST)
            for name in counts
        ),
        *((name, "TOO_LARGE", (getattr(new, name) or 0) > COUNT_LIMIT) for name in ("stock", "per_person", "per_day")),
        ("rate_bp", "RATE_OF_COUPON", (new.rate_bp is not None) != (new.kind is CouponKind.PERCENT)),
        ("rate_bp", "PERCENT", new.rate_bp is not None and not 1 <= new.rate_bp <= BASIS_POINTS),
        ("amount", "AMOUNT_OF_COUPON", (new.amount is not None) != (new.kind is CouponKind.FIXED_AMOUNT)),
        (
            "multiplier_bp",
            "MULTIPLIER_OF_COUPON",
            (new.multiplier_bp is not None) != (new.kind is CouponKind.POINTS_MULTIPLIER),
        ),
        (
            "multiplier_bp",
            "MULTIPLIER",
            new.multiplier_bp is not None and not BASIS_POINTS < new.multiplier_bp <= MULTIPLIER_MAXIMUM,
        ),
        (
            "discount_maximum",
            "MAXIMUM_OF_COUPON",
            new.discount_maximum is not None and new.kind is not CouponKind.PERCENT,
        ),
        ("minimum_spend", "NOT_WITH_FREE_ITEM", new.minimum_spend is not None and new.kind is CouponKind.FREE_ITEM),
        ("ends_at", "ORDER", new.ends_at <= new.starts_at),
        ("ends_at", "PAST", new.ends_at <= now),
        ("per_day", "ORDER", new.per_day is not None and new.per_person is not None and new.per_day > new.per_person),
        ("age_to", "ORDER", (new.eligibility.age_from or 0) > (new.eligibility.age_to or AGE_LIMIT)),
        *_wrong_bearer(new),
    ]
    for field, problem, is_wrong in wrong:
        if is_wrong:
            raise InvalidInputError(field, problem)


def _wrong_bearer(new: NewCoupon) -> list[tuple[str, str, bool]]:
    """Check who bears the coupon: the municipality from a budget, or the stores that its acceptance names.

    Stores are named so that every store knows which coupons it bears.
    """
    by_town, own, discounts = new.borne_by is BorneBy.TOWN, new.store_id is not None, new.kind in DISCOUNTS
    return [
        ("borne_by", "STORE_BEARS_ITS_OWN", own and by_town),
        ("borne_by", "FREE_ITEM_BY_STORE", new.kind is CouponKind.FREE_ITEM and by_town),
        ("budget", "BUDGET_OF_COUPON", (new.budget is not None) != (by_town and discounts)),
        ("acceptance", "OWN_SHOP_ONLY", own and new.acceptance.narrows_stores),
        ("acceptance", "NAME_THE_SHOPS", not own and not by_town and not new.acceptance.narrows_stores),
    ]


def coupon_of_key(viewer: Viewer, municipality: int, key: UUID) -> UUID:
    """Return the id of the coupon that a key creates."""
    return derived(viewer.person_id, "coupon", str(municipality), str(key))


async def was_issued(services: Services, viewer: Viewer, municipality: int, key: UUID) -> bool:
    """Whether a key has ended, with a coupon or without one."""
    return await services.ledger.has_ended(RequestKey(municipality, viewer.person_id, Operation.CREATE_COUPON, key))


async def create_coupon(
    services: Services, viewer: Viewer, municipality: int, key: UUID, new: NewCoupon, allowance: Allowance | None = None
) -> tuple[Coupon, Posted]:
    """Issue a coupon with its budget.

    The same key issues one coupon. Sent again, it finishes an issue that was interrupted. `allowance`: of the officer
    alone; None for what two have approved, and for what stores bear.
    """
    await check_issuer(viewer, municipality, new.store_id)
    coupon = coupon_of_key(viewer, municipality, key)
    if await reads.by_id(municipality, coupon) is None:
        await check_new(services, municipality, new)
    coin = next(
        (asset.id for asset in await assets.of_municipality(municipality) if asset.kind is AssetKind.COIN), None
    )
    if coin is None:
        raise UnknownAssetError
    await ensure_holder(municipality, coupon, HolderKind.PROGRAMME, services.clock())
    # The budget comes first, under the key, then the coupon: so a coupon without its budget, or of a key that was
    # closed, is never offered.
    posted = await _issue(services, viewer, municipality, key, coupon, coin, new, allowance)
    await _open(viewer, posted, coupon, coin, new)
    created = await reads.by_id(municipality, coupon)
    if created is None:
        raise NotPermittedError
    return created, posted


async def check_issuer(viewer: Viewer, municipality: int, store_id: UUID | None) -> None:
    """Raise NotPermittedError unless the viewer may issue coupons of the municipality, or of its store."""
    if store_id is None:
        await require_staff(municipality, viewer, Relation.FINANCE)
    elif not await may(municipality, store_id, viewer.person_id, viewer.relations(Relation.STAFF)):
        raise NotPermittedError


async def check_new(services: Services, municipality: int, new: NewCoupon) -> None:
    """Raise InvalidInputError for terms that no new coupon can have."""
    now = services.clock()
    check(new, now)
    if None in await stores.by_keys([(municipality, store) for store in new.acceptance.stores]):
        raise InvalidInputError("store_ids", "UNKNOWN_STORE")
    if await reads.live(municipality, new.store_id, now) >= LIVE_LIMIT[new.store_id is not None]:
        raise InvalidInputError("ends_at", "TOO_MANY_COUPONS")


async def _issue(
    services: Services,
    viewer: Viewer,
    municipality: int,
    key: UUID,
    coupon: UUID,
    coin: int,
    new: NewCoupon,
    allowance: Allowance | None,
) -> Posted:
    town = await municipalities.by_id(municipality)
    if town is None:
        raise NotPermittedError
    budget, issuer = new.budget, new.store_id or town.issuer_id

    def plan(book: Book, _: datetime) -> Draft:
        draft = Draft(amount=budget or 0, counterparties={coupon: issuer})
        if budget is not None:
            account = book.plain(municipality, AccountKind.BUDGET, coupon, coin)
            draft.moves.append((book.plain(municipality, AccountKind.ISSUANCE, issuer, coin), account, budget))
            draft.counterparties[issuer] = coupon
            draft.guards += [] if allowance is None else allowance.counted(book, budget)
        return draft

    facts = {
        name: value
        for name, value in asdict(new).items()
        if name not in ("acceptance", "eligibility", "starts_at", "ends_at")
    }
    return await services.ledger.post(
        Request(
            municipality=municipality,
            actor=viewer.person_id,
            operation=Operation.CREATE_COUPON,
            key=key,
            input_hash=fingerprint(
                **facts,
                acceptance=acceptance_to_json(new.acceptance),
                eligibility=eligibility_to_json(new.eligibility),
                starts_at=new.starts_at.isoformat(),
                ends_at=new.ends_at.isoformat(),
            ),
            kind=JournalKind.COUPON_ISSUE,
            holders=(coupon,) if budget is None else (coupon, issuer),
            plan=plan,
            guards=() if allowance is None else (allowance.guard,),
            facts=Facts(programme_id=coupon, store_id=new.store_id, client=viewer.client),
            act=Act(
                coupon,
                note=viewer.reason,
                after={"kind": new.kind.name, "borne_by": new.borne_by.name, "budget": new.budget, "stock": new.stock},
            ),
        )
    )


async def _open(viewer: Viewer, posted: Posted, coupon: UUID, coin: int, new: NewCoupon) -> None:
    acceptance = new.acceptance if new.store_id is None else replace(new.acceptance, stores=frozenset({new.store_id}))
    async with transaction():
        await rows(
            """insert into coupon (id, municipality_id, kind, name_ja, name_en, store_id, borne_by, asset_id, budget,
              rate_bp, amount,
                discount_maximum, multiplier_bp, minimum_spend, acceptance, eligibility, starts_at, ends_at,
                stock, per_person, per_day, claim_required, stacking, returns_on_refund, created_by, created_at)
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::jsonb, $16::jsonb, $17, $18,
                $19, $20, $21, $22, $23, $24,
                $25, $26) on conflict do nothing returning id""",
            coupon,
            posted.municipality,
            new.kind,
            new.name_ja.strip(),
            new.name_en.strip(),
            new.store_id,
            new.borne_by,
            coin,
            new.budget,
            new.rate_bp,
            new.amount,
            new.discount_maximum,
            new.multiplier_bp,
            new.minimum_spend,
            orjson.dumps(acceptance_to_json(acceptance)).decode(),
            orjson.dumps(eligibility_to_json(new.eligibility)).decode(),
            new.starts_at,
            new.ends_at,
            new.stock,
            new.per_person,
            new.per_day,
            new.claim_required,
            new.stacking,
            new.returns_on_refund,
            viewer.person_id,
            posted.recorded_at,
        )
