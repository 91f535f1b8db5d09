"""What is said about a target: case by case, and always with its grounds or its warning."""

from typing import Any

import pytest

from cri.domain.target_claims import target_claim
from cri.domain.targets import Target


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
NOTHING = target(basis=None, rise=None, score=None)


@pytest.mark.parametrize(
    ("given", "place", "expected"),
    [
        (target(), PLACE, ("target.achieved", "say", "changes_achieved")),
        (target(basis="next_band"), PLACE, ("target.next_band", "care", "too_few_changes")),
        (target(basis="half_spread"), PLACE, ("target.half_spread", "care", "too_few_changes")),
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
    claim = target_claim(given, place)
    assert (claim.text_key, claim.verdict, claim.reason) == expected
    assert claim.subject == "insight"


def test_a_pool_of_synthetic_agencies_sets_no_target_for_a_real_one() -> None:
    claim = target_claim(target(), PLACE, pretended=True)
    assert (claim.text_key, claim.verdict, claim.reason) == ("target.none", "dont", "norm_synthetic")


@pytest.mark.parametrize("locale", ["en", "ar", "es", "fr"])
def test_it_is_said_in_every_language(locale: str) -> None:
    from cri.adapters.report_text import ReportText
    from cri.domain.claims import claim_document
    from tests.reports.documents import make_pack

    text = ReportText(make_pack("full"), locale, None)
    for given in (target(), target(basis="next_band"), target(basis="half_spread"), NOTHING):
        claim = claim_document(target_claim(given, PLACE))
        sentence = text.sentence(claim)
        assert "{" not in sentence
        assert ("54" in sentence) == (given.score is not None)
        assert text.reason(claim)
