"""Names of peer groups: "all", "sector=water", "sector=water&country=SE".

A name is built from attributes in one fixed order, so that a group has one name; "&", "=" and "%" inside a
value are written as %26, %3D and %25. Editions are made for precomputed lists of at most two attributes
(method.md, section 5).
"""

from collections.abc import Mapping
from itertools import combinations

from cri.domain.errors import InputError, InputProblem

ALL = "all"
ATTRIBUTES = ("sector", "size", "country", "relationship")
MOST_ATTRIBUTES = 2
RESERVED = (("%", "%25"), ("&", "%26"), ("=", "%3D"))

# The groups an edition is built for, in the order in which they are tried.
PEER_GROUPS: tuple[tuple[str, ...], ...] = (
    (),
    *((attribute,) for attribute in ATTRIBUTES),
    *combinations(ATTRIBUTES, MOST_ATTRIBUTES),
)

SIZES = ("small", "medium", "large")
SMALL_UP_TO, MEDIUM_UP_TO = 250, 1_000
"""Members of staff up to which an agency is small, and medium; above it is large."""


def peer_name(attributes: tuple[str, ...], facets: Mapping[str, str | None]) -> str | None:
    """The group that somebody with these facets is in; None where a facet is not known."""
    values = [facets.get(attribute) for attribute in attributes]
    if not all(values):
        return None
    pairs = zip(attributes, map(_written, values), strict=True)
    return "&".join(f"{name}={value}" for name, value in pairs) or ALL


def size_band(headcount: int | None) -> str | None:
    """The size of an agency by everybody it invited: "small", "medium" or "large"; None if not known."""
    if headcount is None:
        return None
    if headcount <= SMALL_UP_TO:
        return SIZES[0]
    return SIZES[1] if headcount <= MEDIUM_UP_TO else SIZES[2]


def fallbacks(peers: str) -> tuple[str, ...]:
    """The group itself, then its parents, the narrower first, "all" last.

    Raises InputError for what is not the name of a peer group.
    """
    if peers == ALL:
        return (ALL,)
    parts = peers.split("&")
    attributes = [part.partition("=")[0] for part in parts]
    known = all(attribute in ATTRIBUTES for attribute in attributes)
    complete = all(part.partition("=")[2] and part.count("=") == 1 for part in parts)
    if not (known and complete and len(set(attributes)) == len(parts) <= MOST_ATTRIBUTES):
        expected = f'"{ALL}", or {" or ".join(f"{name}=VALUE" for name in ATTRIBUTES)}'
        raise InputError([InputProblem(f'"{peers}" is not the name of a peer group', "peers", expected)])
    named = "&".join(sorted(parts, key=lambda part: ATTRIBUTES.index(part.partition("=")[0])))
    return (named, *(parts if len(parts) > 1 else ()), ALL)


def values_of(peers: str) -> dict[str, str]:
    """The values that make a peer group, by attribute; none for the whole pool."""
    if peers == ALL:
        return {}
    pairs = (part.partition("=") for part in peers.split("&"))
    return {name: _read(value) for name, _, value in pairs}


def belongs(peers: str, facets: Mapping[str, str | None]) -> bool:
    """Whether somebody with these facets is in the group, as far as the facets say.

    An attribute that they do not state is taken to be as the group says: an agency that chooses a group is
    taken at its word.
    """
    if peers == ALL:
        return True
    pairs = (part.partition("=") for part in peers.split("&"))
    return all(_written(facets.get(name)) in {"", value} for name, _, value in pairs)


def _written(value: str | None) -> str:
    text = value or ""
    for character, code in RESERVED:
        text = text.replace(character, code)
    return text


def _read(written: str) -> str:
    text = written
    for character, code in reversed(RESERVED):
        text = text.replace(code, character)
    return text
