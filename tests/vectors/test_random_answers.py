"""On answers nobody thought of, the engine and the plain scorer say the same."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cri.domain.errors import InputError
from tests.vectors import plain_scorer
from tests.vectors.comparison import differences, engine_scorecard
from tests.vectors.make_vectors import Json, instrument, unit

OPTIONS = ["one", "two", "three"]


@pytest.fixture(autouse=True)
def _without_omega(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where items have nothing in common, steps towards omega have no end: the vectors compare it."""
    monkeypatch.setattr(plain_scorer, "MOST_STEPS", 1)


@st.composite
def waves(draw: st.DrawFn, *, weighted: bool) -> Json:
    """An instrument, a tree of units, people and what is known of them. Answers come from a drawn seed."""
    low = draw(st.sampled_from([0, 1]))
    points = draw(st.sampled_from([4, 5, 6, 7, 9, 11]))
    factors = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    names = iter(f"q{number}" for number in range(100))
    signs = [[draw(st.sampled_from(["", "", "-"])) + next(names) for _ in range(items)] for items in factors]
    profile = {"group": OPTIONS} if weighted else None
    scale = (low, low + points - 1, draw(st.integers(1, points // 2)))
    asked = instrument(scale, *(" ".join(codes) for codes in signs), profile=profile)
    above = draw(st.lists(st.integers(-1, 4), max_size=6))
    units = [unit(f"u{place}", f"u{up}" if -1 < up < place else None) for place, up in enumerate(above)]
    chance = random.Random(draw(st.integers(0, 2**32)))
    people = draw(st.integers(0, 90))
    facts: Json = {"units": units, "minimum": draw(st.sampled_from([10, 10, 10, 14]))}
    if draw(st.booleans()):
        facts["headcount"] = max(1, people + draw(st.integers(0, 50)))
    if weighted:
        assume(people >= 3)
        facts |= {
            "weights": "rake",
            "headcounts": {"group": {code: chance.randint(5, 99) for code in OPTIONS}},
        }
    rows = _rows(asked, people, [one["code"] for one in units], chance, draw(st.sampled_from([0, 0.05, 0.3])))
    return {"instrument": asked, "rows": rows, "facts": facts}


def _rows(asked: Json, people: int, units: list[str], chance: random.Random, gaps: float) -> list[list[Any]]:
    scale = asked["scale"]
    codes = [item["code"] for factor in asked["factors"] for item in factor["items"]]
    rows: list[list[Any]] = [["unit", *(["group"] if "profile" in asked else []), *codes]]
    alike = chance.random()
    for person in range(people):
        centre = chance.uniform(scale["min"], scale["max"])
        row: list[Any] = [chance.choice(["", *units])]
        if "profile" in asked:
            row.append(OPTIONS[person] if person < len(OPTIONS) else chance.choice([*OPTIONS, ""]))
        for _ in codes:
            near = round(chance.gauss(centre, 1)) if chance.random() < alike else chance.randint(0, 11)
            answer = min(scale["max"], max(scale["min"], near))
            row.append(answer if chance.random() >= gaps else chance.choice(["", "DK"]))
        rows.append(row)
    return rows


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(waves(weighted=False))
def test_unweighted(wave: Json) -> None:
    assert _differences(wave) == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(waves(weighted=True))
def test_weighted(wave: Json) -> None:
    answered = {row[1] for row in wave["rows"][1:] if any(isinstance(cell, int) for cell in row)}
    assume(answered >= set(OPTIONS))  # nobody can be weighted to stand for those who did not answer
    try:
        found = _differences(wave)
    except InputError:  # weights that nobody should use: the plain scorer says so too
        with pytest.raises(ValueError, match="no weights"):
            plain_scorer.score(wave["instrument"], wave["rows"], wave["facts"])
    else:
        assert found == []


def _differences(wave: Json) -> list[str]:
    engine = engine_scorecard(wave)
    assume(engine["population"]["excluded"] == 0)  # the plain scorer does not screen
    plain = plain_scorer.score(wave["instrument"], wave["rows"], wave["facts"])
    ignore = ["omega"]
    if _shown_units(engine) != _shown_units(plain):
        ignore.append("agreement")  # of the lowest shown units: where the audit hides others, of others
    return list(differences(engine, plain, audited=True, ignore=ignore))


def _shown_units(scorecard: Json) -> list[tuple[str, str]]:
    """Each unit and factor that is shown."""
    return [
        (unit["code"], code)
        for unit in scorecard["units"]
        for code, factor in (unit["factors"] or {}).items()
        if factor["suppressed"] is None
    ]
