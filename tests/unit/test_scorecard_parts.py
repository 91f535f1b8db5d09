"""What stands in a scorecard beside scores: weights, quality, agreement, profile, change and drivers."""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest

from cri.adapters.document_schemas import validate
from cri.domain import scorecard_drivers, side_by_side
from cri.domain.documents import canonical_json
from cri.domain.errors import InputError
from cri.domain.instrument import Item, ProfileQuestion
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.scorecard_drivers import _evenly_spaced
from cri.domain.sheet import AnswerSheet, Unit
from tests.engine_examples import make_instrument, make_sheet

ASKED = replace(
    make_instrument(["a1", "a2", "-a3"], ["b1", "b2", "b3"], ["c1", "c2", "-c3"], names=("a", "b", "c")),
    outcomes=(Item("overall"),),
    profile=(ProfileQuestion("role", ("front", "back")), ProfileQuestion("years", ("few", "some", "many"))),
)
TREE = (
    Unit("top", None, "Top"),
    Unit("left", "top", "Left"),
    Unit("right", "top", "Right"),
    Unit("alone", None, "Alone"),
)


def a_sheet(n: int, seed: int = 1, shift: float = 0.0) -> AnswerSheet:
    random = np.random.default_rng(seed)
    person = random.normal(4.3 + shift, 0.8, (n, 1))
    level = person + random.normal(0, 1.2, (n, 9))
    level[:, [2, 8]] = 8 - level[:, [2, 8]]
    answers = np.clip(np.rint(level), 1, 7)
    answers[random.random(answers.shape) < 0.05] = -1
    return AnswerSheet(
        answers.astype(np.int8),
        random.choice([1, 2, 3], n, p=[0.5, 0.3, 0.2]).astype(np.int32),
        TREE,
        outcomes=np.clip(np.rint(person + random.normal(0, 0.8, (n, 1))), 1, 7).astype(np.int8),
        profile=np.stack([random.integers(-1, 2, n), random.integers(0, 3, n)], axis=1).astype(np.int8),
        fast=np.zeros(n, dtype=bool),
        late=random.random(n) < 0.4,
        failed_attention=None,
    )


def scored(sheet: AnswerSheet, **facts: Any) -> dict[str, Any]:
    document = build_scorecard(ASKED, sheet, WaveFacts(**facts))
    validate(document)
    canonical_json(document)  # refuses NaN and infinity
    return document


def test_weights_bring_composition_to_the_head_counts() -> None:
    sheet = a_sheet(400)
    heads = {"role": {"front": 900, "back": 100}}
    document = scored(sheet, weights="rake", headcounts=heads, headcount=1000)
    weights = document["population"]["weights"]
    assert (weights["method"], weights["margins"]) == ("rake", ["role"])
    assert weights["design_effect"] > 1
    assert weights["n_eff"] == pytest.approx(400 / weights["design_effect"])
    factor = document["factors"][0]
    assert factor["n_eff"] < factor["n"]
    assert factor["unweighted"]["score"] == scored(sheet, headcount=1000)["factors"][0]["score"]
    assert factor["score"] != factor["unweighted"]["score"]
    # By hand: everybody with a role has nine times (front) or once (back) their group's share.
    role = sheet.profile[:, 0]  # type: ignore[index]  # the example has a profile
    known = np.count_nonzero(role >= 0) / 400
    share = {0: 0.9 * known, 1: 0.1 * known, -1: 1 - known}
    weight = np.array([share[int(r)] * 400 / np.count_nonzero(role == r) for r in role])
    keyed = np.where(sheet.answers > 0, sheet.answers, np.nan).astype(float)[:, :3]
    keyed[:, 2] = 8 - keyed[:, 2]
    enough = np.isfinite(keyed).sum(axis=1) >= 2
    value = np.nanmean(keyed[enough], axis=1)
    w = weight[enough]
    mean = np.average(value, weights=w)
    n_eff = w.sum() ** 2 / (w**2).sum()
    sd = np.sqrt(np.average((value - mean) ** 2, weights=w) * n_eff / (n_eff - 1)) * 100 / 6
    assert factor["score"] == pytest.approx((mean - 1) * 100 / 6, rel=1e-9)
    assert factor["n_eff"] == pytest.approx(n_eff, rel=1e-9)
    assert factor["sd"] == pytest.approx(sd, rel=1e-9)
    assert factor["se"] == pytest.approx(sd / np.sqrt(n_eff) * np.sqrt(1 - enough.sum() / 1000), rel=1e-9)


def test_items_are_weighted_too_and_shares_and_agreement_are_not() -> None:
    sheet = a_sheet(300)
    heads = {"years": {"few": 10, "some": 10, "many": 80}}
    weighted, plain = scored(sheet, weights="rake", headcounts=heads), scored(sheet)
    one, other = weighted["factors"][1], plain["factors"][1]
    assert one["items"][0]["mean"] != other["items"][0]["mean"]
    assert one["favourable"] == other["favourable"]
    for item, same in zip(one["items"], other["items"], strict=True):
        assert (item["distribution"], item["favourable"]) == (same["distribution"], same["favourable"])
    for same in ("alpha", "omega", "mean_inter_item_r", "rwg_j", "ad_m"):
        assert one[same] == other[same]
    assert weighted["agreement"] == plain["agreement"]


def test_weights_that_cannot_be_made_are_refused_by_name() -> None:
    sheet = a_sheet(100)
    for heads, said in (
        (None, "head-counts: none are given"),
        ({}, "head-counts: none are given"),
        ({"age": {"old": 1}}, "head-counts: margin age: age is not known"),
        ({"role": {"front": 1, "sideways": 2}}, "margin role, level sideways: sideways is not known"),
        ({"unit": {"left": 5}}, "margin unit, level left: left is not known"),
    ):
        with pytest.raises(InputError) as caught:
            scored(sheet, weights="rake", headcounts=heads)
        assert said in str(caught.value)


def test_units_stand_for_their_subtree_in_a_margin() -> None:
    document = scored(a_sheet(300), weights="rake", headcounts={"unit": {"top": 100, "alone": 900}})
    units = {unit["code"]: unit for unit in document["units"]}
    whole, alone = document["factors"][0]["score"], units["alone"]["factors"]["a"]["score"]
    top = units["top"]["factors"]["a"]["score"]
    assert abs(whole - alone) < abs(whole - top)


def test_agreement_of_a_unit_is_that_of_its_people_alone() -> None:
    sheet = a_sheet(300)
    document = scored(sheet)
    chosen = np.isin(sheet.unit, [1])
    alone = scored(make_only(sheet, chosen))
    unit = next(unit for unit in document["units"] if unit["code"] == "left")
    for code, factor in zip("abc", alone["factors"], strict=True):
        for same in ("rwg_j", "ad_m", "mixed_views", "sd", "score"):
            assert unit["factors"][code][same] == factor[same]


def make_only(sheet: AnswerSheet, chosen: np.ndarray) -> AnswerSheet:
    return make_sheet(sheet.answers[chosen])


def test_agreement_says_nothing_where_fewer_than_ten_answered_an_item() -> None:
    sheet = a_sheet(200)
    answers = np.clip(sheet.answers, 1, 7)
    answers[9:, 0] = -1
    factor = build_scorecard(ASKED, make_sheet(answers), WaveFacts())["factors"][0]
    assert factor["score"] is not None
    assert factor["rwg_j"] is factor["ad_m"] is factor["mixed_views"] is None


def test_icc_is_over_the_units_people_are_in() -> None:
    document = scored(a_sheet(300))
    assert set(document["agreement"]["icc1"]) == {"a", "b", "c"}
    assert all(-1 <= value <= 1 for value in document["agreement"]["icc1"].values())
    assert scored(make_only(a_sheet(300), np.ones(300, dtype=bool)))["agreement"] is None


def test_each_option_is_scored_by_itself() -> None:
    sheet = a_sheet(300)
    document = scored(sheet)
    role = document["profile"][0]
    assert [option["code"] for option in role["options"]] == ["front", "back"]
    for place, option in enumerate(role["options"]):
        chosen = sheet.profile[:, 0] == place  # type: ignore[index]  # the example has a profile
        alone = scored(make_only(sheet, chosen))["factors"][0]
        assert option["n"] == np.count_nonzero(chosen)
        assert option["factors"]["a"]["score"] == alone["score"]
        assert option["factors"]["a"]["se"] == alone["se"]


def test_an_option_of_few_is_hidden_and_so_is_what_would_give_it_away() -> None:
    sheet = a_sheet(120)
    profile = np.zeros((120, 2), dtype=np.int8)
    profile[:5, 0] = 1
    profile[:, 1] = np.arange(120) % 3
    document = scored(replace(sheet, profile=profile))
    role = document["profile"][0]["options"]
    assert [option["suppressed"] for option in role] == ["complementary", "small"]
    assert [option["n"] for option in role] == [None, None]
    assert [option["factors"] for option in role] == [None, None]


def test_early_stand_beside_late() -> None:
    sheet = a_sheet(300)
    quality = scored(sheet)["quality"]["early_late"]
    late = sheet.late
    assert late is not None
    assert quality["late"]["n"] == np.count_nonzero(late)
    assert quality["early"]["factors"]["b"]["score"] == scored(make_only(sheet, ~late))["factors"][1]["score"]
    assert scored(replace(sheet, late=None))["quality"]["early_late"] is None
    few = np.zeros(300, dtype=bool)
    few[:4] = True
    hidden = scored(replace(sheet, late=few))["quality"]["early_late"]
    assert hidden["early"]["factors"] is hidden["late"]["factors"] is None


@pytest.mark.parametrize(("careless", "told"), [(0, True), (4, False), (12, True)])
def test_scores_with_the_careless_are_told_of_none_or_ten_of_them(careless: int, told: bool) -> None:
    sheet = a_sheet(300)
    flagged = np.zeros(300, dtype=bool)
    flagged[:careless] = True
    document = scored(replace(sheet, fast=flagged, failed_attention=flagged))
    population, quality = document["population"], document["quality"]
    assert population["excluded"] == quality["screening"]["excluded"] >= careless
    assert population["usable"] == population["responses"] - population["excluded"]
    if population["excluded"] == careless:
        assert (quality["with_excluded"] is not None) is told
    if careless == 12:
        both = quality["with_excluded"]["factors"]["a"]
        assert both["with"]["n"] > both["without"]["n"] == document["factors"][0]["n"]
        assert both["with"]["score"] == pytest.approx(
            scored(make_only(sheet, np.ones(300, dtype=bool)))["factors"][0]["score"], rel=1e-12
        )


def test_change_since_an_earlier_wave() -> None:
    before, after = scored(a_sheet(400)), a_sheet(400, seed=2, shift=0.8)
    change = scored(after, previous=before)["change"]
    assert (change["comparable"], change["reason"]) == (True, None)
    assert [row["change"]["verdict"] for row in change["factors"]] == ["changed"] * 3
    assert change["index"]["difference"] > 3
    assert [row["code"] for row in change["items"]][:2] == ["a1", "a2"]
    assert {row["code"] for row in change["units"]} == {"top", "left", "right", "alone"}
    same = scored(a_sheet(400), previous=before)["change"]
    assert {row["change"]["verdict"] for row in same["factors"]} <= {"no_meaningful_change", "cannot_tell"}
    assert same["index"]["difference"] == 0


def test_another_instrument_breaks_the_line_and_says_so() -> None:
    before = scored(a_sheet(200))
    before["instrument"]["version"] = "0.9.0"
    change = scored(a_sheet(200), previous=before)["change"]
    assert (change["comparable"], change["reason"], change["index"]) == (False, "instrument", None)
    assert change["factors"] == change["items"] == change["units"] == []


def test_a_scorecard_of_the_first_method_can_be_compared_with() -> None:
    before = scored(a_sheet(200))
    for factor in before["factors"]:
        del factor["n_eff"], factor["unweighted"]
    for unit in before["units"]:
        for figure in (unit["factors"] or {}).values():
            del figure["sd"], figure["n_eff"], figure["mixed_views"]
    for late in ("outcomes", "drivers", "disclosure", "change"):
        del before[late]
    before["quality"] = before["profile"] = before["agreement"] = None
    validate(before)
    change = scored(a_sheet(200, seed=4), previous=before)["change"]
    assert change["factors"][0]["change"] is not None
    assert change["units"][0]["factors"]["a"] is None


def test_outcomes_have_distributions_and_drivers() -> None:
    document = scored(a_sheet(300))
    assert document["outcomes"][0]["code"] == "overall"
    assert document["outcomes"][0]["mean"] is not None
    driver = document["drivers"][0]
    assert driver["outcome"] == "overall"
    assert sum(row["share"] for row in driver["weights"]) == pytest.approx(1)
    assert [row["factor"] for row in driver["weights"]] == ["a", "b", "c"]
    assert scored(a_sheet(60))["drivers"] == []


@pytest.mark.parametrize("n", [300, 2500])
def test_the_order_of_respondents_changes_no_bit_of_anything(n: int) -> None:
    sheet = a_sheet(n)
    assert sheet.outcomes is not None
    assert sheet.profile is not None
    assert sheet.fast is not None
    assert sheet.late is not None
    order = np.random.default_rng(8).permutation(n)
    turned = AnswerSheet(
        sheet.answers[order],
        sheet.unit[order],
        sheet.units,
        outcomes=sheet.outcomes[order],
        profile=sheet.profile[order],
        fast=sheet.fast[order],
        late=sheet.late[order],
    )
    heads = {"role": {"front": 300, "back": 400}, "unit": {"top": 500, "alone": 80}}
    for facts in ({}, {"weights": "rake", "headcounts": heads}):
        assert canonical_json(scored(sheet, **facts)) == canonical_json(scored(turned, **facts))


@pytest.mark.parametrize(
    "answers",
    [
        np.zeros((0, 9)),
        np.full((40, 9), -1),
        np.full((40, 9), -2),
        np.full((1, 9), 4),
        np.vstack([np.full((1, 9), 4), np.full((39, 9), -1)]),
        np.where(np.arange(9) == 3, 5, -1) * np.ones((40, 1)),
        np.full((60, 9), 4),
        np.tile([1, 7] * 4 + [1], (60, 1)),
    ],
    ids=[
        "no rows",
        "nothing answered",
        "all don't know",
        "one person",
        "one of forty",
        "one item",
        "no variance",
        "ends",
    ],
)
def test_a_sheet_of_little_or_nothing_says_what_cannot_be_said(answers: np.ndarray) -> None:
    n = len(answers)
    sheet = AnswerSheet(
        answers.astype(np.int8),
        np.arange(n, dtype=np.int32) % 4,
        TREE,
        outcomes=np.full((n, 1), 4, dtype=np.int8),
        profile=np.full((n, 2), -1, dtype=np.int8),
        fast=np.zeros(n, dtype=bool),
        late=np.zeros(n, dtype=bool),
        failed_attention=np.zeros(n, dtype=bool),
    )
    earlier = scored(a_sheet(100))
    document = scored(sheet, previous=earlier, headcount=500)
    if n < 60:
        assert document["index"]["score"] is None
    else:
        assert document["factors"][0]["sd"] == 0
        assert document["factors"][0]["alpha"] is document["factors"][0]["omega"] is None


def test_a_margin_nobody_of_whom_answered_is_refused() -> None:
    sheet = replace(a_sheet(50), profile=np.zeros((50, 2), dtype=np.int8))
    with pytest.raises(InputError, match="nobody"):
        scored(sheet, weights="rake", headcounts={"role": {"front": 10, "back": 10}})


def test_a_wave_of_nobody_has_no_weights() -> None:
    empty = AnswerSheet(np.zeros((0, 9), dtype=np.int8), np.zeros(0, dtype=np.int32), TREE)
    document = scored(empty, weights="rake", headcounts={"unit": {"top": 10, "alone": 10}})
    assert document["population"]["weights"] is None


@pytest.mark.parametrize("few", [0, 1 << 14])
@pytest.mark.parametrize(("n", "step"), [(1, 1), (10, 3), (997, 7), (5000, 50)])
def test_evenly_spaced_is_every_nth_of_all_of_them_sorted(
    n: int, step: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scorecard_drivers, "_FEW", few)
    random = np.random.default_rng(n)
    columns = [(random.integers(0, many, n).astype(np.int32), many) for many in (3, 40, 2000, 300, 7)]
    complete = random.random(n) < 0.9 if n > 1 else np.ones(1, dtype=bool)
    drawn = _evenly_spaced(complete, columns, step)
    content = sorted(zip(*(codes[complete].tolist() for codes, _ in columns), strict=True))
    assert list(zip(*(codes[drawn].tolist() for codes, _ in columns), strict=True)) == content[::step]


@pytest.mark.parametrize("order", ["C", "F"])
def test_two_threads_and_either_order_in_memory_make_the_same_document(
    order: Literal["C", "F"], monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = a_sheet(3000)
    alone = canonical_json(scored(sheet))
    monkeypatch.setattr(side_by_side, "WORTH_SHARING", 0)
    laid_out = replace(
        sheet,
        answers=np.array(sheet.answers, order=order),
        outcomes=np.array(sheet.outcomes, order=order),
        profile=np.array(sheet.profile, order=order),
    )
    assert canonical_json(scored(laid_out)) == alone
