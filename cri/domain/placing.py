"""Placing a scorecard in a norm edition: the placement document."""

from collections.abc import Mapping
from typing import Any

from cri.domain.errors import InputError, InputProblem
from cri.domain.microaggregation import Group
from cri.domain.norms import cell_of, effective_n, enters, figures_of, member_digest, position_in, tier_of
from cri.domain.peers import ALL, belongs, fallbacks
from cri.domain.position import NOT_PLACED, Bench, fixed_draws, position_of

Document = Mapping[str, Any]

SCHEMA = "cri.placement/1"


def place(
    scorecard: Document, edition: Document, peers: str = ALL, facets: Mapping[str, str | None] | None = None
) -> dict[str, Any]:
    """Place the index and every factor of a scorecard in an edition; returns the placement document.

    peers: the peer group asked for; where it has no cell the nearest parent is used, as the document says.
    facets: the agency's own (sector, country, relationship), which tell whether it is in the peer group; what
    they leave open is taken to be as the group says. Those of the scorecard go before: with them it came into
    the pool, whatever the agency is by now.
    Raises InputError for another instrument or method than the edition's, and for what is not the name of a
    peer group. Source: method.md, section 5.
    """
    _refuse_others(scorecard, edition)
    asked = fallbacks(peers)[0]
    digest = member_digest(edition["edition"], scorecard)
    stated = scorecard.get("facets") or {}
    own = {**(facets or {}), **{name: value for name, value in stated.items() if value}}
    position = position_in(edition, digest)
    inside = {name for name in fallbacks(asked) if position is not None and belongs(name, own)}
    placements = []
    for code, figure in figures_of(scorecard).items():
        cell = cell_of(edition, code, asked)
        is_member = (
            cell is not None
            and position is not None
            and cell["peers"] in inside
            and enters(edition, position, cell)
        )
        weighed = {**figure, "n_eff": effective_n(scorecard, figure)}
        placements.append(_placement(weighed, edition, (code, asked), cell, inside=is_member))
    return {
        "schema": SCHEMA,
        "method": scorecard["method"],
        "instrument": dict(edition["instrument"]),
        "synthetic": bool(scorecard["synthetic"] or edition["synthetic"]),
        "agency": scorecard["agency"],
        "wave": dict(scorecard["wave"]),
        "sheet_sha256": scorecard["sheet_sha256"],
        "edition": edition["edition"],
        "edition_sha256": edition["sha256"],
        "peers": asked,
        "placements": placements,
    }


def _placement(
    figure: Document, edition: Document, asked: tuple[str, str], cell: Document | None, *, inside: bool
) -> dict[str, Any]:
    """One figure's entry. asked: factor code and peer group; inside: whether the agency is in the cell."""
    code, peers = asked
    used = cell["peers"] if cell else ALL
    tier = tier_of(cell)
    position = NOT_PLACED
    if cell and tier != "none" and figure["score"] is not None:
        bench = Bench(
            groups=tuple(Group(group["size"], group["mean"]) for group in cell["groups"]),
            error=edition["within"][code]["v"],
            within_variance=edition["within"][code]["within_variance"],
            draws=fixed_draws(f"{edition['sha256']}{code}"),
            inside=inside,
            halves_only=tier == "halves",
        )
        position = position_of(figure["score"], figure["n_eff"], bench)
    return {
        "factor": code,
        "peers": used,
        "fell_back_from": peers if used != peers else None,
        "edition": edition["edition"],
        "agencies": cell["agencies"] if cell else None,
        "tier": tier,
        "score": figure["score"],
        "percentile": position.percentile,
        "interval80": list(position.interval80) if position.interval80 else None,
        "band": position.band,
        "probability": position.probability,
        "to_next_band": position.to_next_band,
    }


def _refuse_others(scorecard: Document, edition: Document) -> None:
    problems = []
    for key in ("code", "version", "sha256"):
        own, normed = scorecard["instrument"][key], edition["instrument"][key]
        if own != normed:
            problems.append(
                InputProblem(f"instrument {key} {own}", "scorecard", f"{normed}, as in the edition")
            )
    if scorecard["method"] != edition["method"]:
        what = f"method {scorecard['method']}"
        problems.append(InputProblem(what, "scorecard", f"{edition['method']}, as in the edition"))
    if problems:
        raise InputError(problems)
