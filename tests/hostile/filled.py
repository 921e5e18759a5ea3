"""A town in which every field of the contract has a value: what can be set is set, and what can happen has happened."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from domain.database import rows
from domain.expiry.expire import expire
from domain.expiry.remind import remind
from domain.ledger.holders import set_state
from domain.ledger.kinds import HolderState
from domain.payments.hold import Authorize, HoldParties, authorize, void
from tests.hostile.world import World
from tests.support.clock import MovableClock
from tests.support.lifecycle import cancel, charged
from tests.support.reversals import reverse
from tests.support.town import People

ELIGIBILITY = {"residentsOnly": True, "ageFrom": 18, "ageTo": 99}
PLACE = (43_200_000, 141_700_000)
"""Of the store, in millionths of a degree."""


class FilledWorld(World):
    """The town of the other tests, and everything that they do not need."""

    ending = rich = stopped = household = undone = budget = ""
    """Points that end, a coupon with limits and one that was stopped, a product, a file, and a budget of premiums."""
    refused = cancelled = ""
    """Files whose one row was refused or cancelled, of a wallet that is frozen."""

    def __init__(self, town: People) -> None:
        super().__init__(town)
        self.frozen = town.wallet

    @property
    def acceptance(self) -> dict[str, Any]:
        return {
            "storeIds": [self.store],
            "groups": ["G"],
            "sizeClasses": ["SMALL"],
            "areas": ["A"],
            "categories": ["food"],
            "excludedCategories": ["games"],
            "hours": {"weekdays": ["MONDAY"], "fromTime": "09:00", "untilTime": "17:00"},
        }

    async def prepare(self) -> None:
        """Before anybody asks: what a process remembers of stores and people."""
        await rows(
            "update store set latitude_microdegrees = $3, longitude_microdegrees = $4, address = '1', postal_code = '068-0000',"
            " opening_hours = '9-17' where municipality_id = $1 and id = $2 returning id",
            self.id,
            self.town.store,
            *PLACE,
        )
        classes = {"storeId": self.store, "storeGroup": "G", "sizeClass": "SMALL", "area": "A"}
        await self.api.ask(self.town.desk, "ClassifyStore", input=classes)
        claim = {"walletId": self.wallet, "resident": True, "birthYear": 1980, "householdCode": "H-1"}
        await self.api.ask(self.town.desk, "RecordClaim", input=claim)

    async def fill(self) -> None:
        await self._set_everything()
        await self._pay_earn_and_refund()
        await self._hold()
        await self._charge_with_a_bonus_and_cancel()
        await self._convert_claim_and_redeem()
        await self._buy_vouchers()
        await self._grant_by_file()

    async def _set_everything(self) -> None:
        api = self.api
        await api.asset(
            "FRESH",
            expiryRule="MONTHS_AFTER_ISSUE",
            expiresAfterMonths=3,
            refundedAfterExpiry="FRESH_DAYS",
            freshDays=60,
            balanceCap=1_000_000,
            disclosureJa="説明",
            disclosureEn="Disclosure",
            transferable=True,
            acceptance=self.acceptance,
        )
        last = api.day(timedelta(days=20))
        self.ending = await api.asset("ENDING", expiryRule="FIXED_DATE", expiresOn=last)
        limits = {"capPerPerson": 100_000, "capPerHousehold": 200_000, "eligibility": ELIGIBILITY}
        spendable = {"usableFrom": api.at(timedelta(hours=-1)), "expiresOn": last}
        await api.bonus(self.points, 100_000, 1_000, **limits, **spendable)
        earning = await api.earning(self.ending, 100_000, activatesAfterDays=3, clawbackRule="DEBT")
        await api.rule(earning, rateBp=1_000, baseAssetIds=[api.coin], capPerDay=5_000, capPerMonth=9_000, priority=5)
        visit = {"kind": "PER_VISIT", "points": 7, "minimumAmount": 1}
        await api.rule(earning, **visit, acceptance=self.acceptance, eligibility=ELIGIBILITY)
        later = {"startsAt": api.at(timedelta(days=1)), "capPerDay": 10_000}
        accepted(await self.market.rate(capPerDay=10_000, laterEndReason="期限を延ばすため"))
        accepted(await self.market.rate(**later))
        await self.coupons.coupon(kind="POINTS_MULTIPLIER", multiplierBp=20_000, rateBp=None, budget=None)
        await self.coupons.coupon(kind="FIXED_AMOUNT", amount=5, rateBp=None)
        self.rich = await self.coupons.coupon(
            discountMaximum=50,
            minimumSpend=10,
            stock=100,
            perPerson=50,
            perDay=50,
            stacking="WITH_OTHERS",
            eligibility=ELIGIBILITY,
        )
        pool = await api.programme(self.ending, 10_000, kind="CONVERSION")
        half = {"numerator": 1, "denominator": 2, "capPerDay": 5_000}
        accepted(await self.market.rate(toAssetId=self.ending, programmeId=pool, **half))
        self.stopped = await self.coupons.coupon()
        accepted(await self.coupons.change(self.stopped, stopNow=True))
        self.budget = await api.programme(self.points, 1_000_000)
        self.household = await self.vouchers.product(
            unitsPerHousehold=10,
            fundingProgrammeId=self.budget,
            eligibility=ELIGIBILITY,
            sixMonthExempt=True,
            legalProfile="OWN_BUSINESS",
        )

    async def _pay_earn_and_refund(self) -> None:
        double = await self.coupons.coupon(
            kind="POINTS_MULTIPLIER", multiplierBp=20_000, rateBp=None, budget=None, stacking="WITH_OTHERS"
        )
        payment = accepted(await self.coupons.pay_with(1_000, self.rich, double, note="お昼"))
        accepted(await self.api.refund(payment["payment"]["id"], 300))
        accepted(await self.api.pay(200, restInCash=True))
        accepted(await reverse(self.api, await self.new_charge()))
        await self._keep_value_away()
        for clawback in ("DEDUCT", "DEBT", "WAIVE"):
            await self._refund_what_earned_spent_points(clawback)

    async def _refund_what_earned_spent_points(self, clawback: str) -> None:
        api = self.api
        points = await api.asset(f"P{clawback}", kind="SHOPPING_POINT")
        await api.rule(await api.earning(points, 1_000, clawbackRule=clawback), rateBp=1_000)
        payment = accepted(await api.pay(1_000, excludeAssetIds=await self.assets_but(api.coin)))["payment"]
        accepted(await api.pay(60, excludeAssetIds=await self.assets_but(points)))
        accepted(await api.refund(payment["id"], 1_000))

    async def _keep_value_away(self) -> None:
        """60 points in units of 100, and 500 of which a payment uses 100, so that a refusal names both rules."""
        api = self.api
        units = await api.asset("UNITS", kind="SHOPPING_POINT", minimumUnit=100)
        await api.rule(await api.earning(units, 60), rateBp=1_000)
        accepted(await api.pay(600, excludeAssetIds=await self.assets_but(api.coin)))
        most = await api.asset("MOST", paymentMaximum=100)
        accepted(await api.grant(await api.programme(most, 1_000), 500))

    async def assets_but(self, *kept: str) -> list[str]:
        assets = await self.api.ask(None, "Assets", municipality=self.api.code)
        return [asset["id"] for asset in assets if asset["id"] not in kept and asset["kind"] != "CASH"]

    async def _hold(self) -> None:
        town = self.town
        ends = town.services.clock() + timedelta(days=1)
        for _ in range(2):
            hold = Authorize(uuid4(), uuid4(), town.id, town.wallet, town.store, 10, ends)
            await authorize(town.services, town.resident, hold)
        parties = HoldParties(town.id, hold.id, town.wallet, town.store)
        await void(town.services, town.staff, parties, uuid4())

    async def _charge_with_a_bonus_and_cancel(self) -> None:
        charge = await charged(self.api, 1_000, self.town.staff, storeId=self.store)
        accepted(await cancel(self.api, charge["id"], self.town.staff))

    async def _convert_claim_and_redeem(self) -> None:
        accepted(await self.api.grant(self.programme, 500))
        accepted(await self.market.convert(50))
        accepted(await self.market.convert(50, toAssetId=self.ending))
        accepted(await self.coupons.claim(await self.coupons.coupon(claimRequired=True)))
        accepted(await self.coupons.rollback(await self.new_redemption()))

    async def _buy_vouchers(self) -> None:
        vouchers = self.vouchers
        accepted(await self.api.charge(20_000))
        accepted(await vouchers.buy(self.product))
        accepted(await vouchers.sell(self.product, viewer=self.town.staff, storeId=self.store))
        gift = await self.new_gift()
        accepted(await vouchers.activate(gift, await vouchers.numbers(gift), self.town.resident, self.town.wallet))
        redemption = (await self.coupons.redeem({"voucherId": await self.voucher_lot()}, units=1))["redemption"]["id"]
        accepted(await self.coupons.rollback(redemption))

    async def voucher_lot(self) -> str:
        wallet = await self.api.ask(self.town.resident, "Wallet", id=self.wallet)
        return next(
            lot["id"]
            for balance in wallet["balances"]
            for lot in balance["lots"]
            if balance["asset"]["code"].startswith("V") and lot["amount"]
        )

    async def _grant_by_file(self) -> None:
        officers = self.officers
        _, self.frozen = await self.town.new_resident()
        wallets = [self.town.wallet, *await officers.residents(2)]
        content = officers.csv(wallets, 40) + b"wal_wrong,x\r\n"
        self.undone = await officers.started(content, self.programme, skipInvalid=True)
        await officers.run(self.undone)
        wallet = await self.api.ask(self.town.resident, "Wallet", id=self.wallet)
        points = next(balance for balance in wallet["balances"] if balance["asset"]["id"] == self.points)
        accepted(await self.api.pay(points["available"] - 10, excludeAssetIds=await self.assets_but(self.points)))
        assert "SPENT" in {code for _, _, code in await officers.undone(self.undone)}
        self.refused, self.cancelled = [
            (await officers.start_again(officers.csv([self.frozen], 10), self.programme))["bulkGrant"]["id"]
            for _ in range(2)
        ]
        await officers.do("CancelBulkGrant", self.cancelled)
        await set_state(self.id, self.frozen, HolderState.FROZEN)
        for bulk in (self.refused, self.cancelled):
            await officers.run(bulk)

    async def let_value_end(self, clock: MovableClock) -> None:
        """Time passes: value is announced to end, and ends. Of a payment with it, a part is refunded too late."""
        accepted(await self.api.grant(await self.api.programme(self.ending, 10_000), 100))
        with_others = await self.assets_but(self.ending)
        paid = accepted(await self.api.pay(50, excludeAssetIds=with_others))["payment"]["id"]
        clock.forward(timedelta(days=14))
        await remind(self.town.services)
        clock.forward(timedelta(days=10))
        await expire(self.town.services)
        accepted(await self.api.refund(paid, 50))


def accepted(answer: Any) -> Any:
    """An answer that is no refusal."""
    assert "code" not in answer, answer
    return answer
