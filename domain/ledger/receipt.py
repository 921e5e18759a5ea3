"""The receipt of a journal: what it keeps for ever, for replays, refunds, corrections and the audit.

The ledger's own part is the same for every kind of journal. What a room adds is a `Section`: a frozen type of that
room, whose keys lie in the same JSON object. Receipts are never rewritten, so a key never changes its shape; keys that
no section reads any more are kept as they are. `to_json` gives what orjson writes: instants and dates become text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self, TypeVar
from uuid import UUID

import orjson


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of one lot. Whole units; `expires_at` is the lot's end, exclusive, None: never."""

    asset: int
    lot: int
    amount: int
    expires_at: datetime | None

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """The portion of a line."""
        asset, lot, amount, expires_at = line
        return cls(asset, lot, amount, instant(expires_at))


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the wallet's debt took of value that was meant for a lot. Whole units."""

    asset: int
    lot: int
    amount: int

    def to_json(self) -> list[Any]:
        """Asset, lot, amount."""
        return [self.asset, self.lot, self.amount]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """The settlement of a line."""
        asset, lot, amount = line
        return cls(asset, lot, amount)


@dataclass(frozen=True, slots=True)
class CapChange:
    """By how much the journal moved a cap: up for what was given, down for what was taken back. Whole units.

    kind: of the guard. subject: whose cap, such as a programme. period: for whom, as text.
    """

    kind: int
    subject: UUID
    period: str
    change: int

    def to_json(self) -> list[Any]:
        """Kind, subject, period, change, as the audit names them."""
        return [self.kind, str(self.subject), self.period, self.change]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """The change of a line."""
        kind, subject, period, change = line
        return cls(kind, UUID(subject), period, change)


class Section(Protocol):
    """What a room adds to a receipt, under keys of its own."""

    def to_json(self) -> dict[str, Any]:
        """Its keys and their values."""

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """The section of a receipt; None for a receipt that has none."""


S = TypeVar("S", bound=Section)


@dataclass(frozen=True, slots=True)
class Reference:
    """A section that names one thing under one key; each room derives its own."""

    KEY: ClassVar[str]
    id: UUID

    def to_json(self) -> dict[str, Any]:
        """The id under its key."""
        return {self.KEY: str(self.id)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt that has the key."""
        return cls(UUID(kept[cls.KEY])) if cls.KEY in kept else None


@dataclass(frozen=True, slots=True, eq=False)
class Receipt:
    """What a settled journal keeps. Whole units.

    amount: what it was about. lots: the lots that it took or filled, in its order. balances: what the wallet has
    afterwards by asset, debts included, so perhaps below zero. asked: what the payer was asked for, where that differs
    from `amount`. settled: what the wallet's debts took. caps: what was counted against caps. bare: nothing moved, as
    in a hold; then neither lots nor balances are written. kept: keys of the stored JSON that are not the ledger's own.

    Two receipts are equal if they are written alike: one that was just made, and the same as it is read back.
    """

    amount: int = 0
    lots: tuple[Portion, ...] = ()
    balances: Mapping[int, int] = field(default_factory=dict)
    asked: int | None = None
    settled: tuple[Settlement, ...] = ()
    caps: tuple[CapChange, ...] = ()
    sections: tuple[Section, ...] = ()
    bare: bool = False
    kept: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def find(self, kind: type[S]) -> S | None:
        """The section of a type; None where the journal has none."""
        for section in self.sections:
            if isinstance(section, kind):
                return section
        return kind.from_json(self.kept) if self.kept else None

    def section(self, kind: type[S]) -> S:
        """The section of a type, which every journal of its kind has."""
        found = self.find(kind)
        if found is None:
            message = f"a receipt without {kind.__name__}"
            raise LookupError(message)
        return found

    def settled_of(self, lot: int) -> int:
        """What a debt took of the value that the journal brought for a lot. Whole units."""
        return sum(settlement.amount for settlement in self.settled if settlement.lot == lot)

    def to_json(self) -> dict[str, Any]:
        """The object that the journal keeps."""
        written: dict[str, Any] = {"amount": self.amount}
        if not self.bare:
            written["lots"] = to_lines(self.lots)
            written["balances"] = {str(asset): balance for asset, balance in self.balances.items()}
        if self.asked is not None:
            written["asked"] = self.asked
        if self.settled:
            written["settled"] = [settlement.to_json() for settlement in self.settled]
        if self.caps:
            written["caps"] = [cap.to_json() for cap in self.caps]
        for section in self.sections:
            written |= section.to_json()
        if self.kept:
            written |= self.kept
        return written

    def __eq__(self, other: object) -> bool:
        """Whether both are written alike."""
        return isinstance(other, Receipt) and self._written() == other._written()

    def __hash__(self) -> int:
        """By what is written."""
        return hash(self._written())

    def _written(self) -> bytes:
        return orjson.dumps(self.to_json(), option=orjson.OPT_SORT_KEYS)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The receipt of a settled journal, of this version of the code or of any before it."""
        kept = {name: value for name, value in stored.items() if name not in _OWN}
        return cls(
            amount=stored["amount"],
            lots=to_portions(stored.get("lots", ())),
            balances={int(asset): balance for asset, balance in stored.get("balances", {}).items()},
            asked=stored.get("asked"),
            settled=tuple(Settlement.from_json(line) for line in stored.get("settled", ())),
            caps=tuple(CapChange.from_json(line) for line in stored.get("caps", ())),
            bare="lots" not in stored,
            kept=kept,
        )


NO_RECEIPT = Receipt(bare=True)
"""Of a journal that was refused or closed."""
_OWN = frozenset({"amount", "lots", "balances", "asked", "settled", "caps"})


@dataclass(frozen=True, slots=True)
class HoldReference:
    """The hold that a journal makes, captures, releases or lets lapse. `captured`: whole units; of a release 0."""

    hold: UUID
    expires_at: datetime | None = None
    captured: int | None = None

    def to_json(self) -> dict[str, Any]:
        """hold, and what is known of expires_at and captured."""
        written: dict[str, Any] = {"hold": str(self.hold)}
        if self.expires_at is not None:
            written["expires_at"] = self.expires_at
        if self.captured is not None:
            written["captured"] = self.captured
        return written

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt with `hold`."""
        if "hold" not in kept:
            return None
        return cls(UUID(kept["hold"]), instant(kept.get("expires_at")), kept.get("captured"))


@dataclass(frozen=True, slots=True)
class SpendOrder:
    """In which order a payment used its lots. why: for each lot, why before the next one; None: not known."""

    policy: int
    why: tuple[str, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """policy, and why where it is known."""
        return {"policy": self.policy} if self.why is None else {"policy": self.policy, "why": self.why}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt with `policy`."""
        if "policy" not in kept:
            return None
        why = kept.get("why")
        return cls(kept["policy"], None if why is None else tuple(why))


def to_portions(lines: Iterable[Sequence[Any]]) -> tuple[Portion, ...]:
    """The portions of the lines of a receipt."""
    return tuple(Portion.from_json(line) for line in lines)


def to_lines(portions: Iterable[Portion]) -> list[list[Any]]:
    """The lines of portions: asset, lot, amount, end."""
    return [[portion.asset, portion.lot, portion.amount, portion.expires_at] for portion in portions]


def instant(text: str | None) -> datetime | None:
    """An instant of a receipt; None for null."""
    return None if text is None else datetime.fromisoformat(text)
