"""Reference editions: published results of other bodies, beside the pool and never in it.

What is public already needs no disclosure control: figures stand under the organisations' own names, and
quantiles and places are exact. Nothing here makes a `Member`, so that no outside result can enter an edition
of the pool. Source: method.md, section 5, "Outside results".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cri.domain.documents import digest_of
from cri.domain.eligibility import name_key
from cri.domain.errors import InputError, InputProblem
from cri.domain.norms import figures_of
from cri.domain.reference_norms import percentile_among, quantiles

Document = Mapping[str, Any]

SCHEMA = "cri.reference/1"
PLACEMENT_SCHEMA = "cri.reference-placement/1"
FEWEST_ORGANISATIONS = 2
"""Organisations with a figure for a measure: one has no others to be placed among."""

_TOLD = ("reference", "title", "publisher", "source", "licence", "year", "vouched_by", "notes")


@dataclass(frozen=True)
class Organisation:
    """A published body: its figures on 0-100 by factor code, and the factors that its publisher suppressed.

    A factor in neither was left blank: not asked there, or not published.
    """

    name: str
    figures: Mapping[str, float]
    suppressed: frozenset[str] = frozenset()


def build_reference(
    about: Document, organisations: Sequence[Organisation], left_out: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """The document of a reference edition.

    about: what ABOUT.yaml tells (schema cri.reference-about/1): provenance, instrument, measures.
    left_out: parents and aggregates, each with the reason. Raises InputError for an organisation that comes
    twice and for a measure that fewer than two organisations have.
    """
    _refuse_twice([one.name for one in organisations])
    ordered = sorted(organisations, key=lambda one: name_key(one.name))
    instrument = about["instrument"]
    document: dict[str, Any] = {
        "schema": SCHEMA,
        **{key: about.get(key) for key in _TOLD},
        "instrument": {key: instrument.get(key) for key in ("code", "version", "sha256")},
        "organisations": len(ordered),
        "left_out": [{"organisation": name, "reason": reason} for name, reason in sorted(left_out)],
        "cells": [_cell(measure, ordered) for measure in about["measures"]],
    }
    document["sha256"] = digest_of(document)
    return document


def place_in_reference(
    scorecard: Document, reference: Document, organisation: str | None = None
) -> dict[str, Any]:
    """Place a scorecard's factors among the organisations of a reference edition: exact mid-ranks.

    organisation: under which name the agency itself is in the reference, to be left out of the others; by
    default its own name, if that is there. Raises InputError for another instrument than the reference's, for
    a name that is not in it, and where no factor is in both.
    """
    _refuse_other_instrument(scorecard, reference)
    itself = _itself(scorecard, reference, organisation)
    own = figures_of(scorecard)
    cells = [cell for cell in reference["cells"] if cell["factor"] in own]
    if not cells:
        told = ", ".join(cell["factor"] for cell in reference["cells"])
        raise InputError([InputProblem("no factor of it is in the reference", "scorecard", told)])
    return {
        "schema": PLACEMENT_SCHEMA,
        "method": scorecard["method"],
        "instrument": {key: scorecard["instrument"][key] for key in ("code", "version", "sha256")},
        "synthetic": bool(scorecard["synthetic"]),
        "agency": scorecard["agency"],
        "wave": dict(scorecard["wave"]),
        "sheet_sha256": scorecard["sheet_sha256"],
        **{key: reference[key] for key in _TOLD},
        "reference_sha256": reference["sha256"],
        "organisation": itself,
        "not_in_reference": [code for code in own if code not in {cell["factor"] for cell in cells}],
        "placements": [_placement(own[cell["factor"]], cell, itself) for cell in cells],
    }


def _cell(measure: Document, organisations: Sequence[Organisation]) -> dict[str, Any]:
    """What is kept of one measure: every figure, exact quartiles, and how many figures there are not."""
    code = measure["factor"]
    shown = [one for one in organisations if code in one.figures]
    if len(shown) < FEWEST_ORGANISATIONS:
        what = f"measure {measure['measure']} has figures of {len(shown)} organisations"
        raise InputError([InputProblem(what, "reference", f"at least {FEWEST_ORGANISATIONS}")])
    suppressed = sum(code in one.suppressed for one in organisations)
    low, first, middle, third, high = quantiles([one.figures[code] for one in shown], [0, 0.25, 0.5, 0.75, 1])
    return {
        "factor": code,
        "measure": measure["measure"],
        "label": measure.get("label"),
        "kind": measure["kind"],
        "organisations": len(shown),
        "suppressed": suppressed,
        "blank": len(organisations) - len(shown) - suppressed,
        "lowest": float(low),
        "quartiles": [float(first), float(middle), float(third)],
        "best": float(high),
        "figures": [{"organisation": one.name, "figure": one.figures[code]} for one in shown],
    }


def _placement(figure: Document, cell: Document, itself: str | None) -> dict[str, Any]:
    """One factor's entry; quantiles are of all organisations, the percentile is among the others."""
    others = [one["figure"] for one in cell["figures"] if one["organisation"] != itself]
    score, interval = _compared(figure, cell["kind"])
    return {
        "factor": cell["factor"],
        "measure": cell["measure"],
        "kind": cell["kind"],
        "others": len(others),
        "score": score,
        "interval": interval,
        "percentile": None if score is None else percentile_among(score, others),
        "interval_percentiles": [percentile_among(end, others) for end in interval] if interval else None,
        "lowest": cell["lowest"],
        "quartiles": list(cell["quartiles"]),
        "best": cell["best"],
    }


def _compared(figure: Document, kind: str) -> tuple[float | None, list[float] | None]:
    """What of the scorecard is compared: the score with its interval, or the favourable share without."""
    if kind == "score":
        interval = figure.get("interval")
        return figure["score"], list(interval) if interval else None
    share = figure.get("favourable")
    return (None if share is None else 100.0 * share), None


def _itself(scorecard: Document, reference: Document, organisation: str | None) -> str | None:
    """The name under which the agency is in the reference; None where it is not."""
    named = {
        name_key(one["organisation"]): str(one["organisation"])
        for cell in reference["cells"]
        for one in cell["figures"]
    }
    if organisation is None:
        return named.get(name_key(scorecard["agency"] or ""))
    if name_key(organisation) not in named:
        what = f'"{organisation}" is not in the reference'
        raise InputError([InputProblem(what, "--organisation", "a name as it is published")])
    return named[name_key(organisation)]


def _refuse_twice(names: Sequence[str]) -> None:
    seen: set[str] = set()
    problems = []
    for name in names:
        if name_key(name) in seen:
            problems.append(InputProblem(f"{name} comes twice", "reference", "one row of each organisation"))
        seen.add(name_key(name))
    if problems:
        raise InputError(problems)


def _refuse_other_instrument(scorecard: Document, reference: Document) -> None:
    """Figures of different questions are not compared, whatever they are called."""
    problems = []
    for key in ("code", "version", "sha256"):
        own, theirs = scorecard["instrument"][key], reference["instrument"][key]
        if theirs is not None and own != theirs:
            problems.append(
                InputProblem(f"instrument {key} {own}", "scorecard", f"{theirs}, as in the reference")
            )
    if problems:
        raise InputError(problems)
