"""Worksheets of the workshop pack: forecast, priorities, needs, targets, an action, roadmap, commitment.

They are filled in by hand in the room; what is printed on them comes from claims and keys of texts alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cri.domain.claims import Claim, Value
from cri.domain.document_blocks import (
    Beside,
    Block,
    Lines,
    Paragraph,
    Picture,
    Said,
    Sheet,
    page_section,
    word,
)
from cri.domain.evidence import Wave
from cri.domain.pack_tables import target_table
from cri.domain.target_claims import target_claim
from cri.domain.targets import targets_of

Document = Mapping[str, Any]
Section = dict[str, Any]

STEPS: Final = ("d30", "d90", "d180", "d365")
CHOSEN: Final = 3  # two gaps and one strength


def forecast_page() -> Section:
    """Return a worksheet for before anything is revealed: no number on the page before helps a guess."""
    return page_section(
        "forecast",
        [Paragraph("forecast.lead", "lead"), Picture("forecast"), Paragraph("forecast.after", "small")],
    )


def priorities_pages(codes: Sequence[str], importance: str | None, drivers: tuple[str, ...]) -> list[Section]:
    """Return dots, impact and effort to fill in, and the register of needs, empty.

    On one page, unless there is an outcome: then importance by performance fills the first. importance: id
    of that figure. drivers: ids of the claims on what goes with an outcome.
    """
    names = tuple(Value("factor", code) for code in codes)
    filled: list[Block] = [
        Sheet("priorities.sheet", ("dots", "impact", "effort", "chosen"), names, height=10.5),
        Paragraph("priorities.rule", "small"),
    ]
    lead = Paragraph("priorities.lead", "lead")
    if importance is None:
        needs: list[Block] = [Paragraph("register.lead"), _register(6, 14)]
        return [page_section("priorities", [lead, *filled, *needs])]
    said = [Said(drivers)] if drivers else []
    return [
        page_section("priorities", [lead, Picture(importance), *said, *filled]),
        page_section("register", [Paragraph("register.lead", "lead"), _register(9, 19)]),
    ]


def _register(rows: int, height: float) -> Sheet:
    columns = ("who", "need", "known", "common", "first")
    return Sheet("register.sheet", columns, blank=rows, height=height)


def target_claims(wave: Wave, *, pretended: bool) -> list[Claim]:
    """Return what may be aimed for on the index and each factor; none without a norm edition."""
    if wave.placement is None or wave.edition is None:
        return []
    places = {place["factor"]: place for place in wave.placement["placements"]}
    return [
        target_claim(target, places[target.factor], wave.edition, pretended=pretended)
        for target in targets_of(wave.card, wave.placement, wave.edition)
    ]


def targets_page(wave: Wave, aims: tuple[str, ...]) -> Section:
    """Return what to aim for and what a survey could find. aims: ids of `target_claims`."""
    half = (len(aims) + 1) // 2
    own: list[Block] = [
        Paragraph("targets.lead", "lead"),
        Beside((Said(aims[:half]),), (Said(aims[half:]),)),
    ]
    return page_section(
        "targets",
        [
            *(own if aims else [Paragraph("targets.no_norm", "lead")]),
            target_table(wave.card),
            Sheet("targets.sheet", ("chosen", "target", "by", "how"), blank=CHOSEN, height=8 if aims else 22),
            Paragraph("targets.rule", "small"),
        ],
    )


def action_page() -> Section:
    """Return an action's sheet: what, by whom, milestones, the three questions of the publicness gate."""
    return page_section(
        "action",
        [
            _named("actions.what", ("text",), "actions.lines", _WHAT),
            _named("actions.milestones", ("what", "seen"), "steps", STEPS),
            _named("actions.gate", ("text",), "actions.questions", _GATE),
        ],
    )


def roadmap_page() -> Section:
    """Return the roadmap: levels by quarters, empty while there is no plan."""
    return page_section("roadmap", [Paragraph("roadmap.lead", "lead"), Picture("roadmap")])


def commitment_page() -> Section:
    """Return what staff will be told within ten working days, to fill in."""
    return page_section(
        "commitment",
        [
            Paragraph("commitment.lead", "lead"),
            Lines("commitment.heard", 4),
            Lines("commitment.decided", 4),
            Sheet("commitment.sheet", ("promise", "owner", "by"), blank=4, height=14),
            Paragraph("commitment.rule", "small"),
        ],
    )


_WHAT: Final = ("gap", "behaviour", "action", "owner", "measure", "target", "review")
_GATE: Final = ("cost", "absent", "demand")


def _named(key: str, columns: tuple[str, ...], words: str, rows: Sequence[str]) -> Sheet:
    return Sheet(key, columns, tuple(word(f"{words}.{row}") for row in rows), height=12)
