"""A unit's line back through the waves: what it was made of, wave by wave, as far as that is comparable.

Only what scorecards show is walked: a predecessor that a wave kept back is no part of the line, and neither
is how many there were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Document = Mapping[str, Any]

Break = Literal["instrument", "method", "new", "reorganised", "headcounts"]


@dataclass(frozen=True, slots=True)
class Stop:
    """A unit as one wave has it. wave: its place among the scorecards given, the oldest 0."""

    wave: int
    code: str


@dataclass(frozen=True, slots=True)
class UnitLine:
    """stops: the newest wave's first. links: (earlier, later) stops that may be joined.

    ended: why the line goes back no further, None where there are no further waves.
    """

    stops: tuple[Stop, ...]
    links: tuple[tuple[Stop, Stop], ...]
    ended: Break | None


def unit_line(cards: Sequence[Document], unit: str) -> UnitLine:
    """Return the line of a unit of the last of `cards`, scorecards of an agency's waves, the oldest first.

    Raises KeyError for a unit that the last wave does not show.
    """
    last = len(cards) - 1
    if unit not in _shown(cards[last]):
        raise KeyError(unit)
    stops = [Stop(last, unit)]
    links: list[tuple[Stop, Stop]] = []
    now = [stops[0]]
    ended: Break | None = None
    for number in range(last, 0, -1):
        broken = _break_between(cards[number - 1], cards[number])
        if broken is not None:
            return UnitLine(tuple(stops), tuple(links), broken)
        shown = _shown(cards[number - 1])
        before: dict[str, Stop] = {}
        for stop in now:
            predecessors, why = _predecessors(cards[number], stop.code)
            ended = why or ended
            for code in predecessors:
                if code in shown:
                    found = before.setdefault(code, Stop(number - 1, code))
                    links.append((found, stop))
        if not before:
            return UnitLine(tuple(stops), tuple(links), ended or "new")
        now, ended = list(before.values()), None
        stops += now
    return UnitLine(tuple(stops), tuple(links), None)


def figure_of(card: Document, stop: Stop, factor: str) -> Document | None:
    """Return a unit's score of a factor, {score, interval, ...}, as its wave shows it; None without one."""
    found: Document = _shown(card)[stop.code]["factors"].get(factor) or {}
    return found if found.get("score") is not None else None


def _shown(card: Document) -> dict[str, Document]:
    return {unit["code"]: unit for unit in card["units"] if unit["suppressed"] is None and unit["factors"]}


def _break_between(before: Document, now: Document) -> Break | None:
    change = now["change"]
    if not change or change["previous"]["sheet_sha256"] != before["sheet_sha256"]:
        return "new"
    return None if change["comparable"] else change["reason"]


def _predecessors(card: Document, code: str) -> tuple[Sequence[str], Break | None]:
    unit = next((unit for unit in card["change"]["units"] if unit["code"] == code), None)
    if unit is None:
        return (), "new"
    lineage = unit.get("lineage")
    if lineage is None:  # made without a record: the same code is the same unit
        return (code,), None
    return (lineage["predecessors"], None) if lineage["drawn"] else ((), lineage["reason"])
