"""Typed text made fit for an Office file: nothing that XML forbids, nothing that turns the text around it."""

from typing import Final
from unicodedata import category

OVERRIDES: Final = frozenset("\u202a\u202b\u202c\u202d\u202e")
"""Embeddings and overrides of direction: a name with one reorders the sentence that it stands in."""
OPENS: Final = frozenset("\u2066\u2067\u2068")
CLOSES: Final = "\u2069"
_NONCHARACTERS: Final = frozenset("\ufffe\uffff")


def fit(text: str) -> str:
    """Return text without control characters, overrides of direction and isolates that do not pair.

    Line breaks and tabs become spaces: what is broken into lines comes as several paragraphs.
    """
    kept = [" " if sign in "\n\r\t\u2028\u2029" else sign for sign in text if _fits(sign)]
    return "".join(_paired(kept))


def _fits(sign: str) -> bool:
    if sign in "\n\r\t\u2028\u2029":
        return True
    return category(sign) not in {"Cc", "Cs"} and sign not in OVERRIDES and sign not in _NONCHARACTERS


def _paired(signs: list[str]) -> list[str]:
    """The signs less each isolate that is never closed, and each close that nothing opened."""
    opened: list[int] = []
    alone: set[int] = set()
    for at, sign in enumerate(signs):
        if sign in OPENS:
            opened.append(at)
        elif sign == CLOSES:
            if opened:
                opened.pop()
            else:
                alone.add(at)
    alone.update(opened)
    return [sign for at, sign in enumerate(signs) if at not in alone]
