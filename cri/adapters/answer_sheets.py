"""Answer sheets in and out: CSV from anybody, Parquet in the blob store."""

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from cri.adapters.answer_tables import answer_table
from cri.adapters.unit_tables import unit_table
from cri.domain.errors import InputError, InputProblem
from cri.domain.instrument import Instrument
from cri.domain.sheet import DONT_KNOW, NO_UNIT, AnswerSheet, Unit, unit_parents

Int8 = npt.NDArray[np.int8]

SHEET_SCHEMA = "cri.sheet/1"
_UNIT_COLUMN = "unit"
_FLAGS = ("fast", "late", "failed_attention")
_FLAG_SIGN = "_"  # no code of an instrument begins with it


def read_answers(path: Path, instrument: Instrument, units_path: Path | None = None) -> AnswerSheet:
    """Answers of one wave from ANSWERS.csv, and its organisation from UNITS.csv if there is one.

    ANSWERS.csv has a column for each item, holding the raw point (7, 7.0 or 7,0), nothing (unanswered) or DK.
    Optionally it has `unit`; outcomes, like items; profile questions, with an option's code or nothing; the
    attention item; `seconds`, the respondent's median time for an item; `late`, 0 or 1, yes or no. Anything
    else is refused: a cell such as N/A does not say which of the two it is. Without UNITS.csv the unit codes
    found are units side by side. Commas, semicolons, tabs or bars; UTF-8 with or without a byte order mark;
    any line ends; at most 1 GiB. Raises InputError with the problems found, by row (as a spreadsheet counts)
    and column.
    """
    units = unit_table(units_path) if units_path else None
    return answer_table(path, instrument, units)


def encode_sheet(sheet: AnswerSheet, instrument: Instrument) -> bytes:
    """Parquet: int32 `unit` and an int8 column an item; the units and the instrument in its metadata.

    What was collected besides follows: an int8 column an outcome and a profile question, `_fast`, `_late` and
    `_failed_attention` as 0 and 1. Rows are put in order of their content, so that the bytes, and with them
    every digest, say which answers were given but nothing about the order in which they came. Same sheet,
    same bytes (for one version of pyarrow).
    """
    order = _content_order(sheet)
    columns = {_UNIT_COLUMN: _column(pa.int32(), sheet.unit[order])}
    for code, values in _coded_columns(sheet, instrument).items():
        columns[code] = _column(pa.int8(), values[order])
    about = {
        "schema": SHEET_SCHEMA,
        "instrument": _identity(instrument),
        "units": [[unit.code, unit.parent, unit.name, unit.headcount] for unit in sheet.units],
    }
    table = pa.table(columns).replace_schema_metadata({"cri": json.dumps(about, sort_keys=True)})
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", row_group_size=1 << 20)
    return out.getvalue()


def decode_sheet(data: bytes, instrument: Instrument) -> AnswerSheet:
    """The sheet that `encode_sheet` wrote. Raises InputError if it is damaged or of another instrument.

    Sheets written before there were outcomes, profile and flags lack those columns, and have none.
    """
    try:
        table = pq.ParquetFile(io.BytesIO(data)).read()
        about: Mapping[str, Any] = json.loads(table.schema.metadata[b"cri"])
        found = (about["schema"], about["instrument"])
        if found != (SHEET_SCHEMA, _identity(instrument)):
            expected = f"{SHEET_SCHEMA} of {instrument.code} {instrument.version}"
            raise InputError([InputProblem("belongs to another instrument", "answer sheet", expected)])
        units = tuple(Unit(*row) for row in about["units"])
        unit_parents(units)
        outcomes = [outcome.code for outcome in instrument.outcomes]
        profile = [question.code for question in instrument.profile]
        fast, late, failed = (_flag(table, name) for name in _FLAGS)
        return AnswerSheet(
            answers=_matrix(table, [item.code for item in instrument.items]),
            unit=_values(table, _UNIT_COLUMN).astype(np.int32),
            units=units,
            outcomes=_matrix(table, outcomes) if _holds(table, outcomes) else None,
            profile=_matrix(table, profile) if _holds(table, profile) else None,
            fast=fast,
            late=late,
            failed_attention=failed,
        )
    except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise InputError([InputProblem(f"is damaged ({error})", "answer sheet")]) from None


def _coded_columns(sheet: AnswerSheet, instrument: Instrument) -> dict[str, Int8]:
    """Everything but the unit, by the column's name, in the order of the file."""
    columns = {item.code: sheet.answers[:, place] for place, item in enumerate(instrument.items)}
    if sheet.outcomes is not None:
        columns |= {item.code: sheet.outcomes[:, place] for place, item in enumerate(instrument.outcomes)}
    if sheet.profile is not None:
        columns |= {part.code: sheet.profile[:, place] for place, part in enumerate(instrument.profile)}
    for name, flags in zip(_FLAGS, (sheet.fast, sheet.late, sheet.failed_attention), strict=True):
        if flags is not None:
            columns[_FLAG_SIGN + name] = flags.astype(np.int8)
    return columns


def _column(kind: pa.DataType, values: npt.NDArray[Any]) -> pa.Array:
    """An Arrow column of whole numbers. Not pa.array(): it imports pandas, which takes seconds."""
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def _values(table: pa.Table, name: str) -> npt.NDArray[Any]:
    """One column; ValueError if it has holes."""
    column = table.column(name)
    if column.null_count:
        raise ValueError(f"{name} has holes")
    parts = [np.from_dlpack(chunk) for chunk in column.chunks]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int8)


def _matrix(table: pa.Table, names: Sequence[str]) -> Int8:
    """Columns, each in one piece as scoring reads them: int8 (respondents, names)."""
    matrix = np.empty((table.num_rows, len(names)), dtype=np.int8, order="F")
    for place, name in enumerate(names):
        matrix[:, place] = _values(table, name)
    return matrix


def _holds(table: pa.Table, names: Sequence[str]) -> bool:
    return any(name in table.column_names for name in names)


def _flag(table: pa.Table, name: str) -> npt.NDArray[np.bool_] | None:
    column = _FLAG_SIGN + name
    return _values(table, column) == 1 if column in table.column_names else None


def _identity(instrument: Instrument) -> dict[str, str]:
    return {"code": instrument.code, "version": instrument.version, "sha256": instrument.sha256}


def _content_order(sheet: AnswerSheet) -> npt.NDArray[np.intp]:
    """Places of the rows sorted by unit, then everything else: a comparison of bytes, all above zero."""
    unit = (sheet.unit.astype(np.int64) - NO_UNIT).astype(">u4").view(np.uint8).reshape(-1, 4)
    flags = [
        flag.reshape(-1, 1) for flag in (sheet.fast, sheet.late, sheet.failed_attention) if flag is not None
    ]
    tables = [table for table in (sheet.answers, sheet.outcomes, sheet.profile) if table is not None]
    codes = [(table.astype(np.int16) - DONT_KNOW + 1).astype(np.uint8) for table in (*tables, *flags)]
    rows = np.ascontiguousarray(np.hstack([unit, *codes]))
    return np.argsort(rows.view(f"S{rows.shape[1]}").ravel(), kind="stable")
