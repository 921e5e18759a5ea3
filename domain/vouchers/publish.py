"""From draft to sale and to its end.

One officer submits, another approves and the money is set aside, and what is left goes back.

Approving moves, in one journal: the premium of all units from the declared budget to the product, and the face value of
all units
from issuance to the product. Selling a unit uses one of each up; closing gives the rest of both back.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.connection import get_connection

from domain.approvals import reads as approvals
from domain.approvals.kinds import NO_REASON, ApprovalKind
from domain.approvals.propose import approve, propose
from domain.approvals.refusals import ApproverIsProposerError
from domain.approvals.trail import record, recorded
from domain.assets.create import NewAsset, create_asset
from domain.assets.kinds import AssetKind, ExpiryRule
from domain.assets.limits import payment_maximum
from domain.assets.reads import ASSETS, last_day
from domain.conditions.acceptance import Acceptance
from domain.database import rows, transaction
from domain.ledger.book import Book
from domain.ledger.holders import require_staff
from domain.ledger.kinds import NONE_LOT, AccountKind, Funding, JournalKind, Operation
from domain.ledger.request import Draft, Facts, Posted, Request, fingerprint
from domain.municipalities import reads as municipalities
from domain.programmes import reads as programmes
from domain.programmes.create import NewProgramme, open_programme
from domain.programmes.kinds import ProgrammeKind
from domain.programmes.reads import PROGRAMMES, Programme, budgets_left
from domain.services import Services
from domain.viewer import Relation, Viewer
from domain.vouchers import reads
from domain.vouchers.create import funding_of
from domain.vouchers.kinds import Stage, VoucherState
from domain.vouchers.product import Part, VoucherProduct
from domain.vouchers.refusals import UnknownVoucherError, VoucherBudgetError, VoucherNotOnSaleError, VoucherStateError


@dataclass(frozen=True, slots=True)
class Step:
    """What an officer asks."""

    key: UUID
    municipality: int
    product_id: UUID
    valid_until: datetime | None = None


async def known(municipality: int, product: UUID) -> VoucherProduct:
    """The product, or UnknownVoucherError."""
    found = await reads.by_id(municipality, product)
    if found is None:
        raise UnknownVoucherError
    return found


async def submit_product(services: Services, viewer: Viewer, municipality: int, product_id: UUID) -> VoucherProduct:
    """The first officer's word: the draft goes to review. Repeating it changes nothing."""
    await require_staff(municipality, viewer, Relation.FINANCE)
    product = await known(municipality, product_id)
    if product.stage is not Stage.NONE:
        raise VoucherStateError(product.state(services.clock()))
    await propose(services, viewer, municipality, ApprovalKind.VOUCHER_PRODUCT, product.id, NO_REASON)
    return await known(municipality, product_id)


async def approve_product(services: Services, viewer: Viewer, what: Step) -> tuple[VoucherProduct, Posted]:
    """The second officer's word: the product's assets are made and its money is set aside.

    Or VoucherBudgetError says what is missing.

    The same key, sent again, finishes what was begun.
    """
    await require_staff(what.municipality, viewer, Relation.FINANCE)
    product = await known(what.municipality, what.product_id)
    approval = await approvals.by_subject(what.municipality, ApprovalKind.VOUCHER_PRODUCT, product.id)
    if approval is None:
        raise VoucherStateError(product.state(services.clock()))
    if approval.proposer == viewer.person_id:
        raise ApproverIsProposerError
    if not product.published and product.terms.sale_ends_at <= services.clock():
        raise VoucherNotOnSaleError  # nothing could be sold of it, and its budget would lie idle
    funding = await funding_of(what.municipality, product.terms)
    if funding is not None and not product.published:
        [available] = await budgets_left([(what.municipality, funding.id)])
        if available < product.terms.maximum_exposure:  # said before anything is made; decided under the locks below
            raise VoucherBudgetError(product.terms.maximum_exposure, available)
    await approve(services, viewer, approval, what.key)
    await _open(services, product)
    services.shared(ASSETS).forget(what.municipality)
    services.shared(PROGRAMMES).forget(what.municipality)
    product = await known(what.municipality, what.product_id)
    posted = await services.ledger.post(await _publication(viewer, what, product, funding))
    return await known(what.municipality, what.product_id), posted


async def _open(services: Services, product: VoucherProduct) -> None:
    """The product's holder, its assets and its programme, which the rules of payments know.

    Once, whoever approves at the same moment.
    """
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


async def _asset(product: VoucherProduct, position: int, part: Part, maximum: int, now: datetime) -> int:
    terms = product.terms
    number = await create_asset(
        product.municipality,
        NewAsset(
            f"{terms.code}_{position}",
            AssetKind.VOUCHER,
            part.name_ja,
            part.name_en,
            "円",
            "yen",
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
    """The holder of what a town has issued."""
    town = await municipalities.by_id(municipality)
    if town is None:
        raise UnknownVoucherError
    return town.issuer_id


async def _publication(viewer: Viewer, what: Step, product: VoucherProduct, funding: Programme | None) -> Request:
    issuer = await issuer_of(what.municipality)

    def plan(book: Book, at: datetime) -> Draft:
        stage = book.guard(product.stage_guard, Stage.CLOSED)
        if stage.value != Stage.NONE:
            raise VoucherStateError(_state(product, stage.value, at))
        return _publish(book, product, funding, issuer)

    return Request(
        municipality=what.municipality,
        actor=viewer.person_id,
        operation=Operation.APPROVE_VOUCHER_PRODUCT,
        key=what.key,
        input_hash=fingerprint(product=what.product_id),
        kind=JournalKind.ALLOCATION,
        plan=plan,
        holders=(product.id, issuer, *(() if funding is None else (funding.id,))),
        guards=(product.stage_guard,),
        valid_until=what.valid_until,
        facts=Facts(programme_id=product.id, funding=Funding.PUBLIC_BUDGET, client=viewer.client),
    )


def _state(product: VoucherProduct, stage: int, at: datetime) -> VoucherState:
    """The state as the ledger knows it under its locks."""
    return VoucherProduct(
        product.municipality, product.id, product.terms, product.submitted, Stage(stage), product.sold
    ).state(at)


def _publish(book: Book, product: VoucherProduct, funding: Programme | None, issuer: UUID) -> Draft:
    """The premium of all units from the budget, the face value of all units from issuance. Pure."""
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


def asset_of(part: Part) -> int:
    """The asset of a published part."""
    if part.asset is None:
        message = "a part of a product that is not published has no asset"
        raise TypeError(message)
    return part.asset


async def close_product(services: Services, viewer: Viewer, what: Step) -> tuple[VoucherProduct, Posted]:
    """Ends the sale; what is not sold goes back to where it came from, gifts that nobody opened in time to breakage.

    Closing again sweeps up what came back since: a reversed purchase, a gift whose time is over.
    """
    await require_staff(what.municipality, viewer, Relation.FINANCE)
    product = await known(what.municipality, what.product_id)
    if not product.published:
        raise VoucherStateError(product.state(services.clock()))
    funding = await funding_of(what.municipality, product.terms)
    issuer = await issuer_of(what.municipality)
    await _note_closing(services, viewer, what)

    def plan(book: Book, at: datetime) -> Draft:
        return _close(book, product, funding, issuer, at)

    posted = await services.ledger.post(
        Request(
            municipality=what.municipality,
            actor=viewer.person_id,
            operation=Operation.CLOSE_VOUCHER_PRODUCT,
            key=what.key,
            input_hash=fingerprint(product=what.product_id),
            kind=JournalKind.ALLOCATION,
            plan=plan,
            holders=(product.id, issuer, *(() if funding is None else (funding.id,))),
            guards=(product.stage_guard,),
            valid_until=what.valid_until,
            facts=Facts(programme_id=product.id, funding=Funding.PUBLIC_BUDGET, client=viewer.client),
        )
    )
    return await known(what.municipality, what.product_id), posted


async def _note_closing(services: Services, viewer: Viewer, what: Step) -> None:
    """One row of the trail of audit for one key, however often it is sent."""
    action, after = "close_voucher_product", {"key": str(what.key)}
    if await recorded(what.municipality, action, str(what.product_id), after, actor=viewer.person_id):
        return
    async with transaction():
        await record(
            what.municipality, viewer.person_id, action, str(what.product_id), "", None, after, services.clock()
        )


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
