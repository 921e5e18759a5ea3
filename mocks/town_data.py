"""What the demo towns are made of: invented stores and people, the same at every run.

The lists are in `mocks/data/*.tsv`.

The towns carry real national codes, because the code is checked; everything else is made up: streets, numbers, postal
codes, telephone numbers (no exchange begins with 00), stores and people.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from domain.stores.kinds import SizeClass
from domain.viewer import Role

_DATA = Path(__file__).with_name("data")
WEEKDAYS = "月火水木金土日"
"""Monday first, as `datetime.weekday()` counts."""
LARGE_CATEGORIES = frozenset({"supermarket", "hardware"})
"""Whose stores are large ones in these towns."""
_BORN_FROM, _BORN_YEARS = 1938, 75
_PART = re.compile(rf"(?P<days>毎日|[{WEEKDAYS}〜・]+)(?P<closed>休)?(?: (?P<times>\S+))?")
_PERIOD = re.compile(r"(\d{1,2}):([0-5]\d)〜(翌?)(\d{1,2}):([0-5]\d)")


class ResidentKind(StrEnum):
    """How a person belongs to a town."""

    RESIDENT = "RESIDENT"
    VISITOR = "VISITOR"


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of store: `code` is the town's, `merchant_category_code` (4 digits, ISO 18245) is EMVCo's field 52."""

    code: str
    name_ja: str
    name_en: str
    merchant_category_code: str


@dataclass(frozen=True, slots=True)
class OpenPeriod:
    """Open from, until: minutes after midnight of the day on which it opens; past 1440 is the next morning."""

    opens_minute: int
    closes_minute: int


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """`text` is what people read; `week` says the same by weekday, Monday first; a closed day has no period."""

    text: str
    week: tuple[tuple[OpenPeriod, ...], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a store says of itself to `domain.stores.open_store`, but for its two codes.

    Coordinates in millionths of a degree.
    """

    name: str
    name_kana: str
    name_roman: str
    category: str
    merchant_category_code: str
    latitude_microdegrees: int
    longitude_microdegrees: int
    address: str
    postal_code: str
    opening_hours: str
    charge_agent: bool
    store_group: str
    size_class: SizeClass
    area: str


@dataclass(frozen=True, slots=True)
class Store:
    """An invented store. `merchant_code` and `store_code` are fields 01 and 02 of its EMVCo template."""

    key: str
    town_code: str
    merchant_code: str
    store_code: str
    category: Category
    name: str
    name_kana: str
    name_roman: str
    latitude_microdegrees: int
    longitude_microdegrees: int
    address: str
    postal_code: str
    phone: str
    hours: OpeningHours
    charge_agent: bool

    def listing(self) -> Listing:
        """As the domain takes it."""
        return Listing(
            name=self.name,
            name_kana=self.name_kana,
            name_roman=self.name_roman,
            category=self.category.code,
            merchant_category_code=self.category.merchant_category_code,
            latitude_microdegrees=self.latitude_microdegrees,
            longitude_microdegrees=self.longitude_microdegrees,
            address=self.address,
            postal_code=self.postal_code,
            opening_hours=self.hours.text,
            charge_agent=self.charge_agent,
            store_group="",
            area="",
            size_class=SizeClass.LARGE if self.category.code in LARGE_CATEGORIES else SizeClass.SMALL,
        )


@dataclass(frozen=True, slots=True)
class Resident:
    """An invented person. `card_only`: has no phone, pays by card."""

    key: str
    family_name: str
    given_name: str
    family_name_kana: str
    given_name_kana: str
    birth_year: int
    kind: ResidentKind
    card_only: bool

    @property
    def name(self) -> str:
        """Family name first, a space between."""
        return f"{self.family_name} {self.given_name}"

    @property
    def name_kana(self) -> str:
        """The same in katakana."""
        return f"{self.family_name_kana} {self.given_name_kana}"


@dataclass(frozen=True, slots=True)
class Town:
    """A demo town; `latitude_microdegrees` and `longitude_microdegrees` are its middle."""

    code: str
    key: str
    name: str
    name_kana: str
    name_roman: str
    latitude_microdegrees: int
    longitude_microdegrees: int
    stores: tuple[Store, ...]
    residents: tuple[Resident, ...]
    demo: bool = True


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody that an app developer can be. `resident_key` for residents, `store_key` for a store's staff."""

    key: str
    name: str
    role: Role
    town_codes: tuple[str, ...]
    resident_key: str | None = None
    store_key: str | None = None


def listings(town: Town) -> Iterator[Listing]:
    """The town's stores as the domain takes them, in the order of `town.stores`."""
    return (store.listing() for store in town.stores)


def residents(town: Town) -> list[str]:
    """The names of the town's people, in the order of `town.residents`."""
    return [resident.name for resident in town.residents]


def parse_hours(unchecked: str) -> OpeningHours:
    """Such as 月〜木・日 11:00〜14:00・17:00〜翌1:00、金・土休: every weekday exactly once.

    ValueError for anything else.
    """
    week: dict[int, tuple[OpenPeriod, ...]] = {}
    for part in unchecked.split("、"):
        match = _PART.fullmatch(part)
        if match is None or (match["closed"] is None) == (match["times"] is None):
            raise ValueError("opening hours: neither times nor 休", part)
        periods = tuple(_period(period) for period in match["times"].split("・")) if match["times"] else ()
        for day in _days(match["days"]):
            if day in week:
                raise ValueError("opening hours: a weekday twice", part)
            week[day] = periods
    if len(week) != len(WEEKDAYS):
        raise ValueError("opening hours: a weekday is missing", unchecked)
    return OpeningHours(unchecked, tuple(week[day] for day in range(len(WEEKDAYS))))


def _days(text: str) -> Iterator[int]:
    if text == "毎日":
        yield from range(len(WEEKDAYS))
        return
    for part in text.split("・"):
        first, _, last = part.partition("〜")
        if len(first) != 1 or len(last or first) != 1:
            raise ValueError("opening hours: no weekday", text)
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        yield from (day % len(WEEKDAYS) for day in range(start, end + 1 + (len(WEEKDAYS) if end < start else 0)))


def _period(text: str) -> OpenPeriod:
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise ValueError("opening hours: no time", text)
    next_day = 24 if match[3] else 0
    return OpenPeriod(int(match[1]) * 60 + int(match[2]), (int(match[4]) + next_day) * 60 + int(match[5]))


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True))


def _store(row: dict[str, str]) -> Store:
    return Store(
        key=row["key"],
        town_code=row["town"],
        merchant_code=row["merchant_code"],
        store_code=row["store_code"],
        category=CATEGORIES[row["category"]],
        name=row["name"],
        name_kana=row["name_kana"],
        name_roman=row["name_roman"],
        latitude_microdegrees=int(row["latitude_microdegrees"]),
        longitude_microdegrees=int(row["longitude_microdegrees"]),
        address=row["address"],
        postal_code=row["postal_code"],
        phone=row["phone"],
        hours=parse_hours(row["opening_hours"]),
        charge_agent={"yes": True, "no": False}[row["charge_agent"]],
    )


def _towns() -> tuple[Town, ...]:
    every_store = [_store(row) for row in _rows("stores.tsv")]
    people = _people()
    return tuple(
        Town(
            code=row["code"],
            key=row["key"],
            name=row["name"],
            name_kana=row["name_kana"],
            name_roman=row["name_roman"],
            latitude_microdegrees=int(row["latitude_microdegrees"]),
            longitude_microdegrees=int(row["longitude_microdegrees"]),
            stores=tuple(store for store in every_store if store.town_code == row["code"]),
            residents=tuple(
                _resident(f"{row['key']}-{number:03d}", next(people)) for number in range(1, int(row["residents"]) + 1)
            ),
        )
        for row in _rows("towns.tsv")
    )


@dataclass(frozen=True, slots=True)
class _Drawn:
    family_name: dict[str, str]
    given_name: dict[str, str]
    birth_year: int
    card_only: bool


def _people() -> Iterator[_Drawn]:
    """People without end until the names are used up, no two of one name.

    Each with a given name of their generation.
    """
    families, given_names = _rows("family_names.tsv"), _rows("given_names.tsv")
    taken: set[tuple[str, str]] = set()
    for number in range(len(families) * len(given_names)):
        birth_year = _BORN_FROM + (number * 29 + 40) % _BORN_YEARS  # 29 and 75 have no common factor: every year comes
        of_age = [name for name in given_names if int(name["born_from"]) <= birth_year <= int(name["born_to"])]
        family_name, given_name = families[number * 7 % len(families)], of_age[number % len(of_age)]
        if (family_name["name"], given_name["name"]) in taken:
            continue
        taken.add((family_name["name"], given_name["name"]))
        yield _Drawn(
            family_name, given_name, birth_year, card_only=birth_year > 2010 or (birth_year < 1950 and number % 2 == 0)
        )


def _resident(key: str, drawn: _Drawn) -> Resident:
    return Resident(
        key=key,
        family_name=drawn.family_name["name"],
        given_name=drawn.given_name["name"],
        family_name_kana=drawn.family_name["name_kana"],
        given_name_kana=drawn.given_name["name_kana"],
        birth_year=drawn.birth_year,
        kind=ResidentKind.RESIDENT,
        card_only=drawn.card_only,
    )


def _personas() -> Iterator[Persona]:
    for town in TOWNS:
        codes = (town.code,)
        for number, resident in enumerate(town.residents[:2], start=1):
            yield Persona(
                f"{town.key}-resident-{number}", resident.name, Role.RESIDENT, codes, resident_key=resident.key
            )
        for number, store in enumerate(town.stores[:2], start=1):
            yield Persona(
                f"{town.key}-store-{number}", f"{store.name} スタッフ", Role.MERCHANT_STAFF, codes, store_key=store.key
            )
        yield Persona(f"{town.key}-desk", f"{town.name} 窓口", Role.DESK, codes)
        yield Persona(f"{town.key}-finance", f"{town.name} 会計", Role.FINANCE, codes)
    yield Persona(f"{TOWNS[0].key}-auditor", f"{TOWNS[0].name} 監査", Role.AUDITOR, (TOWNS[0].code,))
    both = tuple(town.code for town in TOWNS)
    yield Persona(
        "both-towns",
        f"{PERSON_OF_BOTH_TOWNS.name}（2つのまち）",
        Role.RESIDENT,
        both,
        resident_key=PERSON_OF_BOTH_TOWNS.key,
    )


CATEGORIES = {row["code"]: Category(**row) for row in _rows("categories.tsv")}
TOWNS = _towns()
"""The first large, the second small."""
PERSON_OF_BOTH_TOWNS = Resident(
    "both-towns", "北野", "めぐる", "キタノ", "メグル", 1990, ResidentKind.RESIDENT, card_only=False
)
"""Has a wallet in each town; in neither town's `residents`."""
PERSONAS = tuple(_personas())
