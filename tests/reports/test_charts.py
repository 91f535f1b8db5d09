"""Drawing by plotly.js: all in one round trip, cached, without ids, without a way out."""

from pathlib import Path
from typing import Any

import pytest

from cri.adapters.charts import ChartBrowser, ChartError, clean_svg, draw_charts
from cri.adapters.report_files import load_palette
from cri.domain.figures import Canvas, strips_figure

ROW: dict[str, Any] = {"code": "index", "score": 61.0, "interval": [59.0, 63.0], "strip": None}


def figure(score: float) -> dict[str, Any]:
    row = ROW | {"score": score, "interval": [score - 2, score + 2]}
    return strips_figure([row], Canvas(300, (40.0,)), (30, 80), load_palette())


class CountingBrowser(ChartBrowser):
    """Counts round trips."""

    trips = 0

    def draw(self, figures: Any) -> list[str]:
        self.trips += 1
        return super().draw(figures)


def test_figures_are_drawn_together_once_and_then_come_from_the_cache(tmp_path: Path) -> None:
    with CountingBrowser() as browser:
        first = draw_charts({"a": figure(50), "b": figure(60)}, tmp_path / "new", browser)
        again = draw_charts({"b": figure(60), "a": figure(50)}, tmp_path / "new", browser)
        more = draw_charts({"a": figure(50), "c": figure(70)}, tmp_path / "new", browser)
    assert browser.trips == 2
    assert first == again
    assert more["a"] == first["a"] != first["b"]
    assert len(list((tmp_path / "new").iterdir())) == 3


def test_a_drawn_figure_is_small_and_holds_no_id_script_or_address(chart_browser: ChartBrowser) -> None:
    (drawn,) = chart_browser.draw([figure(61)])
    svg = clean_svg(drawn).decode()
    assert 'id="' in drawn
    for unwanted in (' id="', "<script", "href", "url(", "class=", "<text", "http://www.w3.org/1999/xlink"):
        assert unwanted not in svg
    assert len(svg) < len(drawn) / 2
    assert "translate(186,20)" in svg  # (61 - 30) / 50 of 300 px, in the middle of the row


def test_the_same_figure_is_drawn_the_same_by_two_browsers(
    chart_browser: ChartBrowser, tmp_path: Path
) -> None:
    with ChartBrowser() as other:
        first = draw_charts({"a": figure(61)}, tmp_path / "one", chart_browser)
        second = draw_charts({"a": figure(61)}, tmp_path / "two", other)
    assert first == second


def test_a_figure_that_plotly_refuses_is_an_error_and_the_next_one_is_drawn(tmp_path: Path) -> None:
    with ChartBrowser() as browser:
        with pytest.raises(ChartError):
            draw_charts({"bad": {"data": 3}}, tmp_path, browser)
        assert list(tmp_path.iterdir()) == []
        assert draw_charts({"good": figure(61)}, tmp_path, browser)["good"].startswith(b"<svg")


def test_the_browser_has_no_way_out(chart_browser: ChartBrowser) -> None:
    """An image from the network in a figure does not arrive: the only proxy is the discard port."""
    outside = figure(61)
    outside["layout"]["images"] = [{"source": "http://127.0.0.1:1/x.png", "x": 0, "y": 1}]
    (drawn,) = chart_browser.draw([outside])
    assert "x.png" not in clean_svg(drawn).decode()
