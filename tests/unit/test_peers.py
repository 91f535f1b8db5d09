"""Names of peer groups."""

import pytest

from cri.domain.errors import InputError
from cri.domain.peers import belongs, fallbacks, peer_name

WATER = {"sector": "water", "country": "SE", "relationship": None}


def test_names_by_attributes() -> None:
    assert peer_name((), WATER) == "all"
    assert peer_name(("sector",), WATER) == "sector=water"
    assert peer_name(("sector", "country"), WATER) == "sector=water&country=SE"
    assert peer_name(("relationship",), WATER) is None


def test_parents_up_to_all() -> None:
    assert fallbacks("all") == ("all",)
    assert fallbacks("sector=water") == ("sector=water", "all")
    two = ("sector=water&country=SE", "sector=water", "country=SE", "all")
    assert fallbacks("sector=water&country=SE") == two
    assert fallbacks("country=SE&sector=water")[0] == two[0]


def test_signs_inside_a_value() -> None:
    facets = {"sector": "arts & sport = 50%"}
    name = peer_name(("sector",), facets)
    assert name == "sector=arts %26 sport %3D 50%25"
    assert fallbacks(name) == (name, "all")
    assert belongs(name, facets)


@pytest.mark.parametrize("name", ["sector=a&country=b&relationship=c", "sector=a=b", "all&sector=a", "=a"])
def test_no_names(name: str) -> None:
    with pytest.raises(InputError, match="is not the name of a peer group"):
        fallbacks(name)


def test_membership_as_far_as_facets_say() -> None:
    assert belongs("all", {})
    assert belongs("sector=water", WATER)
    assert not belongs("sector=roads", WATER)
    assert belongs("relationship=residents", WATER)
    assert not belongs("relationship=residents&country=NO", WATER)
