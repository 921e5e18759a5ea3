"""What receipts and events say of journals, compared with what the journals did, and with the contract's types."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from domain.database import rows
from domain.identifiers import Prefix, encode
from domain.ledger.kinds import HolderKind, JournalKind
from domain.ledger.receipt import Receipt
from domain.viewer import Viewer
from schema.ledger.balances import balances_after
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
"""Of journals whose answers say what moved by `balances_after`."""
WITHOUT_RECEIPT = {"HOLD", "VOID", "LAPSE"}


async def assert_receipts_tell_the_truth(municipality: int) -> int:
    """Of every settled journal of a wallet: the receipt's balances are those of its event. How many journals were looked at."""
    events = await rows(
        """select j.id, j.kind, j.receipt, e.sequence, e.assets, e.amounts, e.balances, e.holder_id from journal j
          join event e on e.municipality_id = j.municipality_id and e.journal_id = j.id and e.holder_id = j.wallet_id
          where j.municipality_id = $1 and j.outcome = 0 order by e.holder_id, e.sequence""",
        municipality,
    )
    after: dict[tuple[UUID, int], int] = {}
    for event in events:
        after |= {
            (event["holder_id"], asset): balance
            for asset, balance in zip(event["assets"], event["balances"], strict=True)
        }
        _assert_receipt_of_its_event(event, after)
    return len(events)


def _assert_receipt_of_its_event(event: Mapping[str, Any], after: dict[tuple[UUID, int], int]) -> None:
    kind = JournalKind(event["kind"])
    receipt = orjson.loads(event["receipt"]) if isinstance(event["receipt"], str) else event["receipt"]
    balances = receipt.get("balances", {})
    assert {str(asset) for asset in event["assets"]} <= set(balances), (kind, event["assets"], receipt)
    for asset, balance in balances.items():
        assert balance == after.get((event["holder_id"], int(asset)), 0), (kind, asset, receipt, dict(event))
    sign = SIGNS.get(kind)
    if sign is not None:
        moved = {
            balance.number: balance.moved
            for balance in balances_after(Receipt.from_json(receipt), sign=sign)
            if balance.moved
        }
        assert moved == dict(zip(event["assets"], event["amounts"], strict=True)), (kind, receipt, dict(event))


async def assert_everything_has_a_type(
    api: Api, wallets: list[tuple[Viewer, UUID]], stores: list[tuple[UUID, Viewer]]
) -> set[str]:
    """Every event has a type, every line of a history a receipt, and every receipt a node. The names of all types that were seen."""
    seen: set[str] = set()
    for viewer, wallet in wallets:
        seen |= await _event_types(api, viewer, "WalletPastEvents", api.wallet(wallet))
        for line in await _every(api, viewer, "WalletHistory", api.wallet(wallet), "transactions"):
            assert line["kind"] in WITHOUT_RECEIPT or line["receipt"] is not None, line
            if line["receipt"] is not None:
                node = await api.ask(viewer, "Node", id=line["receipt"]["id"])
                assert node == {"__typename": line["receipt"]["__typename"], "id": line["receipt"]["id"]}
                seen.add(node["__typename"])
    for store, viewer in stores:
        seen |= await _event_types(api, viewer, "StorePastEvents", api.store(store))
    await _assert_nodes_of_all_kinds(api)
    return seen


async def _assert_nodes_of_all_kinds(api: Api) -> None:
    kinds = await rows(
        """select distinct e.kind from event e join holder h on h.municipality_id = e.municipality_id and h.id = e.holder_id
          where e.municipality_id = $1 and h.kind = any ($2::smallint[])""",
        api.town.id,
        [HolderKind.WALLET, HolderKind.STORE],
    )
    for kind in [JournalKind(row["kind"]) for row in kinds]:
        for journal in await rows(
            "select id, actor from journal where municipality_id = $1 and kind = $2 and outcome = 0 limit 3",
            api.town.id,
            kind,
        ):
            prefix = Prefix.PAYMENT if kind in (JournalKind.PAYMENT, JournalKind.CAPTURE) else Prefix.JOURNAL
            node = await api.ask(api.town.auditor, "Node", id=encode(prefix, api.town.id, journal["id"]))
            silent = kind.name in WITHOUT_RECEIPT or kind == JournalKind.EXPIRY_REMINDER
            assert (node is None) == silent, kind


async def _event_types(api: Api, viewer: Viewer, operation: str, holder: str) -> set[str]:
    return {event["__typename"] for event in await _every(api, viewer, operation, holder, "events")}


async def _every(api: Api, viewer: Viewer, operation: str, holder: str, field: str) -> list[Any]:
    """The nodes of all pages of a wallet's or store's connection."""
    nodes: list[Any] = []
    after = None
    while True:
        page = (await api.ask(viewer, operation, id=holder, first=100, after=after))[field]
        nodes += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["edges"][-1]["cursor"]
