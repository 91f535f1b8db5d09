"""How many lines a text will take, from the fonts' own widths, so that rows can have fixed heights."""

from collections.abc import Iterable
from functools import cache
from typing import Final

from fontTools.ttLib import TTFont

from cri.adapters.report_files import fonts

REGULAR: Final = 400
UNKNOWN: Final = 1.0  # em, for a character that no font of ours has
SAFETY: Final = 1.01  # joining and kerning move a line's length a little


def lines_of(text: str, width: float, size: float) -> int:
    """Return the lines that `text` takes: width and font size in px, words too long are broken anywhere."""
    return lines_of_runs([(text, size)], width)


def lines_of_runs(runs: Iterable[tuple[str, float]], width: float) -> int:
    """Return the lines that texts of several sizes take one after the other: [(text, font size in px)]."""
    lines, used = 1, 0.0
    words = ((word, size) for text, size in runs for word in text.split())
    for word, size in words:
        space, length = _advance(" ") * size * SAFETY, width_of(word, size)
        if used and used + space + length > width:
            lines, used = lines + 1, 0.0
        used += (space if used else 0.0) + length
        while used > width:  # a word longer than the line is broken anywhere
            lines, used = lines + 1, used - width
    return lines


def width_of(text: str, size: float) -> float:
    """Return the width of a text on one line in px, as upright type of normal weight. size: in px."""
    return sum(map(_advance, text)) * size * SAFETY


def _advance(character: str) -> float:
    """Width of a character in em; of a joined script's letter that of the letter alone, its widest."""
    widths = _widths()
    return widths.get(ord(character), UNKNOWN)


@cache
def _widths() -> dict[int, float]:
    found: dict[int, float] = {}
    for font in fonts():
        if font.weight == REGULAR:
            with TTFont(font.path, lazy=True) as file:
                metrics, units = file["hmtx"], file["head"].unitsPerEm
                for code, name in file.getBestCmap().items():
                    found.setdefault(code, metrics[name][0] / units)
    return found
