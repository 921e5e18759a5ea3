"""The audit log: entries of the audit trail as officers and auditors read them, newest first."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from domain.approvals.reads import by_id
from domain.database import rows
from domain.identifiers import Prefix, encode
from domain.ledger.kinds import HolderKind
from domain.viewer import ROLE_OF, Relation, Role

PAGE = 1_000
"""Entries that are read at once for a file."""
PEOPLE = ("record_claim", "issue_token")
WALLETS = ("grant_value", "charge", "sell_voucher", "claim_coupon", "redeem", "renew_receive_code")
JOURNALS = ("cancel_charge", "rollback_redemption", "reverse_journal")
SUBJECTS: tuple[tuple[str, Prefix], ...] = (
    *((action, Prefix.PERSON) for action in PEOPLE),
    *((action, Prefix.WALLET) for action in WALLETS),
    *((action, Prefix.JOURNAL) for action in JOURNALS),
    ("refund_payment", Prefix.PAYMENT),
    ("_store", Prefix.STORE),
    ("_wallet", Prefix.WALLET),
    ("_staff", Prefix.PERSON),
    ("create_upload", Prefix.UPLOAD),
    ("check_bulk_grant", Prefix.UPLOAD),
    ("set_grant_thresholds", Prefix.MUNICIPALITY),
    ("set_charge_cancellation", Prefix.MUNICIPALITY),
    ("_asset", Prefix.ASSET),
    ("_programme", Prefix.PROGRAMME),
    ("_budget", Prefix.PROGRAMME),
    ("_earning_rule", Prefix.EARNING_RULE),
    ("_coupon", Prefix.COUPON),
    ("_voucher_product", Prefix.VOUCHER_PRODUCT),
    ("_bulk_grant", Prefix.BULK_GRANT),
)
"""What the subject of an action is, by its name, or by the end of it where `_` begins this; the first that fits.

A rate of conversion (`set_conversion_rate`) has no id in the contract.
"""
HOLDERS = {HolderKind.WALLET: Prefix.WALLET, HolderKind.STORE: Prefix.STORE, HolderKind.PROGRAMME: Prefix.PROGRAMME}


@dataclass(frozen=True, slots=True)
class Change:
    """A value before and after, as text; None where there was none. field: a name, or names joined by dots."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An act of staff. subject: its kind and key where it can be followed, else None; roles: those of the actor then.

    note: the reason in words, None where there is none or where it was erased.
    """

    municipality: int
    id: int
    at: datetime
    actor: UUID
    roles: tuple[Role, ...]
    action: str
    subject: tuple[Prefix, UUID | int] | None
    reason: str
    note: str | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """What of a municipality's log is read; None: all of it. since: inclusive; until: exclusive."""

    actor: UUID | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def entries(municipality: int, wanted: Filter, after: tuple[datetime, int] | None, limit: int) -> list[Entry]:
    """Return entries, newest first, older than a (time, id), at most `limit`."""
    records = await rows(
        """select e.*, n.note from audit_entry e
          left join audit_note n on n.municipality_id = e.municipality_id and n.entry_id = e.id
          where e.municipality_id = $1 and ($2::uuid is null or e.actor = $2) and ($3::text is null or e.action = $3)
            and ($4::text is null or e.subject = $4) and ($5::timestamptz is null or e.recorded_at >= $5)
            and ($6::timestamptz is null or e.recorded_at < $6)
            and ($7::timestamptz is null or (e.recorded_at, e.id) < ($7, $8))
          order by e.recorded_at desc, e.id desc limit $9""",
        municipality,
        wanted.actor,
        wanted.action,
        wanted.subject,
        wanted.since,
        wanted.until,
        None if after is None else after[0],
        None if after is None else after[1],
        limit,
    )
    page = [_entry(row) for row in records]
    names = await _holders(municipality, {part for entry in page for part in _held(entry)})
    return [
        replace(entry, changes=tuple(_named(change, municipality, names) for change in entry.changes)) for entry in page
    ]


async def every(municipality: int, wanted: Filter) -> AsyncIterator[Entry]:
    """Yield all entries, newest first, a page at a time."""
    after: tuple[datetime, int] | None = None
    while page := await entries(municipality, wanted, after, PAGE):
        for entry in page:
            yield entry
        after = (page[-1].at, page[-1].id)


async def place_of(municipality: int, entry: int) -> tuple[datetime, int] | None:
    """Return the place of an entry in the log; None for an unknown one."""
    records = await rows(
        "select recorded_at from audit_entry where municipality_id = $1 and id = $2", municipality, entry
    )
    return (records[0]["recorded_at"], entry) if records else None


async def subject_of(municipality: int, prefix: Prefix, key: UUID | int) -> str:
    """Return how the log names a subject: a proposal is filed under what it is about."""
    approval = await by_id(municipality, key) if prefix is Prefix.APPROVAL and isinstance(key, UUID) else None
    return str(key if approval is None else approval.subject)


def _entry(row: dict[str, Any]) -> Entry:
    before, after = (_object(row[side]) for side in ("before", "after"))
    return Entry(
        municipality=row["municipality_id"],
        id=row["id"],
        at=row["recorded_at"],
        actor=row["actor"],
        roles=tuple(dict.fromkeys(ROLE_OF[Relation(relation)] for relation in row["roles"] or ())),
        action=row["action"],
        subject=_subject(row["action"], row["subject"], before, after),
        reason=row["reason"],
        note=row["note"],
        changes=tuple(_changes(before, after)),
    )


def _object(stored: str | dict[str, Any] | None) -> dict[str, Any]:
    loaded: dict[str, Any] = (orjson.loads(stored) if isinstance(stored, str) else stored) or {}
    return loaded


def _subject(
    action: str, text: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Prefix, UUID | int] | None:
    approval = before.get("approval") or after.get("approval")
    if approval is not None:
        return Prefix.APPROVAL, UUID(approval)
    prefix = prefix_of(action)
    return None if prefix is None else (prefix, int(text) if text.isdigit() else UUID(text))


def prefix_of(action: str) -> Prefix | None:
    """What an act of this name is about; None where that has no id in the contract."""
    fits = (prefix for name, prefix in SUBJECTS if action == name or (name[0] == "_" and action.endswith(name)))
    return next(fits, None)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old, new = dict(_leaves(before)), dict(_leaves(after))
    for name in {**old, **new}:
        yield Change(name, old.get(name), new.get(name))


def _leaves(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str | None]]:
    for name, part in value.items():
        if isinstance(part, dict):
            yield from _leaves(part, f"{path}{name}.")
        elif part is not None:
            yield f"{path}{name}", part if isinstance(part, str) else orjson.dumps(part).decode()


def _held(entry: Entry) -> Iterator[str]:
    """Yield the holders whose balances an entry names."""
    for change in entry.changes:
        if change.field.startswith("balances."):
            yield change.field.split(".")[1]


async def _holders(municipality: int, keys: Iterable[str]) -> dict[str, str]:
    """Return public ids of holders by their keys; the desk and the issuer by these names."""
    records = await rows(
        "select id, kind from holder where municipality_id = $1 and id = any ($2::uuid[])", municipality, sorted(keys)
    )
    return {
        str(row["id"]): encode(HOLDERS[row["kind"]], municipality, row["id"])
        if row["kind"] in HOLDERS
        else HolderKind(row["kind"]).name.lower()
        for row in records
    }


def _named(change: Change, municipality: int, names: Mapping[str, str]) -> Change:
    """Return a change of a balance with public ids in place of keys: `balances.wal_....ast_...`."""
    if not change.field.startswith("balances."):
        return change
    _, holder, asset = change.field.split(".")
    public = encode(Prefix.ASSET, municipality, int(asset))
    return replace(change, field=f"balances.{names.get(holder, holder)}.{public}")
