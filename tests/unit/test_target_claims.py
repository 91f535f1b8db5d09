"""What is said about a target: case by case, and always with its grounds or its warning."""

from typing import Any

import pytest

from cri.adapters.report_files import load_report_words
from cri.domain.achieved_changes import THE_AUDIT, with_changes
from cri.domain.edition_draft import draft_edition
from cri.domain.target_claims import ground_of, target_claim
from cri.domain.targets import Target
from tests.pool_examples import pool_of


def target(**changes: Any) -> Target:
    given: dict[str, Any] = {
        "factor": "insight",
        "basis": "achieved",
        "rise": 4.0,
        "score": 54.0,
        "typical": 2.0,
        "by_itself": 0.5,
        "detectable": 3.0,
        "below_detectable": False,
        "rises_by_itself": False,
    }
    return Target(**{**given, **changes})


PLACE = {"score": 50.0, "tier": "percentiles", "band": "cannot_tell", "probability": None}
EDITION = {"changes": {"cells": [], "refused": [{"factor": "insight", "reason": "too few pairs"}]}}
NOTHING = target(basis=None, rise=None, score=None)


@pytest.mark.parametrize(
    ("given", "place", "expected"),
    [
        (target(), PLACE, ("target.achieved", "say", "changes_achieved")),
        (target(basis="next_band", typical=None), PLACE, ("target.next_band", "care", "too_few_changes")),
        (target(basis="half_spread", typical=None), PLACE, ("target.half_spread", "care", "too_few_changes")),
        (target(below_detectable=True), PLACE, ("target.achieved", "care", "below_detectable")),
        (target(rises_by_itself=True), PLACE, ("target.achieved", "care", "rises_by_itself")),
        (
            target(below_detectable=True, rises_by_itself=True),
            PLACE,
            ("target.achieved", "care", "below_and_by_itself"),
        ),
        (NOTHING, {**PLACE, "score": None}, ("target.none", "dont", "too_few")),
        (NOTHING, {**PLACE, "tier": "none"}, ("target.none", "dont", "norm_too_thin")),
        (NOTHING, PLACE, ("target.none", "dont", "no_spread")),
        (NOTHING, {**PLACE, "score": 100.0}, ("target.none", "dont", "no_room")),
    ],
)
def test_a_target_says_where_it_comes_from_or_what_to_mind(
    given: Target, place: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    claim = target_claim(given, place, EDITION)
    assert (claim.text_key, claim.verdict, claim.reason) == expected
    assert claim.subject == "insight"


def test_a_pool_of_synthetic_agencies_sets_no_target_for_a_real_one() -> None:
    claim = target_claim(target(), PLACE, EDITION, pretended=True)
    assert (claim.text_key, claim.verdict, claim.reason) == ("target.none", "dont", "norm_synthetic")


@pytest.mark.parametrize("locale", ["en", "ar", "es", "fr"])
def test_it_is_said_in_every_language(locale: str) -> None:
    from cri.adapters.report_text import ReportText
    from cri.domain.claims import claim_document
    from tests.reports.documents import make_pack

    text = ReportText(make_pack("full"), locale, None)
    for given in (target(), target(basis="next_band"), target(basis="half_spread"), NOTHING):
        claim = claim_document(target_claim(given, PLACE, EDITION))
        sentence = text.sentence(claim)
        assert "{" not in sentence
        assert ("54" in sentence) == (given.score is not None)
        assert text.reason(claim)


def refusing(reason: str, factor: str = "insight") -> dict[str, Any]:
    return {"changes": {"cells": [], "refused": [{"factor": factor, "reason": reason}]}}


@pytest.mark.parametrize(
    ("typical", "edition", "expected"),
    [
        (None, refusing("too few pairs"), "too_few_changes"),
        (None, refusing(THE_AUDIT), "changes_withheld"),
        (2.0, {"changes": {"cells": [{"factor": "insight"}], "refused": []}}, "changes_fall"),
        (None, {}, "no_changes"),
        (None, {"changes": None}, "no_changes"),
        (None, refusing("no norm"), "no_changes"),
        (None, refusing("too few pairs", factor="foresight"), "no_changes"),
    ],
)
@pytest.mark.parametrize("locale", ["en", "ar", "es", "fr"])
def test_why_no_changes_were_followed_is_what_the_edition_says(
    typical: float | None, edition: dict[str, Any], expected: str, locale: str
) -> None:
    given = target(basis="half_spread", typical=typical)
    assert ground_of(given, edition) == target_claim(given, PLACE, edition).reason == expected
    reasons = load_report_words(locale)["reasons"]
    told = {reasons[one] for one in ("too_few_changes", "changes_withheld", "changes_fall", "no_changes")}
    assert reasons[expected] in told
    assert len(told) == 4
    assert ("20" in reasons[expected]) == (expected == "too_few_changes")


def test_the_reasons_are_those_that_editions_are_made_with() -> None:
    few = with_changes(draft_edition(pool := pool_of([float(one) for one in range(30, 70)]), "2026.1"), pool)
    assert ground_of(target(basis="half_spread", typical=None), few.document) == "too_few_changes"
