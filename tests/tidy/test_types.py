"""Types of the contract against what they are made of: payloads, refusals, instants, ids.

Every field of the other types is read with a value in tests/hostile/test_every_field.py.
"""

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from inspect import isawaitable
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLNonNull, GraphQLObjectType, GraphQLScalarType
from strawberry.utils.str_converters import to_camel_case

from domain.coupons.kinds import Obstacle
from domain.identifiers import InvalidIdError, Prefix, decode, encode
from domain.ledger.kept_away import KeptAway, SpendingRule
from domain.refusals import Refusal as DomainRefusal
from schema.core.kept_away import KeptAway as ShownReason
from schema.core.refusals import Payload, Refusal, RefusalCode, refusals
from schema.core.scalars import parse_instant
from schema.root import schema

CONTRACT = schema._schema
KEY = UUID("0192b3c4-0000-7000-8000-000000000001")
RENAMED = {"obstacle": "reason"}
"""Data of refusals that the contract has under a more general name."""
WORDS = {"obstacle": Obstacle.ENDED.value, "problem": "PAST", "reason": "RESIDENCY", "state": "RUNNING"}
"""Data for which the catalogue has words."""
UNSHOWN = {("InsufficientBalanceError", "amount")}
"""Data that is only in the message."""
SAYS = {field.python_name: field for field in Refusal.__strawberry_definition__.fields}  # type: ignore[attr-defined]


def payloads(kind: type[Payload] = Payload) -> list[type[Payload]]:
    children = kind.__subclasses__()
    return [leaf for child in children for leaf in payloads(child)] if children else [kind]


def name_of(kind: type) -> str:
    return kind.__strawberry_definition__.name  # type: ignore[attr-defined] # Strawberry's mark on the class


def test_every_payload_of_the_contract_is_one_of_the_classes() -> None:
    named = {name for name, kind in CONTRACT.type_map.items() if name.endswith("Payload")}
    assert named == {name_of(kind) for kind in payloads()}


@pytest.mark.parametrize("kind", payloads(), ids=name_of)
async def test_a_payload_has_a_refusal_or_results_and_either_may_be_null(kind: type[Payload]) -> None:
    contract = CONTRACT.type_map[name_of(kind)]
    assert isinstance(contract, GraphQLObjectType)
    never_null = {name for name, field in contract.fields.items() if isinstance(field.type, GraphQLNonNull)}
    assert never_null <= {"replayed"}
    assert str(contract.fields["refusal"].type) == "Refusal"
    assert set(contract.fields) - {"refusal", "replayed"}, "a result"
    refusal = Refusal(refusal=refusals()[0](**values_of(refusals()[0])), locale="ja")
    answers = {name: await answer_of(kind(refusal=refusal), name) for name in contract.fields}
    assert answers == dict.fromkeys(contract.fields) | {"refusal": refusal} | dict.fromkeys(never_null, False)


async def answer_of(payload: Payload, name: str) -> Any:
    """What a field answers without a request."""
    field = next(field for field in payload.__strawberry_definition__.fields if to_camel_case(field.name) == name)  # type: ignore[attr-defined]
    resolver = field.base_resolver
    if resolver is None:
        return getattr(payload, field.python_name)
    answer = resolver.wrapped_func(payload, *([] if resolver.info_parameter is None else [None]))
    return await answer if isawaitable(answer) else answer


ABOUT = ("code", "retry", "advice", "retry_after")
"""What a refusal says of itself, whatever its data."""


def values_of(kind: type[DomainRefusal]) -> dict[str, Any]:
    """A value of its own for each datum of a refusal."""
    assert is_dataclass(kind)
    return {field.name: value_for(field.name, field.type, place) for place, field in enumerate(fields(kind), 11)}


def value_for(name: str, kind: Any, place: int) -> Any:
    of_kind = {
        int: place * 1_000,
        int | None: place * 1_000,
        str: f"{name}_{place}",
        tuple[int, ...]: (place, place + 1),
        tuple[KeptAway, ...]: (KeptAway(SpendingRule.OTHER_DAY, 1, place, "券", "Voucher", place * 1_000),),
    }
    return WORDS[name] if name in WORDS else of_kind[kind]


def said(refusal: Refusal, name: str) -> Any:
    return SAYS[name].base_resolver.wrapped_func(refusal)


@pytest.mark.parametrize("kind", refusals(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("locale", ["ja", "en"])
def test_a_refusal_shows_each_of_its_data_in_a_field_of_its_own(kind: type[DomainRefusal], locale: str) -> None:
    values = values_of(kind)
    refusal = Refusal(refusal=kind(**values), locale=locale)
    assert tuple(said(refusal, name) for name in ABOUT) == (
        RefusalCode(kind.code),
        kind.retry,
        kind.advice,
        kind.retry_after,
    )
    assert said(refusal, "message")
    shown = {
        RENAMED.get(name, name): shown_as(name, value, locale)
        for name, value in values.items()
        if (kind.__name__, name) not in UNSHOWN
    }
    data = set(SAYS) - {*ABOUT, "message"}
    assert {name: said(refusal, name) for name in data} == dict.fromkeys(data) | shown


def shown_as(name: str, value: Any, locale: str) -> Any:
    """An obstacle by its name, the field of an input as the contract writes it."""
    if name == "obstacle":
        return Obstacle(value).name
    if name == "reasons":
        return [ShownReason(kept=reason, locale=locale) for reason in value]
    return to_camel_case(value) if name == "field" else value


def test_every_field_of_a_refusal_is_a_datum_of_one() -> None:
    shown = {RENAMED.get(name, name) for kind in refusals() for name in values_of(kind)}
    assert set(SAYS) - shown == {*ABOUT, "message"}


INSTANT = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (INSTANT, "2026-11-24T00:00:00.000Z"),
        (INSTANT + timedelta(microseconds=1), "2026-11-24T00:00:00.000Z"),
        (INSTANT + timedelta(microseconds=999_999), "2026-11-24T00:00:00.999Z"),
        (INSTANT.astimezone(timezone(timedelta(hours=9))), "2026-11-24T00:00:00.000Z"),
        (INSTANT.astimezone(timezone(timedelta(hours=-11, minutes=-30))), "2026-11-24T00:00:00.000Z"),
    ],
)
def test_an_instant_has_one_form(at: datetime, text: str) -> None:
    scalar = CONTRACT.type_map["DateTime"]
    assert isinstance(scalar, GraphQLScalarType)
    assert scalar.coerce_output_value(at) == text
    assert abs(parse_instant(text) - at) < timedelta(milliseconds=1), "what we write is read again"


def test_a_store_has_its_own_prefix() -> None:
    store = encode(Prefix.STORE, 7, KEY)
    assert store.startswith("str_")
    assert decode(store) == (Prefix.STORE, 7, KEY)
    with pytest.raises(InvalidIdError):
        decode("mer_" + store.removeprefix("str_"))
    assert len({prefix.value for prefix in Prefix}) == len(Prefix)
