"""Texts of messages: what may stand in braces, what is wrong with a text, and filling it in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cri.domain.roster_problems import N_

PLACEHOLDERS: Final = ("name", "agency", "survey", "link", "closes")
MUST_HOLD: Final = "link"
MOST_SUBJECT: Final = 150
MOST_BODY: Final = 5_000
SUBJECT, BODY = "subject", "body"

_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
_CONTROL = frozenset(map(chr, [*range(32), *range(127, 160)])) - {"\n", "\t"}
_TURNING = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))

MESSAGES: Final = {
    "empty": N_("Write something here."),
    "too_long": N_("This may have up to %(most)s characters, and has %(found)s."),
    "line_break": N_("A subject is a single line."),
    "control": N_("There is an unseen character in it that mail programs may act on. Type the text again."),
    "unknown": N_("“{%(value)s}” is none of the words that are filled in: %(known)s."),
    "brace": N_("There is a brace that belongs to none of the words that are filled in."),
    "no_link": N_("The text must hold “{link}”: without it nobody can answer."),
    "link_in_subject": N_("The link cannot be in the subject."),
}
"""Kind of a problem -> what it says; %(...)s are its values."""


@dataclass(frozen=True, slots=True)
class TextProblem:
    """One thing that is wrong with a text: where (subject or body) and what."""

    field: str
    kind: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MessageWords:
    """Subject and body of a message, with placeholders."""

    subject: str
    body: str


def tidy_words(subject: str, body: str) -> MessageWords:
    """A text as somebody typed it, with one kind of line end and no blanks around it."""
    return MessageWords(subject.strip(), body.replace("\r\n", "\n").replace("\r", "\n").strip())


def text_problems(words: MessageWords) -> tuple[TextProblem, ...]:
    """What is wrong with a text: at most one thing of the subject and one of the body."""
    found = (
        _first_problem(SUBJECT, words.subject, MOST_SUBJECT),
        _first_problem(BODY, words.body, MOST_BODY),
    )
    return tuple(problem for problem in found if problem is not None)


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with its placeholders filled in. Raises KeyError for one that has no value."""
    return _PLACEHOLDER.sub(lambda match: values[match.group(1)], text)


def one_line(text: str) -> str:
    """A value that goes into a header or a name: one line, without unseen or turning characters.

    Nor what a mail program would decode ("=?utf-8?q?...?="), line breaks and all.
    """
    kept = "".join(" " if sign in _CONTROL or sign in "\n\t" else sign for sign in text)
    line = " ".join("".join(sign for sign in kept if sign not in _TURNING).split())
    return line.replace("=?", "= ?")


def _first_problem(field: str, text: str, most: int) -> TextProblem | None:
    held = _PLACEHOLDER.findall(text)
    unknown = [name for name in held if name not in PLACEHOLDERS]
    rest = _PLACEHOLDER.sub("", text)
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS if field == BODY or name != MUST_HOLD)
    checks: tuple[tuple[bool, str, dict[str, str]], ...] = (
        (not text, "empty", {}),
        (len(text) > most, "too_long", {"most": str(most), "found": str(len(text))}),
        (field == SUBJECT and "\n" in text, "line_break", {}),
        (any(sign in _CONTROL or sign in _TURNING for sign in text), "control", {}),
        (bool(unknown), "unknown", {"value": (unknown or [""])[0][:40], "known": known}),
        ("{" in rest or "}" in rest, "brace", {}),
        (field == BODY and MUST_HOLD not in held, "no_link", {}),
        (field == SUBJECT and MUST_HOLD in held, "link_in_subject", {}),
    )
    return next((TextProblem(field, kind, values) for wrong, kind, values in checks if wrong), None)
