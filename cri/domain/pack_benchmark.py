"""The leaders' benchmark report: index, factors, and where people and units differ and what changed.

Other kinds of pack rest on `leader_pack` and have pages of their own for that.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cri.domain.change import SMALLEST_POINTS
from cri.domain.claims import Claim, Value, as_documents, claim_of
from cri.domain.document_blocks import (
    Beside,
    Block,
    Heading,
    Paragraph,
    Picture,
    Said,
    Table,
    page_section,
    word,
)
from cri.domain.evidence import Wave
from cri.domain.figures_heatmap import heatmap_rows
from cri.domain.figures_kinds import figure_entry
from cri.domain.instrument import Instrument
from cri.domain.pack import leader_pack
from cri.domain.released_scorecard import with_whole_points

Document = Mapping[str, Any]

MOST_UNITS: Final = 8
"""Units beside the agency on this page, whole levels from the top; the results page has them all."""
MOST_SAID: Final = 3
HEATMAP: Final = "differences.units"


def benchmark_pack(
    scorecard: Document,
    placement: Document | None = None,
    edition: Document | None = None,
    *,
    instrument: Instrument | None = None,
    noun: str | None = None,
) -> dict[str, Any]:
    """Build the leaders' report as a JSON-ready document; arguments and result as of `leader_pack`.

    Without a score there is nothing to compare, and no such page.
    """
    pack = leader_pack(scorecard, placement, edition, instrument=instrument, noun=noun)
    if scorecard["index"]["score"] is None:
        return pack
    wave = Wave(with_whole_points(scorecard), placement, edition)
    levels = level_claims(wave.card)
    changed = _moved(wave)
    broken = wave.said("change.broken", "wave")
    spread = [pack["claims"][key] for key in pack["claims"] if key.startswith("units.")]
    rows = heatmap_rows(wave.card, MOST_UNITS)
    page = page_section("differences", [
        Paragraph("differences.lead", "lead"),
        *((Picture(HEATMAP),) if rows else ()),
        *_views(wave, levels),
        *_changes([*changed, *([broken] if broken else ())]),
    ])  # fmt: skip
    told = [claim["id"] for claim in spread[:MOST_SAID]]
    figure = figure_entry("heatmap", rows, told, [factor["code"] for factor in wave.card["factors"]])
    carried = {claim["id"]: claim for claim in (*changed, *((broken,) if broken else ()))}
    return {
        **pack,
        "sections": [*pack["sections"][:-2], page, *pack["sections"][-2:]],
        "claims": {**pack["claims"], **as_documents(levels), **carried},
        "figures": {**pack["figures"], **({HEATMAP: figure} if rows else {})},
    }


def level_claims(card: Document) -> list[Claim]:
    """Say on which factors those who manage people and the others differ, by as much as matters.

    A factor is named where the two intervals are apart and the scores by 3 points or more, the furthest
    first, at most three. That they differ nowhere is a claim not to be said; without both groups there is
    none.
    """
    pairs = level_scores(card)
    if not pairs:
        return []
    apart = [
        (code, top, front)
        for code, (top, front) in pairs.items()
        if top["interval"] and front["interval"] and _are_apart(top, front)
    ]
    if not apart:
        return [claim_of("levels.alike", "wave", "dont", "within_noise")]
    apart.sort(key=lambda one: (-abs(one[1]["score"] - one[2]["score"]), one[0]))
    return [
        claim_of(
            "levels.differ",
            code,
            "care",
            "groups_apart",
            factor=Value("factor", code),
            top=Value("score", top["score"]),
            front=Value("score", front["score"]),
        )
        for code, top, front in apart[:MOST_SAID]
    ]


def level_scores(card: Document) -> dict[str, tuple[Document, Document]]:
    """Figures of those who manage people and of the others by factor, where both are shown."""
    question = next((one for one in card["profile"] or () if one["code"] == "manages"), None)
    if question is None:
        return {}
    told = {one["code"]: one["factors"] or {} for one in question["options"]}
    top, front = told.get("manages_people", {}), told.get("manages_nobody", {})
    return {
        code: (top[code], front[code])
        for code in top
        if code in front and top[code]["score"] is not None and front[code]["score"] is not None
    }


def _are_apart(top: Document, front: Document) -> bool:
    high, low = (top, front) if top["score"] > front["score"] else (front, top)
    return bool(high["interval"][0] > low["interval"][1] and high["score"] - low["score"] >= SMALLEST_POINTS)


def _moved(wave: Wave) -> list[Document]:
    """The index's change, then the factors that changed, the furthest first, at most three."""
    index = wave.said("change.", "index")
    moved = [claim for claim in wave.saying("change.changed") if claim["subject"] in _factors(wave.card)]
    moved.sort(key=lambda one: (-abs(one["values"]["difference"]["value"]), one["subject"]))
    return [*([index] if index else []), *moved[:MOST_SAID]]


def _factors(card: Document) -> set[str]:
    return {str(factor["code"]) for factor in card["factors"]}


def _views(wave: Wave, levels: Sequence[Claim]) -> list[Block]:
    """Whether people agree on each factor, and what those who manage say beside the others."""
    pairs = level_scores(wave.card)
    rows = []
    for factor in wave.card["factors"]:
        mixed = factor["mixed_views"]
        view = "unknown" if mixed is None else "mixed" if mixed else "shared"
        cells = [Value("factor", factor["code"]), word(f"differences.{view}")]
        if pairs:
            top, front = pairs.get(factor["code"], ({"score": None}, {"score": None}))
            cells += [Value("score", top["score"]), Value("score", front["score"])]
        rows.append(tuple(cells))
    columns = ("views", "managing", "others") if pairs else ("views",)
    said = (
        Said(tuple(claim.id for claim in levels)) if levels else Paragraph("differences.no_levels", "small")
    )
    caption = "differences.table" if pairs else "differences.table_views"
    return [Table(caption, columns, tuple(rows)), said]


def _changes(claims: Sequence[Document]) -> list[Block]:
    """What changed since the survey before: each claim, in two columns."""
    heading = Heading(word("differences.changed"))
    if not claims:
        return [heading, Paragraph("differences.no_change")]
    keys = tuple(str(claim["id"]) for claim in claims)
    half = (len(keys) + 1) // 2
    return [heading, Beside((Said(keys[:half]),), (Said(keys[half:]),) if keys[half:] else ())]
