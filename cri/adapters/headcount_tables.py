"""HEADCOUNTS.csv: how many people there are at each level of a margin, to weight by."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cri.adapters.csv_tables import CsvTable, open_table
from cri.adapters.unit_tables import head_count
from cri.domain.errors import InputError, InputProblem, ProblemList
from cri.domain.instrument import Instrument
from cri.domain.sheet import NO_OPTION, NO_UNIT, AnswerSheet
from cri.domain.unseen import unseen_character

UNIT_MARGIN: Final = "unit"
MOST_MARGINS: Final = 4
"""Method section 3: coarse margins, two to four."""

_COLUMNS = ("margin", "level", "headcount")

Headcounts = Mapping[str, Mapping[str, int]]
"""People by margin and level."""


def headcount_table(path: Path, instrument: Instrument, sheet: AnswerSheet) -> Headcounts:
    """The margins of a CSV with `margin`, `level` and `headcount`, a row for each level.

    A margin is `unit`, its levels codes of top units, or the code of a profile question, its levels options.
    Raises InputError with the problems: margins and levels that the instrument or the sheet does not know,
    levels that come twice or lack although somebody answered there, head-counts that are no whole number
    above 0.
    """
    table = open_table(path, _COLUMNS)
    _check_columns(table)
    levels = _known_levels(instrument, sheet)
    found: dict[str, dict[str, int]] = {}
    problems = ProblemList()
    try:
        for row, values in table.records(problems):
            if problem := _row_problem(table, row, values, levels, found):
                problems.add(problem)
            else:
                people = head_count(values["headcount"]) or 0
                found.setdefault(values["margin"], {})[values["level"]] = people
    except InputError as error:  # the file cannot be read on: its last problem
        problems.add(*error.problems)
    if not problems:
        problems.add(*_whole_problems(path, found, _answered_levels(instrument, sheet)))
    problems.raise_any()
    return found


def people_counted(path: Path, headcounts: Headcounts) -> int:
    """Everybody: the sum of a margin. Raises InputError if the margins of the file count different people."""
    sums = {margin: sum(levels.values()) for margin, levels in headcounts.items()}
    if len(set(sums.values())) > 1:
        said = ", ".join(f"{margin} {people}" for margin, people in sums.items())
        expected = "the same sum in each margin, or --population"
        raise InputError([InputProblem(f"counts different people: {said}", str(path), expected)])
    return next(iter(sums.values()))


def _check_columns(table: CsvTable) -> None:
    expected = f"the columns {', '.join(_COLUMNS)}"
    problems = ProblemList()
    for name in _COLUMNS:
        if name not in table.header:
            problems.add(table.problem(table.header_row, name, "is missing", expected))
    for name in table.header:
        if name not in _COLUMNS:
            problems.add(table.problem(table.header_row, name, "is not a column of head-counts", expected))
    problems.raise_any()


def _known_levels(instrument: Instrument, sheet: AnswerSheet) -> dict[str, tuple[str, ...]]:
    """Margins there can be, with their levels."""
    tops = tuple(unit.code for unit in sheet.units if unit.parent is None)
    known = {UNIT_MARGIN: tops} if tops else {}
    return known | {question.code: question.options for question in instrument.profile}


def _row_problem(
    table: CsvTable,
    row: int,
    values: Mapping[str, str],
    levels: Mapping[str, tuple[str, ...]],
    found: Mapping[str, Mapping[str, int]],
) -> InputProblem | None:
    margin, level, people = (values[column] for column in _COLUMNS)
    for column in _COLUMNS:
        if unseen := unseen_character(values[column]):
            return table.problem(row, column, unseen, "letters, digits, signs and blanks")
    if margin not in levels:
        expected = f"one of {', '.join(levels)}" if levels else "units or profile questions in the answers"
        return table.problem(row, "margin", f"{margin[:40]} is no margin", expected)
    if level not in levels[margin]:
        some = ", ".join(levels[margin][:10]) + (", ..." if len(levels[margin]) > 10 else "")
        return table.problem(row, "level", f"{level[:40]} is no level of {margin}", f"one of {some}")
    if level in found.get(margin, {}):
        return table.problem(row, "level", f"{level[:40]} comes twice in {margin}", "each level once")
    if not head_count(people):
        what = f"{people[:40]} is no head-count" if people else "is empty"
        expected = "a whole number from 1; leave out levels with nobody in them"
        return table.problem(row, "headcount", what, expected)
    return None


def _answered_levels(instrument: Instrument, sheet: AnswerSheet) -> dict[str, set[str]]:
    """Levels of each margin that somebody in the sheet belongs to."""
    parent = {unit.code: unit.parent for unit in sheet.units}
    tops: set[str] = set()
    for place in set(sheet.unit.tolist()) - {NO_UNIT}:
        code = sheet.units[place].code
        while (above := parent[code]) is not None:
            code = above
        tops.add(code)
    answered = {UNIT_MARGIN: tops}
    for place, question in enumerate(instrument.profile if sheet.profile is not None else ()):
        assert sheet.profile is not None
        chosen = set(sheet.profile[:, place].tolist()) - {NO_OPTION}
        answered[question.code] = {question.options[option] for option in chosen}
    return answered


def _whole_problems(path: Path, found: Headcounts, answered: Mapping[str, set[str]]) -> list[InputProblem]:
    """What is wrong with the margins as a whole."""
    if not found:
        return [InputProblem("holds no head-counts", str(path), "a row for each level of a margin")]
    if len(found) > MOST_MARGINS:
        return [InputProblem(f"has {len(found)} margins", str(path), f"at most {MOST_MARGINS}")]
    problems = []
    for margin, levels in found.items():
        if margin not in answered or not answered[margin]:
            what = f"has head-counts by {margin}, which nobody in the answers has said"
            problems.append(InputProblem(what, str(path), f"a column {margin} in the answers"))
        for level in sorted(answered.get(margin, set()) - levels.keys()):
            what = f"has no head-count for {margin} {level}, where somebody answered"
            problems.append(InputProblem(what, str(path), "a row for each level with answers"))
    return problems
