"""What a release plan was audited for, as part of the document that is released."""

from collections.abc import Sequence
from typing import Any

from cri.domain.disclosure_audit import Audited
from cri.domain.disclosure_cells import Cells
from cri.domain.disclosure_groups import Figure, Shown, group_sizes

ATTACKER = {
    "knows": [
        "every released figure as an exact number",
        "who answered, in which unit, with which profile answers, early or late, and with which weight",
        "which items each person answered, but not what",
    ],
    "does": "adds and subtracts totals of the released figures, each with any factor",
}
NOT_COVERED = [
    "somebody who knows answers beforehand: their own, or those of others who tell",
    "conclusions from limits of the scale, whole numbers or likelihood rather than from sums",
    "statistics that are no sums, such as alpha: each needs the minimum, but they are not combined",
]


def certify(
    cells: Cells,
    minimum: int,
    decided: Sequence[tuple[Figure, Shown, Audited]],
    items: Sequence[Sequence[str | None]],
) -> dict[str, Any]:
    """The certificate: JSON-ready. `decided`: people first, then each factor; `items`: of each factor."""
    figures = [
        _figure(code, figure, shown, audited, minimum)
        for code, (figure, shown, audited) in zip(("usable", *cells.codes), decided, strict=True)
    ]
    for entry, reasons in zip(figures[1:], items, strict=True):
        entry["items"] = {
            "shown": sum(reason is None for reason in reasons),
            "withheld": sum(reason is not None for reason in reasons),
        }
    large = sum(entry["people_in_large_groups"] for entry in figures)
    hidden = sum(entry["people_in_hidden_groups"] for entry in figures)
    return {
        "audit": "row space of released totals",
        "minimum": minimum,
        "attacker": {
            **ATTACKER,
            "wins": f"a combination, not zero, in which only 1 to {minimum - 1} people count",
        },
        "breakdowns": ["units", "each profile question by itself", "early and late"],
        "figures": figures,
        "share_hidden": hidden / large if large else 0.0,
        "result": "passed",
        "not_covered": NOT_COVERED,
    }


def _figure(code: str, figure: Figure, shown: Shown, audited: Audited, minimum: int) -> dict[str, Any]:
    units, options, halves = group_sizes(figure)
    sized = list(zip(units, shown.units, strict=True))
    for sizes, places in zip(options, shown.options, strict=True):
        sized += zip(sizes, places, strict=True)
    if min(halves) >= minimum:
        sized += [(half, shown.halves) for half in halves]
    return {
        "figure": code,
        "people": int(figure.people.sum()),
        "groups": len(sized),
        "groups_shown": int(sum(bool(is_shown) for _, is_shown in sized)),
        "groups_too_small": sum(size < minimum for size, _ in sized),
        "people_in_large_groups": sum(size for size, _ in sized if size >= minimum),
        "people_in_hidden_groups": sum(size for size, is_shown in sized if size >= minimum and not is_shown),
        "kinds_of_people": audited.kinds,
        "hidden_by_the_search": audited.hidden,
        "cases_searched": audited.cases,
        "searches_given_up": audited.given_up,
    }
