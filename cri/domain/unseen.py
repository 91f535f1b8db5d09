"""Characters that nobody sees: two names that look alike must be alike, and text must stay in its own line.

One place for all that people type or send as codes and names: units, levels, rosters.
"""

import unicodedata
from typing import Final

_JOINERS: Final = "\u200c\u200d"
"""Zero width, but part of the spelling between letters of some scripts (Persian, Hindi)."""
_MARKS: Final = "\u200e\u200f\u061c"
"""Zero width as well, but what sets signs and numbers right in a text that runs from the right."""
_BLANK_LETTERS: Final = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Nothing to see, though Unicode calls them letters, marks or symbols."""
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Categories: control, format (direction, zero width), not assigned, private, half characters, line ends."""
_LAST_LATIN: Final = "\u02ff"


def find_unseen(text: str) -> str | None:
    """The first character of `text` that cannot be seen, or that turns what stands around it; None for none.

    Blanks are no such characters. A zero-width joiner or non-joiner is none between two letters of a script
    that is not Latin, nor a direction mark in a text with a letter of a script that runs from the right.
    """
    if text.isascii() and text.isprintable():
        return None
    for place, character in enumerate(text):
        if character not in _BLANK_LETTERS and unicodedata.category(character) not in _UNSEEN:
            continue
        spelling = character in _JOINERS and _joins(text[:place], text[place + 1 :])
        if not spelling and not (character in _MARKS and _runs_from_the_right(text)):
            return character
    return None


def seen_only(text: str) -> str:
    """A name on one line without the characters that cannot be seen or turn what stands around them."""
    line = " ".join(text.split())
    while (found := find_unseen(line)) is not None:
        line = line.replace(found, "")
    return " ".join(line.split())


def unseen_character(text: str) -> str | None:
    """What is wrong with a code or name that holds a character nobody can see; None for nothing."""
    found = find_unseen(text)
    return None if found is None else f"holds a character that cannot be seen (U+{ord(found):04X})"


def _joins(before: str, after: str) -> bool:
    return all(
        side > _LAST_LATIN and unicodedata.category(side)[0] in "LM" for side in (before[-1:], after[:1])
    )


def _runs_from_the_right(text: str) -> bool:
    return any(
        unicodedata.bidirectional(character) in {"R", "AL"} and character not in _MARKS for character in text
    )
