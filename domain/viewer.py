"""Who is asking. A person stands above the towns.

What they may do there is in `holder_access`, and their token may say less.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from uuid import UUID

from domain.refusals import NotPermittedError


class Role(StrEnum):
    """What a token lets a person act as."""

    RESIDENT = "RESIDENT"
    MERCHANT_STAFF = "MERCHANT_STAFF"
    DESK = "DESK"
    FINANCE = "FINANCE"
    AUDITOR = "AUDITOR"


class Relation(IntEnum):
    """What a person is to a holder, as it lies in `holder_access`. Append only."""

    OWNER = 1
    DELEGATE = 2
    STAFF = 3
    DESK = 4
    FINANCE = 5
    AUDITOR = 6


ROLE_OF = {
    Relation.OWNER: Role.RESIDENT,
    Relation.DELEGATE: Role.RESIDENT,
    Relation.STAFF: Role.MERCHANT_STAFF,
    Relation.DESK: Role.DESK,
    Relation.FINANCE: Role.FINANCE,
    Relation.AUDITOR: Role.AUDITOR,
}
"""The role in which a relation is used."""

MUNICIPAL_STAFF = frozenset({Role.DESK, Role.FINANCE, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person with the roles of their token."""

    person_id: UUID
    roles: frozenset[Role]
    client: str | None = None

    def relations(self, *among: Relation) -> list[Relation]:
        """The relations, of those named, that the token's roles let the person use."""
        return [relation for relation in among if ROLE_OF[relation] in self.roles]

    def require(self, roles: Iterable[Role]) -> None:
        """Raises NotPermittedError unless the token has one of the roles."""
        if self.roles.isdisjoint(roles):
            raise NotPermittedError
