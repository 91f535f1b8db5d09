"""What the columns of ANSWERS.csv may hold, and what each cell means.

A cell that could mean two things is refused, never guessed: "N/A" may be no answer or "don't know".
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from cri.domain.instrument import AttentionItem, Instrument, ProfileQuestion, Scale
from cri.domain.sealed_sheet import FAST_SECONDS
from cri.domain.sheet import DONT_KNOW, NO_OPTION, UNANSWERED
from cri.domain.unseen import unseen_character

UNIT: Final = "unit"
SECONDS: Final = "seconds"
LATE: Final = "late"
LONGEST_CELL: Final = 200
"""Characters, blanks included. Longer cells mean nothing here."""

_DONT_KNOW = "DK"
_WHOLE = re.compile(r"(0|[1-9][0-9]{0,2})(?:[.,]0+)?")
_DECIMAL = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,30})?")
_NOTHING_SAID = {
    "n/a",
    "na",
    "n.a.",
    "#n/a",
    "nan",
    "null",
    "none",
    "nil",
    "missing",
    "-",
    "--",
    ".",
    "?",
    "*",
}
_DATE = re.compile(r"\d{1,4}[-./ ]\w{1,12}\.?(?:[-./ ]\d{1,4})?|[^\W\d]{3,12}\.?[-./ ]\d{1,4}")
_YES_NO = {"0": 0, "no": 0, "false": 0, "1": 1, "yes": 1, "true": 1}
_OFF_SCALE = "not on the scale"
_MOST_REMEMBERED = 10_000

Read = Callable[[str], int | None]
"""From a cell without blanks around it to its code, None if it has none."""


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """One column: its `name`, `place` in the header, what its cells mean, and what they should be.

    `known`, `refused`: codes of the cells met so far, as written, and those that have none.
    """

    name: str
    place: int
    read: Read
    wrong: str
    expected: str
    known: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def code(self, cell: str) -> int | None:
        """The code of a cell as written, None if it means nothing here."""
        found = self.known.get(cell)
        if found is not None or cell in self.refused or len(cell) > LONGEST_CELL:
            return found
        found = self.read(cell.strip())
        if len(self.known) + len(self.refused) < _MOST_REMEMBERED:
            if found is None:
                self.refused.add(cell)
            else:
                self.known[cell] = found
        return found

    def what(self, cell: str) -> str:
        """What is wrong with a cell that has no code, as a person would say it."""
        text = cell.strip()
        if not text:
            return "is empty"
        if len(cell) > LONGEST_CELL:
            return f"is {len(cell):,} characters long"
        if unseen := unseen_character(text):
            return unseen
        if self.wrong == _OFF_SCALE:
            if text.casefold() in _NOTHING_SAID:
                return f"{text} is {self.wrong}, and does not say whether that is unanswered or don't know"
            if _DATE.fullmatch(text) and not _DECIMAL.fullmatch(text):
                return f"{text[:40]} is {self.wrong}: a spreadsheet may have made a date of a number"
        return f"{text[:40]} is {self.wrong}"


@dataclass(frozen=True, slots=True)
class AnswerColumns:
    """The columns of one table that an instrument knows, by what they are; empty where there are none.

    `items`, `outcomes` and `profile` are in the instrument's order. An outcome or a profile question without
    a column, in a table that has others, stands as None: nobody was asked.
    """

    items: tuple[AnswerColumn, ...]
    outcomes: tuple[AnswerColumn | None, ...]
    profile: tuple[AnswerColumn | None, ...]
    seconds: AnswerColumn | None
    late: AnswerColumn | None
    attention: AnswerColumn | None
    unit: int | None

    @property
    def coded(self) -> Iterator[AnswerColumn]:
        """All columns but the unit's, in the order in which their codes stand in a row."""
        for column in (*self.items, *self.outcomes, *self.profile, self.seconds, self.late, self.attention):
            if column is not None:
                yield column


def answer_columns(instrument: Instrument, header: tuple[str, ...]) -> AnswerColumns:
    """Where each column of the instrument is in a header that has all of its items."""
    place = {name: number for number, name in enumerate(header)}

    def column(name: str, read: Read, wrong: str, expected: str) -> AnswerColumn | None:
        return AnswerColumn(name, place[name], read, wrong, expected) if name in place else None

    scale = instrument.scale
    points, wrong = _point_reader(scale), _OFF_SCALE
    expected = f"{scale.minimum} to {scale.maximum}, blank or {_DONT_KNOW}"
    items = [column(item.code, points, wrong, expected) for item in instrument.items]
    outcomes = [column(item.code, points, wrong, expected) for item in instrument.outcomes]
    profile = [
        column(
            question.code,
            _option_reader(question),
            "not an option",
            f"{', '.join(question.options)}, or blank",
        )
        for question in instrument.profile
    ]
    attention = instrument.attention
    return AnswerColumns(
        items=tuple(found for found in items if found is not None),
        outcomes=tuple(outcomes) if any(outcomes) else (),
        profile=tuple(profile) if any(profile) else (),
        seconds=column(SECONDS, _is_fast, "no number of seconds", "seconds an item like 4.5, or blank"),
        late=column(LATE, _yes_or_no, "neither yes nor no", "0, 1, yes or no"),
        attention=column(attention.code, _failure_reader(attention, points), wrong, expected)
        if attention
        else None,
        unit=place.get(UNIT),
    )


def known_columns(instrument: Instrument) -> tuple[str, ...]:
    """Every name that a column of answers to this instrument may have, the items' first."""
    codes = [item.code for item in (*instrument.items, *instrument.outcomes)]
    codes += [question.code for question in instrument.profile]
    if instrument.attention:
        codes.append(instrument.attention.code)
    return (*codes, UNIT, SECONDS, LATE)


def whole_number(text: str) -> int | None:
    """The number that 7, 7.0 or 7,0 is; None for anything else. Programs that know no blanks write 7.0."""
    found = _WHOLE.fullmatch(text)
    return int(found[1]) if found and text.isascii() else None


def _point_reader(scale: Scale) -> Read:
    def read(text: str) -> int | None:
        if not text:
            return UNANSWERED
        if text.upper() == _DONT_KNOW:
            return DONT_KNOW
        number = whole_number(text)
        return number if number is not None and scale.minimum <= number <= scale.maximum else None

    return read


def _option_reader(question: ProfileQuestion) -> Read:
    codes = {option: place for place, option in enumerate(question.options)} | {"": NO_OPTION}
    return codes.get


def _is_fast(text: str) -> int | None:
    """1 if the answers came too fast to have been read; 0 if not, or if the time is not known."""
    if not text:
        return 0
    return int(float(text.replace(",", ".")) < FAST_SECONDS) if _DECIMAL.fullmatch(text) else None


def _yes_or_no(text: str) -> int | None:
    return _YES_NO.get(text.lower())


def _failure_reader(attention: AttentionItem, points: Read) -> Read:
    def read(text: str) -> int | None:
        """1 if another answer was given than the item asks for; none at all is no failure."""
        point = points(text)
        return None if point is None else int(point not in (attention.expected, UNANSWERED))

    return read
