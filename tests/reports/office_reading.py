"""Reading what an Office file holds, down to the workbooks inside its charts."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from pptx import Presentation
from python_calamine import CalamineWorkbook

BLANK = "\u202f\u00a0"


def parts(data: bytes) -> dict[str, bytes]:
    """Every part of an Office file by its name, and those of the workbooks inside as NAME!PART."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    for name in [name for name in found if name.endswith(".xlsx")]:
        found |= {f"{name}!{inner}": text for inner, text in parts(found[name]).items()}
    return found


def cells(workbook: bytes) -> Iterator[tuple[str, int, Any]]:
    """(sheet, row, value) of each cell that holds something."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    for name in book.sheet_names:
        for number, row in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False)):
            yield from ((name, number, value) for value in row if value != "")


def chart_numbers(data: bytes) -> dict[str, set[float]]:
    """Every number in each chart of a deck: of the drawing itself and of the workbook behind it."""
    found: dict[str, set[float]] = {}
    for name, text in parts(data).items():
        if re.fullmatch(r"ppt/charts/chart\d+\.xml", name):
            values = re.findall(rb"<c:pt idx=\"\d+\"><c:v>(-?[0-9.]+)</c:v>", text)
            found[name] = {float(value) for value in values}
        elif re.fullmatch(r"ppt/embeddings/[^!]*\.xlsx", name):
            found[name] = {float(value) for _, _, value in cells(text) if isinstance(value, int | float)}
    return found


def slides(data: bytes) -> Any:
    """The slides of a deck."""
    return list(Presentation(io.BytesIO(data)).slides)


def words_of(slide: Any) -> str:
    """All text of a slide, tables included, notes not."""
    said = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            said.append(shape.text_frame.text)
        if shape.has_table:
            said += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(said)
