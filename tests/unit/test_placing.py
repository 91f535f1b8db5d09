"""Placing an agency, against plain computations of the same posterior written here."""

import json
import math
import time
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from cri.adapters.document_schemas import validate
from cri.domain.edition_draft import build_edition
from cri.domain.errors import InputError
from cri.domain.microaggregation import Group
from cri.domain.norms import cell_of, member_digest
from cri.domain.placing import place
from cri.domain.position import Bench, fixed_draws, position_of
from tests.pool_examples import INSTRUMENT, member, pool_of, scorecard

FORTY = [30.0 + number for number in range(40)]


def bench(groups: list[Group], **changes: object) -> Bench:
    told = {
        "groups": tuple(groups),
        "error": 4.0,
        "within_variance": 225.0,
        "draws": fixed_draws("test"),
        "inside": False,
        "halves_only": False,
        **changes,
    }
    return Bench(**told)  # type: ignore[arg-type]  # fields of a test's choosing


FIVE = [Group(5, 38.0), Group(6, 46.0), Group(6, 50.0), Group(6, 55.0), Group(5, 63.0)]


def ranks_by_hand(groups: list[Group], error: float, within: float, score: float, n: int) -> tuple:
    """Posterior mean and SD, shrunk group means and their mid-ranks: method.md section 5, written out."""
    total = sum(group.size for group in groups)
    mu = sum(group.size * group.mean for group in groups) / total
    between = sum(group.size * (group.mean - mu) ** 2 for group in groups) / (total - 1)
    tau2 = between / {2: 0.65, 3: 0.80, 4: 0.87, 5: 0.905, 6: 0.925}[len(groups)] - error
    own = within / n
    trust = tau2 / (tau2 + own)
    knots, before = [], 0
    for group in groups:
        drawn_in = mu + math.sqrt(tau2 / (tau2 + error)) * (group.mean - mu)
        knots.append((drawn_in, (before + group.size / 2) / total))
        before += group.size
    return trust * score + (1 - trust) * mu, math.sqrt(trust * own), knots


def share_below(knots: list, truth: float) -> float:
    """The ladder, one score at a time."""
    pairs = list(pairwise(knots))
    low, high = next((pair for pair in pairs if truth <= pair[1][0]), pairs[-1])
    slope = (high[1] - low[1]) / (high[0] - low[0])
    return min(1.0, max(0.0, low[1] + slope * (truth - low[0])))


def others(share: float, agencies: int) -> float:
    return 100 * min(1.0, max(0.0, (agencies * share - 0.5) / (agencies - 1)))


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("score", [35.0, 44.0, 50.4, 58.0, 70.0])
def test_against_the_exact_posterior(score: float, *, inside: bool) -> None:
    """Ranks rise with the true score: median and interval are the ranks of the posterior's quantiles."""
    mean, sd, knots = ranks_by_hand(FIVE, 4.0, 225.0, score, 60)
    position = position_of(score, 60, bench(FIVE, inside=inside))

    def exact(quantile: float) -> float:
        share = share_below(knots, mean + sd * stats.norm.ppf(quantile))
        return others(share, 28) if inside else 100 * share

    assert position.percentile == pytest.approx(exact(0.5), abs=0.1)
    assert position.interval80 == pytest.approx((exact(0.1), exact(0.9)), abs=1.5)


def test_against_plain_draws() -> None:
    """The same percentile and probability from other draws, one at a time."""
    mean, sd, knots = ranks_by_hand(FIVE, 4.0, 225.0, 57.0, 60)
    generator = np.random.default_rng(99)
    ranks = [others(share_below(knots, generator.normal(mean, sd)), 28) for _ in range(20_000)]
    position = position_of(57.0, 60, bench(FIVE, inside=True))
    assert position.percentile == pytest.approx(np.median(ranks), abs=0.7)
    assert position.band == "upper_half"
    assert position.probability == pytest.approx(np.mean(np.array(ranks) > 50), abs=0.01)


def test_bands_need_four_in_five() -> None:
    wide = bench(FIVE, within_variance=100.0)
    bands = [position_of(score, 400, wide).band for score in (35, 44, 47, 50.3, 53, 55, 65)]
    assert bands == [
        "lower_quarter",
        "lower_quarter",
        "lower_half",
        "near_middle",
        "upper_half",
        "upper_half",
        "upper_quarter",
    ]
    few = position_of(50.3, 4, bench(FIVE))
    assert (few.band, few.probability, few.percentile is None) == ("cannot_tell", None, False)


@pytest.mark.parametrize("score", [36.0, 45.5, 50.0, 54.0, 56.5])
@pytest.mark.parametrize("inside", [False, True])
def test_the_next_band_is_reached_by_that_rise_and_not_before(score: float, *, inside: bool) -> None:
    order = ["lower_quarter", "lower_half", "middle", "upper_half", "upper_quarter"]

    def level(at: float) -> int:
        band = position_of(at, 90, bench(FIVE, inside=inside)).band
        return order.index("middle" if band in {"near_middle", "cannot_tell"} else str(band))

    rise = position_of(score, 90, bench(FIVE, inside=inside)).to_next_band
    assert rise is not None
    assert level(score + rise + 0.01) == level(score) + 1
    assert level(score + rise - 0.01) == level(score)


def test_nothing_above_the_upper_quarter_or_above_one_hundred() -> None:
    assert position_of(75.0, 200, bench(FIVE)).to_next_band is None
    high = [Group(5, 97.0), Group(6, 98.0), Group(6, 99.0), Group(6, 99.5), Group(5, 99.9)]
    assert position_of(99.0, 30, bench(high, error=0.5)).to_next_band is None


def test_identical_agencies_give_fifty_and_cannot_be_told_apart() -> None:
    pool = pool_of([60.0] * 25)
    edition = build_edition(pool, "2026.1")
    for each in (pool[3].scorecard, scorecard("newcomer", 60.0)):
        for placed in place(each, edition)["placements"]:
            assert placed["percentile"] == 50.0
            assert placed["interval80"] == [0.0, 100.0]
            assert (placed["band"], placed["probability"]) == ("cannot_tell", None)
            assert placed["to_next_band"] is None


def test_noise_that_explains_the_spread_tells_nobody_apart() -> None:
    edition = build_edition(pool_of([58.0 + n / 10 for n in range(25)], n=50, sd=20.0), "2026.1")
    assert {p["band"] for p in place(scorecard("new", 99.0), edition)["placements"]} == {"cannot_tell"}


def test_an_agency_is_placed_among_the_others() -> None:
    pool = pool_of(FORTY, sd=5.0, n=1000)
    edition = build_edition(pool, "2026.1")
    for number in (0, 7, 20, 33, 39):
        among = place(pool[number].scorecard, edition)["placements"][0]["percentile"]
        # Exact mid-rank without itself: `number` of the 39 others are below.
        assert among == pytest.approx(100 * number / 39, abs=2.0)
    stranger = scorecard("stranger", FORTY[39], sd=5.0, n=1000)
    assert place(stranger, edition)["placements"][0]["percentile"] < 100
    assert place(pool[39].scorecard, edition)["placements"][0]["percentile"] == pytest.approx(100, abs=0.5)


def test_the_document_keeps_to_its_schema() -> None:
    edition = build_edition(pool_of(FORTY), "2026.1")
    document = place(scorecard("new", 55.0), edition)
    validate(json.loads(json.dumps(document)), "placement")
    assert [placed["factor"] for placed in document["placements"]] == ["index", "insight", "foresight"]
    first = document["placements"][0]
    assert (first["edition"], first["agencies"], first["peers"], first["score"]) == (
        "2026.1",
        40,
        "all",
        55.0,
    )
    assert document["edition_sha256"] == edition["sha256"]


def test_the_same_inputs_give_the_same_document() -> None:
    edition = build_edition(pool_of(FORTY), "2026.1")
    once, twice = (json.dumps(place(scorecard("new", 55.0), edition)) for _ in range(2))
    assert once == twice


@pytest.mark.parametrize("agencies", [8, 19])
def test_a_thin_pool_gives_halves_only(agencies: int) -> None:
    edition = build_edition(pool_of([30 + 2.0 * n for n in range(agencies)]), "2026.1")
    for score, band in ((20.0, "lower_half"), (99.0, "upper_half")):
        document = place(scorecard("new", score), edition)
        validate(json.loads(json.dumps(document)), "placement")
        for placed in document["placements"]:
            assert (placed["tier"], placed["band"], placed["agencies"]) == ("halves", band, agencies)
            assert (placed["percentile"], placed["interval80"]) == (None, None)
            assert placed["probability"] >= 0.8
            assert (placed["to_next_band"] is None) == (band == "upper_half")


def test_under_eight_agencies_there_is_no_norm() -> None:
    edition = build_edition(pool_of([30.0 + n for n in range(7)]), "2026.1")
    document = place(scorecard("new", 50.0), edition)
    validate(json.loads(json.dumps(document)), "placement")
    for placed in document["placements"]:
        said = {
            key: placed[key] for key in ("percentile", "interval80", "band", "probability", "to_next_band")
        }
        assert set(said.values()) == {None}
        assert (placed["tier"], placed["agencies"], placed["score"]) == ("none", None, 50.0)


def test_no_score_no_place() -> None:
    edition = build_edition(pool_of(FORTY), "2026.1")
    small = scorecard("small", 50.0)
    small["index"] = small["factors"][0] = {
        "code": "insight",
        "n": 9,
        "score": None,
        "sd": None,
        "interval": None,
    }
    index, insight, foresight = place(small, edition)["placements"]
    assert index["percentile"] is insight["percentile"] is None
    assert insight["score"] is None
    assert foresight["percentile"] is not None


def test_a_peer_group_that_is_too_small_falls_back_and_says_so() -> None:
    pool = [member(f"a{n}", FORTY[n], {"sector": "water" if n % 6 else "roads"}) for n in range(40)]
    edition = build_edition(pool, "2026.1")
    for asked, used, told in (
        ("sector=water", "sector=water", None),
        ("sector=roads", "all", "sector=roads"),
        ("sector=water&country=SE", "sector=water", "sector=water&country=SE"),
    ):
        document = place(scorecard("new", 50.0), edition, asked)
        assert document["peers"] == asked
        assert {(p["peers"], p["fell_back_from"]) for p in document["placements"]} == {(used, told)}


def test_only_members_of_the_peer_group_are_taken_out_of_it() -> None:
    pool = [member(f"a{n}", FORTY[n], {"sector": "water" if n % 6 else "roads"}) for n in range(40)]
    edition = build_edition(pool, "2026.1")
    own = pool[36].scorecard
    as_roads = place(own, edition, "sector=water", {"sector": "roads"})["placements"][0]["percentile"]
    as_stranger = place({**own, "sheet_sha256": "0" * 64}, edition, "sector=water")["placements"][0][
        "percentile"
    ]
    assert as_roads == as_stranger


def test_what_is_left_out_of_a_cell_is_not_among_its_members() -> None:
    pool = [member(f"a{n}", FORTY[n], {"owner": "large" if n % 2 else f"o{n}"}) for n in range(40)]
    edition = build_edition(pool, "2026.1")
    cell = cell_of(edition, "index")
    assert cell is not None
    assert len(cell["left_out"]) == 7  # 13 of 33 is 39.4 %
    outside = next(
        each
        for each in pool
        if all(
            place(each.scorecard, edition)["placements"][0]
            == place({**each.scorecard, "sheet_sha256": "0" * 64}, edition)["placements"][0]
            for _ in [0]
        )
    )
    assert outside.owner == "large"


@pytest.mark.parametrize(
    "name", ["", "water", "sector=", "sector", "shape=round", "sector=a&sector=b", "all&"]
)
def test_names_that_are_no_peer_group(name: str) -> None:
    with pytest.raises(InputError, match="is not the name of a peer group"):
        place(scorecard("new", 50.0), build_edition(pool_of(FORTY), "2026.1"), name)


@pytest.mark.parametrize("change", [{"version": "1.0.1"}, {"code": "mri"}, {"sha256": "f" * 64}])
def test_another_instrument_is_refused(change: dict[str, str]) -> None:
    edition = build_edition(pool_of(FORTY), "2026.1")
    with pytest.raises(InputError, match="as in the edition"):
        place(scorecard("new", 50.0, instrument={**INSTRUMENT, **change}), edition)


def test_another_method_is_refused() -> None:
    edition = build_edition(pool_of(FORTY), "2026.1")
    with pytest.raises(InputError, match=r"method 2\.0; expected 1\.0"):
        place(scorecard("new", 50.0, method="2.0"), edition)


def test_synthetic_is_said_wherever_it_comes_from() -> None:
    made_up = build_edition(pool_of(FORTY, synthetic=True), "2026.1")
    real = build_edition(pool_of(FORTY), "2026.1")
    assert place(scorecard("new", 50.0), made_up)["synthetic"] is True
    assert place(scorecard("new", 50.0, synthetic=True), real)["synthetic"] is True
    assert place(scorecard("new", 50.0), real)["synthetic"] is False


def test_draws_are_mirrored_and_normal() -> None:
    draws = fixed_draws("seed")
    assert np.array_equal(draws, fixed_draws("seed"))
    assert not np.array_equal(draws, fixed_draws("deeds"))
    assert math.fsum(draws) == 0.0
    assert stats.kstest(draws, "norm").pvalue > 0.01


def test_placing_in_two_hundred_groups_is_quick() -> None:
    edition = build_edition(pool_of([30 + n / 25 for n in range(1000)]), "2026.1")
    own = scorecard("new", 50.0)
    assert len(edition["cells"][0]["groups"]) == 200
    place(own, edition)
    took = []
    for _ in range(5):
        start = time.process_time()
        place(own, edition)
        took.append(time.process_time() - start)
    assert min(took) < 0.05


def test_who_counts_elsewhere_is_not_taken_out_of_the_group_that_it_told() -> None:
    """What is vouched for is not in an edition: the digests of those who are not where they told are."""
    pool = [member(f"a{n}", s, {"sector": "tax" if n % 2 or not n else "water"}) for n, s in enumerate(FORTY)]
    pool[0].scorecard["facets"] = {"sector": "water"}  # type: ignore[index]  # a dict, whatever its type says
    edition = build_edition(pool, "2026.1")
    cell = cell_of(edition, "index", "sector=water")
    assert cell is not None
    assert cell["agencies"] == 19
    (first, *_) = pool
    assert cell["left_out"] == [member_digest("2026.1", first.scorecard)]
    elsewhere = scorecard("somebody else", FORTY[0], facets={"sector": "water"})
    own, other = (
        place(one, edition, "sector=water", {"sector": "water"}) for one in (first.scorecard, elsewhere)
    )
    assert own["placements"] == other["placements"]
    tax = cell_of(edition, "index", "sector=tax")
    assert tax is not None
    assert tax["left_out"] == []


def test_an_agency_that_has_changed_is_where_it_was_when_it_came_into_the_pool() -> None:
    pool = [member(f"a{n}", s, {"sector": "water" if n % 2 else "tax"}) for n, s in enumerate(FORTY)]
    edition = build_edition(pool, "2026.1")
    card = {**pool[0].scorecard, "facets": {"sector": "tax"}}  # now it says that it is in the water sector
    stranger = {**card, "sheet_sha256": "f" * 64}
    now = [place(one, edition, "sector=water", {"sector": "water"})["placements"] for one in (card, stranger)]
    assert now[0] == now[1]  # among all of that sector, as somebody who is not of it
    then = [place(one, edition, "sector=tax", {"sector": "tax"})["placements"] for one in (card, stranger)]
    assert then[0] != then[1]
