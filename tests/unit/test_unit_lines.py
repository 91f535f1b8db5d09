"""A unit's line back through the waves: over a merger, not over what its scorecards do not join."""

import copy
from typing import Any

import pytest

from cri.domain.figures import Canvas
from cri.domain.figures_lineage import lineage_figure, lineage_values
from cri.domain.unit_lines import Stop, unit_line
from tests.reports.waves import three_waves

PALETTE = dict.fromkeys(("rule", "earlier", "unit", "grid"), "#123456")


def test_a_merged_unit_goes_back_to_both_that_it_was_made_of() -> None:
    line = unit_line(three_waves(), "field")
    assert line.stops == (Stop(2, "field"), Stop(1, "field"), Stop(0, "north"), Stop(0, "south"))
    assert set(line.links) == {
        (Stop(1, "field"), Stop(2, "field")),
        (Stop(0, "north"), Stop(1, "field")),
        (Stop(0, "south"), Stop(1, "field")),
    }
    assert line.ended is None


def test_a_unit_that_is_kept_back_has_no_line() -> None:
    hidden = next(unit["code"] for unit in three_waves()[-1]["units"] if unit["suppressed"])
    for code in (hidden, "nowhere"):
        with pytest.raises(KeyError):
            unit_line(three_waves(), code)


@pytest.mark.parametrize(
    ("lineage", "ended"),
    [
        ({"predecessors": ["field"], "share": 0.5, "drawn": False, "reason": "reorganised"}, "reorganised"),
        ({"predecessors": [], "share": None, "drawn": False, "reason": "new"}, "new"),
        # what the wave before keeps back is no stop, whatever a record says
        ({"predecessors": ["lab"], "share": 1.0, "drawn": True, "reason": None}, "new"),
    ],
)
def test_a_line_ends_where_the_scorecard_joins_nothing(lineage: dict[str, Any], ended: str) -> None:
    cards = copy.deepcopy(three_waves())
    lab = next(one for one in cards[1]["units"] if one["code"] == "lab")
    lab |= {"suppressed": "small", "factors": None, "n": None}
    unit = next(one for one in cards[2]["change"]["units"] if one["code"] == "field")
    unit["lineage"] = lineage
    line = unit_line(cards, "field")
    assert (line.stops, line.links, line.ended) == ((Stop(2, "field"),), (), ended)


def test_another_instrument_breaks_every_line() -> None:
    cards = copy.deepcopy(three_waves())
    cards[1]["change"] |= {"comparable": False, "reason": "instrument"}
    line = unit_line(cards, "desk")
    assert line.stops == (Stop(2, "desk"), Stop(1, "desk"))
    assert line.ended == "instrument"


def test_the_picture_has_a_dot_a_stop_and_a_line_a_link_for_each_factor() -> None:
    cards, factors = three_waves(), ["insight", "foresight"]
    line = unit_line(cards, "field")
    values = lineage_values(cards, line, factors)
    axis = (min(values) - 1, max(values) + 1)
    figure = lineage_figure(cards, line, factors, Canvas(600, (80, 80)), axis, PALETTE)
    dots = figure["data"][0]
    assert len(dots["x"]) == 2 * len(line.stops)
    assert sorted(set(dots["x"])) == [100.0, 300.0, 500.0]
    joins = [shape for shape in figure["layout"]["shapes"] if shape.get("line", {}).get("width") == 1.6]
    assert len(joins) == 2 * len(line.links)
    assert all(0 <= y <= 160 for y in dots["y"])
