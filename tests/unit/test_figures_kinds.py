"""Wheel, importance, response, forecast and roadmap: marks at numbers as told, no words, no NaN."""

import json
from datetime import date
from typing import Any

import pytest

from cri.domain.figures_forecast import forecast_claims, forecast_figure, forecast_rows, forecast_table
from cri.domain.figures_importance import importance_figure, importance_places, importance_rows, share_axis
from cri.domain.figures_marks import Canvas
from cri.domain.figures_response import count_axis, rate_rows, response_figure, response_rows
from cri.domain.figures_roadmap import is_blank, quarters_from, roadmap_figure, roadmap_rows, roadmap_table
from cri.domain.figures_wheel import wheel_figure, wheel_rows, wheel_scale, wheel_ways
from cri.domain.forecast import Forecast, Outlook
from cri.domain.rates import Count, UnitRate
from tests.unit.figure_cards import PALETTE, card, placed, result, shapes_of, unit, valid


def test_the_wheel_shows_percentiles_as_told_and_none_where_a_place_cannot_be_told() -> None:
    rows = wheel_rows([
        result("index", 60, placed(61.2)),
        result("a", 60, placed(61.6)),
        result("b", 50, placed(40.0, "cannot_tell")),
        result("c", 40, placed(None, "lower_half")),
    ])  # fmt: skip
    assert [(row["code"], row["at"]) for row in rows] == [("a", 61.6), ("b", None), ("c", None)]
    figure = valid(wheel_figure(rows, Canvas(200, (200,)), PALETTE, scale="percentile", mirrored=False))
    (dots,) = (trace for trace in figure["data"] if trace["mode"] == "markers")
    reach = (100 - 9) * (0.16 + 0.84 * 0.62)  # 61.6 is told as 62
    assert dots["x"] == [100.0]
    assert dots["y"] == [pytest.approx(100 - reach, abs=0.01)]


@pytest.mark.parametrize("place", [None, placed(None), placed(50.0, "cannot_tell")])
def test_without_percentiles_the_wheel_shows_scores(place: dict[str, Any] | None) -> None:
    results = [result(code, 50.0, place) for code in ("index", "a", "b", "c")]
    assert wheel_scale(results) == "score"
    assert [row["at"] for row in wheel_rows(results)] == [50.0] * 3


def test_a_real_agency_has_no_percentile_in_a_pool_of_made_up_ones() -> None:
    results = [result(code, 50.0, placed(70.0)) for code in ("index", "a", "b", "c")]
    assert wheel_scale(results, pretended=True) == "score"
    assert {row["at"] for row in wheel_rows(results, pretended=True)} == {50.0}


def test_there_is_no_wheel_of_two_spokes_or_without_any_score() -> None:
    assert wheel_rows([result("index", 50.0), result("a", 50.0), result("b", 50.0)]) == []
    assert wheel_rows([result(code, None) for code in ("index", "a", "b", "c")]) == []


def test_spokes_start_at_the_top_and_turn_with_the_language() -> None:
    assert wheel_ways(4, mirrored=False) == [(0, -1), (1, 0), (0, 1), (-1, 0)]
    assert wheel_ways(4, mirrored=True)[1] == (-1, 0)


DRIVERS = [
    {
        "outcome": "o",
        "weights": [
            {"factor": "a", "share": 0.318, "interval": [0.2, 0.441]},
            {"factor": "b", "share": 0.682, "interval": [0.559, 0.8]},
        ],
    }
]


def test_importance_stands_at_shares_and_scores_as_told() -> None:
    rows = importance_rows(card(drivers=DRIVERS))
    assert [row["code"] for row in rows] == ["b", "a"]
    assert share_axis(rows) == (0.0, 90.0)
    figure = valid(importance_figure(rows, Canvas(200, (180.0,)), (30.0, 70.0), PALETTE, middle=55.0))
    (dots,) = figure["data"]
    assert dots["x"] == [60.0, 50.0]
    assert dots["y"] == [
        pytest.approx(180 * (1 - 68 / 90), abs=0.01),
        pytest.approx(180 * (1 - 32 / 90), abs=0.01),
    ]
    places = importance_places(rows, Canvas(200, (180.0,)), (30.0, 70.0))
    dots = list(zip([150.0, 100.0], dots["y"], strict=True))
    assert all(max(abs(x - a), abs(y - b)) > 10 for x, y in places for a, b in dots)
    assert importance_rows(card()) == []


def test_bars_of_units_are_told_to_the_nearest_five_and_a_hidden_one_has_no_length() -> None:
    units = [unit("u", {"a": 1.0, "b": 1.0}, 43), unit("v", {"a": 1.0, "b": 1.0}, 112), unit("w", None, None)]
    rows = response_rows(card(units=units), 10)
    assert [row["answered"] for row in rows] == [45, 110, None]
    axis = count_axis(rows, 10)
    assert axis == (0.0, 120.0)
    figure = valid(response_figure(rows, Canvas(240, (20.0,) * 3), axis, PALETTE, 10, mirrored=False))
    assert figure["data"][0]["x"] == [45, 110, None]
    assert any(shape["line"].get("color") == PALETTE["hatch"] for shape in shapes_of(figure))
    assert [s["x0"] for s in shapes_of(figure) if s["line"].get("color") == PALETTE["ink"]] == [10]


def test_an_open_wave_shows_those_invited_and_the_range_expected() -> None:
    rates = [
        UnitRate("u", "u", 0, 80, Count(80, 33), None),
        UnitRate("v", "v", 1, 7, None, None),
    ]
    rows = rate_rows(rates, [Forecast("u", Outlook.WILL_REACH, 41, 58), Forecast("v", Outlook.CANNOT)])
    assert rows[0] | {"code": "u"} == {
        "code": "u", "depth": 0, "answered": 35, "invited": 80, "expected": [41, 58], "suppressed": None,
    }  # fmt: skip
    assert rows[1]["answered"] is rows[1]["invited"] is None
    figure = valid(response_figure(rows, Canvas(240, (20.0,) * 2), (0.0, 80.0), PALETTE, 10, mirrored=True))
    assert figure["layout"]["xaxis"]["range"] == [80.0, 0.0]
    tracks = [s for s in shapes_of(figure) if s.get("fillcolor") == PALETTE["pool_tick"]]
    assert [(s["x0"], s["x1"]) for s in tracks] == [(40.0, 60.0)]


def test_before_the_workshop_a_forecast_is_an_empty_form_that_reveals_nothing() -> None:
    rows = forecast_rows([result("a", 61.3)], {})
    assert rows == [
        {"code": "a", "guesses": None, "forecast": None, "middle": None, "score": None, "interval": None}
    ]
    figure = valid(forecast_figure(rows, Canvas(200, (40.0,)), (0.0, 100.0), PALETTE))
    assert figure["data"] == []
    assert "61" not in json.dumps(figure)
    assert forecast_claims(rows) == []
    assert {value.value for row in forecast_table({}, rows).rows for value in row[1:]} == {""}


def test_forecast_and_result_are_joined_and_said_where_they_differ() -> None:
    guesses = {"a": [70.0, 75, 80, 72, 66], "b": [61.0, 60, 62, 59, 60], "c": [10.0, 20, 30, 40]}
    rows = forecast_rows([result(code, 60.04) for code in ("a", "b", "c")], guesses)
    assert [row["forecast"] for row in rows] == [72.0, 60.0, None]  # four people's guesses are not told
    assert rows[0]["middle"] == [70.0, 75.0]
    figure = valid(forecast_figure(rows, Canvas(200, (40.0,) * 3), (40.0, 90.0), PALETTE))
    joints = [s for s in shapes_of(figure) if s["line"].get("color") == PALETTE["earlier"]]
    assert [(s["x0"], s["x1"]) for s in joints] == [(72.0, 60.0), (60.0, 60.0)]
    assert [(claim.text_key, claim.verdict) for claim in forecast_claims(rows)] == [
        ("forecast.higher", "say"),
        ("forecast.met", "dont"),
    ]


def test_a_roadmap_without_a_plan_is_an_empty_grid() -> None:
    rows = roadmap_rows([], date(2026, 5, 4))
    assert is_blank(rows)
    assert [row["level"] for row in rows] == ["organisation", "function", "team", "leader"]
    figure = valid(roadmap_figure(rows, 4, Canvas(400, (80.0,) * 4), PALETTE, mirrored=False))
    assert figure["data"] == []
    assert [s["x0"] for s in shapes_of(figure) if s.get("xref") != "paper"] == [1, 2, 3]
    assert quarters_from(date(2026, 11, 4)) == ["2026-10-01", "2027-01-01", "2027-04-01", "2027-07-01"]


def test_actions_lie_from_start_to_end_by_level_and_late_ones_are_marked() -> None:
    action = {"owner": "Ann", "starts": "2026-05-16", "ends": "2026-10-01", "state": "open"}
    rows = roadmap_rows(
        [
            {**action, "code": "t", "level": "team", "title": "Visit"},
            {**action, "code": "o", "level": "organisation", "title": "Counter", "state": "overdue"},
        ],
        date(2026, 5, 4),
    )
    assert [row["code"] for row in rows] == ["o", "t"]
    assert (rows[0]["from"], rows[0]["to"]) == (pytest.approx(45 / 91, abs=0.001), 2.0)
    figure = valid(roadmap_figure(rows, 4, Canvas(400, (30.0, 30.0)), PALETTE, mirrored=True))
    assert figure["layout"]["xaxis"]["range"] == [4.0, 0.0]
    assert figure["data"][0]["customdata"] == ["o"]
    assert [value.value for value in roadmap_table({}, rows).rows[0]] == [
        "Counter", "levels.organisation", "Ann", "figures.roadmap.overdue",
    ]  # fmt: skip
    assert quarters_from(date(2026, 5, 4), date(2029, 1, 1))[-1] == "2028-01-01"  # eight at most
