"""The saga of money from outside: each step killed, every answer lost, late or odd, and two processes at once.

The provider's own record and the sums of the ledger agree afterwards, to the yen.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters import payment_provider as adapter
from adapters.payment_provider import HttpPaymentProvider
from domain.assets.lots import LOTS, Issue
from domain.database import rows
from domain.funding import saga, settle
from domain.funding.link import remove_source
from domain.funding.owed import Treasury, treasury_of
from domain.funding.reads import authorisation_of
from domain.funding.saga import Opening, one_journal, reference_of
from domain.identifiers import decode
from domain.jobs.schedule import settle_funding
from domain.ledger.book import AccountKey, Book
from domain.ledger.kinds import AccountKind, Funding, JournalKind, LotOrigin, Operation
from domain.ledger.ledger import Ledger
from domain.ledger.request import Draft, Posted, Request, RequestKey, fingerprint
from domain.refusals import Refusal
from domain.services import Services
from mocks.payment_provider import KEY, PaymentProvider
from tests.support.clock import MovableClock
from tests.support.funded import LATER, PRICE, TOKEN, VERBS, DyingPoster, FundedTown, Killed, Steps, recovered
from tests.support.funded_process import other_process
from tests.support.receipts import written

IN_PROCESS = {"purchase": "buys", "top-up": "pays"}


def deeds(provider: PaymentProvider) -> list[str]:
    return [deed for deed, _ in provider.calls]


KILLS = {
    "purchase": {"authorised": 2, "posted": 4, "captured": 6},
    "top-up": {"authorised": 2, "charged": 4, "paid": 6, "captured": 10},
}


@pytest.mark.parametrize(("name", "after"), [(name, after) for name, steps in KILLS.items() for after in steps])
async def test_a_process_is_killed_and_two_others_finish_at_once(
    funded: FundedTown, moved: MovableClock, database_url: str, name: str, after: str
):
    """The operating system kills it; then the same key comes to this process while the job runs in a third one."""
    async with other_process(database_url, funded, IN_PROCESS[name], KILLS[name][after]) as killed:
        assert await killed.run() == "", "killed"
    assert await funded.states() == [0 if after == "authorised" else 1]
    async with other_process(database_url, funded, "settles") as job:
        answers = await asyncio.gather(
            job.run(), VERBS[name](funded, funded.services()), funded.settle(funded.services()), return_exceptions=True
        )
    assert answers[0] == "done"
    assert isinstance(answers[1], Posted | Refusal)
    if await funded.open():
        moved.forward(LATER)
        await funded.settle(funded.services())
    await funded.assert_even()
    await assert_answered_for_ever(funded, name, answers[1])


async def assert_answered_for_ever(funded: FundedTown, name: str, first: Posted | Refusal) -> None:
    """Also where there is no provider any more; and nobody is asked again."""
    calls = list(funded.provider.calls)
    for services in (funded.services(), replace(funded.services(), funding=None)):
        if isinstance(first, Posted):
            again = await VERBS[name](funded, services)
            assert (again.journal_id, again.replayed) == (first.journal_id, True)
            assert written(again.receipt) == written(first.receipt)
        else:
            with pytest.raises(Refusal) as refused:
                await VERBS[name](funded, services)
            assert refused.value.code == first.code
    assert funded.provider.calls == calls


@pytest.mark.parametrize("name", VERBS)
async def test_the_same_key_in_two_processes_takes_the_money_once(funded: FundedTown, database_url: str, name: str):
    async with other_process(database_url, funded, IN_PROCESS[name]) as other:
        said, posted = await asyncio.gather(other.run(), VERBS[name](funded, funded.services()))
    assert said == "done"
    assert funded.provider.captured == PRICE
    await funded.assert_even()
    await assert_answered_for_ever(funded, name, posted)


def answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(body), body)


STATE_AFTER = {"authorise": b"APPROVED", "capture": b"CAPTURED", "void": b"VOIDED"}
ODD = {
    "fault": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "rubbish": answer(b"<html>OK</html>"),
    "no state": answer(b"{}"),
    "another state": answer(b'{"state":"PENDING"}'),
    "cut off": b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"state":',
}


@pytest.mark.parametrize("how", ["key", "job", "both"])
@pytest.mark.parametrize("deed", STATE_AFTER)
@pytest.mark.parametrize("odd", [*ODD, "twice", "none"])
@pytest.mark.parametrize("name", VERBS)
async def test_a_provider_that_did_it_and_answers_oddly(
    funded: FundedTown, moved: MovableClock, monkeypatch: pytest.MonkeyPatch, name: str, odd: str, deed: str, how: str
):
    """Through the real adapter. What was done and not said is asked again, under the same reference."""
    if deed == "void":
        funded.provider.silent = {"authorise"}
    if odd == "none":
        monkeypatch.setattr(adapter, "TIMEOUT_SECONDS", 0.2)
        funded.provider.hangs = {deed}
    else:
        funded.provider.odd_answers[deed] = [ODD.get(odd) or answer(b'{"state":"%b"}' % STATE_AFTER[deed]) * 2]
    with suppress(Refusal):
        await VERBS[name](funded, funded.services())
    if deed == "void":
        moved.forward(LATER)
        await funded.settle(funded.services())
    assert deed in deeds(funded.provider)
    funded.provider.silent, funded.provider.hangs = set(), set()
    monkeypatch.undo()
    await recovered(funded, VERBS[name], how, moved)
    assert funded.provider.odd_answers.get(deed, []) == []
    assert len(funded.provider.known) == 1, "one reference"
    await funded.assert_even()


@pytest.mark.parametrize("name", VERBS)
async def test_a_capture_that_was_answered_by_nobody_is_repeated_and_takes_the_money_once(
    funded: FundedTown, moved: MovableClock, name: str
):
    funded.provider.silent = {"capture"}
    posted = await VERBS[name](funded, funded.services())
    assert (await funded.states(), deeds(funded.provider).count("capture")) == ([1], 1)
    await assert_answered_while_open(funded, name, posted)
    moved.forward(LATER)
    await funded.settle(funded.services())
    assert await funded.states() == [1]
    funded.provider.silent = set()
    await funded.settle(funded.services())
    await funded.settle(funded.services())
    assert (await funded.states(), deeds(funded.provider)) == ([2], ["authorise", *["capture"] * 4])
    assert funded.provider.captured == PRICE
    await funded.assert_even()


async def assert_answered_while_open(funded: FundedTown, name: str, posted: Posted) -> None:
    again = await VERBS[name](funded, funded.services())
    assert (again.journal_id, again.replayed) == (posted.journal_id, True)
    assert deeds(funded.provider).count("authorise") == 1, "what is authorised is not asked for again"


async def test_a_source_that_is_removed_meanwhile_still_pays_what_it_set_aside(funded: FundedTown, moved: MovableClock):
    town = funded.api.town
    funded.provider.silent = {"authorise"}
    first, second = uuid4(), uuid4()
    for funded.key in (first, second):
        with pytest.raises(Refusal):
            await funded.pays(funded.services())
    funded.provider.silent = set()
    await remove_source(town.services, town.resident, town.id, funded.source)
    funded.key = first
    await funded.pays(funded.services())
    moved.forward(LATER)
    await funded.settle(funded.services())
    assert sorted(await funded.states()) == [2, 3]
    await funded.assert_even()


async def test_one_key_for_two_operations_is_two_authorisations(funded: FundedTown, moved: MovableClock):
    await funded.pays(funded.services())
    await funded.buys(funded.services())
    assert (await funded.states(), funded.provider.captured) == ([2, 2], 2 * PRICE)
    assert len(funded.provider.known) == 2
    moved.forward(LATER)
    assert await settle_funding(funded.services()) == 0
    await funded.assert_even()


def test_the_reference_of_a_key_never_changes():
    key = RequestKey(7, UUID(int=1), Operation.PAY, UUID(int=2))
    assert reference_of(key) == UUID("3ab6489b-190f-5fc1-9083-4fd31c102637")
    others = (
        replace(key, municipality=8),
        replace(key, actor=UUID(int=3)),
        replace(key, operation=Operation.PURCHASE_VOUCHER),
        replace(key, key=UUID(int=3)),
    )
    assert len({reference_of(key), *(reference_of(other) for other in others)}) == 5


CHARGE = one_journal(Operation.CHARGE)
"""A use that is not one of the service's yet: residents who charge their wallets from a card."""


async def charge(funded: FundedTown, services: Services, amount: int = PRICE) -> Posted:
    """All that a room writes to be paid from outside: its request."""
    town = funded.api.town
    key = RequestKey(town.id, town.resident.person_id, Operation.CHARGE, funded.key)
    lot = await services.shared(LOTS).of(town.coin, Issue(LotOrigin.CHARGE, Funding.CARD), services.clock())
    treasury: Treasury = await treasury_of(services, town.id)

    def plan(book: Book, _: datetime) -> Draft:
        account = book.account(town.id, AccountKey(AccountKind.WALLET, town.wallet, town.coin.id, lot.id), lot)
        issuance = book.plain(town.id, AccountKind.ISSUANCE, treasury.issuer, town.coin.id)
        return Draft(
            amount=amount,
            lots=[lot.portion(amount)],
            moves=[(issuance, account, amount), treasury.owed(book, amount)],
            counterparties={town.wallet: treasury.issuer, treasury.issuer: town.wallet},
        )

    request = Request(
        municipality=town.id,
        actor=key.actor,
        operation=key.operation,
        key=key.key,
        input_hash=fingerprint(wallet=town.wallet, amount=amount),
        kind=JournalKind.CHARGE,
        holders=(town.wallet, treasury.issuer),
        plan=plan,
        lots=(lot.id,),
    )
    opened = await saga.open_authorisation(services, Opening(key, request.input_hash, amount))
    return await saga.run(services, opened, saga.funded_by_one_journal(services, CHARGE, request, TOKEN))


@pytest.mark.parametrize("how", ["key", "job"])
@pytest.mark.parametrize("at", range(1, 7))
async def test_another_room_gives_only_its_request(funded: FundedTown, moved: MovableClock, at: int, how: str):
    steps = Steps(at)
    with pytest.raises(Killed):
        await charge(funded, funded.services(steps))
    moved.forward(LATER)
    assert await settle_funding(funded.services()) == 0, "the service's job has not heard of it"
    if how == "key":
        await charge(funded, funded.services())
    else:
        assert await settle.settle_open(funded.services(), [CHARGE]) == 1
    assert funded.provider.captured == (await funded.api.balances()).get("COIN", 0)
    assert (funded.provider.captured == PRICE) is (how == "key" or at >= 4)
    await funded.assert_even()


async def test_the_same_key_for_more_money_is_another_request(funded: FundedTown):
    await charge(funded, funded.services())
    with pytest.raises(Refusal) as refused:
        await charge(funded, funded.services(), 2 * PRICE)
    assert refused.value.code == "KEY_REUSED"
    assert funded.provider.captured == PRICE
    await funded.assert_even()


async def test_a_refusal_releases_the_money_at_once(funded: FundedTown):
    """Who comes too late for the last unit has the money back with the answer."""
    funded.product = decode(await funded.api.product(code="LAST", stock=1, unitsPerPerson=1))[2]  # type: ignore[assignment]
    await funded.buys(funded.services())
    funded.key = uuid4()
    with pytest.raises(Refusal) as refused:
        await funded.buys(funded.services())
    assert refused.value.code in {"SOLD_OUT", "UNITS_EXCEEDED"}
    assert (await funded.states(), funded.provider.total("VOIDED")) == ([2, 3], PRICE)
    await funded.assert_even()


async def test_the_row_is_there_before_the_provider_hears_of_it(funded: FundedTown):
    seen = []

    class Looking(HttpPaymentProvider):
        async def authorise(self, reference: UUID, token: str, amount: int) -> bool:
            row = await authorisation_of(funded.key_of("top-up"))
            seen.append((row.id, row.amount, row.is_open) if row else None)
            return await super().authorise(reference, token, amount)

    await funded.pays(replace(funded.services(), funding=Looking(funded.provider.address, KEY)))
    [reference] = funded.provider.known
    assert seen == [(UUID(reference), PRICE, True)]
    kept = await rows(
        "select p::text as text from provider_authorisation p where municipality_id = $1", funded.api.town.id
    )
    assert TOKEN not in str(kept)
    await funded.assert_even()


@pytest.mark.parametrize("name", VERBS)
async def test_what_has_ended_keeps_its_end(funded: FundedTown, moved: MovableClock, name: str):
    """The answer comes after the job, to a process that dies as soon as it has written it down."""

    class Late(HttpPaymentProvider):
        async def authorise(self, reference: UUID, token: str, amount: int) -> bool:
            approved = await super().authorise(reference, token, amount)
            moved.forward(LATER)
            await funded.settle(funded.services())
            assert await funded.states() == [3]
            return approved

    poster: Any = DyingPoster(funded.services().ledger._poster, Steps(1))
    with pytest.raises(Killed):
        await VERBS[name](
            funded, replace(funded.services(), funding=Late(funded.provider.address, KEY), ledger=Ledger(poster))
        )
    assert await funded.states() == [3]
    await funded.assert_even()


async def test_other_words_under_an_open_key_ask_nobody_for_money(funded: FundedTown):
    funded.provider.silent = {"authorise"}
    with pytest.raises(Refusal):
        await charge(funded, funded.services())
    calls = list(funded.provider.calls)
    funded.provider.silent = set()
    with pytest.raises(Refusal) as refused:
        await charge(funded, funded.services(), 2 * PRICE)
    assert refused.value.code == "KEY_REUSED"
    assert funded.provider.calls == calls
    await charge(funded, funded.services())
    await funded.assert_even()
