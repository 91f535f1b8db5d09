"""The pack about one unit: its scores beside the whole agency's, and those of the units below it.

It tells what the release plan shows of this unit, of units below it and of the whole agency, and no more: of
units beside or above it there is neither name nor number, shown or not. So it gives away nothing that the
plan, which was audited for all of them together, does not. docs/anonymity.md.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cri.domain.change import SMALLEST_POINTS
from cri.domain.claims import Claim, Value, as_documents, claim_of
from cri.domain.document_blocks import (
    Beside,
    Block,
    Heading,
    Lines,
    Listed,
    Paragraph,
    Said,
    Table,
    page_section,
    word,
)
from cri.domain.instrument import Instrument
from cri.domain.pack import leader_pack
from cri.domain.pack_rows import unit_rows
from cri.domain.released_scorecard import with_whole_points

Document = Mapping[str, Any]

KIND: Final = "unit"
TEMPLATE: Final = "unit/1"
MOST_BELOW: Final = 18
"""Units in the table of those below; the results page has them all."""


def is_released(unit: Document) -> bool:
    """Whether there is anything to tell of a unit of a scorecard."""
    return unit["suppressed"] is None


def unit_pack(
    scorecard: Document,
    code: str,
    *,
    instrument: Instrument | None = None,
    noun: str | None = None,
) -> dict[str, Any]:
    """Build the pack about the unit of this code; other arguments and result as of `leader_pack`.

    Editions are of agencies: a unit is compared with none. Raises KeyError where there is no such unit,
    ValueError where it is not released.
    """
    pack = leader_pack(scorecard, instrument=instrument, noun=noun)
    card = with_whole_points(scorecard)
    unit = {one["code"]: one for one in card["units"]}[code]
    if not is_released(unit):
        raise ValueError(f"unit {code} is not released: {unit['suppressed']}")
    branch = _branch(card["units"], code)
    claims = [
        claim_of("unit.people", "wave", "say", "rounded", unit=Value("unit", code), n=_people(unit)),
        *_apart(card, unit),
    ]
    sections = [_standing(card, unit, claims), *_below(card, branch)]
    return {
        **pack,
        "kind": KIND,
        "template": TEMPLATE,
        "units": [{"code": one["code"], "name": one["name"]} for one in branch if is_released(one)],
        "sections": [*sections, {"key": "method", "id": "method"}],
        "claims": as_documents(claims),
        "figures": {},
    }


def _branch(units: Sequence[Document], code: str) -> list[Document]:
    """The unit and those below it, released or not, in the order given."""
    inside = {code}
    while more := {one["code"] for one in units if one["parent"] in inside} - inside:
        inside |= more
    return [one for one in units if one["code"] in inside]


def _people(unit: Document) -> Value:
    return Value("group", unit["n"])


def _apart(card: Document, unit: Document) -> list[Claim]:
    """Factors in which the unit lies apart from the agency by as much as matters, the farthest first."""
    found = []
    for factor in card["factors"]:
        figure = unit["factors"][factor["code"]]
        side = _side(figure, factor["score"])
        if not side:
            continue
        low, high = figure["interval"]
        claim = claim_of(
            f"unit.{side}",
            factor["code"],
            "care",
            "several_factors",
            factor=Value("factor", factor["code"]),
            score=Value("score", figure["score"]),
            low=Value("score", low),
            high=Value("score", high),
            whole=Value("score", factor["score"]),
        )
        found.append((-abs(figure["score"] - factor["score"]), factor["code"], claim))
    return [claim for _, _, claim in sorted(found, key=lambda one: one[:2])]


def _side(figure: Document, whole: float | None) -> str:
    """Above or below where the whole interval is, and the scores are as far apart as counts as a change."""
    if figure["score"] is None or figure["interval"] is None or whole is None:
        return ""
    low, high = figure["interval"]
    if abs(figure["score"] - whole) < SMALLEST_POINTS:
        return ""
    return "above" if low > whole else "below" if high < whole else ""


def _standing(card: Document, unit: Document, claims: Sequence[Claim]) -> dict[str, Any]:
    about = claims[1:]
    above = (Heading(word("standing.above"), "strength"), _said(about, "above"))
    below = (Heading(word("standing.below"), "gap"), _said(about, "below"))
    section = page_section("standing", [
        Paragraph("standing.lead", "lead"),
        Said((claims[0].id,)),
        _scores(card, unit),
        Paragraph("standing.rule", "small"),
        Beside(above, below),
        Heading(word("standing.ask")),
        Listed("standing.questions"),
    ])  # fmt: skip
    return {**section, "unit": unit["code"]}


def _said(claims: Sequence[Claim], side: str) -> Block:
    kept = tuple(claim.id for claim in claims if claim.text_key == f"unit.{side}")
    return Said(kept) if kept else Paragraph(f"standing.none_{side}")


def _scores(card: Document, unit: Document) -> Table:
    rows, tones = [], []
    for factor in card["factors"]:
        figure = unit["factors"][factor["code"]]
        ends = figure["interval"] or (None, None)
        rows.append((
            Value("factor", factor["code"]),
            _score(figure),
            *(Value("score", end) for end in ends),
            Value("score", factor["score"]),
        ))  # fmt: skip
        tones.append((_side(figure, factor["score"]), "", "", ""))
    return Table("standing.table", ("score", "from", "to", "whole"), tuple(rows), tuple(tones))


def _score(figure: Document) -> Value:
    return Value("word", "standing.few") if figure["score"] is None else Value("score", figure["score"])


def _below(card: Document, branch: Sequence[Document]) -> list[dict[str, Any]]:
    """A page of the released units below, the highest levels that fit; none where there is none."""
    codes = [factor["code"] for factor in card["factors"]]
    own, by_code = branch[0]["code"], {unit["code"]: unit for unit in branch}
    shown = [unit for unit in branch if is_released(unit)]
    levels, _ = unit_rows(shown, codes[0], MOST_BELOW)
    units = [by_code[row["code"]] for row in levels]
    if len(units) < 2:
        return []
    whole = {code: by_code[own]["factors"][code]["score"] for code in codes}
    rows = tuple(
        (Value("unit", unit["code"]), _people(unit), *(_score(unit["factors"][code]) for code in codes))
        for unit in units
    )
    tones = tuple(
        (
            "",
            *("" if unit["code"] == own else _side(unit["factors"][code], whole[code]) for code in codes),
        )
        for unit in units
    )
    columns = ("n", *(f"factor:{code}" for code in codes))
    return [page_section("below", [
        Paragraph("below.lead", "lead"),
        Table("below.table", columns, rows, tones),
        Paragraph("below.rule", "small"),
        Lines("below.ask", 3),
    ])]  # fmt: skip
