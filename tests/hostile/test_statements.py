"""What lists cost the database: as many statements for many items as for one."""

from typing import Any
from uuid import uuid4

import pytest

from domain.database import rows
from domain.services import Services
from domain.viewer import Viewer
from schema.core.context import Context
from schema.engine.execute import execute
from tests.hostile.world import World, new_world
from tests.support.lifecycle import cancel
from tests.support.statements import counted

MANY = 12
"""More than the statements of any of these documents."""
STORE = "store { name } municipality { name } acceptance { stores { name } }"
COUPONS = (
    "query($m: String!) { coupons(municipality: $m, first: 50) { edges { claimCount whyNot { obstacle } node { id name stockLeft budgetLeft "
    + STORE
    + " } } } }"
)
PRODUCTS = (
    "query($m: String!) { voucherProducts(municipality: $m) { id state stockLeft unitsLeftForViewer municipality { name } preview { budgetAvailable }"
    " subVouchers { asset { code } acceptance { stores { name } } eligibleStores(first: 5) { totalCount edges { node { name } } } } } }"
)
PROGRAMMES = (
    "query($m: String!) { programmes(municipality: $m) { id budgetLeft municipality { name } asset { code } earningRules { id }"
    " acceptance { stores { name } } } }"
)
RATES = "query($m: String!) { conversionRates(municipality: $m) { fromAsset { code } toAsset { code } programme { name budgetLeft } } }"
BULK = "query($m: String!) { bulkGrants(municipality: $m, first: 50) { edges { node { id state programme { name budgetLeft } approval { id } } } } }"
ROWS = "query($id: ID!) { bulkGrant(id: $id) { rows(first: 50) { edges { node { row wallet { id frozen } grant { receiptNumber } } } } } }"
SOURCES = "query($id: ID!) { fundingSources(walletId: $id) { id asset { code } } }"
NODES = (
    "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Payment { store { name } wallet { id } refundable } ... on VoucherPurchase { product { name }"
    " gift { used } } ... on Approval { reason } ... on BulkGrant { state } ... on VoucherProduct { name } ... on Coupon { name }"
    " ... on FundingSource { label } ... on Wallet { frozen } } }"
)
RECEIPT = (
    "... on Charge { takenBackAmount store { name } } ... on Payment { wallet { id } coupons { coupon { name } } refundable pointGrants { programme { name } } }"
    " ... on Refund { pointClawbacks { programme { name } } } ... on Grant { programme { name } } ... on VoucherPurchase { product { name state } gift { used }"
    " store { name } } ... on GiftActivation { product { name } } ... on CouponClaim { coupon { name } } ... on Redemption { rolledBack itemCoupon { name }"
    " store { name } } ... on RedemptionRollback { redemption { id rolledBack } } ... on Conversion { programme { name } received { asset { code } } }"
    " ... on ChargeCancellation { charge { takenBackAmount } store { name } } ... on Reversal { receipt { amount } }"
)
HISTORY = (
    "query($id: ID!) { wallet(id: $id) { transactions(first: 100) { edges { node { kind asset { code } counterparty { name } receipt { id "
    + RECEIPT
    + " } } } } } }"
)
EVENTS = (
    "query($id: ID!) { wallet(id: $id) { events(first: 100) { edges { node { eventId ... on CouponClaimed { claim { coupon { name } } }"
    " ... on ItemRedeemed { redemption { rolledBack } } ... on RedemptionRolledBack { rollback { redemption { id } } }"
    " ... on VoucherPurchased { purchase { product { name } gift { used } } } ... on ChargeCancelled { cancellation { charge { id } } }"
    " ... on ValueConverted { conversion { programme { name } } } } } } } }"
)


async def cost(services: Services, viewer: Viewer | None, document: str, **variables: Any) -> list[str]:
    await rows("select 1")
    with counted() as statements:
        result = await execute(document, variables, Context(services, viewer, "ja", "trace"), None)
    assert result.errors is None, result.errors
    return statements


def repeated(statements: list[str]) -> list[str]:
    return sorted(statement for statement in statements if statements.count(statement) > 1)


async def one_of_each(w: World) -> None:
    """Everything that a list can have one more of."""
    api = w.api
    await w.coupons.coupon(acceptance={"storeIds": [w.store]})
    await w.coupons.item_coupon()
    budget = await api.programme(w.points, 1_000_000)
    await w.vouchers.product(fundingProgrammeId=budget)
    await api.rule(await api.earning(w.points, 100))
    await rows(
        """insert into conversion_rate (municipality_id, id, from_asset_id, to_asset_id, programme_id, numerator, denominator, minimum_unit, valid_from,
            created_by, created_at) select municipality_id, $2, from_asset_id, to_asset_id, programme_id, 1, 1, 1, now() + interval '1 day', created_by,
            created_at from conversion_rate where municipality_id = $1 limit 1 returning id""",
        w.id,
        uuid4(),
    )
    await w.waiting_bulk()


async def things_happen(w: World) -> None:
    """One more of each receipt in the wallet's history."""
    api = w.api
    gift = await w.new_gift()
    numbers = await w.vouchers.numbers(gift)
    await w.vouchers.activate(gift, numbers, w.town.resident, w.town.wallet)
    await w.new_gift()
    claimed = await w.coupons.coupon()
    await w.coupons.claim(claimed)
    await w.coupons.rollback(await w.new_redemption())
    await api.refund((await w.coupons.pay_with(100, claimed))["payment"]["id"], 10)
    await w.market.convert(1)
    await cancel(api, await w.new_charge())


@pytest.fixture(scope="module")
async def small(services: Services) -> World:
    world = await new_world(services)
    await one_of_each(world)
    return world


@pytest.fixture(scope="module")
async def large(services: Services) -> World:
    world = await new_world(services)
    for _ in range(MANY):
        await one_of_each(world)
    return world


@pytest.mark.parametrize(
    "document", [COUPONS, PRODUCTS, PROGRAMMES, RATES, BULK], ids=["coupons", "products", "programmes", "rates", "bulk"]
)
@pytest.mark.parametrize("who", ["auditor", "resident", "nobody"])
async def test_lists_of_a_town(small: World, large: World, document: str, who: str):
    if document is BULK and who != "auditor":
        return
    costs = []
    for world in (small, large):
        viewer = None if who == "nobody" else getattr(world.town, who)
        await cost(world.services, viewer, document, m=world.api.code)  # what is remembered is read
        costs.append(await cost(world.services, viewer, document, m=world.api.code))
    assert len(costs[1]) == len(costs[0]), repeated(costs[1])


async def test_rows_of_a_file(services: Services):
    costs = []
    for count in (1, MANY):
        world = await new_world(services)
        wallets = await world.officers.residents(count)
        upload = await world.officers.upload(world.officers.csv(wallets))
        bulk = await world.officers.started(upload, world.programme)
        await world.officers.run(bulk)
        costs.append(await cost(world.services, world.town.auditor, ROWS, id=bulk))
    assert len(costs[0]) == len(costs[1]), costs[1]


async def test_linked_cards(services: Services):
    costs = []
    for count in (1, 9):
        world = await new_world(services)
        for _ in range(count):
            await world.new_source()
        costs.append(await cost(world.services, world.town.resident, SOURCES, id=world.wallet))
    assert len(costs[0]) == len(costs[1]), costs[1]


@pytest.mark.parametrize("document", [HISTORY, EVENTS], ids=["transactions", "events"])
async def test_what_happened_to_a_wallet(services: Services, document: str):
    costs = []
    for count in (1, 4):
        world = await new_world(services)
        for _ in range(count):
            await things_happen(world)
        costs.append(await cost(world.services, world.town.resident, document, id=world.wallet))
    assert len(costs[0]) == len(costs[1]), repeated(costs[1])


async def test_nodes_of_every_kind(small: World, services: Services):
    w = small

    async def some() -> list[str]:
        return [
            await w.new_payment(),
            w.purchase,
            await w.new_proposal(),
            w.bulk,
            w.product,
            w.coupon,
            w.wallet,
            w.store,
            w.rule,
            w.programme,
            w.gift,
            await w.new_source(),
        ]

    more = [node for _ in range(5) for node in await some()]
    more += [f"pay_{'0' * 24}{number:05}" for number in range(10)]
    for viewer in (w.town.finance, w.town.resident):
        few, many = await cost(services, viewer, NODES, ids=await some()), await cost(services, viewer, NODES, ids=more)
        assert len(many) <= len(few) + 1, repeated(many)
