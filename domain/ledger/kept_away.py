"""Value of a wallet that a rule keeps out of a payment, so that a refusal or quote can name the rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from domain.ledger.receipt import instant


class SpendingRule(StrEnum):
    """The rule that keeps value away. Its sentence is KEPT_AWAY_<value> of the catalogue."""

    NOT_PAYABLE = "NOT_PAYABLE"
    EXCLUDED = "EXCLUDED"
    EXPIRED = "EXPIRED"
    NOT_YET = "NOT_YET"
    OTHER_STORE = "OTHER_STORE"
    OTHER_CATEGORY = "OTHER_CATEGORY"
    OTHER_SIZE = "OTHER_SIZE"
    OTHER_AREA = "OTHER_AREA"
    OTHER_DAY = "OTHER_DAY"
    OTHER_TIME = "OTHER_TIME"
    RESTRICTED = "RESTRICTED"
    HELD = "HELD"
    MINIMUM_UNIT = "MINIMUM_UNIT"
    PAYMENT_MAXIMUM = "PAYMENT_MAXIMUM"


@dataclass(frozen=True, slots=True)
class KeptAway:
    """What one rule keeps away of one asset. Whole units.

    unit: the asset's minimum unit, for MINIMUM_UNIT. maximum: the most of the asset in one payment, for
    PAYMENT_MAXIMUM. usable_from: the earliest start, for NOT_YET.
    """

    rule: SpendingRule
    municipality: int
    asset: int
    name_ja: str
    name_en: str
    amount: int
    unit: int | None = None
    maximum: int | None = None
    usable_from: datetime | None = None

    def name(self, locale: str) -> str:
        """Return the asset's name in a language."""
        return self.name_en if locale == "en" else self.name_ja

    def to_json(self) -> list[Any]:
        """Write the line: the fields in their order."""
        return [
            self.rule.value,
            self.municipality,
            self.asset,
            self.name_ja,
            self.name_en,
            self.amount,
            self.unit,
            self.maximum,
            self.usable_from,
        ]

    @classmethod
    def from_json(cls, line: Sequence[Any]) -> Self:
        """Read the line of a stored refusal."""
        rule, municipality, asset, name_ja, name_en, amount, unit, maximum, usable_from = line
        return cls(
            rule=SpendingRule(rule),
            municipality=municipality,
            asset=asset,
            name_ja=name_ja,
            name_en=name_en,
            amount=amount,
            unit=unit,
            maximum=maximum,
            usable_from=instant(usable_from),
        )


def reasons_from(data: Mapping[str, Any]) -> tuple[KeptAway, ...]:
    """Read the reasons of a stored refusal; refusals of earlier versions have none."""
    return tuple(KeptAway.from_json(line) for line in data.get("reasons", ()))
