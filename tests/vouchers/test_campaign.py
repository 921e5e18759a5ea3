"""Many people at once: whatever they do, a product holds exactly what it has not sold, promised or given back."""

import asyncio
import random
from typing import Any
from uuid import uuid4

from domain.database import rows
from domain.ledger.kinds import AccountKind
from domain.vouchers import reads
from schema.core.ids import Prefix, read
from tests.support.reversals import reverse
from tests.support.vouchers import VoucherApi

FACE = {1: 2_000, 2: 4_500}
STOCK = 40


async def budgets(api: VoucherApi, product: Any) -> dict[str, dict[int, int]]:
    """The product's budgets: per sub-voucher in stock and promised to gifts, and its share of the declared budget."""
    accounts = await rows(
        """select a.asset_id, a.lot_id, a.posted, s.code from account a join asset s on s.id = a.asset_id
          where a.municipality_id = $1 and a.holder_id = $2 and a.kind = $3""",
        api.town.id,
        product.id,
        AccountKind.BUDGET,
    )
    kinds: dict[str, dict[int, int]] = {"stock": {1: 0, 2: 0}, "promised": {1: 0, 2: 0}, "premium": {0: 0}}
    for row in accounts:
        if row["code"].startswith("V_"):
            kinds["promised" if row["lot_id"] else "stock"][int(row["code"][-1])] += row["posted"]
        else:
            kinds["premium"][0] += row["posted"]
    return kinds


async def act(api: VoucherApi, chance: random.Random, product: str, people: list[Any], done: list[Any]) -> None:
    """One person takes one action at random."""
    viewer, wallet = chance.choice(people)
    match chance.choice(("buy", "buy", "gift", "sell", "activate", "undo", "pay")):
        case "buy":
            done.append(await api.buy(product, chance.randint(1, 2), viewer, wallet))
        case "gift":
            answer = await api.buy(product, 1, viewer, wallet, gift=True)
            done.append({**answer, "buyer": viewer})
        case "sell":
            done.append(await api.sell(product, 1, wallet=wallet))
        case "activate":
            gifts = [answer for answer in done if "purchase" in answer and answer["purchase"]["gift"]]
            if gifts:
                gift = chance.choice(gifts)
                numbers = await api.numbers(gift["purchase"]["gift"]["id"], viewer=gift["buyer"])
                if "serialNumber" in numbers:
                    await api.activate(gift["purchase"]["gift"]["id"], numbers, viewer, wallet)
        case "undo":
            purchases = [answer["purchase"] for answer in done if "purchase" in answer]
            if purchases:
                await reverse(api, chance.choice(purchases)["id"])
        case "pay":
            request = {
                "idempotencyKey": str(uuid4()),
                "walletId": api.wallet(wallet),
                "payee": {"storeId": api.store()},
                "amount": 700,
            }
            await api.ask(viewer, "Pay", input={**request, "confirmDuplicate": True})


async def test_a_product_has_what_it_has_not_sold_promised_or_given_back(api: VoucherApi):
    chance = random.Random(20_261_124)
    budget = await api.budget(STOCK * 1_500)
    product = await api.product(code="V", stock=STOCK, unitsPerPerson=12, fundingProgrammeId=budget)
    people = [await api.town.new_resident() for _ in range(6)]
    for _, wallet in people:
        await api.charge(50_000, wallet)
    done: list[Any] = []
    for _ in range(12):
        await asyncio.gather(*[act(api, chance, product, people, done) for _ in range(10)])
        await check(api, product)
    assert len([answer for answer in done if "purchase" in answer]) > 20
    closing = await asyncio.gather(api.close(product), *[act(api, chance, product, people, done) for _ in range(10)])
    assert closing[0]["product"]["state"] == "CLOSED"
    await api.close(product)
    row = await check(api, product, closed=True)
    assert await api.left(budget) == (STOCK - row.sold) * 1_500
    await api.town.assert_sound()


async def check(api: VoucherApi, product: str, *, closed: bool = False) -> Any:
    key = read(Prefix.VOUCHER_PRODUCT, product)
    assert key is not None
    row = await reads.by_id(*key)
    assert row is not None
    left = 0 if closed else STOCK - row.sold
    [gifts] = await rows(
        """select coalesce(sum((j.receipt ->> 'units')::int), 0)::int as unopened from journal j where j.municipality_id = $1 and j.kind = 13
          and j.outcome = 0 and (j.receipt ->> 'gift')::boolean and not exists (select from guard g where g.municipality_id = j.municipality_id
          and g.kind = 14 and g.subject = j.id and g.value = 1)""",
        api.town.id,
    )
    kinds = await budgets(api, row)
    assert kinds["stock"] == {number: face * left for number, face in FACE.items()}
    assert kinds["promised"] == {number: face * gifts["unopened"] for number, face in FACE.items()}
    assert kinds["premium"] == {0: 1_500 * left}
    return row
