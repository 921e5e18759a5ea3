"""A random campaign over months in a town of collisions.

Every verb that moves value, each answer kept to be asked for again.
"""

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
from domain.charging.receipts import bonuses_of
from domain.conversions.convert import Convert, convert
from domain.conversions.quote import quote_conversion
from domain.corrections.reverse import REVERSIBLE, propose_reversal, reverse_journal
from domain.coupons.claim import Claim, claim_coupon
from domain.coupons.receipts import refundable
from domain.expiry.expire import expire
from domain.expiry.remind import remind
from domain.grants.grant import Grant, grant_value
from domain.identifiers import Prefix, encode
from domain.jobs.schedule import settle_funding
from domain.ledger.kinds import JournalKind, Operation
from domain.ledger.reads import wallet_accounts
from domain.payments.hold import Authorize, HoldParties, authorize, capture, lapse, void
from domain.payments.kinds import RefundReason
from domain.payments.pay import Pay, pay
from domain.payments.quote import PaymentQuestion, quote
from domain.payments.refund import Refund, refund
from domain.payments.top_up import TopUp, pay_with_top_up
from domain.points.receipts import Earnings
from domain.programmes.change import change_budget
from domain.redemptions.kinds import ItemKind, RollbackReason
from domain.redemptions.redeem import Redeem, redeem
from domain.redemptions.roll_back import rollback_redemption
from domain.refusals import Refusal
from domain.residents.receive_codes import Receiver
from domain.vouchers.gift import Activation, activate, issue_numbers
from domain.vouchers.publish import Step, close_product
from domain.vouchers.purchase import Purchase, Sale, purchase, sell
from tests.support.diary import Diary, twisted
from tests.support.officers import Officers

OFTEN, RARELY = ("", "", ""), ("PERCENT", "FIXED", "DOUBLE", "HALF", "PERCENT FIXED", "OWN DOUBLE", "HALF OWN")
COUPONS = (*OFTEN, *RARELY, "PERCENT OWN DOUBLE")
"""Which coupons a payment names."""


@dataclass
class Campaign(Diary):
    """Everything that people of the town may do, each at random."""

    gifts: list[tuple[UUID, int, Any]] = field(default_factory=list)
    holds: list[HoldParties] = field(default_factory=list)
    bulks: list[str] = field(default_factory=list)

    async def wait(self) -> None:
        days = self.chance.choice([0, 0, 1, 1, 2, 6, 19])
        self.clock.forward(timedelta(days=days, minutes=self.chance.randrange(1, 700)))

    async def charge(self) -> None:
        _, _, wallet = self.resident()
        asset, amount = (
            self.collisions.assets[self.chance.choice(["COIN", "COIN", "USED"])],
            self.chance.randrange(1, 4_000),
        )
        store, viewer = self.chance.choice([(None, self.collisions.town.desk), self.store()])
        request = Charge(uuid4(), self.town, wallet, asset, amount, store)
        quoted = await quote_charge(self.services, viewer, Receiver(self.town, wallet), asset, amount)
        posted = await self.do(
            Operation.CHARGE,
            viewer,
            request.key,
            lambda: charge(self.services, viewer, request),
            twisted(charge, self.services, viewer, request),
        )
        if posted is not None:
            bonuses = [(portion.asset, portion.amount) for portion in bonuses_of(posted.receipt)]
            assert bonuses == [(bonus.asset, bonus.amount) for bonus in quoted.bonuses], "a quote tells the bonuses"

    async def cancel_charge(self) -> None:
        charges = self.journals(JournalKind.CHARGE)[-4:]
        if charges:
            wrong = self.chance.choice(charges)
            viewer = next(
                (staff for store, staff in self.collisions.stores if store == wrong.receipt.section(Collected).id),
                self.collisions.town.desk,
            )
            request = CancelCharge(uuid4(), self.town, wrong.journal_id, CancelReason.OTHER)
            await self.do(
                Operation.CANCEL_CHARGE, viewer, request.key, lambda: cancel_charge(self.services, viewer, request)
            )

    def payment(self) -> tuple[int, Any, Pay]:
        number, viewer, wallet = self.resident()
        excluded = self.chance.choice([(), (), ("POINT",), ("COIN", "USED"), ("COIN", "USED", "TENS")])
        coupons = tuple(self.collisions.coupons[name] for name in self.chance.choice(COUPONS).split())
        request = Pay(
            uuid4(),
            self.town,
            wallet,
            self.store()[0],
            self.chance.randrange(1, 1_800),
            confirm_duplicate=True,
            coupons=coupons,
            excluded=tuple(self.collisions.assets[name] for name in excluded),
            rest_in_cash=self.chance.random() < 0.2,
        )
        return number, viewer, request

    async def pay(self) -> None:
        _, viewer, request = self.payment()
        question = PaymentQuestion(
            self.town,
            request.wallet_id,
            request.store_id,
            request.amount,
            request.excluded,
            request.rest_in_cash,
            request.coupons,
        )
        try:
            quoted = await quote(self.services, viewer, question)
        except Refusal as refusal:
            posted = await self.do(Operation.PAY, viewer, request.key, lambda: pay(self.services, viewer, request))
            assert posted is None, f"a quote was refused with {refusal.code}, and the payment was made"
            return
        quoted_request = replace(request, quote_token=quoted.token)
        posted = await self.do(
            Operation.PAY,
            viewer,
            request.key,
            lambda: pay(self.services, viewer, quoted_request),
            twisted(pay, self.services, viewer, quoted_request),
        )
        assert posted is not None, "what was quoted is paid"
        assert [(part.lot, part.amount) for part in quoted.parts] == [
            (portion.lot, portion.amount) for portion in posted.receipt.lots
        ]
        points = {grant.source.programme.id: grant.points for grant in quoted.points}
        earnings = posted.receipt.find(Earnings) or Earnings(())
        assert points == {earned.programme: earned.points for earned in earnings.programmes}, "a quote tells the points"

    async def pay_with_top_up(self) -> None:
        number, viewer, request = self.payment()
        plain, source = replace(request, rest_in_cash=False), TopUp(self.collisions.sources[number], 2_000)
        await self.do(Operation.PAY, viewer, request.key, lambda: pay_with_top_up(self.services, viewer, plain, source))
        if self.chance.random() < 0.3:
            await settle_funding(self.services)

    async def refund(self) -> None:
        payments = self.journals(JournalKind.PAYMENT, JournalKind.CAPTURE)[-25:]
        if payments:
            payment = self.chance.choice(payments)
            whole = refundable(payment.receipt)
            part = self.chance.randrange(1, whole + 1) if whole else 1
            amount = self.chance.choice([whole, part, max(1, whole // 2)]) or 1
            store = next(
                party for party in (event.holder for event in payment.events) if party in dict(self.collisions.stores)
            )
            viewer = dict(self.collisions.stores)[store]
            request = Refund(uuid4(), self.town, payment.journal_id, amount, RefundReason.RETURNED_GOODS)
            await self.do(
                Operation.REFUND_PAYMENT,
                viewer,
                request.key,
                lambda: refund(self.services, viewer, request),
                twisted(refund, self.services, viewer, request),
            )

    async def reverse(self) -> None:
        journals = self.journals(*REVERSIBLE)[-30:]
        if not journals:
            return
        journal = self.chance.choice(journals).journal_id
        officer, other = self.collisions.town.finance, self.collisions.town.other_finance
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
        name, amount = self.chance.choice(["GIFT", "GIFT", "TENS", "MILE"]), self.chance.randrange(10, 700)
        whole = amount - amount % 10 if name == "TENS" else amount
        request = Grant(uuid4(), self.town, self.collisions.programmes[name], wallet, whole)
        viewer = self.collisions.town.desk
        await self.do(
            Operation.GRANT_VALUE,
            viewer,
            request.key,
            lambda: grant_value(self.services, viewer, request),
            twisted(grant_value, self.services, viewer, request),
        )

    async def grant_by_file(self) -> None:
        officers = Officers(self.collisions.town)
        name = self.chance.choice(["GIFT", "TENS"])
        programme = encode(Prefix.PROGRAMME, self.town, self.collisions.programmes[name])
        wallets = [wallet for _, wallet in self.collisions.residents]
        content = officers.csv(wallets, 10 * self.chance.randrange(1, 30))
        answer = await officers.start_again(content, programme, skipInvalid=True)
        self.said["BULK" if "bulkGrant" in answer else f"BULK {answer['code']}"] += 1
        if "bulkGrant" in answer:
            self.bulks.append(answer["bulkGrant"]["id"])
            await officers.run(self.bulks[-1])

    async def undo_file(self) -> None:
        if self.bulks:
            officers, bulk = Officers(self.collisions.town), self.bulks.pop(self.chance.randrange(len(self.bulks)))
            answer = await officers.undo(bulk)
            assert "bulkGrant" in answer, answer
            await officers.run(bulk)
            bulk_grant = await officers.look(bulk)
            assert (bulk_grant["state"], bulk_grant["undoneCount"]) == ("UNDONE", bulk_grant["grantedCount"])
            self.said["UNDONE"] += bulk_grant["takenBackAmount"]

    async def convert(self) -> None:
        _, viewer, wallet = self.resident()
        source, target = (
            self.collisions.assets[name]
            for name in self.chance.choice([("MILE", "POINT"), ("TENS", "POINT"), ("POINT", "USED")])
        )
        amount = self.chance.randrange(1, 40) * 10
        expected = None
        try:
            expected = (
                await quote_conversion(self.services, viewer, self.town, wallet, source, target, amount)
            ).received_amount
        except Refusal as refusal:
            self.said[f"QUOTE_CONVERSION {refusal.code}"] += 1
        request = Convert(uuid4(), self.town, wallet, source, target, amount, expected)
        posted = await self.do(
            Operation.CONVERT,
            viewer,
            request.key,
            lambda: convert(self.services, viewer, request),
            twisted(convert, self.services, viewer, request),
        )
        assert (posted is None) == (expected is None), "a quoted conversion is made, and no other"

    async def purchase(self) -> None:
        number, viewer, wallet = self.resident()
        gift = self.chance.random() < 0.4
        request = Purchase(uuid4(), self.town, wallet, self.collisions.product, self.chance.randrange(1, 3), gift=gift)
        posted = await self.do(
            Operation.PURCHASE_VOUCHER, viewer, request.key, lambda: purchase(self.services, viewer, request)
        )
        if posted is not None and gift:
            numbers = await issue_numbers(self.services, viewer, self.town, posted.journal_id, "2580")
            self.gifts.append((posted.journal_id, number, numbers))

    async def sell(self) -> None:
        _, _, wallet = self.resident()
        store, viewer = self.chance.choice([(None, self.collisions.town.desk), self.store()])
        request = Sale(uuid4(), self.town, wallet, self.collisions.product, 1, store)
        await self.do(Operation.SELL_VOUCHER, viewer, request.key, lambda: sell(self.services, viewer, request))

    async def activate(self) -> None:
        if self.gifts:
            gift, _, numbers = self.chance.choice(self.gifts)
            _, viewer, wallet = self.resident()
            request = Activation(uuid4(), self.town, gift, wallet, numbers, "2580")
            await self.do(
                Operation.ACTIVATE_GIFT, viewer, request.key, lambda: activate(self.services, viewer, request)
            )

    async def close(self) -> None:
        if self.chance.random() < 0.04:
            step, officer = Step(uuid4(), self.town, self.collisions.product), self.collisions.town.finance
            await self.do(
                Operation.CLOSE_VOUCHER_PRODUCT, officer, step.key, lambda: close_product(self.services, officer, step)
            )

    async def claim(self) -> None:
        _, viewer, wallet = self.resident()
        request = Claim(uuid4(), self.town, self.collisions.coupons[self.chance.choice(["HALF", "ITEM"])], wallet)
        await self.do(Operation.CLAIM_COUPON, viewer, request.key, lambda: claim_coupon(self.services, viewer, request))

    async def redeem(self) -> None:
        _, viewer, wallet = self.resident()
        lots = [
            account.lot
            for account in await wallet_accounts(self.town, wallet, self.services.clock())
            if account.posted and account.programme_id == self.collisions.product
        ]
        if lots and self.chance.random() < 0.5:
            request = Redeem(
                uuid4(),
                self.town,
                wallet,
                self.store()[0],
                ItemKind.VOUCHER,
                lot=self.chance.choice(lots),
                units=self.chance.choice([None, 1, 2]),
            )
        else:
            request = Redeem(
                uuid4(),
                self.town,
                wallet,
                self.collisions.stores[0][0],
                ItemKind.COUPON,
                coupon_id=self.collisions.coupons["ITEM"],
            )
        await self.do(Operation.REDEEM, viewer, request.key, lambda: redeem(self.services, viewer, request))

    async def rollback(self) -> None:
        redemptions = self.journals(JournalKind.REDEMPTION)
        if redemptions:
            journal, key, desk = self.chance.choice(redemptions).journal_id, uuid4(), self.collisions.town.desk
            await self.do(
                Operation.ROLLBACK_REDEMPTION,
                desk,
                key,
                lambda: rollback_redemption(self.services, desk, self.town, key, journal, reason=RollbackReason.OTHER),
            )

    async def authorize(self) -> None:
        _, viewer, wallet = self.resident()
        ends = self.services.clock() + timedelta(days=self.chance.choice([1, 3, 7]))
        request = Authorize(uuid4(), uuid4(), self.town, wallet, self.store()[0], self.chance.randrange(1, 900), ends)
        if (
            await self.do(Operation.AUTHORIZE, viewer, request.key, lambda: authorize(self.services, viewer, request))
            is not None
        ):
            self.holds.append(HoldParties(self.town, request.id, wallet, request.store_id))

    async def capture(self) -> None:
        if self.holds:
            hold, key, amount = self.chance.choice(self.holds[-5:]), uuid4(), self.chance.randrange(1, 500)
            viewer = dict(self.collisions.stores)[hold.store_id]
            await self.do(Operation.CAPTURE, viewer, key, lambda: capture(self.services, viewer, hold, key, amount))

    async def void(self) -> None:
        if self.holds:
            hold, key = self.chance.choice(self.holds[-5:]), uuid4()
            viewer = dict(self.collisions.stores)[hold.store_id]
            await self.do(Operation.VOID, viewer, key, lambda: void(self.services, viewer, hold, key))

    async def jobs(self) -> None:
        for job in self.chance.sample([expire, remind, lapse, settle_funding], 2):
            self.said[job.__name__] += await job(self.services)

    async def change_budget(self) -> None:
        programme = self.collisions.programmes[
            self.chance.choice(["DEDUCT", "DEBT", "WAIVE", "GIFT", "BONUS", "TO_POINT"])
        ]
        key, change, officer = uuid4(), self.chance.choice([-400, -50, 300]), self.collisions.town.finance
        await self.do(
            Operation.CHANGE_BUDGET,
            officer,
            key,
            lambda: change_budget(self.services, officer, self.town, programme, key, change),
        )

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
