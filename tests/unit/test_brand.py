"""An agency's colour: always readable, whatever it is, and everything that follows from it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cri.adapters.report_files import load_palette
from cri.domain.brand import APART, READABLE, SMALL_TEXT, Brand, branded, colour_of, contrast, readable
from cri.domain.errors import InputError

colours = some.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)  # the lightest grey text on white
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#12436d", "#12436d") == 1


@settings(max_examples=50)
@given(colours)
def test_whatever_the_colour_its_text_can_be_read_and_its_marks_be_seen(colour: str) -> None:
    house = load_palette()
    palette = branded(house, Brand(colour))
    assert contrast(palette["agency"], palette["paper"]) >= READABLE
    assert contrast(palette["agency"], palette["pool_middle"]) >= APART
    assert contrast(palette["cover"], palette["paper"]) >= READABLE
    assert contrast(palette["cover_tick"], palette["cover"]) >= SMALL_TEXT
    assert contrast(palette["unit"], palette["paper"]) >= SMALL_TEXT
    own = {"agency", "unit", "cover", "cover_grid", "cover_pool", "cover_middle", "cover_tick"}
    assert palette.keys() == house.keys()
    assert {role for role in house if palette[role] != house[role]} <= own


def test_unchanged_a_light_colour_would_not_be_readable() -> None:
    """The control: what the naive way, the colour as it is, would print."""
    assert contrast("#f2b705", "#ffffff") < 2
    assert contrast(readable("#f2b705", load_palette()), "#ffffff") >= READABLE


def test_a_dark_colour_stays_as_it_is_and_without_one_the_house_has_its_own() -> None:
    palette = load_palette()
    assert readable("#12436d", palette) == "#12436d"
    assert branded(palette, Brand()) == palette
    assert Brand().document() is None


def test_a_colour_is_six_digits() -> None:
    assert colour_of(" #12436D ", "colour") == "#12436d"
    for typed in (
        "",
        "12436d",
        "#fff",
        "red",
        "#12436d;}",
        "url(file:///etc/passwd)",
        "#12436g",
        "#\uff11\uff12\uff13\uff14\uff15\uff16",
    ):
        with pytest.raises(InputError, match="no colour"):
            colour_of(typed, "colour")
