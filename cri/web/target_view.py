"""Targets in words, marks and numbers, ready for their page."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from cri.adapters.report_parts import along
from cri.adapters.report_text import ReportText
from cri.domain.claims import Claim, claim_document
from cri.domain.figures import Canvas, axis_of, values_of
from cri.domain.pack import section_of
from cri.domain.target_claims import ground_of
from cri.domain.target_figure import target_values, targets_figure
from cri.domain.targets import Target
from cri.services.comparisons import Comparison
from cri.web.results_figures import PALETTE, ROW, WIDTH, for_screen
from cri.web.results_view import PICK_KINDS, strip_marks, text_of
from cri.web.texts import number

Document = Mapping[str, Any]
View = dict[str, Any]


def target_page(found: Comparison) -> View:
    """The page: a row for each factor and the index, its claim, and what the targets come from."""
    text = text_of(found.pack)
    text.where = "targets"
    rows = _rows(found)
    axis = _axis(rows)
    views = [
        _row_view(text, row, target, claim, axis)
        for row, (target, claim) in zip(rows, found.targets, strict=bool(found.targets))
    ]
    return {
        "words": text.page_words(),
        "rows": views,
        "ends": [text.tick(end) for end in axis],
        "any_target": any(row["target"] is not None for row in rows),
        "grounds": _grounds(text, found),
        "any_spread": any(target.basis in {"next_band", "half_spread"} for target, _claim in found.targets),
        "shown": text.shown,
    }


def targets_plot(found: Comparison) -> dict[str, Any]:
    """The figure, for plotly: the strip, the score, the way to the target."""
    text, rows = text_of(found.pack), _rows(found)
    axis = _axis(rows)
    canvas = Canvas(WIDTH, (ROW,) * len(rows))
    figure = targets_figure(rows, canvas, axis, {**PALETTE, "target": "--ink"})
    names = [text.factor_name(row["code"]) for row in rows]
    aims, base = figure["data"][1:], {**figure, "data": figure["data"][:1]}
    made = for_screen(base, canvas, axis, text, names, rows)
    aimed = [
        (name, row["target"]) for name, row in zip(names, rows, strict=True) if row["target"] is not None
    ]
    aims[-1]["hoverinfo"] = "text"
    aims[-1]["hovertext"] = [f"{name}: {text.number('score', target)}" for name, target in aimed]
    return {**made, "data": [*made["data"], *aims]}


def _rows(found: Comparison) -> list[View]:
    """The pack's rows with their targets; without a comparison, rows without any."""
    rows = section_of(found.pack, "summary")["rows"]
    targets: list[Target | None] = [target for target, _claim in found.targets]
    targets = targets or [None] * len(rows)
    return [
        {**row, "target": target.score if target else None, "found": _found(row, target)}
        for row, target in zip(rows, targets, strict=True)
    ]


def _found(row: Document, target: Target | None) -> float | None:
    """The score from which the next wave, if as large, would likely find the rise."""
    if target is None or target.score is None or target.detectable is None:
        return None
    return float(row["score"]) + target.detectable


def _axis(rows: list[View]) -> tuple[float, float]:
    return axis_of([*values_of(rows), *target_values(rows)])


def _row_view(text: ReportText, row: View, target: Target, claim: Claim, axis: tuple[float, float]) -> View:
    said = claim_document(claim)
    marks = strip_marks(axis, row)
    aim = row["target"]
    if marks is not None:
        marks["target"] = None if aim is None else along(axis, aim)
        seen = row["found"]
        marks["found"] = along(axis, seen) if seen is not None and seen <= axis[1] else None
    return {
        "code": row["code"],
        "is_index": row["code"] == "index",
        "name": text.factor_name(row["code"]),
        "few": row["score"] is None,
        "score": text.number("score", row["score"]),
        "target": text.number("score", aim),
        "rise": text.number("difference", target.rise),
        "typical": text.number("difference", target.typical),
        "by_itself": text.number("difference", target.by_itself),
        "detectable": text.number("difference", target.detectable),
        "below": target.below_detectable,
        "low": target.rises_by_itself,
        "at": marks,
        "sentence": text.sentence(said),
        "spoken": text.spoken(said),
        "verdict": said["verdict"],
        "verdict_word": text.verdict(said),
        "kind": PICK_KINDS[said["verdict"]],
        "reason": text.reason(said),
    }


def _grounds(text: ReportText, found: Comparison) -> list[View]:
    """What the targets come from, each ground with the figures that it is true of; `names` None where of all.

    kept_from: the older edition whose changes they are. pairs, owners: the fewest behind a target.
    """
    edition = found.edition or {}
    changes = {cell["factor"]: cell for cell in (edition.get("changes") or {"cells": ()})["cells"]}
    sorted_out: dict[tuple[str, str | None], list[str]] = {}
    for target, _claim in found.targets:
        if target.basis is None:
            continue
        ground = ground_of(target, edition)
        used = changes[target.factor] if target.typical is not None else {}
        sorted_out.setdefault((ground, used.get("kept_from")), []).append(target.factor)
    return [
        {
            "achieved": ground == "changes_achieved",
            "sentence": text.word(f"reasons.{ground}"),
            "names": str(_(", ")).join(map(text.factor_name, codes)) if len(sorted_out) > 1 else None,
            "kept_from": kept_from,
            **_behind([changes[code] for code in codes if code in changes]),
        }
        for (ground, kept_from), codes in sorted_out.items()
    ]


def _behind(cells: list[Document]) -> View:
    return {key: number(min(cell[key] for cell in cells)) if cells else None for key in ("pairs", "owners")}
