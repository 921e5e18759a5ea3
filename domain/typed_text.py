"""Text as people type it: full-width digits and letters of a Japanese keyboard, hyphens of all kinds, invisible signs.

Not NFKC, which also turns ① and ² into digits.
"""

_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
"""Full-width ASCII, the ideographic space and the no-break space, to ASCII."""
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, 0xAD], "")
"""Signs without width, which come along when text is copied."""
_SEPARATORS = dict.fromkeys([*map(ord, "-‐‑‒–—―−ーｰ﹣"), *map(ord, " \t\r\n")], "")
_NARROW = str.maketrans(_WIDE | _INVISIBLE)
_PLAIN = str.maketrans(_SEPARATORS)


def narrow(typed: str) -> str:
    """Return a text with full-width digits, letters, signs and spaces as ASCII, without invisible signs at all."""
    return typed.translate(_NARROW).strip()


def code(typed: str) -> str:
    """Return a typed code without the hyphens and spaces that divide it into groups. Its case stays."""
    return narrow(typed).translate(_PLAIN)
