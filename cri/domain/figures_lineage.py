"""A unit over the waves as a picture: a row a factor, a dot a unit and wave, lines from what became what."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cri.domain.figures_marks import Canvas, Figure, Palette, bare_figure, line, row_rules
from cri.domain.rounding import round_score
from cri.domain.unit_lines import Stop, UnitLine, figure_of

Document = Mapping[str, Any]

PAD: Final = 9.0  # px above and below the marks of a row
DOT: Final = 8.0


def lineage_values(cards: Sequence[Document], told: UnitLine, factors: Sequence[str]) -> list[float]:
    """Return every score and end of an interval that the picture must have room for."""
    found: list[float] = []
    for factor in factors:
        for stop in told.stops:
            figure = figure_of(cards[stop.wave], stop, factor)
            if figure is not None:
                found += [figure["score"], *(figure["interval"] or ())]
    return found


def lineage_figure(
    cards: Sequence[Document],
    told: UnitLine,
    factors: Sequence[str],
    canvas: Canvas,
    axis: tuple[float, float],
    palette: Palette,
    *,
    mirrored: bool = False,
) -> Figure:
    """Draw a row for each factor, the waves from left to right, higher scores higher, one axis for all.

    Time runs to the left if `mirrored`, as the columns of a table do. A line joins only what may be
    compared: a merged unit has two lines into it, a divided one none that its scorecard does not draw.
    Scores stand as told. customdata: [factor, wave, unit] of each dot.
    """
    shapes = row_rules(canvas, palette)
    marks: list[tuple[float, float, float, float, list[Any]]] = []
    for factor, centre, height in zip(factors, canvas.centres, canvas.heights, strict=True):
        foot, room = centre + height / 2 - PAD, height - 2 * PAD
        places: dict[Stop, tuple[float, float]] = {}
        for stop in told.stops:
            figure = figure_of(cards[stop.wave], stop, factor)
            if figure is None:
                continue
            ends = figure["interval"] or (figure["score"],) * 2
            y, *reach = (_up(foot, room, axis, value) for value in (figure["score"], *ends))
            places[stop] = (wave_place(canvas, len(cards), stop.wave, mirrored=mirrored), y)
            marks.append((*places[stop], reach[0] - y, y - reach[1], [factor, stop.wave, stop.code]))
        shapes += [
            line(
                places[before][0],
                places[after][0],
                places[before][1],
                places[after][1],
                palette["earlier"],
                1.6,
            )
            for before, after in told.links
            if before in places and after in places
        ]
    return bare_figure([_dots(marks, palette["unit"])], shapes, canvas, (0.0, canvas.width))


def wave_place(canvas: Canvas, count: int, number: int, *, mirrored: bool) -> float:
    """Return where the column of a wave stands, px from the left."""
    column = count - 1 - number if mirrored else number
    return round(canvas.width * (column + 0.5) / count, 2)


def _up(foot: float, room: float, axis: tuple[float, float], value: float) -> float:
    return round(foot - room * (float(round_score(value)) - axis[0]) / (axis[1] - axis[0]), 2)


def _dots(marks: Sequence[tuple[float, float, float, float, list[Any]]], colour: str) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [one[0] for one in marks],
        "y": [one[1] for one in marks],
        "customdata": [one[4] for one in marks],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [round(one[2], 2) for one in marks],
            "arrayminus": [round(one[3], 2) for one in marks],
            "color": colour,
            "thickness": 2.4,
            "width": 0,
        },
        "marker": {"color": colour, "size": DOT, "opacity": 1, "line": {"width": 0}},
        "cliponaxis": False,
    }
