"""What a demo town offers from the first minute.

Points of 1 %, miles to convert, coupons, and a premium voucher on sale.

Each part is made once, by the people of the town, through the domain's own verbs: under keys of its own, or by its
code. So it is made in an older data folder too, and whatever was cut off goes on.
"""

import sys
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from domain.assets import reads as assets
from domain.assets.create import NewAsset
from domain.assets.expiry import after, midnight
from domain.assets.kinds import AssetKind, ExpiryRule
from domain.assets.manage import make_asset
from domain.conditions.eligibility import ANYBODY
from domain.conversions.rates import NewRate, set_rate
from domain.conversions.reads import rates_of
from domain.coupons.create import NewCoupon, create_coupon
from domain.coupons.kinds import BorneBy, CouponKind
from domain.coupons.kinds import Stacking as CouponStacking
from domain.database import transaction
from domain.grants.grant import Grant, grant_value
from domain.identifiers import derived
from domain.ledger.holders import give_access
from domain.municipalities import reads as municipalities
from domain.municipalities.reads import Municipality
from domain.points.kinds import RuleKind, Stacking
from domain.points.manage import NewRule, add_rule
from domain.programmes.create import NewProgramme, create_programme
from domain.programmes.kinds import ClawbackRule, ProgrammeKind
from domain.refusals import Refusal
from domain.residents.join import join
from domain.services import Services
from domain.viewer import Relation, Role, Viewer
from domain.vouchers import reads as vouchers
from domain.vouchers.create import create_product
from domain.vouchers.kinds import Stage, VoucherTemplate
from domain.vouchers.publish import Step, approve_product, submit_product
from domain.vouchers.template import TemplateTerms, from_template
from schema.core.ids import Prefix, read

POINT, MILE, VOUCHER = "TOWN_POINT", "HEALTH_MILE", "TOWN_PREMIUM"
FROM, LAST_DAY = date(2025, 4, 1), date(2035, 3, 31)
"""The same at every start: what is sent again under a key must be the same."""
MILES_GIVEN = 3_000
UNITS = 20_000
LATER_END = "ためた健康マイルを、使う時期まで残せるようにするため"
WIDER = "地域通貨の期限が近い人にも、商品券を買ってもらうため"
"""Why value may become what ends later. A town of before these were needed gets another rate and another product."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who makes it: two finance officers, and the staff of a store."""

    officer: Viewer
    second: Viewer
    store_staff: Viewer
    store: UUID


async def offer(services: Services, personas: list[dict[str, Any]]) -> None:
    """Everything, in each town of the personas; a persona is added for a town with only one finance officer."""
    for code in dict.fromkeys(persona["municipality"] for persona in personas):
        town = await municipalities.by_code(code)
        people = [persona for persona in personas if persona["municipality"] == code]
        if town is None:
            continue
        if sum(persona["role"] == Role.FINANCE for persona in people) == 1:
            people.append(await _second_officer(services, town, people[0]["assetId"]))
            personas.append(people[-1])
        wallets = [wallet for persona in personas for wallet in persona.get("walletIds", ())]
        await _offer(services, town.id, _staff(people), wallets)


def _staff(people: list[dict[str, Any]]) -> Staff:
    def of(role: Role) -> list[dict[str, Any]]:
        return [persona for persona in people if persona["role"] == role]

    def viewer(persona: dict[str, Any]) -> Viewer:
        return Viewer(UUID(persona["personId"]), frozenset({Role(persona["role"])}))

    [first, second, *_], [clerk, *_] = of(Role.FINANCE), of(Role.MERCHANT_STAFF)
    store = read(Prefix.STORE, clerk["storeId"])
    if store is None:
        raise ValueError("a persona without a store", clerk["name"])
    return Staff(officer=viewer(first), second=viewer(second), store_staff=viewer(clerk), store=store[1])


async def _second_officer(services: Services, town: Municipality, asset: str) -> dict[str, Any]:
    name = f"{town.name} 会計課長"
    async with transaction():
        person = await join(name, services.clock(), services.ids)
        await give_access(town.id, town.issuer_id, person, Relation.FINANCE, services.clock())
    return {
        "name": name,
        "role": Role.FINANCE.value,
        "municipality": town.code,
        "assetId": asset,
        "personId": str(person),
    }


async def _offer(services: Services, town: int, staff: Staff, wallets: list[str]) -> None:
    point = await _asset(services, town, staff, POINT, AssetKind.SHOPPING_POINT, "まちのポイント", "Town points")
    mile = await _asset(services, town, staff, MILE, AssetKind.MILE, "健康マイル", "Health miles")
    parts = (
        _earning(services, town, staff, point),
        _miles(services, town, staff, mile, wallets),
        _conversion(services, town, staff, mile, point),
        _coupons(services, town, staff),
        _voucher(services, town, staff, point),
    )
    for part in parts:
        try:
            await part
        except Refusal as refusal:  # somebody has changed the town: it is their town, and it starts
            sys.stdout.write(f"A part of what the demo town offers is left as it is: {refusal.code}\n")


async def _asset(
    services: Services, town: int, staff: Staff, code: str, kind: AssetKind, name_ja: str, name_en: str
) -> int:
    for known in await assets.of_municipality(town):
        if known.code == code:
            return known.id
    unit_ja, unit_en = ("マイル", "mile") if kind is AssetKind.MILE else ("ポイント", "point")
    new = NewAsset(
        code,
        kind,
        name_ja,
        name_en,
        unit_ja,
        unit_en,
        paid=False,
        charge_maximum=1,
        payment_maximum=300_000,
        expiry_rule=ExpiryRule.MONTHS_AFTER_ISSUE,
        expires_after_months=12,
        returns_to_budget=True,
    )
    return (await make_asset(services, staff.officer, town, new)).id


def _key(town: int, part: str) -> UUID:
    return derived(UUID(int=town), "demo_offer", part)


async def _programme(services: Services, town: int, staff: Staff, part: str, new: NewProgramme) -> UUID:
    return (await create_programme(services, staff.officer, town, _key(town, part), new))[0].id


def _new(kind: ProgrammeKind, name_ja: str, name_en: str, asset: int) -> NewProgramme:
    return NewProgramme(kind, name_ja, name_en, asset, 100_000_000, midnight(FROM), after(LAST_DAY))


async def _earning(services: Services, town: int, staff: Staff, point: int) -> None:
    new = _new(ProgrammeKind.EARNING, "お買い物ポイント", "Shopping points", point)
    programme = await _programme(
        services, town, staff, "earning", replace(new, activates_after_days=7, clawback=ClawbackRule.DEBT)
    )
    rule = NewRule(RuleKind.PERCENT, "お買い物で1％", "1 % of what you pay", Stacking.WITH_OTHERS, rate_bp=100)
    await add_rule(services, staff.officer, town, programme, _key(town, "rule"), rule)


async def _miles(services: Services, town: int, staff: Staff, mile: int, wallets: list[str]) -> None:
    programme = await _programme(
        services, town, staff, "miles", _new(ProgrammeKind.GRANT, "歩いて健康", "Walk for health", mile)
    )
    for unchecked in wallets:
        wallet = read(Prefix.WALLET, unchecked)
        if wallet is not None and wallet[0] == town:
            await grant_value(
                services,
                staff.officer,
                Grant(_key(town, f"miles {unchecked}"), town, programme, wallet[1], MILES_GIVEN),
            )


async def _conversion(services: Services, town: int, staff: Staff, mile: int, point: int) -> None:
    programme = await _programme(
        services,
        town,
        staff,
        "conversion",
        _new(ProgrammeKind.CONVERSION, "マイルをポイントに", "Miles into points", point),
    )
    declared = {
        (rate.from_asset, rate.to_asset) for rate in await rates_of(town, services.clock()) if rate.later_end_reason
    }
    if (mile, point) not in declared:
        rate = NewRate(mile, point, programme, 1, 2, minimum_unit=100, cap_per_day=1_000, later_end_reason=LATER_END)
        await set_rate(services, staff.officer, town, rate)


async def _coupons(services: Services, town: int, staff: Staff) -> None:
    tenth = NewCoupon(
        CouponKind.PERCENT,
        "まちの1割引クーポン",
        "10 % off in town",
        BorneBy.TOWN,
        midnight(FROM),
        after(LAST_DAY),
        claim_required=True,
        stacking=CouponStacking.ALONE,
        returns_on_refund=True,
        budget=100_000_000,
        rate_bp=1_000,
        discount_maximum=500,
        minimum_spend=500,
    )
    item = NewCoupon(
        CouponKind.FREE_ITEM,
        "ひとくちサービス券",
        "A small treat",
        BorneBy.STORE,
        midnight(FROM),
        after(LAST_DAY),
        claim_required=False,
        stacking=CouponStacking.ALONE,
        returns_on_refund=True,
        store_id=staff.store,
    )
    await create_coupon(services, staff.officer, town, _key(town, "coupon"), tenth)
    await create_coupon(services, staff.store_staff, town, _key(town, "item"), item)


async def _voucher(services: Services, town: int, staff: Staff, point: int) -> None:
    budget = await _programme(
        services,
        town,
        staff,
        "premium",
        _new(ProgrammeKind.GRANT, "商品券のプレミアム原資", "Budget of voucher premiums", point),
    )
    product = next((known for known in await vouchers.of_municipality(town) if known.terms.code == VOUCHER), None)
    if product is None:
        sale, ends = midnight(FROM), after(LAST_DAY)
        terms = from_template(
            VoucherTemplate.PREMIUM_30,
            TemplateTerms(
                code=VOUCHER,
                name_ja=None,
                name_en=None,
                stock=UNITS,
                units_per_person=1_000,
                units_per_household=None,
                sale_starts_at=sale,
                sale_ends_at=ends,
                usable_from=sale,
                expires_at=ends,
                eligibility=ANYBODY,
                funding_programme=budget,
                wider_than_coin_reason=WIDER,
            ),
        )
        product = await create_product(services, staff.officer, town, terms)
    if not product.submitted:
        product = await submit_product(services, staff.officer, town, product.id)
    if product.stage is Stage.NONE:
        await approve_product(services, staff.second, Step(_key(town, VOUCHER), town, product.id))
