"""`python -m bench.lots`: payments over six lots, with a coupon, and with points, compared with payments over one lot.

In the same run.

The ledger alone, no HTTP. Coupons and points are hot on purpose: ten coupons and one programme for everybody, so
payments meet at their locks.

Each wallet pays once and is empty afterwards. Rounds alternate, so that a machine that changes its pace does so for
both.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

from api.migrate import migrate
from bench import town
from domain import compose
from domain.assets.create import NewAsset
from domain.assets.kinds import AssetKind
from domain.assets.manage import make_asset
from domain.assets.reads import ASSETS
from domain.conditions.acceptance import Acceptance
from domain.coupons.create import NewCoupon, create_coupon
from domain.coupons.kinds import BorneBy, CouponKind, Stacking
from domain.database import transaction
from domain.grants.grant import Grant, grant_value
from domain.ledger.audit import drift
from domain.ledger.decide import Decision
from domain.ledger.holders import give_access
from domain.ledger.request import Request
from domain.municipalities import reads as municipalities
from domain.payments.pay import Pay, pay
from domain.points.kinds import RuleKind
from domain.points.kinds import Stacking as Together
from domain.points.manage import NewRule, add_rule
from domain.programmes.create import NewProgramme, create_programme
from domain.programmes.kinds import ClawbackRule, ProgrammeKind
from domain.residents.join import join, open_wallet
from domain.services import Services
from domain.viewer import Relation, Role, Viewer
from mocks.embedded import postgres

ROUNDS = 5
WALLETS = 640
TOGETHER = 128
LOTS = 6
PART = 10
COUPONS = 10
DISCOUNT = 6
POINTS = NewAsset(
    "POINT",
    AssetKind.ADMINISTRATIVE_POINT,
    "ポイント",
    "Points",
    "点",
    "point",
    paid=False,
    charge_maximum=1,
    payment_maximum=10**6,
)


class Counting:
    """How many statements and requests the batches had."""

    def __init__(self) -> None:
        self.statements = self.batches = 0

    def committed(
        self, _requests: Sequence[Request], _decisions: Sequence[Decision], statements: int, _seconds: float
    ) -> None:
        """One batch."""
        self.statements += statements
        self.batches += 1


async def prepare(services: Services, number: int) -> tuple[Viewer, list[UUID]]:
    """A finance officer, and as many programmes as there are lots."""
    municipality = await municipalities.by_id(number)
    if municipality is None:
        raise LookupError(number)
    now = services.clock()
    async with transaction():
        person = await join(None, now, services.ids)
        await give_access(number, municipality.issuer_id, person, Relation.FINANCE, now)
    officer = Viewer(person, frozenset({Role.FINANCE}))
    points = await make_asset(services, officer, number, POINTS)
    period = (now - timedelta(minutes=1), now + timedelta(days=1))
    new = [
        NewProgramme(ProgrammeKind.GRANT, f"事業{lot}", f"Programme {lot}", points.id, 10**9, *period)
        for lot in range(LOTS)
    ]
    return officer, [(await create_programme(services, officer, number, uuid4(), programme))[0].id for programme in new]


async def issue(services: Services, number: int, officer: Viewer) -> list[UUID]:
    """Coupons of the town that take DISCOUNT off, with a stock and limits to be counted."""
    now = services.clock()
    new = NewCoupon(
        CouponKind.FIXED_AMOUNT,
        "値引き",
        "Discount",
        BorneBy.TOWN,
        now - timedelta(minutes=1),
        now + timedelta(days=1),
        claim_required=False,
        stacking=Stacking.ALONE,
        returns_on_refund=True,
        budget=10**9,
        amount=DISCOUNT,
        stock=10**6,
        per_person=1,
        per_day=1,
    )
    return [(await create_coupon(services, officer, number, uuid4(), new))[0].id for _ in range(COUPONS)]


async def earn(services: Services, number: int, officer: Viewer, stores: list[UUID]) -> None:
    """One percent at some stores, with caps to be counted."""
    now = services.clock()
    points = next(asset for asset in await services.shared(ASSETS).of(number) if asset.code == POINTS.code)
    new = NewProgramme(
        ProgrammeKind.EARNING,
        "お買い物ポイント",
        "Shopping points",
        points.id,
        10**9,
        now - timedelta(minutes=1),
        now + timedelta(days=1),
        activates_after_days=0,
        clawback=ClawbackRule.WAIVE,
    )
    programme, _ = await create_programme(services, officer, number, uuid4(), new)
    rule = NewRule(
        RuleKind.PERCENT,
        "10%",
        "10%",
        Together.WITH_OTHERS,
        rate_bp=1_000,
        base_assets=frozenset({points.id}),
        cap_per_day=10**6,
        acceptance=Acceptance(stores=frozenset(stores)),
    )
    await add_rule(services, officer, number, programme.id, uuid4(), rule)


async def people(services: Services, number: int) -> list[tuple[Viewer, UUID]]:
    """New wallets and who may use them."""
    payers = []
    async with transaction():
        for _ in range(WALLETS):
            person = await join(None, services.clock(), services.ids)
            payers.append(
                (
                    Viewer(person, frozenset({Role.RESIDENT})),
                    await open_wallet(number, person, services.clock(), services.ids),
                )
            )
    return payers


async def one_round(
    services: Services,
    number: int,
    officer: Viewer,
    programmes: list[UUID],
    stores: list[UUID],
    lots: int,
    coupons: Sequence[UUID] = (),
) -> float:
    """Payments per second of wallets with so many lots, each emptied by its payment."""
    payers = await people(services, number)
    amount = LOTS * PART
    for programme in programmes[:lots]:
        for start in range(0, WALLETS, TOGETHER):
            grants = [
                Grant(uuid4(), number, programme, wallet, amount // lots)
                for _, wallet in payers[start : start + TOGETHER]
            ]
            await asyncio.gather(*[grant_value(services, officer, grant) for grant in grants])
    price = amount + (DISCOUNT if coupons else 0)
    started = time.perf_counter()
    for start in range(0, WALLETS, TOGETHER):
        payments = [
            (
                viewer,
                Pay(
                    uuid4(),
                    number,
                    wallet,
                    stores[at % len(stores)],
                    price,
                    coupons=tuple(coupons[at % COUPONS : at % COUPONS + 1]),
                ),
            )
            for at, (viewer, wallet) in enumerate(payers[start : start + TOGETHER])
        ]
        await asyncio.gather(*[pay(services, viewer, payment) for viewer, payment in payments])
    return WALLETS / (time.perf_counter() - started)


async def main() -> None:
    """The whole report."""
    folder = Path(tempfile.mkdtemp(prefix="meguru-bench-"))
    folder.chmod(0o755)
    database = postgres.start(folder / "postgres")
    try:
        await migrate(database.url())
        number, _, stores = await town.make(database.url(), 10, 100)
        counting = Counting()
        async with compose.services(database.url(), redis_url=None, store_code_guid="", observer=counting) as services:
            officer, programmes = await prepare(services, number)
            coupons = await issue(services, number, officer)
            plain_stores, earning_stores = stores[: len(stores) // 2], stores[len(stores) // 2 :]
            await earn(services, number, officer, earning_stores)
            plain, many, cheaper, earned = [], [], [], []
            for _ in range(ROUNDS):
                plain.append(await one_round(services, number, officer, programmes, plain_stores, 1))
                many.append(await one_round(services, number, officer, programmes, plain_stores, LOTS))
                cheaper.append(await one_round(services, number, officer, programmes, plain_stores, LOTS, coupons))
                earned.append(await one_round(services, number, officer, programmes, earning_stores, 1))
            print(f"1 lot                {median(plain):6.0f} payments/s")
            for name, rates in (
                (f"{LOTS} lots", many),
                (f"{LOTS} lots and a coupon", cheaper),
                ("1 lot with points", earned),
            ):
                ratios = [second / first for first, second in zip(plain, rates, strict=True)]
                spread = f"ratio to 1 lot {median(ratios):4.2f} ({min(ratios):4.2f} to {max(ratios):4.2f})"
                print(f"{name:20s} {median(rates):6.0f} payments/s   {spread}")
            print(f"statements/batch {counting.statements / counting.batches:4.2f} over {counting.batches} batches")
            print("drift after all runs:", await drift([number]) or "none")
    finally:
        database.stop()


if __name__ == "__main__":
    asyncio.run(main())
