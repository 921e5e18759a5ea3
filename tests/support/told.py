"""What is told of journals, compared with what they did.

Receipts against events, and both against the contract's types.
"""

from typing import Any
from uuid import UUID

import orjson

from domain.database import rows
from domain.identifiers import Prefix, encode
from domain.ledger.kinds import HolderKind, JournalKind
from domain.viewer import Viewer
from resolvers.money import balances_after
from tests.support.api import Api

SIGNS = {
    JournalKind.CHARGE: 1,
    JournalKind.GRANT: 1,
    JournalKind.GIFT_ACTIVATION: 1,
    JournalKind.PAYMENT: -1,
    JournalKind.CAPTURE: -1,
    JournalKind.CHARGE_CANCEL: -1,
    JournalKind.REDEMPTION: -1,
}
"""Of journals whose answers tell what moved by `balances_after`."""
EVENTS = "query($id: ID!, $after: ID) { %s(id: $id) { events(first: 100, after: $after) { edges { cursor node { __typename eventId } } pageInfo { hasNextPage } } } }"
HISTORY = (
    "query($id: ID!, $after: String) { wallet(id: $id) { transactions(first: 100, after: $after) { edges { cursor node { kind balanceAfter"
    " counterparty { kind name } receipt { __typename id receiptNumber amount } } } pageInfo { hasNextPage } } } }"
)
NODE = "query($id: ID!) { node(id: $id) { __typename id } }"
WITHOUT_RECEIPT = {"HOLD", "VOID", "LAPSE"}


async def assert_receipts_tell_the_truth(municipality: int) -> int:
    """Of every settled journal of a wallet: the receipt's balances are those of its event. How many journals were looked at."""
    found = await rows(
        """select j.id, j.kind, j.receipt, e.sequence, e.assets, e.amounts, e.balances, e.holder_id from journal j
          join event e on e.municipality_id = j.municipality_id and e.journal_id = j.id and e.holder_id = j.wallet_id
          where j.municipality_id = $1 and j.outcome = 0 order by e.holder_id, e.sequence""",
        municipality,
    )
    after: dict[tuple[UUID, int], int] = {}
    for row in found:
        receipt = orjson.loads(row["receipt"]) if isinstance(row["receipt"], str) else row["receipt"]
        after |= {
            (row["holder_id"], asset): balance for asset, balance in zip(row["assets"], row["balances"], strict=True)
        }
        told = receipt.get("balances", {})
        assert {str(asset) for asset in row["assets"]} <= set(told), (JournalKind(row["kind"]), row["assets"], receipt)
        for asset, balance in told.items():
            assert balance == after.get((row["holder_id"], int(asset)), 0), (
                JournalKind(row["kind"]),
                asset,
                receipt,
                dict(row),
            )
        sign = SIGNS.get(JournalKind(row["kind"]))
        if sign is not None:
            moved = {one.asset: one.moved for one in balances_after(receipt, sign=sign) if one.moved}
            assert moved == dict(zip(row["assets"], row["amounts"], strict=True)), (
                JournalKind(row["kind"]),
                receipt,
                dict(row),
            )
    return len(found)


async def assert_everything_has_a_type(
    api: Api, wallets: list[tuple[Viewer, UUID]], shops: list[tuple[UUID, Viewer]]
) -> set[str]:
    """Every event has a type, every line of a history a receipt, and every receipt a node. The names of all types that were seen."""
    seen: set[str] = set()
    for viewer, wallet in wallets:
        seen |= await _events(api, viewer, "wallet", api.wallet(wallet))
        for line in await _pages(api, viewer, HISTORY, api.wallet(wallet), "transactions"):
            assert line["kind"] in WITHOUT_RECEIPT or line["receipt"] is not None, line
            if line["receipt"] is not None:
                shown = await api.ask(viewer, NODE, id=line["receipt"]["id"])
                assert shown == {"__typename": line["receipt"]["__typename"], "id": line["receipt"]["id"]}
                seen.add(shown["__typename"])
    for store, viewer in shops:
        seen |= await _events(api, viewer, "store", api.store(store))
    kinds = await rows(
        """select distinct e.kind from event e join holder h on h.municipality_id = e.municipality_id and h.id = e.holder_id
          where e.municipality_id = $1 and h.kind = any ($2::smallint[])""",
        api.town.id,
        [HolderKind.WALLET, HolderKind.STORE],
    )
    for kind in kinds:
        for journal in await rows(
            "select id, actor from journal where municipality_id = $1 and kind = $2 and outcome = 0 limit 3",
            api.town.id,
            kind["kind"],
        ):
            prefix = Prefix.PAYMENT if kind["kind"] in (JournalKind.PAYMENT, JournalKind.CAPTURE) else Prefix.JOURNAL
            shown = await api.ask(api.town.auditor, NODE, id=encode(prefix, api.town.id, journal["id"]))
            silent = JournalKind(kind["kind"]).name in WITHOUT_RECEIPT or kind["kind"] == JournalKind.EXPIRY_REMINDER
            assert (shown is None) == silent, JournalKind(kind["kind"])
    return seen


async def _events(api: Api, viewer: Viewer, what: str, name: str) -> set[str]:
    return {one["__typename"] for one in await _pages(api, viewer, EVENTS % what, name, "events")}


async def _pages(api: Api, viewer: Viewer, query: str, name: str, field: str) -> list[Any]:
    found: list[Any] = []
    after = None
    while True:
        page = (await api.ask(viewer, query, id=name, after=after))[field]
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["edges"][-1]["cursor"]
