"""The first sheet of an Excel workbook, read in a process of its own that may not take much.

Run as a program: a workbook on standard input, its rows as JSON on standard output. A few bytes of a
workbook can ask for more memory than there is (one cell in the last row and column is enough), and a thread
of the web server cannot be stopped at a limit; a process can. Imports nothing of the service: starts quickly.
"""

import json
import resource
import sys
from typing import Final

MOST_MEMORY: Final = 1 << 30
MOST_SECONDS: Final = 30
UNREADABLE, TOO_MANY = 3, 4  # what the process ends with; anything else is a limit that was hit


def main(most_rows: int, most_columns: int) -> int:
    """Write [[row as a spreadsheet counts, [cell as text, ...]], ...]: rows in which something stands."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import io  # noqa: PLC0415  # once the limits hold

    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415  # the same

    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0)
        if sheet.total_height > most_rows or sheet.total_width > most_columns:
            return TOO_MANY
        found = [
            (row, [_text(cell) for cell in cells])
            for row, cells in enumerate(sheet.to_python(skip_empty_area=False), start=1)
        ]
    except (CalamineError, IndexError, ValueError):
        return UNREADABLE
    json.dump([(row, cells) for row, cells in found if any(map(str.strip, cells))], sys.stdout)
    return 0


def _text(value: object) -> str:
    """A cell as text; a code that a spreadsheet took for a number is that number without ".0"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
