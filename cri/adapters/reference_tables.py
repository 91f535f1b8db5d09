"""TABLE.csv and ABOUT.yaml: somebody else's published results, and what they are."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from cri.adapters.csv_tables import CsvTable, open_table
from cri.adapters.document_schemas import known_schemas
from cri.adapters.schema_problems import described
from cri.adapters.yaml_files import LocatedYaml, read_yaml
from cri.domain.eligibility import name_key
from cri.domain.errors import InputError, ProblemList
from cri.domain.reference_editions import Organisation

ABOUT_SCHEMA = "cri.reference-about/1"

_NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{1,15})?")


@dataclass(frozen=True)
class ReferenceTable:
    """What was read: what ABOUT.yaml tells, the organisations, and who was left out with the reason."""

    about: dict[str, Any]
    organisations: tuple[Organisation, ...]
    left_out: tuple[tuple[str, str], ...]


def read_reference(table_path: Path, about_path: Path) -> ReferenceTable:
    """Read published results as ABOUT.yaml tells: wide (a column a measure) or long (a row a figure).

    Figures are put on 0-100 from the table's own scale. Raises InputError, every problem with its row, for
    what does not fit: an unknown key or column, a measure that is not in the table, a figure out of range,
    two rows of one organisation.
    """
    source = read_yaml(about_path)
    about = _about(source)
    table = open_table(table_path)
    _check_columns(source, table)
    return _Reading(about, table).result(source)


@dataclass
class _Reading:
    about: dict[str, Any]
    table: CsvTable
    problems: ProblemList = field(default_factory=ProblemList)
    named: dict[str, str] = field(default_factory=dict)
    figures: dict[str, dict[str, tuple[int, float | None]]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.shape = self.about["table"]
        self.factors = {str(one["measure"]): str(one["factor"]) for one in self.about["measures"]}
        self.suppressed = {str(mark) for mark in self.shape.get("suppressed", ())}
        low, high = self.shape.get("scale", (0, 100))
        self.scale = Decimal(str(low)), Decimal(str(high))

    def result(self, source: LocatedYaml) -> ReferenceTable:
        for row, cells in self.table.rows:
            if len(cells) != len(self.table.header):
                self.problems.add(self.table.wrong_length(row, cells))
                continue
            values = dict(zip(self.table.header, map(str.strip, cells), strict=True))
            if all(values[column] in _texts(wanted) for column, wanted in self.shape.get("rows", {}).items()):
                self._take(row, values)
        if not self.problems:
            for place, one in enumerate(self.about["measures"]):
                if one["measure"] not in self.met:
                    what = f"{one['measure']} is not in {self.table.path}"
                    self.problems.add(source.problem(("measures", place, "measure"), what, "a measure of it"))
        self.problems.raise_any()
        organisations = tuple(
            Organisation(
                name=self.named[key],
                figures={code: value for code, (_, value) in told.items() if value is not None},
                suppressed=frozenset(code for code, (_, value) in told.items() if value is None),
            )
            for key, told in self.figures.items()
        )
        return ReferenceTable(self.about, organisations, tuple(self.left_out.items()))

    def _take(self, row: int, values: Mapping[str, str]) -> None:
        """One row that counts: an organisation that is left out, or its figures."""
        name = values[self.shape["organisation"]]
        if not name:
            column = self.shape["organisation"]
            self.problems.add(self.table.problem(row, column, "is empty", "the name of an organisation"))
            return
        reason = next((one["reason"] for one in self.shape.get("leave_out", ()) if _holds(one, values)), None)
        if reason is not None:
            self.left_out[name] = reason
            self.met |= {measure for measure, _, _ in self._cells(values)}
            return
        key = name_key(name)
        if "figures" not in self.shape and key in self.figures:
            self.problems.add(self.table.problem(row, None, f"{name} comes twice", "each organisation once"))
            return
        self.named.setdefault(key, name)
        told = self.figures.setdefault(key, {})
        for measure, column, text in self._cells(values):
            self.met.add(measure)
            code = self.factors[measure]
            if code in told:
                what = f"{measure} of {name} is already in row {told[code][0]}"
                self.problems.add(self.table.problem(row, column, what, "each organisation once"))
            elif text in self.suppressed:
                told[code] = (row, None)
            elif text and (value := self._figure(row, column, text)) is not None:
                told[code] = (row, value)

    def _cells(self, values: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
        """(measure, column, text) of the figures in a row that were asked for."""
        long = self.shape.get("figures")
        if long is None:
            yield from ((measure, measure, values[measure]) for measure in self.factors)
        elif (measure := values[long["measure"]]) in self.factors:
            yield measure, long["value"], values[long["value"]]

    def _figure(self, row: int, column: str, text: str) -> float | None:
        """The figure on 0-100; None, with a problem, where it is none. Decimal: 0.57 is 57, not 56.9..."""
        low, high = self.scale
        if not _NUMBER.fullmatch(text) or not low <= Decimal(text) <= high:
            marks = f", blank or {' or '.join(sorted(self.suppressed))}" if self.suppressed else " or blank"
            expected = f"a figure from {low} to {high}{marks}"
            self.problems.add(self.table.problem(row, column, f"{text} is not on the scale", expected))
            return None
        return float(100 * (Decimal(text) - low) / (high - low))


def _about(source: LocatedYaml) -> dict[str, Any]:
    """What ABOUT.yaml holds, checked by its schema. Raises InputError with the lines."""
    validator = Draft202012Validator(_schema())
    errors = sorted(validator.iter_errors(source.data), key=lambda error: list(map(str, error.path)))
    if errors:
        raise InputError(source.problem(*described(error)) for error in errors)
    about: dict[str, Any] = source.data
    problems = []
    for key in ("measure", "factor"):
        told = [one[key] for one in about["measures"]]
        problems += [
            source.problem(("measures", place, key), f"{one} comes twice", "each once")
            for place, one in enumerate(told)
            if one in told[:place]
        ]
    low, high = about["table"].get("scale", (0, 100))
    if not low < high:
        problems.append(source.problem(("table", "scale"), f"{low} is not below {high}", "lowest, highest"))
    if problems:
        raise InputError(problems)
    return about


def _schema() -> dict[str, Any]:
    schema = read_yaml(known_schemas()[ABOUT_SCHEMA]).data  # JSON is YAML
    return dict(schema)


def _check_columns(source: LocatedYaml, table: CsvTable) -> None:
    """Every column that ABOUT.yaml names has to be there; in a wide table every measure is one."""
    shape = source.data["table"]
    named: list[tuple[tuple[str | int, ...], str]] = [(("table", "organisation"), shape["organisation"])]
    named += [(("table", "rows", column), column) for column in shape.get("rows", {})]
    named += [
        (("table", "leave_out", place, "column"), one["column"])
        for place, one in enumerate(shape.get("leave_out", ()))
    ]
    if long := shape.get("figures"):
        named += [(("table", "figures", key), long[key]) for key in ("measure", "value")]
    else:
        named += [
            (("measures", place, "measure"), one["measure"])
            for place, one in enumerate(source.data["measures"])
        ]
    problems = [
        source.problem(where, f"{column} is not in {table.path}", "one of its columns")
        for where, column in named
        if column not in table.header
    ]
    if problems:
        raise InputError(problems)


def _holds(rule: Mapping[str, Any], values: Mapping[str, str]) -> bool:
    return values[rule["column"]] in _texts(rule["values"])


def _texts(wanted: Any) -> Sequence[str]:
    """What a cell may hold: one value or several, as text."""
    return [str(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
