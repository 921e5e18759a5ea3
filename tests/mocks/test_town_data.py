"""The demo towns' data are whole, sane, and clearly invented."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, fields

import pytest

from domain.codes.merchant_code import LONGEST, MERCHANT_LENGTH, STORE_LENGTH, parse, static_code, store_of
from domain.municipalities.codes import check_digit, lookup
from domain.stores.open_store import NewStore
from domain.viewer import Role
from mocks import town_data
from mocks.town_data import (
    CATEGORIES,
    PERSON_OF_BOTH_TOWNS,
    PERSONAS,
    TOWNS,
    OpenPeriod,
    Resident,
    ResidentKind,
    Store,
    Town,
    parse_hours,
)

FIRST, SECOND = TOWNS
STORES = [store for town in TOWNS for store in town.stores]
PEOPLE = [*FIRST.residents, *SECOND.residents, PERSON_OF_BOTH_TOWNS]
KATAKANA = re.compile(r"[ァ-ヴー]+")
GUID = "jp.example.city.coin"


def no_duplicates(values: Iterable[object]) -> bool:
    return max(Counter(values).values()) == 1


def metres_squared(town: Town, store: Store) -> int:
    """From the town's middle. A degree is 111.3 km north; at 43 degrees north no more than 81.5 km east."""
    north = (store.latitude_microdegrees - town.latitude_microdegrees) * 111_300 // 1_000_000
    east = (store.longitude_microdegrees - town.longitude_microdegrees) * 81_500 // 1_000_000
    return north * north + east * east


def test_counts():
    assert [(town.code, town.name, len(town.stores), len(town.residents), town.demo) for town in TOWNS] == [
        ("012106", "岩見沢市", 64, 200, True),
        ("012297", "富良野市", 6, 12, True),
    ]
    assert sum(store.charge_agent for store in FIRST.stores) == 3
    assert sum(store.charge_agent for store in SECOND.stores) == 1


@pytest.mark.parametrize("town", TOWNS, ids=lambda town: town.key)
def test_the_towns_have_real_national_codes(town: Town):
    national = lookup(town.code)
    assert national is not None
    assert (national.name, national.name_kana) == (town.name, town.name_kana)
    assert check_digit(town.code[:5]) == town.code[5]
    assert re.fullmatch(r"[A-Z-]{1,15}", town.name_roman)  # EMVCo field 60


def test_nothing_is_there_twice():
    for attribute in ("key", "name", "name_roman", "merchant_code", "address", "phone"):
        assert no_duplicates(getattr(store, attribute) for store in STORES), attribute
    assert no_duplicates((store.latitude_microdegrees, store.longitude_microdegrees) for store in STORES)
    assert no_duplicates(person.key for person in PEOPLE)
    assert no_duplicates(person.name for person in PEOPLE)
    assert no_duplicates(persona.key for persona in PERSONAS)
    assert no_duplicates(persona.name for persona in PERSONAS)


def test_all_categories_are_used_and_have_a_code_of_4_digits():
    assert {store.category.code for store in FIRST.stores} == set(CATEGORIES)
    assert all(re.fullmatch(r"\d{4}", category.merchant_category_code) for category in CATEGORIES.values())
    assert no_duplicates(category.merchant_category_code for category in CATEGORIES.values())
    assert all(code == category.code and category.name_ja and category.name_en for code, category in CATEGORIES.items())


@pytest.mark.parametrize("town", TOWNS, ids=lambda town: town.key)
def test_stores_are_near_the_middle_of_their_town(town: Town):
    assert all(metres_squared(town, store) <= 6_000**2 for store in town.stores)
    assert all(
        type(store.latitude_microdegrees) is int and type(store.longitude_microdegrees) is int for store in town.stores
    )


def test_the_first_town_is_denser_near_the_station():
    near = [
        store
        for store in FIRST.stores
        if abs(store.latitude_microdegrees - 43_204_000) <= 5_000
        and abs(store.longitude_microdegrees - 141_759_700) <= 7_000
    ]
    assert len(FIRST.stores) // 4 <= len(near) <= len(FIRST.stores) // 2
    assert all(metres_squared(FIRST, store) <= 4_500**2 for store in FIRST.stores)


def test_kana_are_katakana():
    for store in STORES:
        assert KATAKANA.fullmatch(store.name_kana), store
    for person in PEOPLE:
        assert KATAKANA.fullmatch(person.family_name_kana), person
        assert KATAKANA.fullmatch(person.given_name_kana), person


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.key)
def test_a_store_fits_into_its_printed_code(store: Store):
    assert re.fullmatch(r"[A-Z][A-Z ]{0,24}", store.name_roman)
    assert 1 <= len(store.name) <= 25
    assert re.fullmatch(rf"M\d{{{MERCHANT_LENGTH - 1}}}", store.merchant_code)
    assert re.fullmatch(r"S\d\d", store.store_code) and len(store.store_code) == STORE_LENGTH
    town = next(town for town in TOWNS if town.code == store.town_code)
    text = static_code(
        guid=GUID,
        merchant=store.merchant_code,
        store=store.store_code,
        mcc=store.category.merchant_category_code,
        name=store.name_roman,
        city=town.name_roman,
        postal=store.postal_code.replace("-", ""),
        name_ja=store.name,
    )
    assert len(text) <= LONGEST
    reference = store_of(parse(text), GUID)
    assert reference is not None
    assert (reference.municipality_and_merchant, reference.store) == (store.merchant_code, store.store_code)


@pytest.mark.parametrize(
    ("town", "postal", "area_code"), [(FIRST, "068", "0126"), (SECOND, "076", "0167")], ids=["first", "second"]
)
def test_addresses_and_telephones_are_invented(town: Town, postal: str, area_code: str):
    for store in town.stores:
        assert re.fullmatch(rf"{area_code}-00-\d{{4}}", store.phone)  # no exchange begins with 0
        assert re.fullmatch(rf"{postal}-99\d\d", store.postal_code)
        assert re.fullmatch(rf"{town.name}\D+\d丁目\d+-\d+", store.address)


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.key)
def test_hours_are_sane(store: Store):
    week = store.hours.week
    assert len(week) == 7
    assert any(week)
    for periods in week:
        last = 0
        for period in periods:
            assert last <= period.opens_minute < period.closes_minute <= 30 * 60
            assert period.opens_minute < 24 * 60
            last = period.closes_minute
    for today, tomorrow in zip(week, week[1:] + week[:1], strict=True):
        if today and tomorrow:
            assert today[-1].closes_minute - 24 * 60 <= tomorrow[0].opens_minute


def test_hours_say_each_weekday():
    hours = parse_hours("金〜火 9:00〜12:30・17:00〜翌1:00、水・木休")
    both = (OpenPeriod(540, 750), OpenPeriod(1020, 1500))
    assert hours.week == (both, both, (), (), both, both, both)
    assert parse_hours("毎日 0:00〜24:00").week == ((OpenPeriod(0, 1440),),) * 7


@pytest.mark.parametrize(
    "text",
    [
        "",
        "毎日",
        "月〜土 9:00〜19:00",
        "毎日 9:00〜19:00、日休",
        "月〜日 9:60〜19:00",
        "祝 9:00〜19:00",
        "月火〜日 9:00〜19:00",
        "毎日休 9:00〜10:00",
        "・ 9:00〜10:00",
        "月〜水〜日 9:00〜10:00",
        "毎日 9時〜19時",
    ],
)
def test_hours_that_say_nothing_certain_are_refused(text: str):
    with pytest.raises(ValueError, match="opening hours"):
        parse_hours(text)


def test_people_are_of_every_age_and_some_have_only_a_card():
    assert all(1938 <= person.birth_year <= 2012 for person in PEOPLE)
    assert all(person.kind is ResidentKind.RESIDENT for person in PEOPLE)
    decades = Counter(person.birth_year // 10 for person in FIRST.residents)
    assert all(decades[decade] >= 15 for decade in range(194, 201))
    assert 10 <= sum(person.card_only for person in FIRST.residents) <= 40
    assert len({person.family_name for person in FIRST.residents}) >= 40


def test_the_towns_are_the_same_at_every_run():
    assert town_data._towns() == TOWNS


def test_personas():
    roles = Counter((persona.town_codes, persona.role) for persona in PERSONAS)
    each = {Role.RESIDENT: 2, Role.MERCHANT_STAFF: 2, Role.DESK: 1, Role.FINANCE: 1}
    assert roles == {
        **{((town.code,), role): count for town in TOWNS for role, count in each.items()},
        ((FIRST.code,), Role.AUDITOR): 1,
        ((FIRST.code, SECOND.code), Role.RESIDENT): 1,
    }
    stores: dict[str, Store] = {store.key: store for store in STORES}
    people: dict[str, Resident] = {person.key: person for person in PEOPLE}
    for persona in PERSONAS:
        assert re.fullmatch(r"[a-z][a-z0-9-]*", persona.key)
        assert (persona.store_key is not None) == (persona.role is Role.MERCHANT_STAFF)
        assert (persona.resident_key is not None) == (persona.role is Role.RESIDENT)
        if persona.store_key is not None:
            assert persona.name.startswith(stores[persona.store_key].name)
            assert stores[persona.store_key].town_code in persona.town_codes
        if persona.resident_key is not None:
            assert persona.name.startswith(people[persona.resident_key].name)
            assert not people[persona.resident_key].card_only


def test_the_domain_takes_a_listing_as_it_is():
    listing = next(town_data.listings(FIRST))
    store = FIRST.stores[0]
    new = NewStore(**asdict(listing), merchant_code=store.merchant_code, store_code=store.store_code)
    assert {field.name for field in fields(listing)} == {field.name for field in fields(NewStore)} - {
        "merchant_code",
        "store_code",
    }
    assert (new.category, new.opening_hours) == (store.category.code, store.hours.text)
    assert len(list(town_data.listings(SECOND))) == 6
    assert town_data.residents(SECOND) == [person.name for person in SECOND.residents]
