"""The audit log: what staff did, and why."""

from datetime import datetime

import strawberry

from domain.approvals.log import Change, Entry
from domain.identifiers import Prefix, encode
from domain.residents.reads import names_of
from schema.core.context import MeguruInfo
from schema.core.ids import ID
from schema.core.node import FINDERS, Node
from schema.core.page import PageInfo
from schema.residents.enums import Role


@strawberry.type(description="A value before and after an act.")
class AuditChange:
    """A value before and after."""

    field: str = strawberry.field(
        description=(
            "Its stable name, such as `minutes`, or `balances.<id of the holder>.<id of the asset>`; names within"
            " names are joined by dots."
        )
    )
    before: str | None = strawberry.field(
        description="The value before, as text; null where there was none. Amounts in whole units."
    )
    after: str | None = strawberry.field(description="The value after, as text; null where there is none any more.")


@strawberry.type(description="An act of staff: of a municipality, a store or a counter. 監査記録")
class AuditEntry:
    """An act of staff."""

    entry: strawberry.Private[Entry]

    @strawberry.field(description="Time of the act, in UTC.")
    def at(self) -> datetime:
        return self.entry.at

    @strawberry.field(description="The person who acted.")
    def actor_id(self) -> ID:
        return ID(encode(Prefix.PERSON, 0, self.entry.actor))

    @strawberry.field(description="The person's name, if the municipality knows it; null otherwise.")
    async def actor_name(self, info: MeguruInfo) -> str | None:
        return await info.context.load(names_of, self.entry.actor)

    @strawberry.field(
        description="The roles that the person had in the municipality then; empty for acts of before 2026-12."
    )
    def roles(self) -> list[Role]:
        return list(self.entry.roles)

    @strawberry.field(description="What was done: a stable name, such as `grant_value` or `approve_reversal`.")
    def action(self) -> str:
        return self.entry.action

    @strawberry.field(description="Id of what it was about; null where that has no id in the contract.")
    def subject_id(self) -> ID | None:
        subject = self.entry.subject
        if subject is None:
            return None
        prefix, key = subject
        return ID(encode(prefix, 0 if prefix is Prefix.PERSON else self.entry.municipality, key))

    @strawberry.field(
        description="What it was about, as far as the viewer may see it; null for what cannot be followed, as people."
    )
    async def subject(self, info: MeguruInfo) -> Node | None:
        subject = self.entry.subject
        find = None if subject is None else FINDERS.get(subject[0])
        return None if find is None or subject is None else await find(info, self.entry.municipality, subject[1])

    @strawberry.field(description="The code of the reason that was chosen, where the act has such codes; else null.")
    def reason(self) -> str | None:
        return self.entry.reason or None

    @strawberry.field(
        description="The reason in the actor's own words, at most 200 characters; null where there is none any more."
    )
    def note(self) -> str | None:
        return self.entry.note

    @strawberry.field(description="What changed, value by value.")
    def changes(self) -> list[AuditChange]:
        return [_change(change) for change in self.entry.changes]


def _change(change: Change) -> AuditChange:
    return AuditChange(field=change.field, before=change.before, after=change.after)


@strawberry.type(description="An act of staff in a list.")
class AuditEdge:
    """An act of staff in a list."""

    cursor: str = strawberry.field(description="Where the next page begins.")
    node: AuditEntry = strawberry.field(description="The act.")


@strawberry.type(description="Acts of staff, newest first.")
class AuditConnection:
    """A page of the audit log."""

    edges: list[AuditEdge] = strawberry.field(description="The acts of the page.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")
