import pytest

from cri.domain.disclosure import Cell, Gateway

GATE = Gateway()
SEVEN_CODES = tuple("1234567")
BAND_CODES = ("unfavourable", "neutral", "favourable")


@pytest.mark.parametrize(("n", "shown"), [(0, False), (9, False), (10, True)])
def test_a_figure_needs_ten(n: int, shown: bool) -> None:
    assert GATE.shows(n) is shown


def test_a_wave_may_raise_the_minimum_and_not_lower_it() -> None:
    assert not Gateway(25).shows(24)
    assert Gateway(25).shows(25)
    with pytest.raises(ValueError, match="never below 10"):
        Gateway(9)


def test_under_forty_a_distribution_has_three_bands() -> None:
    counts, bands = (1, 2, 3, 10, 10, 10, 3), (3, 23, 13)
    assert GATE.distribution(counts, SEVEN_CODES, bands, BAND_CODES) == (
        Cell("unfavourable", 3 / 39),
        Cell("neutral", 23 / 39),
        Cell("favourable", 13 / 39),
    )


def test_from_forty_each_point_is_shown_and_nobody_is_under_five_per_cent() -> None:
    counts, bands = (0, 2, 4, 10, 10, 10, 4), (2, 24, 14)
    cells = GATE.distribution(counts, SEVEN_CODES, bands, BAND_CODES)
    assert cells is not None
    assert cells[0] == Cell("1", None, "under_5")
    assert cells[1:] == tuple(Cell(str(point), counts[point - 1] / 40) for point in range(2, 8))


def test_a_raised_minimum_above_forty_keeps_bands_out_too() -> None:
    assert Gateway(50).distribution((0, 0, 20, 25), tuple("1234"), (0, 20, 25), BAND_CODES) is None


@pytest.mark.parametrize("bands", [(50, 0, 0), (0, 50, 0), (0, 0, 50), (0, 0, 10)])
def test_everybody_in_one_band_hides_distribution_and_shares(bands: tuple[int, int, int]) -> None:
    counts = (bands[0], 0, 0, bands[1], 0, 0, bands[2])
    assert GATE.distribution(counts, SEVEN_CODES, bands, BAND_CODES) is None
    assert GATE.share(bands[2], bands) == (None, None)


def test_nine_answers_have_neither_distribution_nor_share() -> None:
    assert GATE.distribution((1,) * 7, SEVEN_CODES, (2, 3, 2), BAND_CODES) is None
    assert GATE.share(4, (2, 3, 4)) == (None, None)


@pytest.mark.parametrize(
    ("favourable", "bands", "share", "limit"),
    [
        (3, (5, 4, 3), 3 / 12, None),
        (0, (6, 6, 0), 0.0, None),  # under 40 nobody is plainly nobody
        (0, (20, 20, 0), None, "under_5"),
        (20, (0, 20, 20), 0.5, None),
    ],
)
def test_favourable_shares(
    favourable: int, bands: tuple[int, int, int], share: float | None, limit: str | None
) -> None:
    assert GATE.share(favourable, bands) == (share, limit)


S, C = "small", "complementary"


@pytest.mark.parametrize(
    ("everybody", "tree", "status"),
    [
        pytest.param(100, [(50, -1), (50, -1)], [None, None], id="nothing left over"),
        pytest.param(100, [(50, -1), (9, -1), (41, -1)], [None, S, C], id="the smallest covers the small"),
        pytest.param(100, [(88, -1), (6, -1), (6, -1)], [None, S, S], id="two small cover each other"),
        pytest.param(100, [(90, -1)], [None], id="ten outside any unit"),
        pytest.param(100, [(91, -1)], [C], id="nine outside any unit give the top away"),
        pytest.param(100, [(100, -1), (95, 0)], [None, C], id="five directly in the top"),
        pytest.param(9, [(9, -1)], [S], id="a wave under ten"),
        pytest.param(0, [(0, -1), (0, 0)], [S, S], id="nobody"),
        pytest.param(20, [(20, -1), (20, 0), (20, 1)], [None, None, None], id="the same people thrice"),
        pytest.param(
            100, [(40, -1), (40, -1), (15, -1), (5, -1)], [None, None, C, S], id="the next smallest"
        ),
        pytest.param(
            100, [(95, -1), (50, 0), (45, 0)], [C, None, C], id="a hidden top's parts take its place"
        ),
        pytest.param(
            # top - big - one - two would be the three of `few`: hiding `half` alone is not enough.
            100,
            [(100, -1), (60, 0), (37, 0), (20, 2), (17, 2), (3, 0)],
            [None, None, C, None, C, S],
            id="through a hidden unit",
        ),
    ],
)
def test_units_shown(everybody: int, tree: list[tuple[int, int]], status: list[str | None]) -> None:
    sizes, parents = zip(*tree, strict=True)
    assert list(GATE.groups(everybody, sizes, parents)) == status


def test_units_hidden_for_another_reason_stay_hidden_and_are_reckoned_with() -> None:
    # 12 of 60 hidden beforehand leave a remainder of 12: enough.
    assert GATE.groups(60, [48, 12], [-1, -1], [None, "complementary"]) == (None, C)
    # 4 of 60: the other must go as well.
    assert GATE.groups(60, [56, 4], [-1, -1], [None, "complementary"]) == (C, C)


def test_a_raised_minimum_holds_for_remainders() -> None:
    assert Gateway(20).groups(100, [60, 25, 15], [-1, -1, -1]) == (None, C, S)
    assert GATE.groups(100, [60, 25, 15], [-1, -1, -1]) == (None, None, None)
