"""Messages by code and language, one JSON file per language, with amounts formatted for reading."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import MappingProxyType

import orjson

DEFAULT = "ja"
LOCALES = ("ja", "en")
LONGEST_HEADER = 200
_PLACEHOLDER = re.compile(r"\{(\w+)(?::(yen|worth|number|day|text|label))?\}")
_CAPITAL = re.compile(r"(?<=[a-z])([A-Z])")
_CATALOGUES = MappingProxyType(
    {
        locale: MappingProxyType(orjson.loads(Path(__file__).with_name(f"{locale}.json").read_bytes()))
        for locale in LOCALES
    }
)


def message(code: str, locale: str, **data: object) -> str:
    """Return the message of a code with its data filled in. An unknown language falls back to Japanese.

    Raises KeyError for an unknown code.
    """
    catalogue = _CATALOGUES.get(locale, _CATALOGUES[DEFAULT])
    template: str = catalogue[code]

    def fill(placeholder: re.Match[str]) -> str:
        value = data[placeholder[1]]
        if placeholder[2] in _FORMATS:
            return _FORMATS[placeholder[2]](value, locale)
        match placeholder[2]:
            case "text":
                return str(catalogue[f"PROBLEM_{value}"])
            case "label":
                return str(catalogue.get(f"FIELD_{_in_capitals(str(value))}", value))
            case _:
                return str(value)

    return _PLACEHOLDER.sub(fill, template)


def yen(amount: int, locale: str) -> str:
    """Format an amount of yen."""
    return f"{amount:,} yen" if locale == "en" else f"{amount:,}円"


def worth(amount: int, locale: str) -> str:
    """Format an amount of value that may not be yen, such as points, by its worth: one unit pays one yen."""
    return f"{yen(amount, locale)}'s worth" if locale == "en" else f"{yen(amount, locale)}分"


def day(value: object, locale: str) -> str:
    """Format a civil day as people write it; TypeError for anything else."""
    if not isinstance(value, date):
        message = f"a day, not {type(value).__name__}"
        raise TypeError(message)
    return f"{value:%-d %B %Y}" if locale == "en" else f"{value.year}年{value.month}月{value.day}日"


_FORMATS: dict[str, Callable[[object, str], str]] = {
    "yen": lambda value, locale: yen(int(str(value)), locale),
    "worth": lambda value, locale: worth(int(str(value)), locale),
    "number": lambda value, _locale: f"{int(str(value)):,}",
    "day": day,
}


def _in_capitals(field: str) -> str:
    """Convert `expiresOn` (of the contract) or `expires_on` to EXPIRES_ON (of the catalogue)."""
    return _CAPITAL.sub(r"_\1", field).replace(".", "_").upper()


def choose(accept_language: str | None) -> str:
    """Return the available language that a client prefers, Japanese by default. RFC 9110, section 12.5.4."""
    best, best_quality = DEFAULT, 0
    for part in (accept_language or "")[:LONGEST_HEADER].split(","):
        tag, _, parameters = part.partition(";")
        name = tag.strip().partition("-")[0].lower()
        locale, quality = DEFAULT if name == "*" else name, _quality(parameters)
        if locale in LOCALES and quality > best_quality:
            best, best_quality = locale, quality
    return best


def _quality(parameters: str) -> int:
    """Return the quality value in thousandths, as an integer; 1,000 without a valid one."""
    quality = re.fullmatch(r"\s*q\s*=\s*([01])(?:\.(\d{0,3}))?\s*", parameters, re.IGNORECASE)
    if quality is None:
        return 1_000
    return min(1_000, int(quality[1]) * 1_000 + int((quality[2] or "").ljust(3, "0") or 0))


def codes(locale: str) -> dict[str, str]:
    """Return the whole catalogue of a language."""
    return dict(_CATALOGUES[locale])
