"""What a release plan was audited for, as part of the document that is released."""

from collections.abc import Mapping, Sequence
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
Group = tuple[int, bool]
"""How many people a figure has in a group, and whether it is shown."""

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
        entry["items"] = _items(reasons)
    return {
        "audit": "row space of released totals",
        "minimum": minimum,
        "attacker": {
            **ATTACKER,
            "wins": f"a combination, not zero, in which only 1 to {minimum - 1} people count",
        },
        "breakdowns": ["units", "each profile question by itself", "early and late"],
        "figures": figures,
        "share_hidden": _share_hidden(figures),
        "result": "passed",
        "not_covered": NOT_COVERED,
    }


def recount(
    certificate: Mapping[str, Any],
    groups: Sequence[Sequence[Group]],
    items: Sequence[Sequence[str | None]],
) -> dict[str, Any]:
    """The certificate of a plan of which more was hidden after the audit: the counts are those of the end.

    `groups`, `items`: of each factor, not of the people. `hidden_after_the_audit` says how many groups were
    shown when the audit passed and are not now; to show less than was audited adds no equation.
    """
    minimum, figures = certificate["minimum"], list(certificate["figures"])
    for place, (mine, reasons) in enumerate(zip(groups, items, strict=True), start=1):
        before, counted = figures[place], _counts(mine, minimum)
        after = before["groups_shown"] - counted["groups_shown"]
        figures[place] = {
            **before,
            **counted,
            "hidden_after_the_audit": before["hidden_after_the_audit"] + after,
            "items": _items(reasons),
        }
    return {**certificate, "figures": figures, "share_hidden": _share_hidden(figures)}


def _figure(code: str, figure: Figure, shown: Shown, audited: Audited, minimum: int) -> dict[str, Any]:
    units, options, halves = group_sizes(figure)
    sized = list(zip(units, shown.units.tolist(), strict=True))
    for sizes, places in zip(options, shown.options, strict=True):
        sized += zip(sizes, places.tolist(), strict=True)
    sized += [(half, shown.halves) for half in halves if min(halves) >= minimum]
    return {
        "figure": code,
        "people": int(figure.people.sum()),
        **_counts(sized, minimum),
        "kinds_of_people": audited.kinds,
        "hidden_by_the_search": audited.hidden,
        "hidden_after_the_audit": 0,
        "cases_searched": audited.cases,
        "searches_given_up": audited.given_up,
    }


def _counts(groups: Sequence[Group], minimum: int) -> dict[str, int]:
    large = [(size, is_shown) for size, is_shown in groups if size >= minimum]
    return {
        "groups": len(groups),
        "groups_shown": sum(is_shown for _, is_shown in groups),
        "groups_too_small": len(groups) - len(large),
        "people_in_large_groups": sum(size for size, _ in large),
        "people_in_hidden_groups": sum(size for size, is_shown in large if not is_shown),
    }


def _items(reasons: Sequence[str | None]) -> dict[str, int]:
    shown = sum(reason is None for reason in reasons)
    return {"shown": shown, "withheld": len(reasons) - shown}


def _share_hidden(figures: Sequence[Mapping[str, Any]]) -> float:
    large = sum(entry["people_in_large_groups"] for entry in figures)
    hidden = sum(entry["people_in_hidden_groups"] for entry in figures)
    return hidden / large if large else 0.0
