"""Parts of one journal: what they name together, and in which order they are applied."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.ledger.book import Book
from domain.ledger.kinds import GuardKind
from domain.ledger.part import Part, Parts
from domain.ledger.receipt import Portion, SpendOrder
from domain.ledger.refusals import InsufficientBalanceError
from domain.ledger.request import Draft, GuardKey

AT = datetime(2026, 11, 25, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fills(Part):
    """Fills a lot; the lot's number names everything else."""

    lot: int

    @property
    def holders(self) -> tuple[UUID, ...]:
        return (UUID(int=self.lot),)

    @property
    def lots(self) -> tuple[int, ...]:
        return (self.lot,)

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        return ((1, GuardKind.REFUNDED, UUID(int=self.lot), ""),)

    def apply(self, book: Book, draft: Draft, at: datetime) -> None:
        draft.amount += 10
        draft.lots.append(Portion(1, self.lot, 10, at))


class Doubles(Part):
    """Names nothing, and looks at what the parts before it made."""

    __slots__ = ()

    def apply(self, _book: Book, draft: Draft, _at: datetime) -> None:
        draft.amount *= 2


class Refuses(Part):
    __slots__ = ()

    def apply(self, *_: object) -> None:
        raise InsufficientBalanceError(0, 1)


def book() -> Book:
    return Book(lambda: 0)


def test_the_parts_of_a_journal_name_what_each_of_them_names():
    parts = Parts((Fills(3), Doubles(), Fills(7)))
    assert parts.holders == (UUID(int=3), UUID(int=7))
    assert parts.lots == (3, 7)
    assert parts.guards == ((1, 1, UUID(int=3), ""), (1, 1, UUID(int=7), ""))
    assert (Parts(()).holders, Parts(()).lots, Parts(()).guards) == ((), (), ())


def test_parts_are_applied_in_their_order_to_one_draft():
    draft = Parts((Fills(3), Doubles(), Fills(7))).plan(book(), AT)
    assert draft.amount == 30
    assert draft.lots == [Portion(1, 3, 10, AT), Portion(1, 7, 10, AT)]
    assert Parts((Fills(3), Fills(7), Doubles())).plan(book(), AT).amount == 40


def test_a_plan_that_is_made_again_begins_with_nothing():
    parts = Parts((Fills(3), Doubles()))
    assert parts.plan(book(), AT) == parts.plan(book(), AT)


def test_the_refusal_of_one_part_refuses_all():
    with pytest.raises(InsufficientBalanceError):
        Parts((Fills(3), Refuses(), Fills(7))).plan(book(), AT)


def test_a_section_takes_the_place_of_the_one_of_its_type():
    draft = Draft(sections=[SpendOrder(1)])
    draft.put(SpendOrder(2, ("LAST",)))
    assert draft.sections == [SpendOrder(2, ("LAST",))]
