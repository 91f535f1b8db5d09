"""Units by factors and changes: coloured by what matters, hidden groups unlike zero, numbers as told."""

import pytest

from cri.domain.figures_change import (
    change_axis,
    change_figure,
    change_rows,
    change_table,
    unit_change_rows,
    unit_change_table,
)
from cri.domain.figures_heatmap import distance_step, heatmap_figure, heatmap_rows, heatmap_table
from cri.domain.figures_marks import Canvas
from cri.domain.figures_waves import wave_rows, waves_figure
from tests.unit.figure_cards import PALETTE, card, shapes_of, unit, valid


@pytest.mark.parametrize(
    ("score", "interval", "whole", "step"),
    [
        (50.0, [49.0, 51.0], 46.0, 1),
        (50.0, [49.0, 51.0], 47.1, 0),  # less than matters
        (50.0, [44.0, 56.0], 46.0, 0),  # within noise
        (40.0, [38.0, 42.0], 46.0, -2),
        (20.0, [18.0, 22.0], 80.0, -3),
        (49.04, [48.0, 50.0], 46.05, 0),  # as told 49.0 and 46.1: 2.9 points
        (None, None, 46.0, 0),
        (50.0, None, 46.0, 0),
        (50.0, [49.0, 51.0], None, 0),
    ],
)
def test_a_step_is_a_multiple_of_what_matters_and_sure(
    score: float | None, interval: list[float] | None, whole: float | None, step: int
) -> None:
    assert distance_step(score, interval, whole) == step


def test_a_heatmap_is_coloured_by_what_matters_with_a_sign_and_hidden_units_are_hatched() -> None:
    rows = heatmap_rows(card())
    assert [[cell["step"] for cell in row["cells"] or ()] for row in rows] == [[0, 0], [2, 0], [0, -3], []]
    figure = valid(heatmap_figure(rows, 2, Canvas(200, (20.0,) * 4), PALETTE, mirrored=False))
    fills = [shape.get("fillcolor") for shape in shapes_of(figure)]
    assert fills.count(PALETTE["above_2"]) == fills.count(PALETTE["below_3"]) == 1
    assert fills.count(PALETTE["wash"]) == 1  # the hidden unit, and nothing else, has a ground to its lines
    assert any(shape["line"].get("color") == PALETTE["hatch"] for shape in shapes_of(figure))
    assert {trace["marker"]["symbol"]: trace["customdata"] for trace in figure["data"]} == {
        "arrow-up": ["u:a"],
        "arrow-down": ["v:b"],
    }
    table = heatmap_table({"of": ["a", "b"]}, rows)
    assert table.tones == (("", "", ""), ("", "above", ""), ("", "", "below"), ("",))
    assert {value.value for value in table.rows[3][2:]} == {"factor.unit_few"}
    assert table.rows[3][1].value is None


def test_the_colours_do_not_depend_on_the_extremes_in_view() -> None:
    far = card(units=[*card()["units"], unit("far", {"a": 99.0, "b": 1.0})])
    assert heatmap_rows(far)[:4] == heatmap_rows(card())


def test_a_heatmap_is_mirrored_for_right_to_left() -> None:
    rows = heatmap_rows(card())
    both = [heatmap_figure(rows, 2, Canvas(200, (20.0,) * 4), PALETTE, mirrored=way) for way in (False, True)]
    left, right = ([s for s in shapes_of(one) if s.get("fillcolor") == PALETTE["above_2"]] for one in both)
    assert left[0]["x0"] < 100 <= right[0]["x0"]


CHANGE = {
    "previous": {"sheet_sha256": "e"},
    "comparable": True,
    "index": {"difference": 1.26, "interval": [-0.14, 2.66], "verdict": "cannot_tell"},
    "factors": [
        {"code": "a", "change": {"difference": -6.44, "interval": [-9.0, -3.9], "verdict": "changed"}},
        {"code": "b", "change": None},
    ],
    "units": [
        {
            "code": "u",
            "factors": {"a": {"difference": 7.0, "interval": [3.0, 11.0], "verdict": "changed"}, "b": None},
            "lineage": {"predecessors": ["u"], "share": 0.873, "drawn": True, "reason": None},
        },
        {
            "code": "v",
            "factors": {},
            "lineage": {"predecessors": [], "share": None, "drawn": False, "reason": "new"},
        },
    ],
}


def test_changes_stand_at_numbers_as_told_about_the_line_of_none() -> None:
    rows = change_rows(card(change=CHANGE))
    assert [row["code"] for row in rows] == ["index", "a"]
    axis = change_axis(rows)
    assert axis == (-10.0, 10.0)
    figure = valid(change_figure(rows, Canvas(200, (30.0, 30.0)), axis, PALETTE))
    told = {tuple(trace["customdata"]): trace for trace in figure["data"]}
    assert told["a",]["x"] == [-6.4]
    assert told["a",]["error_x"]["array"] == [2.5]
    assert told["index",]["x"] == [1.3]
    assert told["index",]["marker"]["color"] == PALETTE["paper"]  # empty: it cannot be told
    table = change_table({}, rows)
    assert [value.value for value in table.rows[1][1:]] == [50.0, -6.44, -9.0, -3.9, "figures.change.changed"]


def test_a_broken_line_or_a_first_wave_has_no_change() -> None:
    assert change_rows(card()) == unit_change_rows(card()) == []
    broken = card(change={**CHANGE, "comparable": False})
    assert change_rows(broken) == unit_change_rows(broken) == []


def test_units_change_with_their_lineage_or_say_why_not() -> None:
    rows = unit_change_rows(card(change=CHANGE))
    assert [cell["step"] for cell in rows[0]["cells"]] == [2, 0]
    assert rows[1]["cells"] is None
    table = unit_change_table({"of": ["a", "b"]}, rows)
    assert table.rows[0][1].value == 0.873
    assert table.rows[1][2].value == "figures.lineage.new"


def test_waves_are_joined_only_where_they_can_be_compared() -> None:
    first = card(sheet_sha256="d", wave={"label": "first", "closed": "2022-05-01"}, method="0")
    second = card(sheet_sha256="e", wave={"label": "second", "closed": "2024-05-01"})
    rows = wave_rows(card(change=CHANGE), [second, first])
    assert [point["joined"] for point in rows[0]["points"]] == [False, False, True]
    figure = valid(waves_figure(rows, Canvas(150, (60.0,) * 3), (30.0, 70.0), PALETTE, mirrored=False))
    lines = [shape for shape in shapes_of(figure) if shape["line"].get("color") == PALETTE["earlier"]]
    assert [(one["x0"], one["x1"]) for one in lines] == [(75.0, 125.0)] * 3
    turned = waves_figure(rows, Canvas(150, (60.0,) * 3), (30.0, 70.0), PALETTE, mirrored=True)
    assert [trace["x"][0] for trace in turned["data"]] == [
        125.0,
        25.0,
    ]  # the newest at the left, like its column
    assert wave_rows(card(), []) == []
