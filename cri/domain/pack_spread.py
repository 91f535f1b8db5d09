"""Pages of the workshop pack on where people and units differ, who answered, and what changed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from cri.domain.document_blocks import (
    Beside,
    Block,
    Heading,
    Lines,
    Paragraph,
    Picture,
    Said,
    page_section,
    word,
)
from cri.domain.evidence import Wave
from cri.domain.pack_figures import glance_ids
from cri.domain.pack_tables import agreement_table

Document = Mapping[str, Any]
Section = dict[str, Any]
Keep = Callable[..., tuple[str, ...]]
"""Takes claims into the pack and returns the ids of those that there are."""

ROWS_WITH_LINES: Final = 12
"""Rows of the units' figure up to which there is room to write below it."""


def spread_pages(wave: Wave, figures: Mapping[str, Any], codes: Sequence[str], keep: Keep) -> list[Section]:
    """Return units beside the agency, who answered and agreement, and what changed.

    figures: of `pack_figures.workshop_figures`. keep: takes claims (`Claim`, document or None) into the pack
    and returns the ids of those that there are.
    """
    pages = []
    if "units.heatmap" in figures:
        room = len(figures["units.heatmap"]["rows"]) <= ROWS_WITH_LINES
        ask = [Lines("units.ask", 3)] if room else []
        pages.append(page_section("units", [
            Paragraph("units.lead", "lead"),
            Picture("units.heatmap"),
            Paragraph("units.rule", "small"),
            *ask,
        ]))  # fmt: skip
    panels = glance_ids(figures)
    for number, (left, right) in enumerate(zip(panels[::2], panels[1::2], strict=True)):
        beside = Beside((Picture(left),), (Picture(right),))
        pages.append(page_section(f"units.all{number + 1}", [beside], title="pages.glance"))
    agreement = page_section("agreement", _agreement(wave, figures, keep))
    return [*pages, agreement, *_change(wave, figures, codes, keep)]


def _agreement(wave: Wave, figures: Mapping[str, Any], keep: Keep) -> list[Block]:
    beside = keep(wave.said("early_late.alike", "wave"), *wave.saying("weights."))
    answered: list[Block] = []
    if "response" in figures:
        answered = [Picture("response"), Heading(word("agreement.heading"))]
    return [
        *answered,
        Paragraph("agreement.lead"),
        agreement_table(wave.card),
        *((Said(beside),) if beside else ()),
        *(() if "change" in figures else _no_change(wave, keep)),
    ]


def _no_change(wave: Wave, keep: Keep) -> tuple[Block, ...]:
    broken = keep(wave.said("change.broken", "wave"))
    said = Said(broken) if broken else Paragraph("agreement.no_change")
    return (Heading(word("agreement.change")), said)


def _change(wave: Wave, figures: Mapping[str, Any], codes: Sequence[str], keep: Keep) -> list[Section]:
    """What changed since the wave before, with the line of all waves where they are given."""
    if "change" not in figures:
        return []
    said = keep(*(wave.said("change.", code) for code in ("index", *codes)))
    half = (len(said) + 1) // 2
    claims = Beside((Said(said[:half]),), (Said(said[half:]),))
    lead = Paragraph("change.lead", "lead")
    units = [Picture("units.change")] if "units.change" in figures else []
    if "waves" not in figures:
        return [page_section("change", [lead, Picture("change"), claims, *units])]
    return [
        page_section("change", [lead, Picture("waves"), Picture("change")]),
        page_section("change.units", [claims, *units], title="pages.change_units"),
    ]
