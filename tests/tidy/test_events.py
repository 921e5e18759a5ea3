"""Every journal has the types that show it: one event, one receipt, and a line of its own in a history."""

import pytest
from graphql import GraphQLObjectType, get_named_type

from domain.ledger.kinds import JournalKind
from schema.events.types import EVENTS, Event, ResyncRequired, event_of_kind
from schema.ledger.receipts import RECEIPTS, Receipt, receipt_of_kind
from schema.root import schema

CONTRACT = schema._schema
UNHEARD = {JournalKind.ALLOCATION, JournalKind.GRANT_CLOSED, JournalKind.COUPON_ISSUE, JournalKind.BUDGET_CHANGE}
"""They move budgets between programmes, coupons and the issuer; no wallet or store is a holder of one."""
WITHOUT_MOVEMENTS = {JournalKind.EXPIRY_REMINDER, JournalKind.GRANT_CLOSED}
"""They move nothing, so no line of a history comes of them."""
WITHOUT_RECEIPT = {JournalKind.HOLD, JournalKind.VOID, JournalKind.LAPSE, JournalKind.EXPIRY_REMINDER}
"""What is set aside is neither paid nor received, and a reminder is about value that is where it was."""


def name_of(kind: type) -> str:
    return kind.__strawberry_definition__.name  # type: ignore[attr-defined] # Strawberry's mark on the class


def members(interface: type) -> set[str]:
    return {member.name for member in CONTRACT.get_possible_types(CONTRACT.type_map[name_of(interface)])}


def test_every_journal_that_is_heard_is_exactly_one_event() -> None:
    assert set(JournalKind) - set(EVENTS) == UNHEARD
    assert members(Event) == {name_of(event) for event in EVENTS.values()} | {name_of(ResyncRequired)}


def test_every_journal_that_is_heard_and_moves_value_has_exactly_one_receipt() -> None:
    assert set(JournalKind) - set(RECEIPTS) == UNHEARD | WITHOUT_RECEIPT
    assert members(Receipt) == {name_of(receipt) for receipt in RECEIPTS.values()}


@pytest.mark.parametrize("register", [event_of_kind, receipt_of_kind])
def test_a_kind_is_registered_once(register: object) -> None:
    class Other:
        """A second type for payments."""

    with pytest.raises(TypeError, match="PAYMENT"):
        register(JournalKind.PAYMENT)(Other)  # type: ignore[operator]
    assert Other not in {*EVENTS.values(), *RECEIPTS.values()}


@pytest.mark.parametrize("kind", sorted(set(EVENTS) & set(RECEIPTS)), ids=lambda kind: kind.name)
def test_an_event_shows_the_receipt_of_its_journal(kind: JournalKind) -> None:
    event = CONTRACT.type_map[name_of(EVENTS[kind])]
    assert isinstance(event, GraphQLObjectType)
    shown = [get_named_type(field.type).name for field in event.fields.values()]
    assert shown.count(name_of(RECEIPTS[kind])) == 1


def test_every_journal_that_moves_value_has_a_word_in_histories() -> None:
    words = set(CONTRACT.type_map["TransactionKind"].values)
    assert {kind.name for kind in JournalKind} - {kind.name for kind in WITHOUT_MOVEMENTS} == words


def test_events_that_move_value_show_the_balances_after() -> None:
    assert {kind for kind, event in EVENTS.items() if not event.moves} == WITHOUT_MOVEMENTS & set(EVENTS)
