"""What can be wrong with a pasted or uploaded table: where, what, and what was expected there.

The sentences are marked for translation and kept apart from their values, so that a page can say them in the
reader's language and a command in English.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from cri.domain.errors import InputProblem

TREE: Final = "tree"
ROSTER: Final = "roster"


def N_(text: str) -> str:  # noqa: N802  # gettext's own name for "translate this where it is shown"
    """The text itself; the name marks it for the catalogues."""
    return text


PARTS: Final[Mapping[str, str]] = MappingProxyType({TREE: N_("Organisation"), ROSTER: N_("Roster")})

MESSAGES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "unreadable": (N_("this cannot be read as a table"), N_("CSV in UTF-8, or an Excel file (.xlsx)")),
        "other_kind": (
            N_("this is another kind of file, not a table"),
            N_("CSV in UTF-8, or an Excel file (.xlsx): save it as one of these"),
        ),
        "not_utf8": (N_("a character is not UTF-8"), N_("CSV saved as UTF-8, or an Excel file (.xlsx)")),
        "too_large": (N_("the file is too large"), N_("at most %(most)s MB")),
        "too_many_rows": (N_("there are too many rows"), N_("at most %(most)s")),
        "too_many_columns": (N_("there are too many columns"), N_("at most %(most)s")),
        "too_many_units": (
            N_("this is one unit too many"),
            N_("at most %(most)s: a unit is a group of people"),
        ),
        "empty": (N_("there are no rows"), N_("a heading line and a line for each entry")),
        "missing_column": (N_("the column %(value)s is missing"), N_("the columns %(columns)s")),
        "repeated_column": (N_("the column %(value)s comes twice"), N_("each column once")),
        "uneven": (N_("%(cells)s cells"), N_("%(columns)s, as in the heading line")),
        "blank": (N_("nothing is filled in"), N_("a value")),
        "too_long": (N_("%(length)s characters"), N_("at most %(most)s")),
        "unprintable": (N_("it holds characters that cannot be printed"), N_("plain text")),
        "bad_email": (N_("“%(value)s” is not an e-mail address"), N_("an address such as name@example.org")),
        "no_address": (N_("nothing is filled in"), N_("an address, or a staff number for who has none")),
        "bad_number": (N_("“%(value)s” is not a staff number"), N_("letters and digits, without @")),
        "repeated": (N_("“%(value)s” is already in row %(row)s"), N_("each one once")),
        "on_roster": (N_("“%(value)s” is on the roster already"), N_("somebody new")),
        "unknown_language": (N_("“%(value)s” is not a language of the survey"), N_("one of %(languages)s")),
        "unknown_parent": (
            N_("“%(value)s” is not a unit"),
            N_("the code of another unit, or nothing at the top"),
        ),
        "unknown_unit": (N_("“%(value)s” is not a unit"), N_("the code of a unit of the organisation")),
        "cycle": (N_("“%(value)s” is above itself: %(path)s"), N_("a tree without circles")),
        "second_top": (
            N_("“%(value)s” is a second top beside “%(first)s” in row %(row)s"),
            N_("one tree: every unit but one has a parent"),
        ),
        "unit_in_use": (
            N_("the unit “%(value)s” is missing, but %(people)s people on the roster are in it"),
            N_("the unit, or a roster without these people in it"),
        ),
    }
)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing that is wrong. `row` as a spreadsheet counts, 0: the whole table; `column` may be empty."""

    part: str
    kind: str
    row: int = 0
    column: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """What is wrong, in English."""
        return MESSAGES[self.kind][0] % self.values

    @property
    def expected(self) -> str:
        """What was expected, in English."""
        return MESSAGES[self.kind][1] % self.values

    def as_input_problem(self) -> InputProblem:
        """The same for commands and logs."""
        row = f": row {self.row}" if self.row else ""
        column = f", column {self.column}" if self.column else ""
        return InputProblem(self.what, f"{PARTS[self.part]}{row}{column}", self.expected)


def first_of_each_kind(
    problems: Sequence[RowProblem], most: int, fewest: int
) -> list[tuple[Sequence[RowProblem], int]]:
    """The first problems of each kind, and how many more there are: 1,400 of one kind hide no other.

    A kind is what is wrong in which column of which table; the one that is met first comes first. `most` are
    told in all, shared among the kinds, but at least `fewest` of each.
    """
    kinds: dict[tuple[str, str, str], list[RowProblem]] = {}
    for problem in problems:
        kinds.setdefault((problem.part, problem.column, problem.kind), []).append(problem)
    share = max(fewest, most // max(1, len(kinds)))
    return [(found[:share], max(0, len(found) - share)) for found in kinds.values()]
