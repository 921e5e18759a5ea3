"""One person's many subscriptions: what an event costs, and who runs between its deliveries. In counts, not by the clock."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest

from domain.events.turns import SLICE, SUBSCRIBERS, Turns
from domain.ledger.request import EventRow
from domain.viewer import Viewer
from schema.core.context import Context
from schema.engine.answers import AUDIENCES, Audience, answers
from schema.engine.operations import document
from schema.root import schema
from tests.support.api import Api
from tests.support.eventually import eventually
from tests.support.statements import counted

EACH = 6
RECONCILING = "select h.municipality_id, h.id, h.sequence from unnest"
"""Every five seconds, once for all subscribers, whatever is delivered."""
WITH_RECEIPT = """subscription($id: ID!) { storeEvents(storeId: $id) { __typename eventId occurredAt receiptNumber amount
  balances { asset { code } moved posted } counterparty { kind name store { name } }
  ... on PaymentSettled { payment { id amount receiptNumber store { name } wallet { id } } } } }"""


def reading(api: Api, viewer: Viewer, locale: str = "ja") -> Context:
    return Context(api.services, viewer, locale, "trace", remembers=False)


class Following:
    """Subscriptions of the town's store and what each of them was told."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.payloads: list[list[str]] = []
        self.order: list[int] = []
        self.audiences: set[tuple[str, Viewer]] = set()
        self.tasks: list[asyncio.Task[None]] = []

    def add(self, viewer: Viewer, locale: str = "ja", text: str | None = None) -> None:
        """One more subscription, on a connection of its own."""
        number = len(self.payloads)
        self.payloads.append([])
        query = text or document("StoreEvents")
        self.audiences.add((query, viewer))
        variables = {"id" if text else "storeId": self.api.store()}

        async def follow() -> None:
            async for answer in answers(query, variables, reading(self.api, viewer, locale), None):
                self.payloads[number].append(answer.payload)
                self.order.append(number)

        self.tasks.append(asyncio.create_task(follow()))

    async def heard(self, count: int) -> None:
        await eventually(lambda: all(len(heard) == count for heard in self.payloads))

    @property
    def encodings(self) -> int:
        audiences = self.api.services.shared(AUDIENCES).items()
        return sum(audience.encodings for key, audience in audiences if (key[0], key[3]) in self.audiences)


@asynccontextmanager
async def following(api: Api, *viewers: tuple[Viewer, str]) -> AsyncIterator[Following]:
    """EACH subscriptions for each viewer and language, all of which have begun."""
    before = api.services.bus.subscribers
    follows = Following(api)
    for viewer, locale in viewers:
        for _ in range(EACH):
            follows.add(viewer, locale)
    await eventually(lambda: api.services.bus.subscribers == before + len(follows.payloads))
    await begun(api)
    try:
        yield follows
    finally:
        for task in follows.tasks:
            task.cancel()
        await asyncio.gather(*follows.tasks, return_exceptions=True)


async def begun(api: Api) -> None:
    """Every follower waits for its next event."""
    inboxes = [inbox for inboxes in api.services.bus._inboxes.values() for inbox in inboxes]
    await eventually(lambda: all(inbox._wake._waiters for inbox in inboxes))


async def test_an_event_is_encoded_once_for_each_viewer_and_read_by_nobody(api: Api):
    await api.charge(500)
    readers = [(api.town.staff, "ja"), (api.town.staff, "en"), (api.town.finance, "ja")]
    async with following(api, *readers) as follows:
        await api.pay(10)
        await follows.heard(1)
        assert follows.encodings == len(readers)
        payment = await api.town.pay(20)
        await follows.heard(2)
        assert follows.encodings == 2 * len(readers)
        [row] = [event for event in payment.events if event.holder == api.town.store]
        with counted() as statements:
            api.services.bus.publish([later(row)])
            await follows.heard(3)
        read = [text for text in statements if not text.startswith(RECONCILING)]
        assert read == [], "rights, customer and asset of an event are looked up, not read"
        assert follows.encodings == 3 * len(readers)
        amounts = [[json.loads(text)["data"]["storeEvents"]["amount"] for text in texts] for texts in follows.payloads]
        assert amounts == [[10, 20, 20]] * len(follows.payloads)
        names = {json.loads(texts[0])["data"]["storeEvents"]["counterparty"]["name"] for texts in follows.payloads}
        assert names == {"お客さま", "Customer"}


def later(row: EventRow) -> EventRow:
    """The same again under the next number, as the bus would bring it."""
    facts = {name: getattr(row, name) for name in EventRow.__slots__}
    return EventRow(**{**facts, "sequence": row.sequence + 1})


async def test_what_depends_on_the_viewer_is_encoded_for_each(api: Api):
    """Shop staff and an officer ask the same of one payment, and each has what they may see."""
    await api.charge(500)
    async with following(api) as follows:
        for viewer in (api.town.staff, api.town.finance, api.town.staff, api.town.finance):
            follows.add(viewer, text=WITH_RECEIPT)
        await eventually(lambda: api.services.bus.subscribers == 4)
        await begun(api)
        await api.pay(10)
        await follows.heard(1)
        wallets = [json.loads(texts[0])["data"]["storeEvents"]["payment"]["wallet"] for texts in follows.payloads]
        assert wallets == [None, {"id": api.wallet()}] * 2
        assert follows.encodings == 2


@pytest.mark.parametrize("who", ["staff", "finance"])
async def test_the_answers_are_those_of_the_ordinary_executor(api: Api, who: str):
    await api.charge(500)
    viewer, variables = getattr(api.town, who), {"id": api.store()}
    compiled = answers(WITH_RECEIPT, variables, reading(api, viewer), None)
    ordinary = await schema.stream(WITH_RECEIPT, variables, context_value=reading(api, viewer))
    firsts = [asyncio.create_task(anext(compiled)), asyncio.create_task(anext(ordinary))]  # type: ignore[arg-type]
    await eventually(lambda: api.services.bus.subscribers == 2)
    await begun(api)
    await api.pay(10)
    ours, theirs = await asyncio.gather(*firsts)
    assert json.loads(ours.payload) == {"data": theirs.data}  # type: ignore[attr-defined]
    for items in (compiled, ordinary):
        await items.aclose()


async def test_a_document_with_directives_is_followed_too(api: Api):
    await api.charge(500)
    text = "subscription($id: ID!) { storeEvents(storeId: $id) { amount eventId @skip(if: true) } }"
    async with following(api) as follows:
        follows.add(api.town.staff, text=text)
        await eventually(lambda: api.services.bus.subscribers == 1)
        await begun(api)
        await api.pay(10)
        await follows.heard(1)
        assert json.loads(follows.payloads[0][0]) == {"data": {"storeEvents": {"amount": 10}}}
        assert follows.encodings == 0


async def test_a_payment_goes_on_before_the_last_was_served(api: Api, monkeypatch: pytest.MonkeyPatch):
    """The steps of somebody else come between slices, and a stranger's own event before the rest of a crowd's."""
    monkeypatch.setattr(api.services.shared(SUBSCRIBERS), "limit", 1_000)
    await api.charge(500)
    crowd = 40
    async with following(api, *[(api.town.staff, "ja")] * crowd, (api.town.finance, "ja")) as follows:
        payment = await api.town.pay(1)
        await follows.heard(1)
        [row] = [event for event in payment.events if event.holder == api.town.store]
        follows.order.clear()
        served = [0]
        api.services.bus.publish([later(row)])
        while served[-1] < len(follows.payloads):
            await asyncio.sleep(0)  # a step of a payment's handler
            served.append(len(follows.order))
        assert max(after - before for before, after in pairwise(served)) <= 2 * SLICE
        assert len([count for count in served if count < len(follows.payloads)]) > len(follows.payloads) / (2 * SLICE)
        firsts = follows.order[: len(follows.payloads) // 3]
        assert set(range(crowd * EACH, (crowd + 1) * EACH)) <= set(firsts), "six of one among 240 of another"


async def test_turns_go_round_by_reader():
    turns, order = Turns(), []
    for number in range(3 * SLICE):
        turns.ask("many", lambda number=number: order.append(f"many {number}"))
    turns.ask("one", lambda: order.append("one"))
    steps = []
    while len(order) < 3 * SLICE + 1:
        await asyncio.sleep(0)
        steps.append(len(order))
    assert order[:3] == ["many 0", "one", "many 1"]
    assert [text for text in order if text != "one"] == [f"many {number}" for number in range(3 * SLICE)]
    assert steps == [SLICE, 2 * SLICE, 3 * SLICE, 3 * SLICE + 1]
    turns.ask("one", lambda: order.append("again"))
    await asyncio.sleep(0)
    assert order[-1] == "again"


async def test_who_leaves_while_an_event_is_encoded_takes_it_from_nobody():
    audience, begin = Audience(Turns(), None), asyncio.Event()

    async def encode() -> Any:
        await begin.wait()
        return "encoded"

    first = asyncio.create_task(audience.answer("event", encode))
    second = asyncio.create_task(audience.answer("event", encode))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait({first})
    begin.set()
    assert await second == "encoded"
    assert audience.encodings == 1


async def test_rights_that_changed_encode_an_event_anew(api: Api):
    """A stream that comes to an event after its reader's rights changed does not have what was encoded on the old."""
    await api.charge(500)
    async with AsyncExitStack() as stack:
        follows = await stack.enter_async_context(following(api, (api.town.staff, "ja")))
        payment = await api.town.pay(1)
        await follows.heard(1)
        before = follows.encodings
        api.services.access.heard([api.town.staff.person_id])
        [row] = [event for event in payment.events if event.holder == api.town.store]
        for inbox in api.services.bus._inboxes[api.town.id, api.town.store]:
            inbox.seen -= 1
        api.services.bus.publish([row])
        await follows.heard(2)
        assert follows.encodings == before + 1
