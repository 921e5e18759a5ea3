"""Scalars: money is whole units as a JSON integer, nothing else."""

from datetime import UTC, date, datetime
from typing import NewType

import strawberry
from graphql import GraphQLError
from graphql.language import IntValueNode, StringValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

LARGEST = 2**53 - 1
"""The largest integer that every client reads exactly."""
YEARS = range(1900, 3000)
"""Of instants and days that are taken: sums with them stay within what the calendar can say."""

Amount = NewType("Amount", int)
SignedAmount = NewType("SignedAmount", int)


def amount_or_none(units: int | None) -> Amount | None:
    """An amount that may be absent."""
    return None if units is None else Amount(units)


def _bad(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})


def parse_amount(value: object) -> int:
    """A JSON integer from 0 to 2^53-1; booleans, 1.0, texts and negatives are refused."""
    if type(value) is not int or not 0 <= value <= LARGEST:
        message = "Amount must be a whole number from 0 to 9007199254740991, written as a JSON integer."
        raise _bad(message)
    return value


def parse_signed_amount(value: object) -> int:
    """A JSON integer within ±(2^53-1)."""
    if type(value) is not int or not -LARGEST <= value <= LARGEST:
        message = "SignedAmount must be a whole number within ±9007199254740991, written as a JSON integer."
        raise _bad(message)
    return value


def amount_literal(node: ValueNode, _variables: object = None) -> int:
    """The same for a number written in the document."""
    return parse_amount(int(node.value) if isinstance(node, IntValueNode) else None)


def signed_amount_literal(node: ValueNode, _variables: object = None) -> int:
    """The same for a number written in the document."""
    return parse_signed_amount(int(node.value) if isinstance(node, IntValueNode) else None)


def parse_instant(value: object) -> datetime:
    """An instant with its offset from UTC: without one it could mean nine hours more or less."""
    message = (
        "DateTime must be an instant of the years 1900 to 2999 with its offset, such as 2026-11-24T09:00:00Z or"
        " 2026-11-24T18:00:00+09:00."
    )
    if not isinstance(value, str):
        raise _bad(message)
    try:
        instant = datetime.fromisoformat(value)
        known = instant.tzinfo is not None and instant.astimezone(UTC).year in YEARS
    except (ValueError, OverflowError) as error:
        raise _bad(message) from error
    if not known:
        raise _bad(message)
    return instant


def written_instant(at: datetime) -> str:
    """One form always: UTC, milliseconds, Z. Some phones' parsers take milliseconds or none, never both."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return f"{utc.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


def instant_literal(node: ValueNode, _variables: object = None) -> datetime:
    """The same for a text written in the document."""
    return parse_instant(node.value if isinstance(node, StringValueNode) else None)


def parse_day(value: object) -> date:
    """A civil day."""
    message = "Date must be a day of the years 1900 to 2999, such as 2026-11-24."
    if not isinstance(value, str):
        raise _bad(message)
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise _bad(message) from error
    if day.year not in YEARS:
        raise _bad(message)
    return day


def day_literal(node: ValueNode, _variables: object = None) -> date:
    """The same for a text written in the document."""
    return parse_day(node.value if isinstance(node, StringValueNode) else None)


SCALARS: dict[object, ScalarDefinition] = {
    Amount: strawberry.scalar(
        name="Amount",
        description="Value in whole units of an asset, 0 to 2^53-1, as a JSON integer. Never a float or a text.",
        serialize=int,
        parse_value=parse_amount,
        parse_literal=amount_literal,
    ),
    SignedAmount: strawberry.scalar(
        name="SignedAmount",
        description=(
            "Value in whole units where a sign has meaning: what came in is positive, what went out negative. A JSON"
            " integer."
        ),
        serialize=int,
        parse_value=parse_signed_amount,
        parse_literal=signed_amount_literal,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "An instant, ISO 8601. Answers have one form, UTC with milliseconds, such as 2026-11-24T00:00:00.000Z;"
            " inputs carry their offset, Z or such as +09:00, and are of the"
            " years 1900 to 2999."
        ),
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=written_instant,
        parse_value=parse_instant,
        parse_literal=instant_literal,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A civil day, ISO 8601, such as 2026-11-24. Inputs are of the years 1900 to 2999.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date",
        serialize=date.isoformat,
        parse_value=parse_day,
        parse_literal=day_literal,
    ),
}
"""For `StrawberryConfig(scalar_map=...)`."""
