"""Published results of other bodies beside an agency's own: exact ranks, and where they come from."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from cri.adapters.report_parts import along
from cri.adapters.report_text import ReportText
from cri.domain.figures import axis_of

Document = Mapping[str, Any]
View = dict[str, Any]


def reference_views(text: ReportText, found: Sequence[tuple[Document, Document]]) -> list[View]:
    """Each reference edition with its provenance and a row a measure. found: (reference, placement)."""
    return [
        {
            "title": reference["title"],
            "facts": [
                {"key": _("Published by"), "value": reference["publisher"]},
                {"key": _("Year"), "value": str(reference["year"])},
                {"key": _("Source"), "value": reference["source"]},
                {"key": _("Licence"), "value": reference["licence"]},
                {"key": _("Who vouches"), "value": reference["vouched_by"]},
            ],
            "rows": [_row(text, one, _labels(reference)) for one in placement["placements"]],
        }
        for reference, placement in found
    ]


def _labels(reference: Document) -> dict[str, str]:
    return {cell["measure"]: str(cell["label"] or cell["measure"]) for cell in reference["cells"]}


def _row(text: ReportText, one: Document, labels: Mapping[str, str]) -> View:
    share = one["kind"] == "favourable"
    kind = "share" if share else "score"
    marks = (one["lowest"], *one["quartiles"], one["best"])
    return {
        "name": text.factor_name(one["factor"]),
        "measure": labels[one["measure"]],
        "kind": str(_("share of favourable answers")) if share else str(_("score")),
        "others": text.number("count", one["others"]),
        "own": _told(text, kind, one["score"]),
        "marks": " | ".join(_told(text, kind, value) for value in marks),
        "percentile": text.number("rank", one["percentile"]),
        "at": _marks(one),
    }


def _told(text: ReportText, kind: str, value: float | None) -> str:
    """A figure on 0-100 as it is told: a share is rounded as a share."""
    return text.number(kind, value / 100 if kind == "share" and value is not None else value)


def _marks(one: Document) -> View | None:
    if one["score"] is None:
        return None
    low, high = one["interval"] or (None, None)
    axis = axis_of([one["lowest"], one["best"], one["score"]])
    marks = {
        "lowest": one["lowest"],
        **dict(zip(("q1", "median", "q3"), one["quartiles"], strict=True)),
        "best": one["best"],
        "low": low,
        "high": high,
        "score": one["score"],
    }
    return {name: None if value is None else along(axis, value) for name, value in marks.items()}
