"""Answer sheets in and out: CSV from anybody, Parquet in the blob store."""

import io
import json
from collections.abc import Mapping
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

SHEET_SCHEMA = "cri.sheet/1"
_UNIT_COLUMN = "unit"


def read_answers(path: Path, instrument: Instrument, units_path: Path | None = None) -> AnswerSheet:
    """Answers of one wave from ANSWERS.csv, and its organisation from UNITS.csv if there is one.

    ANSWERS.csv has a column for each item, holding the raw point, nothing (unanswered) or DK, and
    optionally `unit`. Without UNITS.csv the unit codes found are units side by side. Commas,
    semicolons or tabs; UTF-8 with or without a byte order mark; any line ends. Raises InputError with
    every problem found, by row (as a spreadsheet counts, the header being row 1) and column.
    """
    units = unit_table(units_path) if units_path else None
    return answer_table(path, instrument, units)


def encode_sheet(sheet: AnswerSheet, instrument: Instrument) -> bytes:
    """Parquet: an int8 column an item, int32 `unit`; the units and the instrument in its metadata.

    Rows are put in order of their content, so that the bytes, and with them every digest, say which
    answers were given but nothing about the order in which they came. Same sheet, same bytes (for one
    version of pyarrow).
    """
    order = _content_order(sheet)
    columns = {_UNIT_COLUMN: pa.array(sheet.unit[order])}
    for place, item in enumerate(instrument.items):
        columns[item.code] = pa.array(sheet.answers[order, place])
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
    """The sheet that `encode_sheet` wrote. Raises InputError if it is damaged or of another instrument."""
    try:
        table = pq.read_table(io.BytesIO(data))
        about: Mapping[str, Any] = json.loads(table.schema.metadata[b"cri"])
        found = (about["schema"], about["instrument"])
        units = tuple(Unit(*row) for row in about["units"])
        unit_parents(units)
    except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise InputError([InputProblem(f"is damaged ({error})", "answer sheet")]) from None
    if found != (SHEET_SCHEMA, _identity(instrument)):
        expected = f"{SHEET_SCHEMA} of {instrument.code} {instrument.version}"
        raise InputError([InputProblem("belongs to another instrument", "answer sheet", expected)])
    answers = np.empty((table.num_rows, len(instrument.items)), dtype=np.int8)
    for place, item in enumerate(instrument.items):
        answers[:, place] = table.column(item.code).to_numpy()
    return AnswerSheet(answers, table.column(_UNIT_COLUMN).to_numpy().astype(np.int32), units)


def _identity(instrument: Instrument) -> dict[str, str]:
    return {"code": instrument.code, "version": instrument.version, "sha256": instrument.sha256}


def _content_order(sheet: AnswerSheet) -> npt.NDArray[np.intp]:
    """Places of the rows sorted by unit, then answers: a comparison of bytes, all of them above zero."""
    unit = (sheet.unit.astype(np.int64) - NO_UNIT).astype(">u4").view(np.uint8).reshape(-1, 4)
    answers = (sheet.answers.astype(np.int16) - DONT_KNOW + 1).astype(np.uint8)
    rows = np.ascontiguousarray(np.hstack([unit, answers]))
    return np.argsort(rows.view(f"S{rows.shape[1]}").ravel(), kind="stable")
