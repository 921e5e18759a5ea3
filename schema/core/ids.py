"""Public ids in the contract: opaque, prefixed, carrying their town. An id that is none is simply not found."""

from uuid import UUID

import strawberry

from domain.identifiers import InvalidIdError, Prefix, decode, decode_event, decode_lot, encode

ID = strawberry.ID


def read(prefix: Prefix, unchecked: str) -> tuple[int, UUID] | None:
    """Municipality and key of an id of one kind; None for every other text."""
    parts = read_any(unchecked)
    if parts is None or parts[0] is not prefix or not isinstance(parts[2], UUID):
        return None
    return parts[1], parts[2]


def key_of(prefix: Prefix, unchecked: str, refusal: type[Exception]) -> tuple[int, UUID]:
    """Municipality and key of an id of one kind; raises the refusal for every other text."""
    parts = read(prefix, unchecked)
    if parts is None:
        raise refusal
    return parts


def key_in(prefix: Prefix, unchecked: str, municipality: int, refusal: type[Exception]) -> UUID:
    """The key of an id of one kind in a municipality; raises the refusal for every other text."""
    of_municipality, key = key_of(prefix, unchecked, refusal)
    if of_municipality != municipality:
        raise refusal
    return key


def read_number(prefix: Prefix, unchecked: str) -> tuple[int, int] | None:
    """Municipality and number of an id of one kind; None for every other text."""
    parts = read_any(unchecked)
    if parts is None or parts[0] is not prefix or not isinstance(parts[2], int):
        return None
    return parts[1], parts[2]


def read_lot(unchecked: str) -> tuple[int, UUID | None, int] | None:
    """Municipality, wallet and number of a lot's id, wallet None for one of before; None for every other text."""
    try:
        return decode_lot(unchecked)
    except InvalidIdError:
        return None


def read_any(unchecked: str) -> tuple[Prefix, int, UUID | int] | None:
    """Prefix, municipality and key of an id; None for a text that is none."""
    try:
        return decode(unchecked)
    except InvalidIdError:
        return None


def read_event(unchecked: str) -> tuple[int, UUID, int] | None:
    """Municipality, holder and sequence of an event id; None for every other text."""
    try:
        return decode_event(unchecked)
    except InvalidIdError:
        return None


__all__ = ["ID", "Prefix", "encode", "key_in", "key_of", "read", "read_any", "read_event", "read_lot", "read_number"]
