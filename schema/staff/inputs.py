"""Inputs about staff."""

from uuid import UUID

import strawberry

from domain.identifiers import InvalidIdError, Prefix, decode
from domain.staff.refusals import UnknownStaffError
from schema.core.ids import ID
from schema.municipalities.types import MUNICIPALITY
from schema.staff.enums import StaffReason, StaffRole

KEY = "Made by the client for this request: the same key registers one person."
NAME = "The name of the person, 1 to 100 characters. It can be erased."
REASON = "Why."


def person_key(unchecked: str) -> UUID:
    """The key of a person's id; UnknownStaffError for every other text."""
    try:
        prefix, town, key = decode(unchecked)
    except InvalidIdError as error:
        raise UnknownStaffError from error
    if prefix is not Prefix.PERSON or town != 0 or not isinstance(key, UUID):  # a person stands above towns
        raise UnknownStaffError
    return key


@strawberry.input(description="Somebody who becomes staff of a municipality.")
class InviteStaffInput:
    """Somebody who becomes staff."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    municipality: str = strawberry.field(description=MUNICIPALITY)
    role: StaffRole = strawberry.field(description="What the person will do.")
    display_name: str = strawberry.field(description=NAME)
    reason: StaffReason = strawberry.field(description=REASON)


@strawberry.input(description="The end of a role of a member of a municipality's staff.")
class EndStaffInput:
    """The end of a role."""

    municipality: str = strawberry.field(description=MUNICIPALITY)
    person_id: ID = strawberry.field(description="The person.")
    role: StaffRole = strawberry.field(description="The role that ends.")
    reason: StaffReason = strawberry.field(description=REASON)


@strawberry.input(description="Somebody who will act for a store.")
class AddStoreStaffInput:
    """Somebody who will act for a store."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    store_id: ID = strawberry.field(description="The store.")
    display_name: str = strawberry.field(description=NAME)
    reason: StaffReason = strawberry.field(description=REASON)


@strawberry.input(description="The end of somebody's acting for a store.")
class EndStoreStaffInput:
    """The end of somebody's acting for a store."""

    store_id: ID = strawberry.field(description="The store.")
    person_id: ID = strawberry.field(description="The person.")
    reason: StaffReason = strawberry.field(description=REASON)
