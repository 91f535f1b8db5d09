"""What agencies say of themselves for peer groups, as codes: free words would put nobody in one group."""

import re
from collections.abc import Mapping

from cri.domain.errors import InputError, InputProblem

SECTORS = (
    "administration",
    "culture",
    "education",
    "emergency",
    "environment",
    "health",
    "housing",
    "justice",
    "licensing",
    "planning",
    "social",
    "tax",
    "transport",
    "utilities",
    "water",
)
RELATIONSHIPS = ("citizen", "client", "customer", "partner", "regulated", "ward")
_COUNTRY = re.compile(r"[A-Z]{2}")


def check_facets(facets: Mapping[str, str]) -> None:
    """Refuse a facet's value that nobody knows. Raises InputError with a line for each.

    facets: sector, country (two letters of ISO 3166-1) and relationship; empty for one that is not told.
    """
    problems = [
        InputProblem(f"{facets[name]} is not known", name, "one of " + ", ".join(known))
        for name, known in (("sector", SECTORS), ("relationship", RELATIONSHIPS))
        if facets[name] and facets[name] not in known
    ]
    country = facets["country"]
    if country and not _COUNTRY.fullmatch(country):
        problems.append(InputProblem(f"{country} is not known", "country", "two capital letters, as SE"))
    if problems:
        raise InputError(problems)


def known_facets(facets: Mapping[str, str | None]) -> dict[str, str | None]:
    """The facets, less values that nobody knows: a group of them would hold one agency for ever."""
    return {name: value if value and _is_known(name, value) else None for name, value in facets.items()}


def _is_known(name: str, value: str) -> bool:
    try:
        check_facets({"sector": "", "country": "", "relationship": "", name: value})
    except InputError:
        return False
    return True
