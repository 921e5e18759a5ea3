"""The receipt of a journal, which is kept for ever for replays, refunds, corrections and the audit.

The ledger's own part is the same for every kind of journal. A room adds a `Section`: a frozen type of that room, whose
keys are in the same JSON object. Receipts are never rewritten, so a key never changes its shape; keys that no section
reads any more are kept as they are. `to_json` returns values for orjson, which writes instants and dates as text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self, TypeVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Portion:
    """An amount of one lot. Whole units. `expires_at`: the end of the lot, exclusive; None: no end."""

    asset: int
    lot: int
    amount: int
    expires_at: datetime | None

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """Read the portion of a line."""
        asset, lot, amount, expires_at = line
        return cls(asset, lot, amount, instant(expires_at))


@dataclass(frozen=True, slots=True)
class Settlement:
    """The amount that the wallet's debt took of value for a lot. Whole units."""

    asset: int
    lot: int
    amount: int

    def to_json(self) -> list[Any]:
        """Write the line: asset, lot, amount."""
        return [self.asset, self.lot, self.amount]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """Read the settlement of a line."""
        asset, lot, amount = line
        return cls(asset, lot, amount)


@dataclass(frozen=True, slots=True)
class CapChange:
    """The change of a cap by a journal: positive for value given, negative for value taken back. Whole units.

    kind: of the guard. subject: the owner of the cap, such as a programme. period: the person or household, as text.
    """

    kind: int
    subject: UUID
    period: str
    change: int

    def to_json(self) -> list[Any]:
        """Write the line: kind, subject, period, change. The audit reads it in SQL."""
        return [self.kind, str(self.subject), self.period, self.change]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """Read the change of a line."""
        kind, subject, period, change = line
        return cls(kind, UUID(subject), period, change)


class Section(Protocol):
    """The part of a receipt that belongs to a room, under keys of its own."""

    def to_json(self) -> dict[str, Any]:
        """Write the keys of the section."""

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read the section of a receipt; None for a receipt without its keys."""


S = TypeVar("S", bound=Section)


@dataclass(frozen=True, slots=True)
class Reference:
    """A section with one id under one key. Rooms derive their own."""

    KEY: ClassVar[str]
    id: UUID

    def to_json(self) -> dict[str, Any]:
        """Write the id under its key."""
        return {self.KEY: str(self.id)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read the id of a receipt that has the key."""
        return cls(UUID(kept[cls.KEY])) if cls.KEY in kept else None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of a settled journal. Whole units.

    amount: of the journal. lots: the portions that it took or filled, in order. balances: of the wallet afterwards by
    asset, debts included, so possibly below zero. list_amount: the price before coupons and cash, where it differs from
    `amount`; the stored key is `asked`. settled: what the wallet's debts took. caps: changes of caps. bare: nothing
    moved, as in a hold; neither lots nor balances are written. kept: keys of the stored JSON that are not the ledger's.
    """

    amount: int = 0
    lots: tuple[Portion, ...] = ()
    balances: Mapping[int, int] = field(default_factory=dict)
    list_amount: int | None = None
    settled: tuple[Settlement, ...] = ()
    caps: tuple[CapChange, ...] = ()
    sections: tuple[Section, ...] = ()
    bare: bool = False
    kept: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def find(self, kind: type[S]) -> S | None:
        """Return the section of a type; None where the journal has none."""
        for section in self.sections:
            if isinstance(section, kind):
                return section
        return kind.from_json(self.kept) if self.kept else None

    def section(self, kind: type[S]) -> S:
        """Return the section of a type that every journal of this kind has. LookupError where it is missing."""
        section = self.find(kind)
        if section is None:
            message = f"a receipt without {kind.__name__}"
            raise LookupError(message)
        return section

    def settled_of(self, lot: int) -> int:
        """Return what debts took of the value that the journal gave to a lot. Whole units."""
        return sum(settlement.amount for settlement in self.settled if settlement.lot == lot)

    def to_json(self) -> dict[str, Any]:
        """Write the object that the journal stores."""
        written: dict[str, Any] = {"amount": self.amount}
        if not self.bare:
            written["lots"] = to_lines(self.lots)
            written["balances"] = {str(asset): balance for asset, balance in self.balances.items()}
        if self.list_amount is not None:
            written["asked"] = self.list_amount
        if self.settled:
            written["settled"] = [settlement.to_json() for settlement in self.settled]
        if self.caps:
            written["caps"] = [cap.to_json() for cap in self.caps]
        for section in self.sections:
            written |= section.to_json()
        if self.kept:
            written |= self.kept
        return written

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read the receipt of a settled journal, written by this or any earlier version of the code."""
        kept = {name: value for name, value in stored.items() if name not in _OWN}
        return cls(
            amount=stored["amount"],
            lots=to_portions(stored.get("lots", ())),
            balances={int(asset): balance for asset, balance in stored.get("balances", {}).items()},
            list_amount=stored.get("asked"),
            settled=tuple(Settlement.from_json(line) for line in stored.get("settled", ())),
            caps=tuple(CapChange.from_json(line) for line in stored.get("caps", ())),
            bare="lots" not in stored,
            kept=kept,
        )


NO_RECEIPT = Receipt(bare=True)
"""Receipt of a journal that was refused or closed."""
_OWN = frozenset({"amount", "lots", "balances", "asked", "settled", "caps"})


@dataclass(frozen=True, slots=True)
class HoldReference:
    """The hold that a journal makes, captures, releases or lets lapse. `captured`: whole units, 0 for a release."""

    hold: UUID
    expires_at: datetime | None = None
    captured: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Write hold, and those of expires_at and captured that are set."""
        written: dict[str, Any] = {"hold": str(self.hold)}
        if self.expires_at is not None:
            written["expires_at"] = self.expires_at
        if self.captured is not None:
            written["captured"] = self.captured
        return written

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read a receipt with `hold`."""
        if "hold" not in kept:
            return None
        return cls(UUID(kept["hold"]), instant(kept.get("expires_at")), kept.get("captured"))


@dataclass(frozen=True, slots=True)
class SpendOrder:
    """The order in which a payment used its lots. why: for each lot, the reason before the next; None: not known."""

    policy: int
    why: tuple[str, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """Write policy, and why where it is known."""
        return {"policy": self.policy} if self.why is None else {"policy": self.policy, "why": self.why}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read a receipt with `policy`."""
        if "policy" not in kept:
            return None
        why = kept.get("why")
        return cls(kept["policy"], None if why is None else tuple(why))


def to_portions(lines: Iterable[Sequence[Any]]) -> tuple[Portion, ...]:
    """Read the portions of the lines of a receipt."""
    return tuple(Portion.from_json(line) for line in lines)


def to_lines(portions: Iterable[Portion]) -> list[list[Any]]:
    """Write the lines of portions: asset, lot, amount, end."""
    return [[portion.asset, portion.lot, portion.amount, portion.expires_at] for portion in portions]


def instant(text: str | None) -> datetime | None:
    """Read an instant of a receipt; None for null."""
    return None if text is None else datetime.fromisoformat(text)
