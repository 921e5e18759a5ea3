"""Value of a wallet that a rule keeps out of a payment, and the sentence that says so."""

from datetime import datetime

import strawberry

from domain.identifiers import Prefix, encode
from domain.ledger import kept_away
from domain.ledger.kept_away import SpendingRule
from domain.ledger.request import effective_on
from domain.locales.catalogue import message
from schema.core.enums import contract_enum
from schema.core.ids import ID
from schema.core.scalars import Amount, amount_or_none

contract_enum(
    SpendingRule,
    "The rule that keeps value out of a payment. Rules are added; show `message` for one that is not known.",
    NOT_PAYABLE="It is not for paying, such as miles.",
    EXCLUDED="The request excludes it.",
    EXPIRED="Its last day is over. 期限切れ",
    NOT_YET="Its first day has not come yet; see `usableFrom`. 利用開始前",
    OTHER_STORE="It is for other stores.",
    OTHER_CATEGORY="It is for stores of other categories, or not for this one. 対象外の業種",
    OTHER_SIZE="It is for stores of another size. 大型店・中小店の別",
    OTHER_AREA="It is for stores of other areas. 対象外の地区",
    OTHER_DAY="It is for other days of the week. 対象外の曜日",
    OTHER_TIME="It is for other hours. 対象外の時間帯",
    RESTRICTED="It ends sooner or has fewer stores or hours than what it would buy or become.",
    HELD="It is set aside for another payment. 仮押さえ",
    MINIMUM_UNIT="Less than the minimum unit, or the amount has no room for a whole one; see `unit`. 最低利用単位",
    PAYMENT_MAXIMUM="It is above the most of its kind that one payment uses; see `maximum`. 1回の上限",
)


@strawberry.type(description="Value of a wallet that a rule keeps out of a payment here and now.")
class KeptAway:
    """What one rule keeps away of one asset."""

    kept: strawberry.Private[kept_away.KeptAway]
    locale: strawberry.Private[str]

    @strawberry.field(description="Which rule, for logic.")
    def rule(self) -> SpendingRule:
        return self.kept.rule

    @strawberry.field(description="The kind of value.")
    def asset_id(self) -> ID:
        return ID(encode(Prefix.ASSET, self.kept.municipality, self.kept.asset))

    @strawberry.field(description="Its name in the language of the request.")
    def asset_name(self) -> str:
        return self.kept.name(self.locale)

    @strawberry.field(description="How much of it the rule keeps away. Whole units.")
    def amount(self) -> Amount:
        return Amount(self.kept.amount)

    @strawberry.field(description="The minimum unit, for MINIMUM_UNIT; null otherwise. Whole units.")
    def unit(self) -> Amount | None:
        return amount_or_none(self.kept.unit)

    @strawberry.field(
        description="The most of it that one payment uses, for PAYMENT_MAXIMUM; null otherwise. Whole units."
    )
    def maximum(self) -> Amount | None:
        return amount_or_none(self.kept.maximum)

    @strawberry.field(description="When the first of it may be spent, for NOT_YET, in UTC; null otherwise.")
    def usable_from(self) -> datetime | None:
        return self.kept.usable_from

    @strawberry.field(description="For the person, in the language of the request: what, how much and why.")
    def message(self) -> str:
        return sentence(self.kept, self.locale)


def sentence(kept: kept_away.KeptAway, locale: str) -> str:
    """What a rule keeps away, in a sentence."""
    return message(
        f"KEPT_AWAY_{kept.rule.value}",
        locale,
        asset=kept.name(locale),
        amount=kept.amount,
        unit=kept.unit,
        maximum=kept.maximum,
        day=None if kept.usable_from is None else effective_on(kept.usable_from),
    )
