"""The well-formed stretches of a CSV file, read by the column.

A block of whole lines is *plain* if splitting it at line ends and delimiters cannot be a mistake. Only such
blocks are read here; whoever asks reads the others row by row (`CsvTable.rows_in`), with the same result.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pc

from cri.adapters.csv_lines import LONGEST_ROW

BLOCK_BYTES: Final = 1 << 22
"""What is read at once: long enough to be quick, and short beside a large table."""

_QUOTE, _NEWLINE, _RETURN = b'"\n\r'
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of a table, the first of which is row `first_row`, `offset` bytes from the file's beginning.

    `whole`: the last one is complete.
    """

    first_row: int
    offset: int
    data: bytes
    whole: bool = True


@dataclass(frozen=True, slots=True)
class TextColumn:
    """One column of a block: its different cells, and for each row which of them it holds.

    `texts`: as written, blanks around them included; `places`: int (rows,), index into `texts`.
    """

    texts: Sequence[str]
    places: npt.NDArray[np.int32]


def blocks(file: BinaryIO, first_row: int, size: int = BLOCK_BYTES) -> Iterator[Block]:
    """Cut a file, which stands at row `first_row`, at line ends. A line that has none is cut somewhere.

    One row is one line in plain blocks only: row numbers are right up to the first block that is not.
    """
    offset = file.tell()
    while data := file.read(size):
        line = file.readline(LONGEST_ROW)
        data += line
        yield Block(first_row, offset, data, whole=len(line) < LONGEST_ROW)
        first_row += data.count(b"\n")
        offset += len(data)


def is_plain(block: Block, delimiter: str) -> bool:
    """Whether each line is a row and each quotation mark begins or ends a cell that has no other."""
    data = block.data
    if not block.whole or data.startswith(_BOM) or b"\0" in data:
        return False
    if data.count(b"\r") != data.count(b"\r\n"):
        return False
    return b'"' not in data or _quotes_are_simple(data, ord(delimiter))


def read_columns(
    data: bytes, delimiter: str, width: int, wanted: Sequence[int]
) -> Mapping[int, TextColumn] | None:
    """The `wanted` columns (by place) of a plain block of `width` columns; None if a row has another number.

    None also where a character is not UTF-8. Lines with nothing in them are left out.
    """
    names = [str(place) for place in range(width)]
    texts = pa.dictionary(pa.int32(), pa.utf8())
    try:
        table = pc.read_csv(
            pa.BufferReader(data),
            pc.ReadOptions(column_names=names, block_size=len(data) + 1),
            pc.ParseOptions(delimiter=delimiter),
            pc.ConvertOptions(
                column_types=dict.fromkeys(names, texts),
                include_columns=[str(place) for place in wanted],
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return {place: _text_column(table.column(str(place))) for place in wanted}


def _text_column(column: pa.ChunkedArray) -> TextColumn:
    whole = column.unify_dictionaries().combine_chunks()
    # Not to_numpy(): it imports pandas, which takes longer than a million rows.
    return TextColumn(
        whole.dictionary.to_pylist(), np.from_dlpack(whole.indices).astype(np.int32, copy=False)
    )


def _quotes_are_simple(data: bytes, delimiter: int) -> bool:
    """Every first quotation mark begins a cell, every second one ends it, and no line ends between them."""
    text = np.frombuffer(data, dtype=np.uint8)
    quotes = np.flatnonzero(text == _QUOTE)
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    before = np.where(opening > 0, text[opening - 1], _NEWLINE)
    after = np.where(closing + 1 < len(text), text[np.minimum(closing + 1, len(text) - 1)], _NEWLINE)
    edges = (delimiter, _NEWLINE)
    if not (np.isin(before, edges).all() and np.isin(after, (*edges, _RETURN)).all()):
        return False
    line_ends = np.flatnonzero(text == _NEWLINE)
    return bool((np.searchsorted(line_ends, opening) == np.searchsorted(line_ends, closing)).all())
