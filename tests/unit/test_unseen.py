"""Characters that nobody sees, in codes and names of any script."""

import pytest

from cri.domain.unseen import find_unseen, unseen_character

WELCOME = [
    "",
    "North 24/7 (a-b)",
    "Service\u00a0: eaux",
    "Direction g\u00e9n\u00e9rale",
    "Directio\u0301n",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian: a non-joiner is part of the word
    "\u0915\u094d\u200d\u0937",  # Hindi: so is a joiner
    "\u05e9\u05d9\u05e8\u05d5\u05ea\u200f 24/7",  # Hebrew: a mark sets the numbers right
    "\u0627\u0644\u0645\u0648\u0627\u0631\u062f \u0627\u0644\u0628\u0634\u0631\u064a\u0629",
    "\u4eba\u4e8b\u90e8",
]
REFUSED = {
    "zero-width blank": "\u200b",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "joiner between Latin letters": "\u200d",
    "mark in a text from the left": "\u200f",
    "override": "\u202e",
    "isolate": "\u2066",
    "line separator": "\u2028",
    "NUL": "\0",
    "new line": "\n",
    "bell": "\x07",
    "C1 control": "\x85",
    "tag": "\U000e0041",
    "Hangul filler": "\u3164",
    "Braille blank": "\u2800",
    "private use": "\ue000",
    "half a character": "\ud800",
    "not assigned": "\u0378",
}


@pytest.mark.parametrize("text", WELCOME)
def test_text_that_can_be_seen(text: str) -> None:
    assert find_unseen(text) is None
    assert unseen_character(text) is None


@pytest.mark.parametrize("character", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("around", ["so|uth", "|south", "south|", "|"])
def test_what_nobody_sees(character: str, around: str) -> None:
    assert find_unseen(around.replace("|", character)) == character


def test_a_joiner_at_an_edge_and_an_override_among_arabic_letters_are_refused() -> None:
    assert find_unseen("\u0645\u200c") == find_unseen("\u200c\u0645") == "\u200c"
    assert find_unseen("\u0645\u202e\u0645") == "\u202e"
    assert unseen_character("a\u200bb") == "holds a character that cannot be seen (U+200B)"


def test_what_a_check_for_printable_text_would_refuse_and_let_through() -> None:
    """The control: Python's own word for it refuses Persian and French, and lets blank letters through."""
    assert not WELCOME[2].isprintable()
    assert not WELCOME[5].isprintable()
    assert "so\u3164uth".isprintable()
