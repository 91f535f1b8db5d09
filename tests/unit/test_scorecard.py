from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from cri.adapters.document_schemas import validate
from cri.domain.documents import digest_of
from cri.domain.errors import InputError
from cri.domain.instrument import Scale
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.scoring import sum_wave
from cri.domain.sheet import Unit
from tests.engine_examples import make_instrument, make_sheet

CRI_SHAPED = make_instrument(
    *([f"{factor}{place}" for place in range(1, 6)] + [f"-{factor}6"] for factor in "abcdef")
)


def random_answers(n: int, columns: int = 36, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    answers = np.clip(np.rint(random.normal(4.4, 1, (n, 1)) + random.normal(0, 1.3, (n, columns))), 1, 7)
    answers[random.random(answers.shape) < 0.06] = -1
    answers[random.random(answers.shape) < 0.04] = -2
    return answers.astype(np.int8)


def scored(answers: np.ndarray, **facts: Any) -> dict[str, Any]:
    document = build_scorecard(CRI_SHAPED, make_sheet(answers), WaveFacts(**facts))
    validate(document)
    return document


def test_a_scorecard_agrees_with_a_plain_computation() -> None:
    answers = random_answers(211)
    document = scored(answers, headcount=400)
    per_factor = []
    for place, factor in enumerate(document["factors"]):
        block = answers[:, 6 * place : 6 * place + 6].astype(float)
        block[block < 0] = np.nan
        block[:, 5] = 8 - block[:, 5]
        scores = np.array(
            [100 * (np.nanmean(row) - 1) / 6 if np.isfinite(row).sum() >= 4 else np.nan for row in block]
        )
        per_factor.append(scores)
        scores = scores[~np.isnan(scores)]
        se = scores.std(ddof=1) / np.sqrt(len(scores)) * np.sqrt(1 - len(scores) / 400)
        assert factor["n"] == len(scores)
        assert factor["score"] == pytest.approx(scores.mean(), rel=1e-12)
        assert factor["sd"] == pytest.approx(scores.std(ddof=1), rel=1e-12)
        assert factor["se"] == pytest.approx(se, rel=1e-12)
        assert factor["favourable"] == pytest.approx((block >= 6).sum() / np.isfinite(block).sum(), rel=1e-12)
        assert factor["items"][5]["mean"] == pytest.approx(np.nanmean(block[:, 5]), rel=1e-12)
        assert factor["items"][5]["sd"] == pytest.approx(np.nanstd(block[:, 5], ddof=1), rel=1e-12)
        assert factor["items"][0]["n"] == np.isfinite(block[:, 0]).sum()
        assert factor["items"][0]["dont_know"] == (answers[:, 6 * place] == -2).sum()
    complete = np.array(per_factor).mean(axis=0)
    complete = complete[~np.isnan(complete)]
    index = document["index"]
    assert index["n"] == len(complete)
    assert index["score"] == pytest.approx(np.mean([f["score"] for f in document["factors"]]), rel=1e-14)
    se = complete.std(ddof=1) / np.sqrt(len(complete)) * np.sqrt(1 - len(complete) / 400)
    assert index["se"] == pytest.approx(se, rel=1e-12)
    low, high = index["interval"]
    assert (low + high) / 2 == pytest.approx(index["score"], rel=1e-12)


def test_without_a_head_count_there_is_no_finite_population_factor() -> None:
    answers = random_answers(100)
    known, unknown = scored(answers, headcount=100), scored(answers)
    assert unknown["population"]["response_rate"] is None
    assert known["population"]["response_rate"] == 1.0
    first = unknown["factors"][0]
    assert first["se"] == pytest.approx(first["sd"] / np.sqrt(first["n"]), rel=1e-15)
    assert known["factors"][0]["se"] < first["se"] / 2


def test_everybody_in_agreement_still_has_an_interval_of_a_point_each_way() -> None:
    index = scored(np.tile(np.array([4] * 36, dtype=np.int8), (60, 1)))["index"]
    assert (index["score"], index["se"], index["interval"]) == (50.0, 0.0, [49.0, 51.0])


def test_under_ten_answers_everything_is_suppressed_and_nothing_fails() -> None:
    document = scored(random_answers(9))
    assert document["index"] == {
        "n": document["index"]["n"], "n_eff": None, "score": None, "sd": None, "se": None, "interval": None,
        "unweighted": None,
    }  # fmt: skip
    for factor in document["factors"]:
        figures = ("score", "sd", "se", "interval", "favourable", "alpha")
        assert [factor[figure] for figure in figures] == [None] * 6
        for item in factor["items"]:
            assert [item[figure] for figure in ("mean", "sd", "distribution", "favourable")] == [None] * 4


def test_a_wave_nobody_answered_is_a_document_too() -> None:
    document = scored(np.zeros((0, 36), dtype=np.int8), headcount=50)
    assert document["population"]["responses"] == 0
    assert document["population"]["response_rate"] == 0
    assert document["index"]["score"] is None


def test_those_who_answered_nothing_responded_and_are_not_usable() -> None:
    answers = np.vstack([random_answers(20), np.full((3, 36), -1), np.full((2, 36), -2)])
    population = scored(answers.astype(np.int8))["population"]
    assert (population["responses"], population["usable"]) == (25, 20)


@pytest.mark.parametrize(("answered", "shown"), [(9, False), (10, True)])
def test_each_item_is_judged_by_who_answered_it(answered: int, shown: bool) -> None:
    answers = np.clip(random_answers(30), 1, 7)
    answers[answered:, 0] = -1
    factor = scored(answers)["factors"][0]
    assert (factor["items"][0]["suppressed"] != "small") is shown
    assert (factor["items"][0]["distribution"] is not None) is shown
    if not shown:
        assert factor["items"][0]["mean"] is None
    assert factor["items"][1]["distribution"] is not None
    assert factor["score"] is not None


def test_one_factor_too_thin_hides_itself_and_the_index() -> None:
    answers = random_answers(40)
    answers[:, :3] = -1
    answers[:9, :6] = 4
    document = scored(answers)
    assert document["factors"][0]["n"] == 9
    assert document["factors"][0]["score"] is None
    assert document["factors"][1]["score"] is not None
    assert document["index"]["score"] is None


def test_the_index_is_hidden_if_under_ten_have_every_factor() -> None:
    answers = random_answers(60)
    answers[:30, :6] = -1
    answers[30:51, 6:12] = -1
    document = scored(answers)
    assert all(factor["score"] is not None for factor in document["factors"])
    assert document["index"]["n"] <= 9
    assert document["index"]["score"] is None


def test_distributions_have_bands_under_forty_and_points_from_forty() -> None:
    few, many = scored(random_answers(35)), scored(random_answers(80))
    assert [cell["code"] for cell in few["factors"][0]["items"][0]["distribution"]["cells"]] == [
        "unfavourable", "neutral", "favourable"
    ]  # fmt: skip
    item = many["factors"][0]["items"][0]
    assert item["distribution"]["kind"] == "points"
    assert [cell["code"] for cell in item["distribution"]["cells"]] == list("1234567")
    assert sum(cell["share"] or 0 for cell in item["distribution"]["cells"]) == pytest.approx(1)


def test_bands_of_a_reversed_item_are_keyed_and_its_points_are_as_given() -> None:
    answers = np.clip(random_answers(60), 1, 7)
    answers[:, 5] = 4
    answers[:45, 5] = 1  # 45 of 60 strongly disagree with the reversed item: favourable
    many = scored(answers)["factors"][0]["items"][5]
    assert (many["reversed"], many["favourable"]) == (True, 0.75)
    assert many["distribution"]["cells"][0] == {"code": "1", "share": 0.75, "limit": None}
    few = scored(answers[30:])["factors"][0]["items"][5]
    assert few["distribution"]["cells"][2] == {"code": "favourable", "share": 0.5, "limit": None}


def test_everybody_in_one_band_hides_the_item_and_the_factors_share() -> None:
    answers = random_answers(60)
    answers[:, 0] = np.where(np.arange(60) % 2, 6, 7)
    factor = scored(answers)["factors"][0]
    assert factor["items"][0]["distribution"] is None
    assert factor["items"][0]["favourable"] is None
    assert factor["favourable"] is None, "the other five items would give the sixth away"
    assert factor["score"] is not None


def test_nobody_favourable_of_forty_reads_under_five_per_cent() -> None:
    answers = random_answers(60)
    answers[:, 0] = np.where(np.arange(60) % 2, 2, 4)
    item = scored(answers)["factors"][0]["items"][0]
    assert (item["favourable"], item["favourable_limit"]) == (None, "under_5")
    assert item["distribution"]["cells"][6] == {"code": "7", "share": None, "limit": "under_5"}


def test_units_have_their_own_heads_counted() -> None:
    units = (Unit("a", None, "A", 80), Unit("b", None, "B"))
    answers = random_answers(100)
    sheet = make_sheet(answers, [0] * 60 + [1] * 40, units)
    document = build_scorecard(CRI_SHAPED, sheet, WaveFacts(headcount=300))
    validate(document)
    first, second = document["units"]
    assert (first["n"], second["n"]) == (60, 40)
    alone = scored(answers[:60], headcount=80)["factors"][2]
    found = first["factors"]["f2"]
    assert [found[key] for key in ("n", "score", "se", "interval")] == [
        alone[key] for key in ("n", "score", "se", "interval")
    ]
    unknown = scored(answers[60:])["factors"][2]
    assert second["factors"]["f2"]["se"] == unknown["se"]


def test_small_units_and_their_covers_tell_nothing_not_even_their_size() -> None:
    units = (Unit("a", None, "A"), Unit("b", None, "B"), Unit("c", None, "C"))
    document = build_scorecard(
        CRI_SHAPED, make_sheet(random_answers(100), [0] * 60 + [1] * 33 + [2] * 7, units), WaveFacts()
    )
    validate(document)
    assert [unit["suppressed"] for unit in document["units"]] == [None, "complementary", "small"]
    assert [unit["n"] for unit in document["units"]] == [60, None, None]
    assert [unit["factors"] is None for unit in document["units"]] == [False, True, True]


def test_a_factor_few_of_a_unit_answered_is_hidden_there_and_its_sibling_covers_it() -> None:
    units = (Unit("a", None, "A"), Unit("b", None, "B"), Unit("c", None, "C"))
    answers = random_answers(120)
    answers[:] = np.where(answers < 0, 4, answers)
    answers[110:, :6] = -1  # ten of unit c's fifteen have no first factor
    unit = [0] * 60 + [1] * 45 + [2] * 15
    document = build_scorecard(CRI_SHAPED, make_sheet(answers, unit, units), WaveFacts())
    validate(document)
    assert [row["suppressed"] for row in document["units"]] == [None] * 3
    assert [row["factors"]["f0"]["suppressed"] for row in document["units"]] == [
        None, "complementary", "small"
    ]  # fmt: skip
    assert [row["factors"]["f1"]["suppressed"] for row in document["units"]] == [None] * 3
    assert document["units"][2]["factors"]["f0"]["score"] is None


def test_a_raised_minimum_is_recorded_and_kept() -> None:
    document = scored(random_answers(24), minimum=25)
    assert document["wave"]["minimum"] == 25
    assert document["index"]["score"] is None
    assert scored(random_answers(30), minimum=25)["factors"][0]["score"] is not None
    with pytest.raises(ValueError, match="never below 10"):
        scored(random_answers(30), minimum=9)


def test_more_answers_than_people_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        scored(random_answers(30), headcount=29)
    assert str(caught.value).startswith("population: 29 people gave 30 answers; expected at least 30")


def test_facts_are_carried_and_what_was_not_asked_is_null() -> None:
    document = scored(
        random_answers(12),
        agency="Water",
        wave_id="w1",
        label="Spring",
        opened=date(2026, 3, 1),
        closed=datetime(2026, 3, 24, 17, 0, tzinfo=UTC),
        synthetic=True,
        sheet_sha256="b" * 64,
        facets={"sector": "water"},
    )
    assert document["schema"] == "cri.scorecard/1"
    assert document["wave"] == {
        "id": "w1",
        "label": "Spring",
        "opened": "2026-03-01",
        "closed": "2026-03-24T17:00:00+00:00",
        "minimum": 10,
    }
    assert (document["agency"], document["synthetic"], document["facets"]) == (
        "Water", True, {"sector": "water"}
    )  # fmt: skip
    not_asked = ("agreement", "profile", "outcomes", "change", "drivers")
    assert [document[key] for key in not_asked] == [None] * 5
    assert document["population"]["weights"] is None
    assert document["factors"][0]["unweighted"] is None


def test_the_order_of_respondents_changes_not_one_bit() -> None:
    answers = random_answers(500)
    unit = np.random.default_rng(3).integers(-1, 4, 500)
    units = (Unit("a", None, "A"), Unit("b", "a", "B"), Unit("c", "a", "C"), Unit("d", None, "D"))
    digests = set()
    for seed in range(4):
        order = np.random.default_rng(seed).permutation(500)
        sheet = make_sheet(answers[order], unit[order].tolist(), units)
        digests.add(digest_of(build_scorecard(CRI_SHAPED, sheet, WaveFacts())))
    assert len(digests) == 1


@pytest.mark.parametrize(
    "scale", [Scale(1, 5, 2), Scale(1, 6, 2), Scale(1, 7, 2), Scale(0, 10, 3), Scale(1, 4, 2)]
)
def test_scales_of_any_length_end_at_nothing_and_a_hundred(scale: Scale) -> None:
    instrument = make_instrument(["a", "b", "-c"], ["d", "e"], scale=scale)
    top = np.tile([scale.maximum, scale.maximum, scale.minimum, scale.maximum, scale.maximum], (12, 1))
    bottom = scale.minimum + scale.maximum - top
    for answers, score in ((top, 100.0), (bottom, 0.0)):
        document = build_scorecard(instrument, make_sheet(answers), WaveFacts())
        validate(document)
        assert document["index"]["score"] == score
        turned = sum_wave(instrument, make_sheet(answers)).factors[0].items[2]
        assert turned.moments.mean == (scale.maximum if score else scale.minimum)
