"""What is hidden besides the plan: attacks on weighted figures, on lone items, and on what hangs together."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cri.adapters.document_schemas import validate
from cri.domain.disclosure_cells import release_cells
from cri.domain.errors import InputError
from cri.domain.instrument import Instrument, ProfileQuestion
from cri.domain.release import plan_release
from cri.domain.reliability import alpha_of, item_rest
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.scorecard_weights import weigh
from cri.domain.scoring import sum_wave
from cri.domain.sheet import AnswerSheet, Unit, unit_parents
from tests.engine_examples import make_instrument

UNITS = tuple(Unit(code, None, code.upper()) for code in "abc")
Cells = dict[tuple[int, int], int]


def asked(*factors: list[str]) -> Instrument:
    return replace(make_instrument(*factors), profile=(ProfileQuestion("work", ("front", "back")),))


def wave(cells: Cells, items: int, seed: int = 4) -> AnswerSheet:
    """So many people of each (unit, option), who agree with themselves, more or less."""
    draws = np.random.default_rng(seed)
    place = np.repeat(np.array(list(cells)), list(cells.values()), axis=0)
    near = draws.normal(4.4, 1.0, (len(place), 1)) + draws.normal(0, 1.2, (len(place), items))
    return AnswerSheet(
        np.clip(np.rint(near), 1, 7).astype(np.int8),
        place[:, 0].astype(np.int32),
        UNITS,
        profile=place[:, 1:].astype(np.int8),
        late=np.arange(len(place)) % 2 == 0,
    )


def scored(instrument: Instrument, sheet: AnswerSheet, heads: Any = None) -> dict[str, Any]:
    facts = WaveFacts(weights="rake" if heads else "none", headcounts=heads)
    document = build_scorecard(instrument, sheet, facts)
    validate(document)
    return document


# --- weights ---

THREE = ["x1", "x2", "x3"]
ONE_OF_SIXTEEN: Cells = {(0, 0): 60, (1, 0): 15, (1, 1): 1, (2, 0): 30, (2, 1): 12}
HEAVY = {"unit": {"a": 62, "b": 36, "c": 60}, "work": {"front": 92, "back": 66}}


def test_a_unit_whose_weight_is_mostly_one_persons_is_hidden() -> None:
    """Sixteen people of whom one weighs as much as the others together: their mean is half that one's."""
    instrument, sheet = asked(THREE), wave(ONE_OF_SIXTEEN, 3)
    weighted = weigh(instrument, sheet, np.ones(sheet.respondents, dtype=bool), HEAVY)
    assert weighted is not None
    naive = sum_wave(instrument, sheet, None, weighted.whole).factors[0].units.n_eff()
    assert naive[1] < 10 < naive[0]  # the control: 16 people, shown for their number alone
    document = scored(instrument, sheet, HEAVY)
    light = document["units"][1]["factors"]["f0"]
    assert document["units"][1]["n"] == 16
    assert light["suppressed"] == "small"
    assert {light[key] for key in ("n", "n_eff", "score", "sd", "se", "interval", "rwg_j", "ad_m")} == {None}
    assert scored(instrument, sheet)["units"][1]["factors"]["f0"]["score"] is not None
    for group in shown_groups(document):
        assert group["n_eff"] >= 10 - 0.001


def shown_groups(document: dict[str, Any]) -> list[dict[str, Any]]:
    groups = [document["index"], *document["factors"]]
    groups += [item for factor in document["factors"] for item in factor["items"]]
    for holder in (*document["units"], *(o for q in document["profile"] for o in q["options"])):
        groups += list((holder["factors"] or {}).values())
    for half in ("early", "late"):
        groups += list((document["quality"]["early_late"][half]["factors"] or {}).values())
    return [group for group in groups if (group.get("score") or group.get("mean")) is not None]


def test_a_wave_that_is_worth_fewer_than_ten_shows_no_weighted_figure() -> None:
    instrument, sheet = asked(THREE), wave({(0, 0): 60, (1, 1): 12}, 3)
    heads = {"work": {"front": 10, "back": 90}}
    # 12 people who stand for 90 %: n_eff is 14.8; with a minimum of 15 that is not enough.
    facts = WaveFacts(weights="rake", headcounts=heads, minimum=15)
    document = build_scorecard(instrument, sheet, facts)
    validate(document)
    factor = document["factors"][0]
    assert (factor["n"], factor["score"], factor["unweighted"], factor["alpha"]) == (72, None, None, None)
    assert [item["suppressed"] for item in factor["items"]] == ["small"] * 3
    assert document["index"]["score"] is None
    assert document["agreement"]["icc1"] == {"f0": None}
    assert build_scorecard(instrument, sheet, replace(facts, minimum=10))["index"]["score"] is not None


def test_margins_that_cannot_be_met_together_give_no_scorecard() -> None:
    """Who is in a is at the front, and who is in b at the back; the head-counts say otherwise."""
    sheet = wave({(0, 0): 30, (1, 1): 30}, 3)
    with pytest.raises(InputError) as caught:
        scored(asked(THREE), sheet, {"unit": {"a": 70, "b": 30}, "work": {"front": 30, "back": 70}})
    assert str(caught.value) == (
        "head-counts: margin unit, level a: the margins cannot be met together: 30 % of the respondents after"
        " 200 rounds of raking; expected 70 %; mend the head-counts, or give fewer margins or coarser levels"
    )


@pytest.mark.parametrize(
    ("heads", "said"),
    [
        ({"work": {"front": 30, "back": 9970}}, "respondents of work front would weigh 0.00"),
        ({"work": {"front": 1, "back": 99}}, "respondents of work front would weigh 0.01"),
    ],
)
def test_weights_far_from_the_others_are_refused(heads: Any, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        scored(asked(THREE), wave({(0, 0): 60, (1, 1): 12}, 3), heads)
    assert "expected weights of 0.1 to 10 times the mean" in str(caught.value)


def test_a_weight_above_ten_is_refused() -> None:
    sheet = wave({(0, 0): 188, (1, 1): 12}, 3)
    with pytest.raises(InputError, match=r"respondents of work back would weigh 11\.7 times the mean"):
        scored(asked(THREE), sheet, {"work": {"front": 30, "back": 70}})
    assert scored(asked(THREE), sheet, {"work": {"front": 45, "back": 55}})["index"]["score"] is not None


# --- the certificate ---


def shown_in(document: dict[str, Any], place: int) -> tuple[int, int, int]:
    """(groups, people in them, items) that a factor is in fact shown for, read off the document."""
    code = document["factors"][place]["code"]
    groups = [
        holder["factors"][code]
        for holder in (*document["units"], *(o for q in document["profile"] for o in q["options"]))
        if holder["factors"]
    ]
    groups += [
        half["factors"][code] for half in document["quality"]["early_late"].values() if half["factors"]
    ]
    people = [group["n"] for group in groups if group["score"] is not None]
    items = document["factors"][place]["items"]
    return len(people), sum(people), sum(item["mean"] is not None for item in items)


def audited(entry: dict[str, Any]) -> tuple[int, int, int]:
    people = entry["people_in_large_groups"] - entry["people_in_hidden_groups"]
    return entry["groups_shown"], people, entry["items"]["shown"]


def naive_certificate(instrument: Instrument, sheet: AnswerSheet, heads: Any = None) -> dict[str, Any]:
    """The control: the release plan's own, made before anything else was hidden."""
    everybody = np.ones(sheet.respondents, dtype=bool)
    weighted = weigh(instrument, sheet, everybody, heads) if heads else None
    cells = release_cells(instrument, sheet, weights=weighted.values if weighted else None)
    alike = [(sheet.answers[:, column] >= 6).all() for column in range(sheet.answers.shape[1])]
    return plan_release(cells, unit_parents(sheet.units), alike=np.array(alike)).certificate


def test_the_certificate_counts_what_is_hidden_after_the_audit_too() -> None:
    ends = np.where(np.arange(52) >= 40, 6 + np.arange(52) % 2, np.resize([2, 7, 4, 5, 6], 52))
    waves: list[tuple[Instrument, AnswerSheet, Any, int]] = [
        (asked(THREE), wave(ONE_OF_SIXTEEN, 3), HEAVY, 1),
        (LONE, lone(6 + np.arange(52) % 2), None, 7),
        (LONE, lone(ends), None, 3),
    ]
    for instrument, sheet, heads, hidden in waves:
        document = scored(instrument, sheet, heads)
        told = document["disclosure"]
        for place, entry in enumerate(told["figures"][1:]):
            assert audited(entry) == shown_in(document, place)
        naive = naive_certificate(instrument, sheet, heads)
        assert audited(naive["figures"][1]) != shown_in(document, 0)
        assert told["figures"][1]["hidden_after_the_audit"] == hidden
        assert told["share_hidden"] > naive["share_hidden"]


# --- shares ---


def test_shares_do_not_tell_how_many_of_a_small_crossing_are_in_them() -> None:
    """Who knows the weights of four crossings and a weighted share knows how many of each are in it."""
    cells: Cells = {(0, 0): 60, (0, 1): 4, (1, 0): 30, (1, 1): 40}
    heads = {"unit": {"a": 150, "b": 250}, "work": {"front": 190, "back": 210}}
    instrument, sheet = asked(THREE), wave(cells, 3, 1)
    weighted = weigh(instrument, sheet, np.ones(sheet.respondents, dtype=bool), heads)
    assert weighted is not None
    of_cell = [weighted.values[start] for start in (0, 60, 64, 94)]
    counts = np.meshgrid(*(np.arange(size + 1) for size in cells.values()), indexing="ij")
    sums = sum(weight * count for weight, count in zip(of_cell, counts, strict=True)) / 134
    told = naive = 0
    for place, item in enumerate(scored(instrument, sheet, heads)["factors"][0]["items"]):
        for cell in item["distribution"]["cells"]:
            if cell["share"] is None:
                continue
            here = sheet.answers[:, place] == int(cell["code"])
            assert cell["share"] == here.sum() / 134
            told += possible(sums, cell["share"], counts[1]) == {int(here[60:64].sum())}
            naive += possible(sums, weighted.values[here].sum() / 134, counts[1]) == {int(here[60:64].sum())}
    assert told == 0
    assert naive > 15  # the control: weighted shares


def possible(sums: np.ndarray, share: float, of_few: np.ndarray) -> set[int]:
    """How many of the four can be behind a share."""
    return set(of_few[np.abs(sums - share) < 1e-11].tolist())


# --- what hangs together ---


def test_a_withheld_items_sd_is_not_had_from_alpha() -> None:
    """Two items, one withheld: alpha and the other's item-rest correlation are two equations for its sd."""
    draws = np.random.default_rng(0)
    near = draws.normal(4.3, 1, (70, 1)) + draws.normal(0, 1.1, (70, 2))
    answers = np.clip(np.rint(near), 1, 7).astype(np.int8)
    answers[3, 0] = -1
    instrument = make_instrument(["x1", "x2"])
    sheet = AnswerSheet(answers, np.full(70, -1, dtype=np.int32), ())
    document = scored(instrument, sheet)
    factor = document["factors"][0]
    (hidden,) = (place for place, item in enumerate(factor["items"]) if item["mean"] is None)
    assert factor["items"][hidden]["suppressed"] == "complementary"
    assert factor["score"] is not None
    assert {factor[key] for key in ("alpha", "omega", "mean_inter_item_r")} == {None}
    assert [item["item_rest_r"] for item in factor["items"]] == [None, None]
    # Seventy people are enough: that is not why nothing is said, and the document does not claim it.
    why = {claim["id"]: claim["reason"] for claim in document["claims"]}
    assert (why["reliability.none:f0"], why["agreement.none:f0"]) == ("withheld", "withheld")
    # The control: with the figures that are now null, the sd comes back.
    sums = sum_wave(instrument, sheet).factors[0]
    covariances = sums.pairs.covariances(10)
    assert covariances is not None
    alpha = alpha_of(covariances, sums.everybody.n)
    assert alpha is not None
    known, r = factor["items"][1 - hidden]["sd"], item_rest(covariances)[1 - hidden]
    assert r is not None
    found = np.roots([alpha.value, (2 * alpha.value - 4) * r * known, alpha.value * known**2]).real
    truth = np.sqrt(covariances[hidden, hidden])
    assert min(abs(found - truth)) < 0.05 * truth


# --- lone items ---


def lone(second: np.ndarray) -> AnswerSheet:
    """Two units of 20 and one of 12: a factor of one item, and one of two."""
    draws = np.random.default_rng(2)
    answers = np.column_stack([second, draws.integers(2, 7, (52, 2))]).astype(np.int8)
    unit = np.repeat(np.arange(3), (20, 20, 12)).astype(np.int32)
    work = (np.arange(52)[:, None] % 2).astype(np.int8)
    return AnswerSheet(answers, unit, UNITS, profile=work, late=np.arange(52) % 4 < 2)


LONE = asked(["a"], ["b", "c"])


def test_a_lone_item_that_all_answered_alike_has_no_score_anywhere() -> None:
    document = scored(LONE, lone(6 + np.arange(52) % 2))
    item = document["factors"][0]["items"][0]
    assert (item["suppressed"], item["mean"]) == ("alike", None)
    # The control: the score of a factor of one item is the item's mean, and would have been told.
    naive = sum_wave(LONE, lone(6 + np.arange(52) % 2)).factors[0].whole.mean()[0]
    assert naive == 6.5
    factor = document["factors"][0]
    assert {factor[key] for key in ("score", "sd", "se", "interval", "rwg_j", "ad_m", "favourable")} == {None}
    assert document["index"]["score"] is None
    assert document["quality"]["with_excluded"]["factors"]["f0"] is None
    for holder in holders(document):
        assert holder["factors"]["f0"]["score"] is None
        assert holder["factors"]["f1"]["score"] is not None


def holders(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        *document["units"],
        *document["profile"][0]["options"],
        *document["quality"]["early_late"].values(),
    ]


@pytest.mark.parametrize("kind", ["units", "options", "halves"])
def test_a_lone_item_that_a_group_answered_alike_hides_all_of_its_kind(kind: str) -> None:
    answers = np.resize([2, 7, 4, 5, 6], 52)
    sheet = lone(answers)
    assert all(holder["factors"]["f0"]["score"] is not None for holder in holders(scored(LONE, sheet)))
    assert sheet.profile is not None
    assert sheet.late is not None
    here = {"units": sheet.unit == 2, "options": sheet.profile[:, 0] == 1, "halves": sheet.late}[kind]
    document = scored(LONE, lone(np.where(here, 6 + answers % 2, answers)))
    assert document["factors"][0]["score"] is not None
    groups = {
        "units": document["units"],
        "options": document["profile"][0]["options"],
        "halves": list(document["quality"]["early_late"].values()),
    }
    for name, found in groups.items():
        shown = [group["factors"]["f0"]["score"] is not None for group in found]
        assert shown == [name != kind] * len(found)
        assert all(group["factors"]["f1"]["score"] is not None for group in found)
