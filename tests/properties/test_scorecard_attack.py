"""The same attacker on the scorecard document itself: what is not null is what he has."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given, settings

from cri.domain.release import FactorRelease, GroupRelease
from cri.domain.scorecard import WaveFacts, build_scorecard
from tests.properties.release_attack import World, isolated, sheet_of, totals
from tests.properties.test_release_properties import SKIPPED, planned, worlds

Document = dict[str, Any]


def hidden(figures: Document | None) -> str | None:
    return None if figures is not None and figures["score"] is not None else "small"


def released(document: Document, place: int, like: FactorRelease) -> FactorRelease:
    """What a scorecard shows of a factor, read off its numbers and not off the plan."""
    factor = document["factors"][place]
    code = factor["code"]

    def of(group: Document) -> str | None:
        return hidden(group["factors"][code] if group["factors"] is not None else None)

    halves = document["quality"]["early_late"]
    careless = document["quality"]["with_excluded"]
    return replace(
        like,
        groups=GroupRelease(
            whole=hidden(factor),
            units=tuple(of(unit) for unit in document["units"]),
            options=tuple(tuple(map(of, question["options"])) for question in document["profile"] or []),
            halves="small" if halves is None else of(halves["early"]) or of(halves["late"]),
        ),
        items=tuple(None if item["mean"] is not None else "small" for item in factor["items"]),
        unweighted="small",
        with_excluded=None if careless is not None and careless["factors"][code] is not None else "small",
    )


def given_away(world: World, document: Document) -> set[int] | None:
    plan = planned(world)
    for place, like in enumerate(plan.factors):
        found = isolated(world, totals(world, place, released(document, place, like)))
        if found is not None:
            return found
    return None


def plain(world: World) -> World:
    """The same wave unweighted, and with nobody excluded: a scorecard decides on both itself."""
    blocks = tuple(replace(block, weight=Fraction(1), excluded=False) for block in world.blocks)
    return replace(world, blocks=blocks, weighted=False)


def scorecard_of(world: World, seed: int) -> Document:
    instrument, sheet, _, _ = sheet_of(world, seed)
    return build_scorecard(instrument, sheet, WaveFacts())


@settings(max_examples=40, deadline=None)
@given(worlds().map(plain))
def test_a_scorecard_gives_nobody_away(world: World) -> None:
    document = scorecard_of(world, 1)
    assert document["quality"]["screening"]["excluded"] == 0
    assert given_away(world, document) is None


def test_hidden_figures_would_give_somebody_away() -> None:
    """The control: the item that the document withholds, put back."""
    document = scorecard_of(SKIPPED, 2)
    assert given_away(SKIPPED, document) is None
    (withheld,) = (item for item in document["factors"][0]["items"] if item["mean"] is None)
    assert withheld["favourable"] is not None
    withheld["mean"] = 4.0
    assert given_away(SKIPPED, document) == {1}


def test_a_withheld_item_is_told_by_no_other_field() -> None:
    document = scorecard_of(SKIPPED, 2)["factors"][0]
    (withheld,) = (item for item in document["items"] if item["mean"] is None)
    assert withheld["sd"] is None
    assert withheld["distribution"] is None or withheld["distribution"]["kind"] == "bands"
    assert document["rwg_j"] is None
    assert document["ad_m"] is None
    assert document["score"] is not None
    assert np.isfinite(document["score"])
