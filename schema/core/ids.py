"""Public ids in the contract: opaque, prefixed, carrying their town. An id that is none is simply not found."""

from uuid import UUID

import strawberry

from domain.identifiers import InvalidIdError, Prefix, decode, decode_event, encode, encode_event

ID = strawberry.ID


def wallet_id(municipality: int, key: UUID) -> ID:
    """The public id of a wallet."""
    return ID(encode(Prefix.WALLET, municipality, key))


def read(prefix: Prefix, unchecked: str) -> tuple[int, UUID] | None:
    """Municipality and key of an id of one kind; None for every other text."""
    parts = read_any(unchecked)
    if parts is None or parts[0] is not prefix or not isinstance(parts[2], UUID):
        return None
    return parts[1], parts[2]


def read_number(prefix: Prefix, unchecked: str) -> tuple[int, int] | None:
    """Municipality and number of an id of one kind; None for every other text."""
    parts = read_any(unchecked)
    if parts is None or parts[0] is not prefix or not isinstance(parts[2], int):
        return None
    return parts[1], parts[2]


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


__all__ = ["ID", "Prefix", "encode", "encode_event", "read", "read_any", "read_event", "read_number", "wallet_id"]
