"""The steps of a voucher product from draft to sale and to its end.

One officer submits the draft, and another approves it, which sets its money aside. Closing the sale returns the rest.

Approval moves, in one journal, the premium of all units from the declared budget to the product, and the face value of
all units from issuance to the product. Selling a unit takes its share of both; closing returns the rest of both.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from tortoise.connection import get_connection

from domain.approvals import reads as approvals
from domain.approvals.kinds import NO_REASON, ApprovalKind
from domain.approvals.propose import approve, check_approver, propose
from domain.approvals.refusals import ApproverIsProposerError
from domain.approvals.subject import Subject
from domain.assets.create import NewAsset, create_asset
from domain.assets.kinds import AssetKind, ExpiryRule
from domain.assets.limits import payment_maximum
from domain.assets.reads import ASSETS, last_day
from domain.conditions.acceptance import Acceptance, to_json
from domain.conditions.eligibility import to_json as eligibility_to_json
from domain.conditions.hours import to_json as hours_to_json
from domain.database import rows, transaction
from domain.identifiers import Prefix, encode
from domain.ledger.act import Act
from domain.ledger.book import Book
from domain.ledger.holders import require_staff
from domain.ledger.kinds import NONE_LOT, AccountKind, Funding, JournalKind, Operation
from domain.ledger.request import Draft, Facts, Posted, Request, RequestKey, fingerprint, is_late
from domain.municipalities import reads as municipalities
from domain.programmes import reads as programmes
from domain.programmes.create import NewProgramme, open_programme
from domain.programmes.kinds import ProgrammeKind
from domain.programmes.reads import PROGRAMMES, Programme, budgets_left
from domain.programmes.subject import facts_of
from domain.services import Services
from domain.viewer import Relation, Viewer
from domain.vouchers import reads
from domain.vouchers.create import funding_of
from domain.vouchers.kinds import Stage, VoucherState
from domain.vouchers.product import SubVoucher, VoucherProduct
from domain.vouchers.refusals import UnknownVoucherError, VoucherBudgetError, VoucherNotOnSaleError, VoucherStateError


@dataclass(frozen=True, slots=True)
class Step:
    """A request of an officer to approve or close a product."""

    key: UUID
    municipality: int
    product_id: UUID
    valid_until: datetime | None = None


async def known(municipality: int, product: UUID) -> VoucherProduct:
    """Read a product. UnknownVoucherError."""
    row = await reads.by_id(municipality, product)
    if row is None:
        raise UnknownVoucherError
    return row


async def submit_product(services: Services, viewer: Viewer, municipality: int, product_id: UUID) -> VoucherProduct:
    """Submit a draft to review, by the first officer. Submitting again changes nothing."""
    await require_staff(municipality, viewer, Relation.FINANCE)
    product = await known(municipality, product_id)
    if product.stage is not Stage.NONE:
        raise VoucherStateError(product.state(services.clock()))
    about = await _about(product)
    await propose(services, viewer, municipality, ApprovalKind.VOUCHER_PRODUCT, product.id, NO_REASON, about)
    return await known(municipality, product_id)


async def _about(product: VoucherProduct) -> Subject:
    """Return the terms that the officers agree on, and those of the budget that bears the premium."""
    terms, town = product.terms, product.municipality
    funding = await funding_of(town, terms)
    facts = {
        "productId": encode(Prefix.VOUCHER_PRODUCT, town, product.id),
        "code": terms.code,
        "nameJa": terms.name_ja,
        "price": terms.price,
        "faceValue": terms.face_value,
        "stock": terms.stock,
        "premium": terms.premium,
    }
    parts = [{**asdict(replace(part, asset=None)), "acceptance": to_json(part.acceptance)} for part in terms.parts]
    written = {name: value for name, value in asdict(terms).items() if name not in ("parts", "hours", "eligibility")}
    basis = {
        "terms": written,
        "parts": parts,
        "hours": hours_to_json(terms.hours),
        "eligibility": eligibility_to_json(terms.eligibility),
        "funding": None if funding is None else facts_of(funding),
    }
    return Subject(after=facts, amount=terms.maximum_exposure, basis=basis)


async def approve_product(services: Services, viewer: Viewer, step: Step) -> tuple[VoucherProduct, Posted]:
    """Approve a product, by the second officer: its assets are created and its money is set aside.

    The same key, sent again, finishes an approval that was interrupted. ApproverIsProposerError, VoucherStateError,
    VoucherNotOnSaleError; VoucherBudgetError where the declared budget does not cover the premium.
    """
    await require_staff(step.municipality, viewer, Relation.FINANCE)
    product = await known(step.municipality, step.product_id)
    approval = await approvals.by_subject(step.municipality, ApprovalKind.VOUCHER_PRODUCT, product.id)
    if approval is None:
        raise VoucherStateError(product.state(services.clock()))
    if approval.proposer == viewer.person_id:
        raise ApproverIsProposerError
    funding = await funding_of(step.municipality, product.terms)
    if is_late(step.valid_until, services.clock()):  # refused by the ledger; a key that ended in time keeps its answer
        late = await _publication(viewer, step, product, funding)
        otherwise = VoucherStateError(product.state(services.clock()))
        return product, await services.ledger.answer(late, otherwise=otherwise)
    if not product.published and product.terms.sale_ends_at <= services.clock():
        raise VoucherNotOnSaleError  # no unit could be sold, and the budget would lie idle
    ended = await services.ledger.has_ended(
        RequestKey(step.municipality, viewer.person_id, Operation.APPROVE_VOUCHER_PRODUCT, step.key)
    )
    if not ended and not product.published:
        await check_approver(services, viewer, approval, await _about(product))
    if funding is not None and not product.published:
        [available] = await budgets_left([(step.municipality, funding.id)])
        # Refused before anything is created; decided under the locks below.
        if available < product.terms.maximum_exposure:
            raise VoucherBudgetError(product.terms.maximum_exposure, available)
    if not ended and not product.published:
        await approve(services, viewer, approval, step.key, await _about(product))
    await _open(services, product)
    services.shared(ASSETS).forget(step.municipality)
    services.shared(PROGRAMMES).forget(step.municipality)
    product = await known(step.municipality, step.product_id)
    posted = await services.ledger.post(await _publication(viewer, step, product, funding))
    return await known(step.municipality, step.product_id), posted


async def _open(services: Services, product: VoucherProduct) -> None:
    """Create the product's assets and its programme, once, even when approvals run concurrently."""
    maximum = await payment_maximum(services, product.municipality)
    async with transaction():
        await get_connection("default").execute_query(
            "select pg_advisory_xact_lock(hashtext($1))", [f"voucher_product {product.id}"]
        )
        if await programmes.by_id(product.municipality, product.id) is not None:
            return
        now = services.clock()
        numbers = [
            await _asset(product, position, part, maximum, now) for position, part in enumerate(product.terms.parts, 1)
        ]
        await _programme(product, numbers[0], now)


async def _asset(product: VoucherProduct, position: int, part: SubVoucher, maximum: int, now: datetime) -> int:
    terms = product.terms
    number = await create_asset(
        product.municipality,
        NewAsset(
            code=f"{terms.code}_{position}",
            kind=AssetKind.VOUCHER,
            name_ja=part.name_ja,
            name_en=part.name_en,
            unit_ja="円",
            unit_en="yen",
            paid=not part.free,
            charge_maximum=maximum,
            payment_maximum=maximum,
            expiry_rule=ExpiryRule.FIXED_DATE,
            expires_on=last_day(terms.expires_at),
            legal_profile=terms.legal_profile,
            six_month_exempt=terms.six_month_exempt,
            acceptance=part.acceptance,
            minimum_unit=part.minimum_unit,
        ),
        now,
    )
    await get_connection("default").execute_query(
        "update voucher_part set asset_id = $4 where municipality_id = $1 and product_id = $2 and position = $3",
        [product.municipality, product.id, position, number],
    )
    return number


async def _programme(product: VoucherProduct, asset: int, now: datetime) -> None:
    terms = product.terms
    [row] = await rows(
        "select created_by from voucher_product where municipality_id = $1 and id = $2",
        product.municipality,
        product.id,
    )
    programme = NewProgramme(
        kind=ProgrammeKind.VOUCHER,
        name_ja=terms.name_ja,
        name_en=terms.name_en,
        asset=asset,
        budget=terms.face_value * terms.stock,
        starts_at=terms.sale_starts_at,
        ends_at=terms.sale_ends_at,
        eligibility=terms.eligibility,
        acceptance=Acceptance(hours=terms.hours),
        usable_from=terms.usable_from,
        expires_at=terms.expires_at,
    )
    await open_programme(product.municipality, product.id, programme, row["created_by"], now)


async def issuer_of(municipality: int) -> UUID:
    """Read the holder of a municipality's issuance. UnknownVoucherError."""
    town = await municipalities.by_id(municipality)
    if town is None:
        raise UnknownVoucherError
    return town.issuer_id


async def _publication(viewer: Viewer, step: Step, product: VoucherProduct, funding: Programme | None) -> Request:
    issuer = await issuer_of(step.municipality)

    def plan(book: Book, at: datetime) -> Draft:
        stage = book.guard(product.stage_guard, Stage.CLOSED)
        if stage.value != Stage.NONE:
            raise VoucherStateError(_state(product, stage.value, at))
        return _publish(book, product, funding, issuer)

    return Request(
        municipality=step.municipality,
        actor=viewer.person_id,
        operation=Operation.APPROVE_VOUCHER_PRODUCT,
        key=step.key,
        input_hash=fingerprint(product=step.product_id),
        kind=JournalKind.ALLOCATION,
        plan=plan,
        holders=(product.id, issuer, *(() if funding is None else (funding.id,))),
        guards=(product.stage_guard,),
        valid_until=step.valid_until,
        facts=Facts(programme_id=product.id, funding=Funding.PUBLIC_BUDGET, client=viewer.client),
        act=Act(product.id, note=viewer.reason, action="publish_voucher_product"),
    )


def _state(product: VoucherProduct, stage: int, at: datetime) -> VoucherState:
    """Compute the state from the stage that the ledger has under its locks."""
    return replace(product, stage=Stage(stage)).state(at)


def _publish(book: Book, product: VoucherProduct, funding: Programme | None, issuer: UUID) -> Draft:
    """Move the premium of all units from the budget, and the face value of all units from issuance. Pure."""
    town, terms = product.municipality, product.terms
    moves = [
        (
            book.plain(town, AccountKind.ISSUANCE, issuer, asset_of(part)),
            book.plain(town, AccountKind.BUDGET, product.id, asset_of(part)),
            part.face_value * terms.stock,
        )
        for part in terms.parts
    ]
    counterparties = {product.id: issuer, issuer: product.id}
    if funding is not None:
        source = book.plain(town, AccountKind.BUDGET, funding.id, funding.asset)
        if source.available < terms.maximum_exposure:
            raise VoucherBudgetError(terms.maximum_exposure, source.available)
        if terms.maximum_exposure:
            moves.append(
                (source, book.plain(town, AccountKind.BUDGET, product.id, funding.asset), terms.maximum_exposure)
            )
        counterparties[funding.id] = product.id
    return Draft(
        amount=terms.maximum_exposure,
        moves=moves,
        counterparties=counterparties,
        guards=[(book.guard(product.stage_guard, Stage.CLOSED), 1)],
    )


def asset_of(part: SubVoucher) -> int:
    """Return the asset of a published sub-voucher; TypeError where it is not published: a fault."""
    if part.asset is None:
        message = "a sub-voucher of a product that is not published has no asset"
        raise TypeError(message)
    return part.asset


async def close_product(services: Services, viewer: Viewer, step: Step) -> tuple[VoucherProduct, Posted]:
    """End the sale. The unsold rest goes back to where it came from, and expired gifts go to breakage.

    Closing again collects what came back since, by reversed purchases and gifts that have expired.
    UnknownVoucherError; VoucherStateError for a product that is not published.
    """
    await require_staff(step.municipality, viewer, Relation.FINANCE)
    product = await known(step.municipality, step.product_id)
    if not product.published:
        raise VoucherStateError(product.state(services.clock()))
    funding = await funding_of(step.municipality, product.terms)
    issuer = await issuer_of(step.municipality)

    def plan(book: Book, at: datetime) -> Draft:
        return _close(book, product, funding, issuer, at)

    posted = await services.ledger.post(
        Request(
            municipality=step.municipality,
            actor=viewer.person_id,
            operation=Operation.CLOSE_VOUCHER_PRODUCT,
            key=step.key,
            input_hash=fingerprint(product=step.product_id),
            kind=JournalKind.ALLOCATION,
            plan=plan,
            holders=(product.id, issuer, *(() if funding is None else (funding.id,))),
            guards=(product.stage_guard,),
            valid_until=step.valid_until,
            facts=Facts(programme_id=product.id, funding=Funding.PUBLIC_BUDGET, client=viewer.client),
            act=Act(product.id, note=viewer.reason),
        )
    )
    return await known(step.municipality, step.product_id), posted


def _close(book: Book, product: VoucherProduct, funding: Programme | None, issuer: UUID, at: datetime) -> Draft:
    town = product.municipality
    stage = book.guard(product.stage_guard, Stage.CLOSED)
    moves = []
    returned = 0
    for account in list(book.by_holder[town, product.id]):
        if account.kind != AccountKind.BUDGET or account.available <= 0:
            continue
        if account.lot != NONE_LOT:  # promised to a gift
            if account.expires_at is not None and account.expires_at <= at:
                moves.append(
                    (account, book.plain(town, AccountKind.BREAKAGE, issuer, account.asset), account.available)
                )
        elif funding is not None and account.asset == funding.asset:
            returned += account.available
            moves.append((account, book.plain(town, AccountKind.BUDGET, funding.id, account.asset), account.available))
        else:
            moves.append((account, book.plain(town, AccountKind.ISSUANCE, issuer, account.asset), account.available))
    counterparties = {product.id: issuer, issuer: product.id} | ({} if funding is None else {funding.id: product.id})
    return Draft(
        amount=returned,
        moves=moves,
        counterparties=counterparties,
        guards=[(stage, Stage.CLOSED - stage.value)] if stage.value != Stage.CLOSED else [],
    )
