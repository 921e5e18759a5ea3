"""One object type for every refusal: a code for logic, a message for the person, and its data by name."""

import importlib
import pkgutil
from enum import Enum
from typing import Any

import strawberry
from strawberry.utils.str_converters import to_camel_case

import domain
from domain.locales.catalogue import message
from domain.refusals import Advice, Retry
from domain.refusals import Refusal as DomainRefusal
from schema.core.enums import contract_enum
from schema.core.ids import ID
from schema.core.kept_away import KeptAway, sentence
from schema.core.scalars import Amount

REASONS_SAID = 3
"""Reasons in a message, the largest first; `reasons` has all of them."""
contract_enum(
    Retry,
    "What a client may do after a refusal.",
    SAME_KEY="Send the same request with the same idempotency key again, later or with what was missing.",
    NEW_KEY="This key is closed. A changed request needs a new idempotency key.",
    NEVER="Repeating does not help.",
)
contract_enum(
    Advice,
    "What a client does after a refusal. Treat an unknown value as NEVER, and show `message`.",
    REPEAT_AS_IS="Send the same request with the same idempotency key again, now. Nothing is done twice.",
    CHANGE_AND_USE_NEW_KEY="Change what `message` and the data name, and send that under a new idempotency key.",
    CONFIRM=(
        "Ask the person. Who means it sends the same key again with the input's field that confirms, such as"
        " `confirmDuplicate`."
    ),
    WAIT=(
        "Send the same request with the same idempotency key again later: after `retryAfter` seconds, or, where that is"
        " null, once what `message` names has changed."
    ),
    NEVER="Repeating does not help: show `message`.",
)


def refusals() -> list[type[DomainRefusal]]:
    """Every refusal of the domain that a client can meet, by rooms and as they stand there.

    The order is the contract's, so it does not depend on who has imported what.
    """
    modules = [name for _, name, _ in pkgutil.walk_packages(domain.__path__, "domain.") if name.endswith(".refusals")]
    declared = [kind for module in modules for kind in vars(importlib.import_module(module)).values()]
    return list(dict.fromkeys(kind for kind in declared if _is_met(kind)))


def _is_met(kind: object) -> bool:
    return (
        isinstance(kind, type) and issubclass(kind, DomainRefusal) and not kind.__subclasses__() and not kind.internal
    )


def _codes() -> type[Enum]:
    codes = Enum("RefusalCode", {kind.code: kind.code for kind in refusals()})  # type: ignore[misc] # made from the classes
    text = (
        "Stable codes of refusals, for logic. Codes are added, never renamed; treat unknown codes by `advice` and"
        " `message`."
    )
    contract_enum(codes, text, **{kind.code: " ".join((kind.__doc__ or "").split()) for kind in refusals()})
    return codes


RefusalCode = _codes()


def _data(graphql_type: Any, description: str, name: str) -> Any:  # noqa: ANN401 - Strawberry's types have no public name
    """A nullable field: the refusal's public data of this name."""

    def resolve(self: "Refusal") -> Any:  # noqa: ANN401 - as declared
        return self.data.get(name)

    return strawberry.field(resolver=resolve, graphql_type=graphql_type | None, description=description)


@strawberry.type(
    description=(
        "Why something was not done; nothing moved. `code` is for logic, `message` for the person. The other fields are"
        " there where the code has such data, and null otherwise."
    )
)
class Refusal:
    """Why something was not done."""

    refusal: strawberry.Private[DomainRefusal]
    locale: strawberry.Private[str]

    @strawberry.field(description="Stable, for logic.", graphql_type=RefusalCode)
    def code(self) -> Enum:
        return RefusalCode(self.refusal.code)

    @strawberry.field(description="For the person, in the language of the request (ja or en).")
    def message(self) -> str:
        data = self.data
        sentences = [message(self.refusal.message_key, self.locale, **data)]
        largest = sorted(data.get("reasons", ()), key=lambda reason: -reason.amount)[:REASONS_SAID]
        sentences += [sentence(reason, self.locale) for reason in largest]
        return (" " if self.locale == "en" else "").join(sentences)

    @strawberry.field(description="What the client does now.")
    def advice(self) -> Advice:
        return self.refusal.advice

    @strawberry.field(description="Seconds to wait, where `advice` is WAIT and the time is known.")
    def retry_after(self) -> int | None:
        return self.refusal.retry_after

    @strawberry.field(
        description="What the client may do.",
        deprecation_reason="From 2026-12: `advice` says what to do, also when to wait and what to confirm.",
    )
    def retry(self) -> Retry:
        return self.refusal.retry

    available = _data(Amount, "What is left: of a balance, budget, cap or limit. Whole units.", "available")
    amount = _data(Amount, "The amount that the scanned code asks for. Whole units.", "amount")
    missing = _data(Amount, "What the wallet lacks. Whole units.", "missing")
    required = _data(Amount, "What the budget would have to cover. Whole units.", "required")
    refundable = _data(Amount, "What is left of the payment. Whole units.", "refundable")
    minimum = _data(Amount, "The least that is taken. Whole units.", "minimum")
    maximum = _data(Amount, "The most that is taken. Whole units; of a note: characters.", "maximum")
    unit = _data(
        Amount,
        (
            "What the amount, or a part of it, is a multiple of; of vouchers and tickets, the worth of one unit. Whole"
            " units."
        ),
        "unit",
    )
    possible_below = _data(Amount, "The nearest lower amount that is possible; 0: none. Whole units.", "possible_below")
    possible_above = _data(Amount, "The nearest higher amount that is possible. Whole units.", "possible_above")
    threshold = _data(Amount, "The most that may be granted alone in a civil day. Whole units.", "threshold")
    field = _data(str, "The field of the input, such as `expiresOn`.", "field")
    problem = _data(str, "What is wrong with the field or file: LENGTH, ORDER, SIX_MONTHS and so on.", "problem")
    reason = _data(str, "Why, where a code has several reasons: BAD_CRC, RESIDENCY, ENDED and so on.", "reason")
    state = _data(str, "The state that does not allow it.", "state")
    receipt_number = _data(str, "The receipt of the earlier payment.", "receipt_number")
    coupon_id = _data(ID, "Which of the coupons in the request.", "coupon_id")
    bulk_grant_id = _data(ID, "The bulk grant that the file or upload has already.", "bulk_grant_id")
    duplicate_count = _data(int, "Rows of the file that may be duplicates.", "duplicate_count")
    duplicate_rows = _data(list[int], "The first of them, at most 10, counted from 1.", "duplicate_rows")
    units_left = _data(int, "Units that are left, or may still be bought or handed over.", "units_left")
    maximum_count = _data(int, "How many there may be at a time.", "maximum_count")
    minutes = _data(int, "Minutes in which it had to be done.", "minutes")
    row = _data(int, "The row of the file, counted from 1.", "row")
    byte = _data(int, "The byte of the file, counted from 1.", "byte")
    row_count = _data(int, "Rows of the file.", "row_count")
    invalid_count = _data(int, "Rows that cannot be granted.", "invalid_count")

    @strawberry.field(
        description="Other value of the wallet, each with the rule that keeps it away; null where the code has none."
    )
    def reasons(self) -> list[KeptAway] | None:
        reasons = self.data.get("reasons")
        return None if reasons is None else [KeptAway(kept=reason, locale=self.locale) for reason in reasons]

    @property
    def data(self) -> dict[str, Any]:
        """The refusal's public data by name; the field of an input as the contract writes it."""
        data = self.refusal.public_data()
        return {**data, "field": to_camel_case(data["field"])} if "field" in data else data


@strawberry.type
class Payload:
    """The answer of a mutation or quote: its result or the refusal, never both.

    Both are null only together with an entry in `errors`: a field within the result failed after value had moved.
    """

    refusal: Refusal | None = strawberry.field(
        default=None,
        description=(
            "Why it was not done; null when it was. This and the results are both null only together with an entry in"
            " `errors`: ask `outcome`."
        ),
    )


@strawberry.type
class ReplayablePayload(Payload):
    """The same, of a request with an idempotency key."""

    replayed: bool = strawberry.field(
        default=False,
        description="True when this key had been settled before: nothing moved now, and the answer is the same.",
    )
