"""Requests that move value in a town of collisions, and that they are answered the same when asked again."""

import contextlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import orjson

from domain.ledger.kinds import JournalKind, Operation
from domain.ledger.receipt import Receipt
from domain.ledger.refusals import KeyReusedError
from domain.ledger.request import Posted
from domain.refusals import Refusal, StoredRefusal
from tests.support.clock import MovableClock
from tests.support.collisions import Collisions

Again = Callable[[], Awaitable[Any]]


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
class Diary:
    """A town of collisions and everything that was done in it, each answer kept to be asked for again."""

    collisions: Collisions
    chance: random.Random
    clock: MovableClock
    deeds: list[Deed] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)

    @property
    def services(self) -> Any:
        return self.collisions.town.services

    @property
    def town(self) -> int:
        return self.collisions.town.id

    def resident(self) -> tuple[int, Any, UUID]:
        number = self.chance.randrange(3)
        return number, *self.collisions.residents[number]

    def store(self) -> tuple[UUID, Any]:
        return self.chance.choice(self.collisions.stores)

    async def do(
        self, operation: Operation, actor: Any, key: UUID, again: Again, other: Again | None = None
    ) -> Posted | None:
        """Does it once and remembers it. A refusal has a type; anything else is a fault, and ends the game. `other`: the key for something else."""
        deed = Deed(operation, key, actor, again, other)
        try:
            answer = await again()
        except Refusal as refusal:
            deed.refusal = refusal
            self.said[f"{operation.name} {refusal.code}"] += 1
            if isinstance(refusal, StoredRefusal):
                self.deeds.append(deed)
            return None
        deed.posted = posted_of(answer)
        assert not deed.posted.replayed
        self.said[operation.name] += 1
        self.deeds.append(deed)
        return deed.posted

    def journals(self, *kinds: JournalKind) -> list[Posted]:
        return [deed.posted for deed in self.deeds if deed.posted is not None and deed.posted.kind in kinds]

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
            answer = await deed.again()
        except Refusal as refusal:
            assert deed.refusal is not None, f"{deed.operation.name} was settled, and is refused now: {refusal.code}"
            assert (refusal.code, refusal.data()) == (deed.refusal.code, deed.refusal.data())
            return
        posted = posted_of(answer)
        assert posted.replayed, deed.operation.name
        assert deed.posted is not None, f"{deed.operation.name} was refused for good, and is settled now"
        assert posted.journal_id == deed.posted.journal_id, deed.operation.name
        assert as_stored(posted.receipt) == as_stored(deed.posted.receipt), deed.operation.name


def posted_of(answer: Any) -> Posted:
    """What was posted; some verbs answer it beside the thing that they made."""
    return answer if isinstance(answer, Posted) else answer[1]


def as_stored(receipt: Receipt) -> Any:
    """The JSON that the journal keeps; a receipt that was read back has it in other types."""
    return orjson.loads(orjson.dumps(receipt.to_json()))


def twisted(verb: Any, services: Any, viewer: Any, request: Any) -> Again:
    """The same key for one unit more."""
    return lambda: verb(services, viewer, replace(request, amount=request.amount + 1))
