"""FACETS.csv: which agency a scorecard is of, who owns it, and the facets of its peer groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cri.adapters.csv_tables import CsvTable, open_table
from cri.domain.errors import InputError, InputProblem

_COLUMNS = ("scorecard", "agency", "owner", "sector", "country", "relationship")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class FacetRow:
    """One row: empty cells are None."""

    agency: str | None
    owner: str | None
    sector: str | None
    country: str | None
    relationship: str | None


def facet_table(path: Path, scorecards: Sequence[Path]) -> tuple[FacetRow, ...]:
    """One row for each scorecard, in the order of `scorecards`.

    The column `scorecard` holds a path, from the working folder or from the CSV's own, or a file's name where
    only one scorecard has it. Columns come in any order; only `scorecard` has to be there. Raises InputError
    for rows of no scorecard, of several, or for the second time, and for scorecards without a row.
    """
    table = open_table(path)
    _check_columns(table)
    by_path = {scorecard.resolve(): number for number, scorecard in enumerate(scorecards)}
    by_name: dict[str, list[int]] = {}
    for number, scorecard in enumerate(scorecards):
        by_name.setdefault(scorecard.name, []).append(number)
    found: dict[int, tuple[int, FacetRow]] = {}
    problems: list[InputProblem] = []
    for row, cells in table.rows:
        if len(cells) != len(table.header):
            expected = f"{len(table.header)} as in the header"
            problems.append(table.problem(row, None, f"has {len(cells)} cells", expected))
            continue
        values = dict(zip(table.header, map(str.strip, cells), strict=True))
        problems += _long_cells(table, row, values)
        named = values["scorecard"]
        places = [
            by_path[at] for at in (Path(named).resolve(), (path.parent / named).resolve()) if at in by_path
        ]
        number, wrong = _the_one(named, places[:1] or by_name.get(named, []), found)
        if wrong:
            problems.append(table.problem(row, "scorecard", *wrong))
        else:
            found[number] = (row, FacetRow(*(values.get(column) or None for column in _COLUMNS[1:])))
    if not problems:
        missing = [scorecard for number, scorecard in enumerate(scorecards) if number not in found]
        expected = "one row for each scorecard"
        problems = [InputProblem(f"has no row for {one}", str(path), expected) for one in missing]
    if problems:
        raise InputError(problems)
    return tuple(found[number][1] for number in range(len(scorecards)))


def _the_one(
    named: str, places: Sequence[int], found: Mapping[int, tuple[int, FacetRow]]
) -> tuple[int, tuple[str, str] | None]:
    """Which scorecard a cell names; else what is wrong with it and what was expected."""
    expected = "the path of one of the scorecards given"
    if not named:
        return -1, ("is empty", expected)
    if len(places) != 1:
        return -1, (f"{named} is {'several' if places else 'none'} of the scorecards given", expected)
    if places[0] in found:
        return -1, (f"{named} is already in row {found[places[0]][0]}", "one row for each scorecard")
    return places[0], None


def _long_cells(table: CsvTable, row: int, values: Mapping[str, str]) -> list[InputProblem]:
    return [
        table.problem(row, column, "is too long", f"at most {_LONGEST} characters")
        for column in _COLUMNS[1:]
        if len(values.get(column, "")) > _LONGEST
    ]


def _check_columns(table: CsvTable) -> None:
    expected = f"the columns {', '.join(_COLUMNS)}"
    problems = [
        table.problem(1, name, "is not a column of facets", expected)
        for name in table.header
        if name not in _COLUMNS
    ]
    if "scorecard" not in table.header:
        problems.append(table.problem(1, "scorecard", "is missing", expected))
    if problems:
        raise InputError(problems)
