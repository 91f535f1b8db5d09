"""Which wave of which agency may enter an edition."""

from typing import Any

import pytest

from cri.domain.eligibility import admit
from cri.domain.errors import InputError
from tests.pool_examples import member, sheet_digest


def population(usable: int, rate: float | None) -> dict[str, Any]:
    return {"usable": usable, "response_rate": rate, "headcount": None, "weights": None}


def wave(closed: str | None) -> dict[str, Any]:
    return {"id": "w", "label": None, "opened": None, "closed": closed}


@pytest.mark.parametrize(
    ("usable", "rate", "enters"),
    [
        (45, None, True),
        (45, 0.05, True),
        (44, None, False),
        (44, 0.5999, False),
        (44, 0.60, True),
        (12, 0.95, True),
    ],
)
def test_large_enough_or_answered_by_most(usable: int, rate: float | None, *, enters: bool) -> None:
    admission = admit([member("a", 50, population=population(usable, rate))])
    assert bool(admission.members) == enters
    if not enters:
        assert admission.left_out[0].reason.startswith("44 usable respondents; 45 are needed")


def test_no_index_no_entry() -> None:
    nothing = {"n": 9, "score": None, "sd": None}
    admission = admit([member("a", 50, index=nothing)])
    assert [out.reason for out in admission.left_out] == ["it has no index"]


def test_the_newest_wave_counts() -> None:
    waves = [
        member("a", 40 + number, wave=wave(closed), sheet_sha256=sheet_digest(f"a{number}"))
        for number, closed in enumerate(["2025-05-01", "2026-05-01", "2024-05-01"])
    ]
    admission = admit(waves)
    assert [one.closed for one in admission.members] == ["2026-05-01"]
    assert {out.reason for out in admission.left_out} == {"a newer wave of the same agency counts"}


def test_the_newest_eligible_wave_counts() -> None:
    old = member("a", 40, wave=wave("2025-05-01"))
    new = member("a", 60, wave=wave("2026-05-01"), population=population(20, 0.2))
    assert admit([old, new]).members == (old,)


def test_waves_of_an_agency_that_cannot_be_told_apart_are_refused() -> None:
    for closed in ("2026-05-01", None):
        with pytest.raises(
            InputError, match=r"A\.json: agency a is in a\.json too, and neither is the newer"
        ):
            admit([member("a", 40, wave=wave(closed)), member("A", 60, wave=wave(closed))])


def test_a_wave_without_a_date_beside_one_with_is_refused() -> None:
    with pytest.raises(InputError, match="neither is the newer"):
        admit([member("a", 40, wave=wave(None)), member("a", 60, wave=wave("2026-05-01"))])


@pytest.mark.parametrize(("closed", "enters"), [("2023-05-01", True), ("2023-04-30", False)])
def test_thirty_six_months_before_the_newest(closed: str, *, enters: bool) -> None:
    old, new = member("a", 40, wave=wave(closed)), member("b", 60, wave=wave("2026-05-01T12:00:00+00:00"))
    assert (old in admit([old, new]).members) == enters


def test_waves_without_dates_do_not_expire() -> None:
    undated = [member(name, 40, wave=wave(None)) for name in "abc"]
    assert len(admit(undated).members) == 3
