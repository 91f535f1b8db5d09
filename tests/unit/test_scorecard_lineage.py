"""The change of units since an earlier scorecard, through reorganisations."""

from typing import Any

import numpy as np
import pytest

from cri.adapters.document_schemas import validate
from cri.domain.change import Summary
from cri.domain.lineage import History
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.scorecard_change import pooled, summary_of
from cri.domain.sheet import AnswerSheet, Unit
from tests.engine_examples import make_instrument

INSTRUMENT = make_instrument(("a1", "a2", "a3"))


def card(units: dict[str, tuple[int, int]], **facts: Any) -> dict[str, Any]:
    """A scorecard; units: code -> (people who answered, the point around which they did)."""
    rows, places = [], []
    rng = np.random.default_rng(7)
    for place, (people, point) in enumerate(units.values(), start=1):
        rows.append(np.clip(rng.integers(point - 1, point + 2, (people, 3)), 1, 7).astype(np.int8))
        places += [place] * people
    tree = (Unit("all", None, "All"), *(Unit(code, "all", code) for code in units))
    sheet = AnswerSheet(np.concatenate(rows), np.array(places, dtype=np.int32), tree)
    document = build_scorecard(INSTRUMENT, sheet, WaveFacts(agency="Elm", **facts))
    validate(document)
    return document


BEFORE = card({"a": (40, 3), "b": (60, 5), "gone": (30, 4)}, sheet_sha256="0" * 64)


def change(lineage: dict[str, History]) -> dict[str, dict[str, Any]]:
    """Unit -> its change, in a wave in which a and b are one."""
    whole = History(("all",), 1.0, None)
    document = card({"ab": (90, 5), "new": (30, 4)}, previous=BEFORE, lineage={"all": whole, **lineage})
    return {unit["code"]: unit for unit in document["change"]["units"]}


def test_a_merged_unit_is_compared_with_its_predecessors_as_one_group() -> None:
    units = change({"ab": History(("a", "b"), 0.9, None), "new": History((), None, "new")})
    shown = {unit["code"]: unit["factors"]["f0"] for unit in BEFORE["units"] if unit["factors"]}
    mean = (40 * shown["a"]["score"] + 60 * shown["b"]["score"]) / 100
    now = next(
        unit["factors"]["f0"]["score"]
        for unit in card({"ab": (90, 5), "new": (30, 4)})["units"]
        if unit["code"] == "ab"
    )
    assert units["ab"]["factors"]["f0"]["difference"] == pytest.approx(now - mean)
    assert units["ab"]["lineage"] == {
        "predecessors": ["a", "b"],
        "share": 0.9,
        "drawn": True,
        "reason": None,
    }
    assert units["new"]["factors"]["f0"] is None
    assert units["new"]["lineage"]["reason"] == "new"


def test_too_little_in_common_is_said_and_not_drawn() -> None:
    units = change({"ab": History(("a",), 0.44, "reorganised"), "new": History(("gone",), 1.0, None)})
    assert units["ab"]["factors"] == {"f0": None}
    assert (units["ab"]["lineage"]["share"], units["ab"]["lineage"]["drawn"]) == (0.44, False)
    assert units["new"]["factors"]["f0"] is not None


def test_without_a_lineage_units_of_one_code_are_the_same_and_nothing_is_said_of_it() -> None:
    document = card({"a": (50, 4), "new": (30, 4)}, previous=BEFORE)
    assert [set(unit) for unit in document["change"]["units"]] == [{"code", "factors"}] * 2
    assert [unit["code"] for unit in document["change"]["units"]] == ["all", "a"]


def test_pooling_groups_is_the_figure_of_all_their_people() -> None:
    rng = np.random.default_rng(3)
    groups = [rng.normal(50 + 9 * place, 12, n) for place, n in enumerate((11, 40, 25))]
    parts = [Summary(group.mean(), group.std(ddof=1), len(group)) for group in groups]
    everybody = np.concatenate(groups)
    found = pooled(parts)
    assert found is not None
    assert (found.mean, found.sd, found.n) == pytest.approx((everybody.mean(), everybody.std(ddof=1), 76))
    assert pooled([parts[0], None]) is None
    assert pooled([]) is None
    assert summary_of(None) is None


def test_the_pool_of_means_alone_would_be_too_sure() -> None:
    """The control: without the differences between the groups the deviation is another."""
    parts = [Summary(30.0, 10.0, 40), Summary(70.0, 10.0, 60)]
    naive = (sum((part.n - 1) * part.sd**2 for part in parts) / 98) ** 0.5
    found = pooled(parts)
    assert found is not None
    assert found.sd > 2 * naive


def test_a_wave_collected_elsewhere_says_so_and_no_other_does() -> None:
    assert card({"a": (20, 4)}, collected="elsewhere")["wave"]["collected"] == "elsewhere"
    assert "collected" not in BEFORE["wave"]
