"""The viewer: the signed-in person behind a request.

A person exists above municipalities. `holder_access` has their relations to holders in each of them; the roles of
their token may narrow these.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from uuid import UUID

from domain.refusals import NotPermittedError


class Role(StrEnum):
    """The roles that a token lets a person use."""

    RESIDENT = "RESIDENT"
    MERCHANT_STAFF = "MERCHANT_STAFF"
    DESK = "DESK"
    FINANCE = "FINANCE"
    AUDITOR = "AUDITOR"


class Relation(IntEnum):
    """The relation of a person to a holder, as stored in `holder_access`. Append only."""

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
"""The role that a token must have to use a relation."""

MUNICIPAL_STAFF = frozenset({Role.DESK, Role.FINANCE, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person with the roles of their token."""

    person_id: UUID
    roles: frozenset[Role]
    client: str | None = None
    device: str | None = None
    """The phone or till that the token was issued to, where the token says."""
    address: str | None = field(default=None, compare=False, repr=False)
    """The network address that the request came from."""
    reason: str | None = None
    """Why the person asks, in their own words, for the audit trail. Staff send it with a request."""

    def relations(self, *among: Relation) -> list[Relation]:
        """Return those of the named relations that the token's roles let the person use."""
        return [relation for relation in among if ROLE_OF[relation] in self.roles]

    def require(self, roles: Iterable[Role]) -> None:
        """Raise NotPermittedError unless the token has one of the roles."""
        if self.roles.isdisjoint(roles):
            raise NotPermittedError
