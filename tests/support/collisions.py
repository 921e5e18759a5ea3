"""A town whose rules collide on purpose.

Points that are earned, given, converted into and paid with, small budgets, caps, short ends.
"""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.assets.create import NewAsset
from domain.assets.expiry import after
from domain.assets.kinds import AssetKind, ExpiryRule, LegalProfile, RefundedAfterExpiry
from domain.assets.manage import make_asset
from domain.conditions.acceptance import Acceptance
from domain.conditions.eligibility import ANYBODY
from domain.conditions.hours import ALWAYS
from domain.conversions.rates import NewRate, set_rate
from domain.coupons.create import NewCoupon, create_coupon
from domain.coupons.kinds import BorneBy, CouponKind, Stacking
from domain.funding.link import NewSource, link_source
from domain.identifiers import derived
from domain.ledger.request import effective_on
from domain.points.kinds import RuleKind
from domain.points.kinds import Stacking as RuleStacking
from domain.points.manage import NewRule, add_rule
from domain.programmes.create import NewProgramme, create_programme
from domain.programmes.kinds import ClawbackRule, ProgrammeKind
from domain.residents.claim import record_claim
from domain.stores.classify import classify_store
from domain.stores.kinds import SizeClass
from domain.viewer import Viewer
from domain.vouchers.create import create_product
from domain.vouchers.product import SubVoucher, Terms
from domain.vouchers.publish import Step, approve_product, submit_product
from tests.support.town import People

YEARS = timedelta(days=3_000)


def key_of_order(number: int, *names: str) -> UUID:
    """A key whose id comes at a place in the order of ids, so that equal towns look at things in the same order."""
    while True:
        key = uuid4()
        if derived(UUID(names[0]), *names[1:], str(key)).int >> 124 == number:
            return key


@dataclass
class Collisions:
    """The town's people, stores, kinds of value, programmes, coupons and products, by name."""

    town: People
    chance: random.Random
    earning: frozenset[str] = frozenset({"DEDUCT", "DEBT", "WAIVE"})
    residents: list[tuple[Viewer, UUID]] = field(default_factory=list)
    stores: list[tuple[UUID, Viewer]] = field(default_factory=list)
    assets: dict[str, int] = field(default_factory=dict)
    programmes: dict[str, UUID] = field(default_factory=dict)
    coupons: dict[str, UUID] = field(default_factory=dict)
    sources: list[UUID] = field(default_factory=list)
    product: UUID = field(default_factory=uuid4)

    async def open(self) -> "Collisions":
        """Makes everything. The same chance makes the same town."""
        town = self.town
        self.residents = [await town.new_resident() for _ in range(3)]
        self.stores = [await town.new_store(charge_agent=True) for _ in range(2)]
        await classify_store(
            town.services, town.desk, town.id, self.stores[0][0], group="gift", size=SizeClass.SMALL, area=""
        )
        for number, (_, wallet) in enumerate(self.residents):
            household = "A-1" if number < 2 else "B-2"
            await record_claim(
                town.services, town.desk, town.id, wallet, resident=True, birth_year=1990, household=household
            )
        await self._assets()
        await self._programmes()
        await self._rules()
        await self._coupons()
        await self._rates()
        await self._product()
        for viewer, wallet in self.residents:
            new = NewSource(town.id, wallet, self.assets["COIN"], "tok_card", "4242")
            self.sources.append((await link_source(town.services, viewer, new)).id)
        return self

    async def _assets(self) -> None:
        self.assets["COIN"] = self.town.coin.id
        chance, fresh = self.chance, {"refunded_after_expiry": RefundedAfterExpiry.FRESH_DAYS, "fresh_days": 10}
        rule = chance.choice([ExpiryRule.LAST_USE_MONTHS, ExpiryRule.LAST_USE_MONTHS, ExpiryRule.MONTHS_AFTER_ISSUE])
        kept = {"expiry_rule": rule, "expires_after_months": 2, "returns_to_budget": chance.random() < 0.5}
        await self.asset(
            "POINT",
            AssetKind.SHOPPING_POINT,
            balance_cap=chance.choice([None, 2_500]),
            **kept,
            **(fresh if chance.random() < 0.6 else {}),
        )
        await self.asset(
            "TENS",
            AssetKind.ADMINISTRATIVE_POINT,
            minimum_unit=10,
            expiry_rule=ExpiryRule.MONTHS_AFTER_ISSUE,
            expires_after_months=1,
            returns_to_budget=True,
            acceptance=Acceptance(groups=frozenset({"gift"})),
            **(fresh if chance.random() < 0.5 else {}),
        )
        await self.asset(
            "USED",
            AssetKind.COIN,
            paid=True,
            charge_maximum=20_000,
            balance_cap=30_000,
            expiry_rule=ExpiryRule.LAST_USE_MONTHS,
            expires_after_months=2,
            **fresh,
        )
        await self.asset("MILE", AssetKind.MILE)

    async def asset(self, code: str, kind: AssetKind, **facts: Any) -> None:
        fields = {"paid": False, "charge_maximum": 1, "payment_maximum": 300_000, **facts}
        new = NewAsset(code, kind, code, code, "点", "point", **fields)
        self.assets[code] = (await make_asset(self.town.services, self.town.finance, self.town.id, new)).id

    async def programme(self, name: str, kind: ProgrammeKind, asset: str, budget: int, **facts: Any) -> None:
        town, now = self.town, self.town.services.clock()
        new = NewProgramme(
            kind, name, name, self.assets[asset], budget, now - timedelta(minutes=1), now + YEARS, **facts
        )
        key = key_of_order(len(self.programmes), str(town.finance.person_id), "programme", str(town.id))
        self.programmes[name] = (await create_programme(town.services, town.finance, town.id, key, new))[0].id

    async def _programmes(self) -> None:
        small = Acceptance(groups=frozenset({"gift"}))
        earning: dict[str, Any] = {"activates_after_days": 0, "cap_per_person": 900}
        await self.programme("DEDUCT", ProgrammeKind.EARNING, "POINT", 3_000, clawback=ClawbackRule.DEDUCT, **earning)
        await self.programme(
            "DEBT",
            ProgrammeKind.EARNING,
            "POINT",
            3_000,
            clawback=ClawbackRule.DEBT,
            cap_per_household=1_200,
            **earning,
        )
        await self.programme(
            "WAIVE",
            ProgrammeKind.EARNING,
            "POINT",
            1_500,
            clawback=ClawbackRule.WAIVE,
            **(earning | {"activates_after_days": 3}),
        )
        await self.programme("GIFT", ProgrammeKind.GRANT, "POINT", 6_000, cap_per_person=2_000, acceptance=small)
        await self.programme("TENS", ProgrammeKind.GRANT, "TENS", 9_000, cap_per_household=5_000)
        await self.programme("MILE", ProgrammeKind.GRANT, "MILE", 50_000)
        bonus: dict[str, Any] = {"charged_asset": self.assets["COIN"], "cap_per_person": 1_500}
        await self.programme("BONUS", ProgrammeKind.CHARGE_BONUS, "POINT", 4_000, rate_bp=1_000, **bonus)
        await self.programme("BONUS2", ProgrammeKind.CHARGE_BONUS, "TENS", 2_000, rate_bp=330, **bonus)
        await self.programme("TO_POINT", ProgrammeKind.CONVERSION, "POINT", 5_000, cap_per_person=2_000)
        await self.programme("TO_USED", ProgrammeKind.CONVERSION, "USED", 4_000, cap_per_household=3_000)
        await self.programme("FUND", ProgrammeKind.GRANT, "MILE", 12_000)

    async def rule(self, programme: str, kind: RuleKind = RuleKind.PERCENT, **facts: Any) -> None:
        if programme not in self.earning:
            return
        fields = {"stacking": RuleStacking.WITH_OTHERS, **facts}
        new = NewRule(kind, programme, programme, **fields)
        await add_rule(self.town.services, self.town.finance, self.town.id, self.programmes[programme], uuid4(), new)

    async def _rules(self) -> None:
        both = frozenset({self.assets["COIN"], self.assets["POINT"]})
        await self.rule(
            "DEDUCT",
            rate_bp=self.chance.choice([500, 1_000, 2_000]),
            base_assets=self.chance.choice([frozenset(), both]),
        )
        await self.rule("DEDUCT", RuleKind.PER_VISIT, points=40, minimum_amount=300, base_assets=both, cap_per_day=80)
        await self.rule("DEBT", rate_bp=700, cap_per_month=700)
        await self.rule("DEBT", RuleKind.PER_VISIT, points=30, minimum_amount=250, base_assets=both)
        await self.rule(
            "WAIVE", rate_bp=300, stacking=self.chance.choice(list(RuleStacking)), priority=self.chance.choice([-1, 1])
        )

    async def coupon(self, name: str, kind: CouponKind, **facts: Any) -> None:
        town, now = self.town, self.town.services.clock()
        fields = {
            "borne_by": BorneBy.TOWN,
            "claim_required": False,
            "stacking": Stacking.WITH_OTHERS,
            "returns_on_refund": True,
            **facts,
        }
        new = NewCoupon(
            kind, name, name, starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(days=200), **fields
        )
        viewer = town.finance if fields.get("store_id") is None else self.stores[0][1]
        key = key_of_order(len(self.coupons), str(viewer.person_id), "coupon", str(town.id))
        self.coupons[name] = (await create_coupon(town.services, viewer, town.id, key, new))[0].id

    async def _coupons(self) -> None:
        own = {"store_id": self.stores[0][0], "borne_by": BorneBy.STORE}
        await self.coupon("PERCENT", CouponKind.PERCENT, rate_bp=1_500, budget=900, per_person=9, stock=25)
        await self.coupon("FIXED", CouponKind.FIXED_AMOUNT, amount=70, budget=700, per_day=1, returns_on_refund=False)
        await self.coupon("OWN", CouponKind.FIXED_AMOUNT, amount=33, per_person=8, **own)
        await self.coupon("DOUBLE", CouponKind.POINTS_MULTIPLIER, multiplier_bp=20_000, per_person=10)
        await self.coupon(
            "HALF",
            CouponKind.PERCENT,
            rate_bp=5_000,
            budget=1_200,
            claim_required=True,
            per_person=5,
            stock=9,
            stacking=Stacking.ALONE,
        )
        await self.coupon("ITEM", CouponKind.FREE_ITEM, claim_required=True, stock=6, per_person=3, **own)

    async def rate(
        self, source: str, target: str, numerator: int, denominator: int, unit: int = 1, daily_cap: int | None = None
    ) -> None:
        programme = self.programmes[f"TO_{target}"]
        new = NewRate(
            self.assets[source],
            self.assets[target],
            programme,
            numerator,
            denominator,
            unit,
            daily_cap,
            later_end_reason="試験",
        )
        await set_rate(self.town.services, self.town.finance, self.town.id, new)

    async def _rates(self) -> None:
        await self.rate("MILE", "POINT", 1, 3)
        await self.rate("TENS", "POINT", 2, 3, unit=10, daily_cap=600)
        await self.rate("POINT", "USED", 1, 2)

    async def _product(self) -> None:
        town, now = self.town, self.town.services.clock()
        parts = (
            SubVoucher("共通券", "Common", 200, 1, free=False, acceptance=Acceptance()),
            SubVoucher(
                "専用券",
                "Small stores",
                400,
                100,
                free=False,
                acceptance=Acceptance(size_classes=frozenset({SizeClass.SMALL})),
            ),
        )
        terms = Terms(
            "V",
            "商品券",
            "Voucher",
            500,
            600,
            parts,
            60,
            25,
            40,
            now - timedelta(minutes=1),
            now + timedelta(days=60),
            now - timedelta(minutes=1),
            after(effective_on(now + timedelta(days=90))),
            ALWAYS,
            ANYBODY,
            LegalProfile.MUNICIPALITY,
            six_month_exempt=False,
            funding_programme=self.programmes["FUND"],
            below_price_reason="",
        )
        product = await create_product(town.services, town.finance, town.id, terms)
        await submit_product(town.services, town.finance, town.id, product.id)
        await approve_product(town.services, town.other_finance, Step(uuid4(), town.id, product.id))
        self.product = product.id
