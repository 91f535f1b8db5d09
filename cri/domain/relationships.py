"""The relationship map: what the people served are to an agency, told for each line of its service.

Not everybody who is served is a customer. The map, chosen when a survey is set up and frozen when it opens,
decides which word stands for the people served unless another is chosen, which cautions apply to the results,
and which peer group the agency is compared with (design/content.md; Stone, Woodcock & Semmens; Needham).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cri.domain.errors import InputError, InputProblem
from cri.domain.facets import RELATIONSHIPS

NAME_LENGTH: Final = 80
MOST_LINES: Final = 12

NOUNS: Final = {
    "citizen": "residents",
    "client": "clients",
    "customer": "customers",
    "partner": "members",
    "regulated": "people_regulated",
    "ward": "people_in_care",
}
"""Relationship -> the noun of an instrument that stands for the people served, unless another is chosen."""


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One line of an agency's service, and what the people are to it. relationship: one of RELATIONSHIPS."""

    name: str
    relationship: str

    def to_document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"name": self.name, "relationship": self.relationship}


def service_lines(documents: Sequence[dict[str, Any]] | None) -> tuple[ServiceLine, ...]:
    """The inverse of `ServiceLine.to_document`, of a whole map; empty where none was drawn."""
    return tuple(ServiceLine(str(one["name"]), str(one["relationship"])) for one in documents or ())


def check_lines(lines: Sequence[ServiceLine]) -> tuple[ServiceLine, ...]:
    """The lines with their names tidied, the one that serves most people first.

    Raises InputError: `where` is the line's number from 1, or "lines".
    """
    tidied = tuple(ServiceLine(" ".join(line.name.split()), line.relationship) for line in lines)
    problems = []
    if not 0 < len(tidied) <= MOST_LINES:
        problems.append(InputProblem(f"{len(tidied)} lines", "lines", f"1 to {MOST_LINES}"))
    seen: set[str] = set()
    for number, line in enumerate(tidied, start=1):
        if not 0 < len(line.name) <= NAME_LENGTH or not line.name.isprintable():
            problems.append(InputProblem("not a name", str(number), f"1 to {NAME_LENGTH} characters"))
        elif line.name.casefold() in seen:
            problems.append(InputProblem("named twice", str(number), "each line of service once"))
        if line.relationship not in RELATIONSHIPS:
            problems.append(
                InputProblem("no such relationship", str(number), "one of " + ", ".join(RELATIONSHIPS))
            )
        seen.add(line.name.casefold())
    if problems:
        raise InputError(problems)
    return tidied


def cautions_of(main: str, lines: Sequence[ServiceLine]) -> tuple[str, ...]:
    """The relationships whose cautions apply, the main one first, each once."""
    return tuple(dict.fromkeys((main, *(line.relationship for line in lines))))


def usual_noun(relationship: str, known: Collection[str], otherwise: str) -> str:
    """The noun for the people served: the relationship's if the instrument has it, else `otherwise`."""
    noun = NOUNS.get(relationship, otherwise)
    return noun if noun in known else otherwise
