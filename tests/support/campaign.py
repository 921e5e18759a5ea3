"""A random campaign over months in a town of collisions.

Every verb that moves value, each answer kept to be asked for again.
"""

import contextlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.approvals.kinds import ReversalReason
from domain.assets.receipts import Collected
from domain.charging.cancel import CancelCharge, cancel_charge
from domain.charging.charge import Charge, charge
from domain.charging.kinds import CancelReason
from domain.charging.quote import quote_charge
from domain.charging.receipts import Bonuses
from domain.conversions.convert import Convert, convert
from domain.conversions.quote import quote_conversion
from domain.corrections.reverse import REVERSIBLE, propose_reversal, reverse_journal
from domain.coupons.claim import Claim, claim_coupon
from domain.coupons.receipts import refundable
from domain.expiry.expire import expire
from domain.expiry.remind import remind
from domain.grants.grant import Grant, grant_value
from domain.identifiers import Prefix, encode
from domain.ledger.kinds import JournalKind, Operation
from domain.ledger.reads import wallet_accounts
from domain.ledger.refusals import KeyReusedError
from domain.ledger.request import Posted
from domain.payments.hold import Authorize, OfHold, authorize, capture, lapse, void
from domain.payments.kinds import RefundReason
from domain.payments.pay import Pay, pay
from domain.payments.quote import Asked, quote
from domain.payments.refund import Refund, refund
from domain.payments.top_up import TopUp, pay_with_top_up, settle_top_ups
from domain.points.receipts import Earnings
from domain.programmes.change import change_budget
from domain.redemptions.kinds import ItemKind, RollbackReason
from domain.redemptions.redeem import Redeem, redeem
from domain.redemptions.roll_back import rollback_redemption
from domain.refusals import Refusal, StoredRefusal
from domain.vouchers.gift import Activation, activate, issue_numbers
from domain.vouchers.publish import Step, close_product
from domain.vouchers.purchase import Purchase, Sale, purchase, sell
from tests.bulk_grants.officers import Officers
from tests.support.clock import MovableClock
from tests.support.collisions import Collisions

Again = Callable[[], Awaitable[Any]]
SETS = (
    (),
    (),
    (),
    ("PERCENT",),
    ("PERCENT", "FIXED"),
    ("FIXED",),
    ("OWN", "DOUBLE"),
    ("DOUBLE",),
    ("HALF",),
    ("HALF", "OWN"),
    ("PERCENT", "OWN", "DOUBLE"),
)


@dataclass
class Deed:
    """What was asked, and how it ended."""

    operation: Operation
    key: UUID
    actor: Any
    again: Again
    other: Again | None = None
    posted: Posted | None = None
    refusal: Refusal | None = None


@dataclass
class Campaign:
    """One town and everything that was done in it."""

    made: Collisions
    chance: random.Random
    clock: MovableClock
    deeds: list[Deed] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)
    gifts: list[tuple[UUID, int, Any]] = field(default_factory=list)
    holds: list[OfHold] = field(default_factory=list)
    bulks: list[str] = field(default_factory=list)
    closed: bool = False

    @property
    def services(self) -> Any:
        return self.made.town.services

    @property
    def town(self) -> int:
        return self.made.town.id

    def resident(self) -> tuple[int, Any, UUID]:
        number = self.chance.randrange(3)
        return number, *self.made.residents[number]

    def shop(self) -> tuple[UUID, Any]:
        return self.chance.choice(self.made.shops)

    async def do(
        self, operation: Operation, actor: Any, key: UUID, again: Again, other: Again | None = None
    ) -> Posted | None:
        """Does it once and remembers it. A refusal has a type; anything else is a fault, and ends the game. `other`: the key for something else."""
        deed = Deed(operation, key, actor, again, other)
        try:
            found = await again()
        except Refusal as refusal:
            deed.refusal = refusal
            self.said[f"{operation.name} {refusal.code}"] += 1
            if isinstance(refusal, StoredRefusal):
                self.deeds.append(deed)
            return None
        deed.posted = found if isinstance(found, Posted) else found[1]
        assert not deed.posted.replayed
        self.said[operation.name] += 1
        self.deeds.append(deed)
        return deed.posted

    def journals(self, *kinds: JournalKind) -> list[Posted]:
        return [deed.posted for deed in self.deeds if deed.posted is not None and deed.posted.kind in kinds]

    async def wait(self) -> None:
        days = self.chance.choice([0, 0, 1, 1, 2, 6, 19])
        self.clock.forward(timedelta(days=days, minutes=self.chance.randrange(1, 700)))

    async def charge(self) -> None:
        _, _, wallet = self.resident()
        asset, amount = self.made.assets[self.chance.choice(["COIN", "COIN", "USED"])], self.chance.randrange(1, 4_000)
        store, viewer = self.chance.choice([(None, self.made.town.desk), self.shop()])
        what = Charge(uuid4(), self.town, wallet, asset, amount, store)
        quoted = await quote_charge(self.services, viewer, self.town, wallet, asset, amount)
        posted = await self.do(
            Operation.CHARGE,
            viewer,
            what.key,
            lambda: charge(self.services, viewer, what),
            twisted(charge, self.services, viewer, what),
        )
        if posted is not None:
            bonuses = posted.receipt.find(Bonuses) or Bonuses()
            told = [(portion.asset, portion.amount) for portion in bonuses.portions]
            assert told == [(one.asset, one.amount) for one in quoted.bonuses], "a quote tells the bonuses"

    async def cancel_charge(self) -> None:
        charges = self.journals(JournalKind.CHARGE)[-4:]
        if charges:
            found = self.chance.choice(charges)
            viewer = next(
                (staff for store, staff in self.made.shops if store == found.receipt.section(Collected).id),
                self.made.town.desk,
            )
            what = CancelCharge(uuid4(), self.town, found.journal_id, CancelReason.OTHER)
            await self.do(Operation.CANCEL_CHARGE, viewer, what.key, lambda: cancel_charge(self.services, viewer, what))

    def payment(self) -> tuple[int, Any, Pay]:
        number, viewer, wallet = self.resident()
        excluded = self.chance.choice([(), (), ("POINT",), ("COIN", "USED"), ("COIN", "USED", "TENS")])
        coupons = tuple(self.made.coupons[name] for name in self.chance.choice(SETS))
        what = Pay(
            uuid4(),
            self.town,
            wallet,
            self.shop()[0],
            self.chance.randrange(1, 1_800),
            confirm_duplicate=True,
            coupons=coupons,
            excluded=tuple(self.made.assets[name] for name in excluded),
            rest_in_cash=self.chance.random() < 0.2,
        )
        return number, viewer, what

    async def pay(self) -> None:
        _, viewer, what = self.payment()
        asked = Asked(
            self.town, what.wallet_id, what.store_id, what.amount, what.excluded, what.rest_in_cash, what.coupons
        )
        try:
            quoted = await quote(self.services, viewer, asked)
        except Refusal as refusal:
            posted = await self.do(Operation.PAY, viewer, what.key, lambda: pay(self.services, viewer, what))
            assert posted is None, f"a quote was refused with {refusal.code}, and the payment was made"
            return
        told = replace(what, quote_token=quoted.token)
        posted = await self.do(
            Operation.PAY,
            viewer,
            what.key,
            lambda: pay(self.services, viewer, told),
            twisted(pay, self.services, viewer, told),
        )
        assert posted is not None, "what was quoted is paid"
        assert [(one.lot, one.amount) for one in quoted.parts] == [
            (portion.lot, portion.amount) for portion in posted.receipt.lots
        ]
        points = {one.source.programme.id: one.points for one in quoted.points}
        earnings = posted.receipt.find(Earnings) or Earnings(())
        assert points == {one.programme: one.points for one in earnings.programmes}, "a quote tells the points"

    async def pay_with_top_up(self) -> None:
        number, viewer, what = self.payment()
        plain, source = replace(what, rest_in_cash=False), TopUp(self.made.sources[number], 2_000)
        await self.do(Operation.PAY, viewer, what.key, lambda: pay_with_top_up(self.services, viewer, plain, source))
        if self.chance.random() < 0.3:
            await settle_top_ups(self.services)

    async def refund(self) -> None:
        payments = self.journals(JournalKind.PAYMENT, JournalKind.CAPTURE)[-25:]
        if payments:
            found = self.chance.choice(payments)
            whole = refundable(found.receipt)
            amount = (
                self.chance.choice([whole, self.chance.randrange(1, whole + 1) if whole else 1, max(1, whole // 2)])
                or 1
            )
            store = next(party for party in (event.holder for event in found.events) if party in dict(self.made.shops))
            viewer = dict(self.made.shops)[store]
            what = Refund(uuid4(), self.town, found.journal_id, amount, RefundReason.RETURNED_GOODS)
            await self.do(
                Operation.REFUND_PAYMENT,
                viewer,
                what.key,
                lambda: refund(self.services, viewer, what),
                twisted(refund, self.services, viewer, what),
            )

    async def reverse(self) -> None:
        found = self.journals(*REVERSIBLE)[-30:]
        if not found:
            return
        journal, officer, other = (
            self.chance.choice(found).journal_id,
            self.made.town.finance,
            self.made.town.other_finance,
        )
        approval = await propose_reversal(self.services, officer, self.town, journal, ReversalReason.OTHER)
        key = uuid4()
        await self.do(
            Operation.REVERSE_JOURNAL,
            other,
            key,
            lambda: reverse_journal(self.services, other, self.town, key, approval.id),
        )

    async def grant(self) -> None:
        _, _, wallet = self.resident()
        programme = self.made.programmes[self.chance.choice(["GIFT", "GIFT", "TENS", "MILE"])]
        what = Grant(uuid4(), self.town, programme, wallet, self.chance.randrange(1, 700))
        viewer = self.made.town.desk
        await self.do(
            Operation.GRANT_VALUE,
            viewer,
            what.key,
            lambda: grant_value(self.services, viewer, what),
            twisted(grant_value, self.services, viewer, what),
        )

    async def grant_by_file(self) -> None:
        officers = Officers(self.made.town)
        name = self.chance.choice(["GIFT", "TENS"])
        programme = officers_id(officers, self.made.programmes[name])
        wallets = [wallet for _, wallet in self.made.residents]
        answer = await officers.start(
            officers.csv(wallets, self.chance.randrange(1, 300)), programme, skipInvalid=True, confirmSameFile=True
        )
        self.said["BULK" if "bulkGrant" in answer else f"BULK {answer['code']}"] += 1
        if "bulkGrant" in answer:
            self.bulks.append(answer["bulkGrant"]["id"])
            await officers.run(self.bulks[-1])

    async def undo_file(self) -> None:
        if self.bulks:
            officers, bulk = Officers(self.made.town), self.bulks.pop(self.chance.randrange(len(self.bulks)))
            answer = await officers.undo(bulk)
            assert "bulkGrant" in answer, answer
            await officers.run(bulk)
            seen = await officers.look(bulk)
            assert (seen["state"], seen["undoneCount"]) == ("UNDONE", seen["grantedCount"])
            self.said["UNDONE"] += seen["takenBackAmount"]

    async def convert(self) -> None:
        _, viewer, wallet = self.resident()
        given, taken = (
            self.made.assets[name]
            for name in self.chance.choice([("MILE", "POINT"), ("TENS", "POINT"), ("POINT", "USED")])
        )
        amount = self.chance.randrange(1, 40) * 10
        expected = None
        try:
            expected = (
                await quote_conversion(self.services, viewer, self.town, wallet, given, taken, amount)
            ).received_amount
        except Refusal as refusal:
            self.said[f"QUOTE_CONVERSION {refusal.code}"] += 1
        what = Convert(uuid4(), self.town, wallet, given, taken, amount, expected)
        posted = await self.do(
            Operation.CONVERT,
            viewer,
            what.key,
            lambda: convert(self.services, viewer, what),
            twisted(convert, self.services, viewer, what),
        )
        assert (posted is None) == (expected is None), "a quoted conversion is made, and no other"

    async def purchase(self) -> None:
        number, viewer, wallet = self.resident()
        gift = self.chance.random() < 0.4
        what = Purchase(uuid4(), self.town, wallet, self.made.product, self.chance.randrange(1, 3), gift=gift)
        posted = await self.do(
            Operation.PURCHASE_VOUCHER, viewer, what.key, lambda: purchase(self.services, viewer, what)
        )
        if posted is not None and gift:
            numbers = await issue_numbers(self.services, viewer, self.town, posted.journal_id, "2580")
            self.gifts.append((posted.journal_id, number, numbers))

    async def sell(self) -> None:
        _, _, wallet = self.resident()
        store, viewer = self.chance.choice([(None, self.made.town.desk), self.shop()])
        what = Sale(uuid4(), self.town, wallet, self.made.product, 1, store)
        await self.do(Operation.SELL_VOUCHER, viewer, what.key, lambda: sell(self.services, viewer, what))

    async def activate(self) -> None:
        if self.gifts:
            gift, _, numbers = self.chance.choice(self.gifts)
            _, viewer, wallet = self.resident()
            what = Activation(uuid4(), self.town, gift, wallet, numbers, "2580")
            await self.do(Operation.ACTIVATE_GIFT, viewer, what.key, lambda: activate(self.services, viewer, what))

    async def close(self) -> None:
        if self.chance.random() < 0.04:
            step, officer = Step(uuid4(), self.town, self.made.product), self.made.town.finance
            await self.do(
                Operation.CLOSE_VOUCHER_PRODUCT, officer, step.key, lambda: close_product(self.services, officer, step)
            )

    async def claim(self) -> None:
        _, viewer, wallet = self.resident()
        what = Claim(uuid4(), self.town, self.made.coupons[self.chance.choice(["HALF", "ITEM"])], wallet)
        await self.do(Operation.CLAIM_COUPON, viewer, what.key, lambda: claim_coupon(self.services, viewer, what))

    async def redeem(self) -> None:
        _, viewer, wallet = self.resident()
        lots = [
            one.lot
            for one in await wallet_accounts(self.town, wallet, self.services.clock())
            if one.posted and one.programme_id == self.made.product
        ]
        if lots and self.chance.random() < 0.5:
            what = Redeem(uuid4(), self.town, wallet, self.shop()[0], ItemKind.VOUCHER, lot=self.chance.choice(lots))
        else:
            what = Redeem(
                uuid4(), self.town, wallet, self.made.shops[0][0], ItemKind.COUPON, coupon_id=self.made.coupons["ITEM"]
            )
        await self.do(Operation.REDEEM, viewer, what.key, lambda: redeem(self.services, viewer, what))

    async def rollback(self) -> None:
        found = self.journals(JournalKind.REDEMPTION)
        if found:
            journal, key, desk = self.chance.choice(found).journal_id, uuid4(), self.made.town.desk
            await self.do(
                Operation.ROLLBACK_REDEMPTION,
                desk,
                key,
                lambda: rollback_redemption(self.services, desk, self.town, key, journal, RollbackReason.OTHER),
            )

    async def authorize(self) -> None:
        _, viewer, wallet = self.resident()
        ends = self.services.clock() + timedelta(days=self.chance.choice([1, 3, 7]))
        what = Authorize(uuid4(), uuid4(), self.town, wallet, self.shop()[0], self.chance.randrange(1, 900), ends)
        if (
            await self.do(Operation.AUTHORIZE, viewer, what.key, lambda: authorize(self.services, viewer, what))
            is not None
        ):
            self.holds.append(OfHold(self.town, what.id, wallet, what.store_id))

    async def capture(self) -> None:
        if self.holds:
            hold, key, amount = self.chance.choice(self.holds[-5:]), uuid4(), self.chance.randrange(1, 500)
            viewer = dict(self.made.shops)[hold.store_id]
            await self.do(Operation.CAPTURE, viewer, key, lambda: capture(self.services, viewer, hold, key, amount))

    async def void(self) -> None:
        if self.holds:
            hold, key = self.chance.choice(self.holds[-5:]), uuid4()
            viewer = dict(self.made.shops)[hold.store_id]
            await self.do(Operation.VOID, viewer, key, lambda: void(self.services, viewer, hold, key))

    async def jobs(self) -> None:
        for job in self.chance.sample([expire, remind, lapse, settle_top_ups], 2):
            self.said[job.__name__] += await job(self.services)

    async def change_budget(self) -> None:
        programme = self.made.programmes[self.chance.choice(["DEDUCT", "DEBT", "WAIVE", "GIFT", "BONUS", "TO_POINT"])]
        key, change, officer = uuid4(), self.chance.choice([-400, -50, 300]), self.made.town.finance
        await self.do(
            Operation.CHANGE_BUDGET,
            officer,
            key,
            lambda: change_budget(self.services, officer, self.town, programme, key, change),
        )

    async def ask_again(self) -> None:
        """A key that ended answers the same for ever, and nothing else."""
        if not self.deeds:
            return
        deed = self.chance.choice(self.deeds)
        if deed.other is not None:
            with contextlib.suppress(KeyReusedError):
                await deed.other()
                message = f"{deed.operation.name}: the key was used for something else"
                raise AssertionError(message)
        try:
            found = await deed.again()
        except Refusal as refusal:
            assert deed.refusal is not None, f"{deed.operation.name} was settled, and is refused now: {refusal.code}"
            assert (refusal.code, refusal.data()) == (deed.refusal.code, deed.refusal.data())
            return
        posted = found if isinstance(found, Posted) else found[1]
        assert posted.replayed, deed.operation.name
        assert deed.posted is not None, f"{deed.operation.name} was refused for good, and is settled now"
        assert (posted.journal_id, posted.receipt) == (deed.posted.journal_id, deed.posted.receipt), deed.operation.name

    async def step(self) -> None:
        often = [
            self.pay,
            self.pay,
            self.pay,
            self.pay,
            self.refund,
            self.refund,
            self.refund,
            self.charge,
            self.charge,
            self.wait,
            self.wait,
        ]
        others = [
            self.cancel_charge,
            self.pay_with_top_up,
            self.reverse,
            self.reverse,
            self.grant,
            self.grant,
            self.grant_by_file,
            self.undo_file,
            self.convert,
            self.convert,
            self.purchase,
            self.sell,
            self.activate,
            self.close,
            self.claim,
            self.redeem,
            self.rollback,
            self.authorize,
            self.capture,
            self.void,
            self.jobs,
            self.change_budget,
            self.ask_again,
            self.ask_again,
        ]
        await self.chance.choice([*often, *others])()


def twisted(verb: Any, services: Any, viewer: Any, what: Any) -> Again:
    """The same key for one unit more."""
    return lambda: verb(services, viewer, replace(what, amount=what.amount + 1))


def officers_id(officers: Officers, programme: UUID) -> str:
    return encode(Prefix.PROGRAMME, officers.town.id, programme)
