"""The pool keeps aggregates only, and enough of them for an edition."""

import json
from datetime import date

import pytest

from cri.domain.contribution import aggregates_of
from cri.domain.errors import InputError
from cri.domain.facets import check_facets, known_facets
from cri.domain.ownership import joined_owners
from cri.domain.synthetic import synthetic_pool
from cri.services.instruments import released_instrument

KEPT = {
    *(
        "method",
        "instrument",
        "synthetic",
        "wave",
        "sheet_sha256",
        "facets",
        "population",
        "index",
        "factors",
    ),
    "previous",
}


def test_a_contribution_has_no_name_no_unit_no_day_and_no_distribution() -> None:
    members = synthetic_pool(released_instrument("cri", "1.0.0"), 2, 1, date(2026, 9, 30))
    card = members[1].scorecard
    made = aggregates_of(card, members[1].facets, ordinal=3, previous=members[0].scorecard)
    assert set(made) == KEPT
    assert made["wave"] == {"closed": card["wave"]["closed"][:7], "ordinal": 3}
    assert made["instrument"] == {key: card["instrument"][key] for key in ("code", "version", "sha256")}
    assert set(made["facets"]) == {"sector", "country", "relationship"}
    assert set(made["factors"][0]) == {"code", "n", "n_eff", "score", "sd", "items"}
    assert set(made["factors"][0]["items"][0]) == {"code", "n", "n_eff", "mean", "sd"}
    assert [len(factor["items"]) for factor in made["factors"]] == [6] * 6
    assert made["previous"]["index"]["score"] == members[0].scorecard["index"]["score"]
    assert "items" not in made["previous"]["factors"][0]
    text = json.dumps(made, allow_nan=False)
    for secret in (
        card["agency"],
        card["wave"]["id"],
        card["wave"]["closed"],
        members[0].scorecard["agency"],
    ):
        assert secret not in text


def test_owners_of_one_agency_count_as_one() -> None:
    owned = [("a", "x"), ("b", "y"), ("a", "z"), ("c", "w"), ("b", "w"), ("d", "lone")]
    assert joined_owners(owned) == {"x": "x", "z": "x", "y": "w", "w": "w", "lone": "lone"}
    assert joined_owners(reversed(owned)) == joined_owners(owned)


def test_facets_that_nobody_knows_are_refused_each_with_a_line() -> None:
    with pytest.raises(InputError) as refused:
        check_facets({"sector": "wizardry", "country": "Sweden", "relationship": "citizen"})
    sector, country = str(refused.value).splitlines()
    assert sector.startswith("sector: wizardry is not known; expected one of administration, culture,")
    assert country == "country: Sweden is not known; expected two capital letters, as SE"
    check_facets({"sector": "", "country": "", "relationship": ""})
    assert known_facets({"sector": "water", "country": "northland", "relationship": None}) == {
        "sector": "water",
        "country": None,
        "relationship": None,
    }
