"""What a proposal is about: what officers see of it, and the version that was proposed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a proposal as it is now.

    after, before: its facts by name, as ids, codes and whole units; `before` is None for something new. amount: the
    value that it would move or allow, in whole units; None where it is about no amount. basis: facts that must not
    change until the approval, beside `before`.
    """

    after: Mapping[str, Any]
    before: Mapping[str, Any] | None = None
    amount: int | None = None
    basis: Mapping[str, Any] | None = None

    @property
    def version(self) -> bytes:
        """A hash of everything that must be the same when it is approved."""
        facts = [self.before, self.after, self.basis]
        return hashlib.sha256(orjson.dumps(facts, default=str, option=orjson.OPT_SORT_KEYS)).digest()

    def content(self) -> dict[str, Any]:
        """What the approval's row keeps for the inbox."""
        facts = {"before": self.before, "after": self.after, "amount": self.amount}
        content: dict[str, Any] = orjson.loads(orjson.dumps(facts, default=str))
        return content
