"""What the engine makes of a vector, and where it differs from a scorecard of the plain scorer."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cri.domain.instrument import Factor, Instrument, Item, ProfileQuestion, Scale
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.sheet import DONT_KNOW, NO_OPTION, NO_UNIT, UNANSWERED, AnswerSheet, Unit

TOLERANCE = 1e-9
BY_ITERATION = {"omega": 1e-6}
"""Figures that both scorers approach step by step."""

Vector = Mapping[str, Any]


def engine_scorecard(vector: Vector) -> dict[str, Any]:
    """The scorecard that the engine makes of a vector's instrument, rows and facts."""
    instrument = _instrument(vector["instrument"])
    facts = vector["facts"]
    known = WaveFacts(
        headcount=facts.get("headcount"),
        minimum=facts.get("minimum", 10),
        headcounts=facts.get("headcounts"),
        weights=facts.get("weights", "none"),
        synthetic=True,
    )
    return build_scorecard(instrument, _sheet(instrument, vector["rows"], facts.get("units", [])), known)


def differences(
    engine: Any, plain: Any, *, audited: bool, ignore: Collection[str] = (), place: str = ""
) -> Iterator[str]:
    """Each figure of the plain scorecard that the engine gives otherwise.

    `audited`: the engine's release plan may withhold more (`_withheld`). `ignore`: names left out.
    """
    if isinstance(plain, Mapping) and isinstance(engine, Mapping):
        withheld = _withheld(engine, plain) if audited else set()
        inside = [*ignore, *(["item_rest_r"] if "alpha" in withheld else [])]
        for key, value in plain.items():
            hidden = key in withheld and (None in (engine[key], value) or key == "suppressed")
            banded = (
                key in withheld and key == "distribution" and not hidden and engine[key]["kind"] == "bands"
            )
            if key not in ignore and not hidden and not banded:
                yield from differences(
                    engine[key], value, audited=audited, ignore=inside, place=f"{place}.{key}"
                )
    elif isinstance(plain, list) and isinstance(engine, Sequence) and len(plain) == len(engine):
        for number, (one, other) in enumerate(zip(engine, plain, strict=True)):
            yield from differences(one, other, audited=audited, ignore=ignore, place=f"{place}[{number}]")
    elif not _same(engine, plain, BY_ITERATION.get(place.rpartition(".")[2], TOLERANCE)):
        yield f"{place.lstrip('.')}: engine {engine!r}, plain {plain!r}"


def _withheld(engine: Mapping[str, Any], plain: Mapping[str, Any]) -> set[str]:
    """What may be null here because of other figures: the engine audits all together, the plain scorer not.

    Which of two units is hidden for the sake of a third is the release plan's choice too.
    """
    found = {"unweighted", "rwg_j", "ad_m", "mixed_views"}  # beside other figures they may give a few away
    if "complementary" in (engine.get("suppressed"), plain.get("suppressed")):
        found |= set(plain)
    if any(item.get("suppressed") == "complementary" for item in engine.get("items", ())):
        found |= {"favourable", "alpha", "omega", "mean_inter_item_r"}
    return found


def _same(engine: Any, plain: Any, tolerance: float) -> bool:
    if isinstance(engine, bool) or isinstance(plain, bool) or engine is None or plain is None:
        return engine is plain
    if isinstance(engine, int | float) and isinstance(plain, int | float):
        return math.isclose(engine, plain, rel_tol=tolerance, abs_tol=tolerance)
    return bool(engine == plain)


def _instrument(data: Mapping[str, Any]) -> Instrument:
    scale = data["scale"]
    return Instrument(
        code=data["code"],
        version=data["version"],
        sha256="0" * 64,
        scale=Scale(scale["min"], scale["max"], scale["favourable"]),
        factors=tuple(
            Factor(factor["code"], tuple(Item(i["code"], i.get("reversed", False)) for i in factor["items"]))
            for factor in data["factors"]
        ),
        profile=tuple(ProfileQuestion(q["code"], tuple(q["options"])) for q in data.get("profile", ())),
    )


def _sheet(instrument: Instrument, rows: Sequence[Sequence[Any]], units: Sequence[Any]) -> AnswerSheet:
    place = {name: number for number, name in enumerate(rows[0])}
    people = rows[1:]
    answers = [[_point(row[place[item.code]]) for item in instrument.items] for row in people]
    at = {unit["code"]: number for number, unit in enumerate(units)} | {"": NO_UNIT}
    chosen = [
        [question.options.index(row[place[question.code]]) if row[place[question.code]] else NO_OPTION
         for question in instrument.profile]
        for row in people
    ]  # fmt: skip
    return AnswerSheet(
        answers=np.array(answers, dtype=np.int8).reshape(-1, len(instrument.items)),
        unit=np.array(
            [at[row[place["unit"]]] if "unit" in place else NO_UNIT for row in people], dtype=np.int32
        ),
        units=tuple(Unit(u["code"], u["parent"], u["name"], u.get("headcount")) for u in units),
        profile=np.array(chosen, dtype=np.int8).reshape(-1, len(instrument.profile))
        if instrument.profile
        else None,
    )


def _point(cell: str | int) -> int:
    if isinstance(cell, int):
        return cell
    return {"": UNANSWERED, "DK": DONT_KNOW}[cell]
