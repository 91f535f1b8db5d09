"""Figures as plain dictionaries: valid Plotly, and drawn where the numbers are."""

from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.adapters.report_files import load_palette
from cri.domain.figures import Canvas, axis_of, items_figure, strips_figure, ticks_of, units_figure

STRIP = {
    "lowest": {"mean": 40.0, "size": 4},
    "best": {"mean": 75.0, "size": 4},
    "median": 57.0,
    "quartiles": [51.0, 57.0, 63.0],
}
ROWS: list[dict[str, Any]] = [
    {"code": "index", "score": 61.0, "interval": [59.5, 62.5], "strip": STRIP},
    {"code": "insight", "score": None, "interval": None, "strip": STRIP | {"quartiles": None}},
    {"code": "foresight", "score": 44.0, "interval": None, "strip": None},
]
CANVAS = Canvas(300, (50.0, 40.0, 40.0))


def test_every_figure_is_valid_plotly() -> None:
    palette = load_palette()
    items: list[dict[str, Any]] = [{"favourable": 0.5, "neutral": 0.3, "unfavourable": 0.2}, {}]
    for figure in (
        strips_figure(ROWS, CANVAS, (30, 80), palette),
        units_figure(ROWS, CANVAS, (30, 80), palette, 60.0),
        items_figure(items, CANVAS, palette, mirrored=True),
    ):
        assert go.Figure(figure).to_dict()["layout"]["width"] == 300


def test_the_dot_and_its_interval_stand_at_the_score_in_the_middle_of_the_row() -> None:
    (dots,) = strips_figure(ROWS, CANVAS, (30, 80), load_palette())["data"]
    assert dots["x"] == [61.0, 44.0]
    assert dots["y"] == [25.0, 110.0]
    assert dots["error_x"]["array"] == [1.5, 0.0]
    assert dots["error_x"]["arrayminus"] == [1.5, 0.0]


def test_the_band_runs_from_lowest_to_best_and_a_thin_pool_has_no_quartiles() -> None:
    palette = load_palette()
    shapes = strips_figure(ROWS, CANVAS, (30, 80), palette, grid=False)["layout"]["shapes"]
    bands = [(shape["x0"], shape["x1"]) for shape in shapes if shape.get("fillcolor") == palette["pool"]]
    middles = [
        (shape["x0"], shape["x1"]) for shape in shapes if shape.get("fillcolor") == palette["pool_middle"]
    ]
    assert bands == [(40.0, 75.0), (40.0, 75.0)]
    assert middles == [(51.0, 63.0)]


def test_bars_hold_the_shares_in_reading_order_and_mirror_for_right_to_left() -> None:
    rows = [{"favourable": 0.5, "neutral": 0.3, "unfavourable": 0.2}]
    figure = items_figure(rows, Canvas(200, (30.0,)), load_palette(), mirrored=False)
    assert [trace["x"] for trace in figure["data"]] == [[50.0], [30.0], [20.0]]
    assert figure["layout"]["xaxis"]["range"] == [0.0, 100.0]
    mirrored = items_figure(rows, Canvas(200, (30.0,)), load_palette(), mirrored=True)
    assert mirrored["layout"]["xaxis"]["range"] == [100.0, 0.0]


@settings(max_examples=50)
@given(st.lists(st.floats(0, 100), max_size=8))
def test_an_axis_holds_its_values_is_wide_enough_and_stays_in_the_scale(values: list[float]) -> None:
    low, high = axis_of(values)
    assert 0 <= low < high <= 100
    assert high - low >= 40
    assert all(low <= value <= high for value in values)
    assert ticks_of((low, high))[0] == low


@pytest.mark.parametrize(
    ("values", "axis"), [([50.0], (30, 70)), ([3.0], (0, 40)), ([99.0], (60, 100)), ([], (0, 100))]
)
def test_an_axis_lies_around_its_values(values: list[float], axis: tuple[float, float]) -> None:
    assert axis_of(values) == axis
