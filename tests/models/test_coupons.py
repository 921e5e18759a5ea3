"""Coupons against a second, naive model.

Random payments, refunds, reversals, claims, hand-overs and rollbacks, compared after each step.
"""

import os
import random
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from domain.approvals.kinds import ReversalReason
from domain.corrections.reverse import propose_reversal, reverse_journal
from domain.identifiers import decode
from domain.services import Services
from tests.support.coupons import CouponApi
from tests.support.town import new_town


@dataclass
class Rule:
    """Plain figures of one coupon: no guards, no holders."""

    kind: str
    of_town: bool
    off: int
    per_person: int
    stock: int
    returns: bool
    budget: int = 0
    taken: int = 0
    used: dict[int, int] = field(default_factory=dict)

    def discount(self, left: int) -> int:
        return left * self.off // 10_000 if self.kind == "PERCENT" else min(left, self.off)


@dataclass
class Paid:
    id: str
    wallet: int
    list_amount: int
    parts: list[tuple[str, int]]
    left: int


class Game:
    """One town, three wallets, one store, and a model that must agree."""

    def __init__(self, api: CouponApi, chance: random.Random) -> None:
        self.api, self.chance = api, chance
        self.people: list[Any] = []
        self.wallets, self.owed = [0, 0, 0], 0
        self.rules = {
            "tenth": Rule("PERCENT", of_town=True, off=1_000, per_person=4, stock=9, returns=True, budget=400),
            "own": Rule("FIXED_AMOUNT", of_town=False, off=70, per_person=5, stock=10**6, returns=False),
            "town": Rule("FIXED_AMOUNT", of_town=True, off=50, per_person=6, stock=12, returns=True, budget=350),
            "third": Rule("PERCENT", of_town=True, off=3_333, per_person=6, stock=50, returns=True, budget=2_000),
        }
        self.ids: dict[str, str] = {}
        self.item, self.item_taken, self.item_claims, self.item_used = "", 0, [0, 0, 0], [0, 0, 0]
        self.paid: list[Paid] = []
        self.handed: list[tuple[str, int]] = []

    async def start(self) -> None:
        self.people = [await self.api.town.new_resident() for _ in range(3)]
        for name, rule in self.rules.items():
            facts: dict[str, Any] = {
                "stacking": "ALONE" if name == "tenth" else "WITH_OTHERS",
                "perPerson": rule.per_person,
                "stock": rule.stock,
            }
            facts |= {
                "returnsOnRefund": rule.returns,
                "kind": rule.kind,
                "rateBp": rule.off if rule.kind == "PERCENT" else None,
            }
            facts |= {"amount": None if rule.kind == "PERCENT" else rule.off, "budget": rule.budget or None}
            if rule.of_town:
                self.ids[name] = await self.api.coupon(**facts)
            else:
                self.ids[name] = await self.api.coupon(
                    self.api.town.staff, storeId=self.api.store(), borneBy="STORE", **facts
                )
        self.item = await self.api.item_coupon(claimRequired=True, stock=4, perPerson=2)

    async def charge(self) -> None:
        wallet, amount = self.chance.randrange(3), self.chance.randrange(1, 3_000)
        await self.api.charge(amount, self.people[wallet][1])
        self.wallets[wallet] += amount

    async def pay(self) -> None:
        wallet, amount = self.chance.randrange(3), self.chance.randrange(1, 900)
        names = self.chance.choice(
            [
                [],
                ["tenth"],
                ["own"],
                ["town"],
                ["third", "town"],
                ["own", "town"],
                ["third", "own", "town"],
                ["tenth", "own"],
            ]
        )
        viewer, key = self.people[wallet]
        answer = await self.api.pay_with(amount, *[self.ids[name] for name in names], wallet=key, viewer=viewer)
        expected, parts = self._foreseen(wallet, amount, names)
        if expected is not None:
            assert answer.get("reason", answer.get("code")) in expected, (answer, expected)
            return
        assert "payment" in answer, (answer, names, amount)
        payment = answer["payment"]
        off = sum(part for _, part in parts)
        assert (payment["discount"], payment["amount"]) == (off, amount - off)
        self.wallets[wallet] -= amount - off
        self.owed += amount - sum(part for name, part in parts if not self.rules[name].of_town)
        for name, part in parts:
            rule = self.rules[name]
            rule.taken, rule.used[wallet] = rule.taken + 1, rule.used.get(wallet, 0) + 1
            rule.budget -= part if rule.of_town else 0
        self.paid.append(Paid(payment["id"], wallet, amount, parts, amount))

    def _foreseen(self, wallet: int, amount: int, names: list[str]) -> tuple[set[str] | None, list[tuple[str, int]]]:
        """Every refusal that might be told, or what each coupon takes off: percentages first, then fixed amounts in the order of their ids."""
        order = sorted(names, key=lambda name: (self.rules[name].kind == "FIXED_AMOUNT", decode(self.ids[name])[2]))
        against, parts, left = set(), [], amount
        for name in order:
            rule = self.rules[name]
            part = rule.discount(left)
            against |= {"NOT_STACKABLE"} if name == "tenth" and len(names) > 1 else set()
            against |= {"PERSON_LIMIT"} if rule.used.get(wallet, 0) >= rule.per_person else set()
            against |= {"STOCK_GONE"} if rule.taken >= rule.stock else set()
            against |= {"NO_DISCOUNT"} if not part else set()
            against |= {"BUDGET_SPENT"} if rule.of_town and (part > rule.budget or not rule.budget) else set()
            left -= part
            parts.append((name, part))
        if not against and left > self.wallets[wallet]:
            against.add("INSUFFICIENT_BALANCE")
        return against or None, parts

    async def refund(self) -> None:
        if not self.paid:
            return
        paid = self.chance.choice(self.paid)
        amount = self.chance.choice([paid.left, self.chance.randrange(1, paid.list_amount + 1)]) or 1
        answer = await self.api.refund(paid.id, amount)
        if amount > paid.left:
            assert (answer["code"], answer["refundable"]) == ("REFUND_EXCEEDS", paid.left)
            return
        before, after = self._kept(paid, paid.left), self._kept(paid, paid.left - amount)
        returned = {name: before[name] - after[name] for name in before}
        assert answer["refund"]["discountReturned"] == sum(returned.values())
        self.wallets[paid.wallet] += amount - sum(returned.values())
        self.owed -= amount - sum(part for name, part in returned.items() if not self.rules[name].of_town)
        paid.left -= amount
        for name, part in returned.items():
            self.rules[name].budget += part if self.rules[name].of_town else 0
            if not paid.left and self.rules[name].returns:
                self._give_back(name, paid.wallet)

    def _kept(self, paid: Paid, remaining: int) -> dict[str, int]:
        """The share that stays, split from the last coupon to the first."""
        kept, parts = {}, list(paid.parts)
        total = sum(part for _, part in parts)
        share = total * remaining // paid.list_amount
        while parts:
            name, part = parts.pop()
            of_others = (total - part) * share // total if total else 0
            kept[name] = share - of_others
            total, share = total - part, of_others
        return kept

    def _give_back(self, name: str, wallet: int) -> None:
        rule = self.rules[name]
        rule.taken, rule.used[wallet] = rule.taken - 1, rule.used[wallet] - 1

    async def reverse(self) -> None:
        whole = [paid for paid in self.paid if paid.left == paid.list_amount]
        if not whole:
            return
        paid, town = self.chance.choice(whole), self.api.town
        approval = await propose_reversal(
            town.services, town.finance, town.id, decode(paid.id)[2], ReversalReason.POSTED_TWICE
        )
        await reverse_journal(town.services, town.other_finance, town.id, uuid4(), approval.id)
        off = sum(part for _, part in paid.parts)
        self.wallets[paid.wallet] += paid.list_amount - off
        self.owed -= paid.list_amount
        for name, part in paid.parts:
            self.owed += 0 if self.rules[name].of_town else part
            self.rules[name].budget += part if self.rules[name].of_town else 0
            self._give_back(name, paid.wallet)
        paid.left = 0

    async def claim(self) -> None:
        wallet = self.chance.randrange(3)
        viewer, key = self.people[wallet]
        answer = await self.api.claim(self.item, key, viewer)
        if self.item_claims[wallet] >= 2 or self.item_taken >= 4:
            assert answer["reason"] in {"PERSON_LIMIT", "STOCK_GONE"}
        else:
            assert "claim" in answer, answer
            self.item_claims[wallet], self.item_taken = self.item_claims[wallet] + 1, self.item_taken + 1

    async def redeem(self) -> None:
        wallet = self.chance.randrange(3)
        viewer, key = self.people[wallet]
        actor = self.chance.choice([viewer, self.api.town.staff])
        answer = await self.api.redeem({"couponId": self.item}, key, actor)
        if self.item_used[wallet] >= self.item_claims[wallet]:
            of_person = {"NOT_CLAIMED", "PERSON_LIMIT"} if actor is viewer else {"NOT_FOR_PERSON"}
            assert answer["reason"] in of_person | {"STOCK_GONE"}
        else:
            self.handed.append((answer["redemption"]["id"], wallet))
            self.item_used[wallet] += 1

    async def rollback(self) -> None:
        if self.handed:
            redemption, wallet = self.handed.pop(self.chance.randrange(len(self.handed)))
            assert "rollback" in await self.api.rollback(redemption)
            assert (await self.api.rollback(redemption))["code"] == "ALREADY_ROLLED_BACK"
            self.item_used[wallet] -= 1

    async def compare(self) -> None:
        assert [await self.api.town.balance(wallet) for _, wallet in self.people] == self.wallets
        assert await self.api.owed() == self.owed
        for name, rule in self.rules.items():
            seen = await self.api.seen(self.ids[name])
            assert (seen["budgetLeft"] or 0, seen["stockLeft"]) == (rule.budget, rule.stock - rule.taken), name
        assert (await self.api.seen(self.item))["stockLeft"] == 4 - self.item_taken


async def play(services: Services, seed: int, steps: int) -> None:
    game = Game(CouponApi(await new_town(services)), random.Random(seed))
    await game.start()
    moves = [
        game.charge,
        game.pay,
        game.pay,
        game.pay,
        game.refund,
        game.refund,
        game.reverse,
        game.claim,
        game.redeem,
        game.rollback,
    ]
    for _ in range(steps):
        await game.chance.choice(moves)()
        await game.compare()
    await game.api.town.assert_sound()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_random_coupons_agree_with_a_naive_model(services: Services, seed: int):
    await play(services, seed, 80)


@pytest.mark.soak
async def test_random_coupons_agree_with_a_naive_model_soak(services: Services):
    for _ in range(30):
        seed = int.from_bytes(os.urandom(4))
        print(f"seed {seed}", flush=True)
        await play(services, seed, 300)
