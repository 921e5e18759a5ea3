"""Receipt numbers: 8 letters and digits and a check character, to be said over a counter.

No look-alikes (0 O, 1 I L, 2 Z, 5 S, 8 B, U V).
"""

from collections.abc import Callable

from domain.typed_text import code

ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
"""23 symbols: a prime, so that the weighted sum detects every single error and every swap of neighbours."""
LENGTH = 8
LONGEST_TYPED = 64
_VALUE = {letter: value for value, letter in enumerate(ALPHABET)}


def new(random_bits: Callable[[int], int]) -> str:
    """Make a random number of 8 symbols (36 bits) and its check. The database keeps it unique per municipality."""
    rest = random_bits(64)
    letters = []
    for _ in range(LENGTH):
        rest, value = divmod(rest, len(ALPHABET))
        letters.append(ALPHABET[value])
    return "".join(letters) + _check("".join(letters))


def normalise(unchecked: str) -> str | None:
    """Normalise a typed receipt number to its stored form: any case or width, with hyphens of any kind or spaces.

    None for a text that is no receipt number.
    """
    if len(unchecked) > LONGEST_TYPED:
        return None
    text = code(unchecked).upper()
    if len(text) != LENGTH + 1 or any(letter not in _VALUE for letter in text) or _check(text[:-1]) != text[-1]:
        return None
    return text


def display(number: str) -> str:
    """Format a receipt number in groups, as it is printed and said: ABCD-EFGH-J."""
    return f"{number[:4]}-{number[4:8]}-{number[8:]}"


def _check(letters: str) -> str:
    # Weights 2..9 are all different and none is 0 or 1 modulo 23: substitutions and swaps both change the sum.
    total = sum(weight * _VALUE[letter] for weight, letter in enumerate(letters, start=2))
    return ALPHABET[-total % len(ALPHABET)]
