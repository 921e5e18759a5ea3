"""Text as people type it: full-width digits and letters of a Japanese keyboard, hyphens of all kinds, invisible signs.

Not NFKC, which also turns ① and ² into digits.
"""

import unicodedata

_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
"""Full-width ASCII, the ideographic space and the no-break space, to ASCII."""
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, 0xAD], "")
"""Signs without width, which come along when text is copied."""
_SEPARATORS = dict.fromkeys([*map(ord, "-‐‑‒–—―−ーｰ﹣"), *map(ord, " \t\r\n")], "")
_DIRECTIONS = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C]))
"""Signs that turn the direction of what follows: a name with one shows in another order than it is stored."""
_HIDDEN = frozenset({"Cc", "Zl", "Zp"})
"""Categories of Unicode: control characters, and separators of lines and paragraphs."""
_NARROW = str.maketrans(_WIDE | _INVISIBLE)
_PLAIN = str.maketrans(_SEPARATORS)


def narrow(typed: str) -> str:
    """Return a text with full-width digits, letters, signs and spaces as ASCII, without invisible signs at all."""
    return typed.translate(_NARROW).strip()


def code(typed: str) -> str:
    """Return a typed code without the hyphens and spaces that divide it into groups. Its case stays."""
    return narrow(typed).translate(_PLAIN)


def unusable_name(name: str, limit: int) -> str | None:
    """Return what is wrong with a name of a person, store or offer, as a problem of INVALID_INPUT; None if nothing is.

    LENGTH: empty, or longer than `limit` characters. CHARACTERS: control characters, line breaks, or signs that turn
    the direction of writing. Emoji keep the joiners that they are made with.
    """
    if not 0 < len(name.strip()) <= limit:
        return "LENGTH"
    hidden = any(sign in _DIRECTIONS or unicodedata.category(sign) in _HIDDEN for sign in name)
    return "CHARACTERS" if hidden else None


def wrong_names(limit: int, **names: str | None) -> list[tuple[str, str, bool]]:
    """Return each name's field, problem and True for those that are unusable; what is not given is left out."""
    problems = [(field, None if name is None else unusable_name(name, limit)) for field, name in names.items()]
    return [(field, problem, True) for field, problem in problems if problem is not None]
