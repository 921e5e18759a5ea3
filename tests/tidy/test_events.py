"""Every journal that a wallet or a shop can hear has an event of its own name, and a line of its own in a history."""

from domain.ledger.kinds import JournalKind
from domain.ledger.request import EventRow
from schema.enums import TransactionKind
from schema.events import Event, Movements
from schema.root import schema

UNHEARD = {JournalKind.ALLOCATION, JournalKind.GRANT_CLOSED, JournalKind.COUPON_ISSUE, JournalKind.BUDGET_CHANGE}
"""They move budgets between programmes, coupons and the issuer; no wallet or shop is a holder of one."""
WITHOUT_MOVEMENTS = {JournalKind.EXPIRY_REMINDER, JournalKind.GRANT_CLOSED}
"""They move nothing, so no line of a history comes of them."""


def of_kind(kind: JournalKind) -> EventRow:
    row = EventRow.__new__(EventRow)
    object.__setattr__(row, "kind", kind)
    return row


def names_of(kind: JournalKind) -> list[str]:
    types = schema._schema.get_possible_types(schema._schema.type_map[Event.__name__])
    return [one.name for one in types if one.is_type_of(of_kind(kind), None)]


def test_every_journal_that_is_heard_is_exactly_one_event() -> None:
    found = {kind: names_of(kind) for kind in JournalKind}
    assert {kind for kind, names in found.items() if not names} == UNHEARD
    assert {kind: names for kind, names in found.items() if len(names) > 1} == {}


def test_every_journal_that_moves_value_has_a_word_in_histories() -> None:
    assert {kind.name for kind in JournalKind} - WITHOUT_MOVEMENTS_NAMES == {kind.name for kind in TransactionKind}


def test_events_that_move_value_show_the_balances_after() -> None:
    for one in schema._schema.get_possible_types(schema._schema.type_map[Event.__name__]):
        moves = Movements.__name__ in {each.name for each in one.interfaces}
        assert moves or one.name in {"ResyncRequired", "ValueExpiring"}, one.name


WITHOUT_MOVEMENTS_NAMES = {kind.name for kind in WITHOUT_MOVEMENTS}
