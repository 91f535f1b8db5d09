"""What the last digits of a group's mean tell: an attack by whole numbers, which no linear audit sees.

A score is a whole sum of answers over their number. Two of a group's four owners know their own scores and
how many answered everywhere; they try every whole sum of the third one's answers and keep those that leave
the fourth a whole sum too.
"""

import hashlib
from collections.abc import Iterator

import numpy as np
import pytest

from cri.domain.edition_draft import Draft, draft_edition
from cri.domain.eligibility import Member
from cri.domain.microaggregation import MEAN_DECIMALS

AGENCIES, ITEMS, POINTS = 40, 5, 5
FACTORS = "ABC"
PRIMES = [n for n in range(47, 700) if all(n % divisor for divisor in range(2, 27))]


@pytest.fixture(scope="module")
def pool() -> tuple[Draft, dict[str, int], dict[tuple[str, str], float]]:
    """(an edition of forty owners, respondents by sheet, score by sheet and factor)."""
    draws = np.random.default_rng(7)
    sizes = draws.choice(PRIMES, AGENCIES, replace=False).tolist()
    scores = [
        {factor: _score(round(n * ITEMS * draws.normal(3.5, 0.35)), n) for factor in FACTORS} for n in sizes
    ]
    members = [_member(place, n, own) for place, (n, own) in enumerate(zip(sizes, scores, strict=True))]
    sheets = [member.sheet for member in members]
    truth = {
        (sheet, factor): own[factor] for sheet, own in zip(sheets, scores, strict=True) for factor in FACTORS
    }
    draft = draft_edition(members, "2026.1", peers=((),))
    return draft, dict(zip(sheets, sizes, strict=True)), truth


def _score(total: int, respondents: int) -> float:
    return 100 / (POINTS - 1) * (total / (respondents * ITEMS) - 1)


def _member(place: int, n: int, scores: dict[str, float]) -> Member:
    shown = {"n": n, "n_eff": float(n), "sd": 15.0}
    card = {
        "schema": "cri.scorecard/1",
        "method": "1.0",
        "instrument": {"code": "made-up", "version": "1.0.0", "sha256": "0" * 64},
        "synthetic": True,
        "agency": f"a{place}",
        "wave": {"closed": "2026-01-01"},
        "sheet_sha256": hashlib.sha256(str(place).encode()).hexdigest(),
        "population": {"usable": n, "response_rate": 0.7, "headcount": 2 * n},
        "index": {**shown, "score": float(np.mean(list(scores.values())))},
        "factors": [{**shown, "code": code, "score": score, "items": []} for code, score in scores.items()],
    }
    return Member(card, f"a{place}", f"o{place}")


def candidates(
    pool: tuple[Draft, dict[str, int], dict[tuple[str, str], float]], decimals: int | None
) -> Iterator[int]:
    """For each group of four: how many scores the third owner may have. decimals: of the mean; None: all."""
    draft, sizes, truth = pool
    cells = [cell for cell in draft.cells if cell.factor in FACTORS]
    for cell in cells:
        for group in cell.groups:
            if len(group) != 4:
                continue
            own = [truth[sheet, cell.factor] for sheet in group]
            mean = float(np.mean(own))
            told, error = (mean, 1e-11) if decimals is None else (round(mean, decimals), 0.5 * 10**-decimals)
            third, fourth = (sizes[sheet] * ITEMS for sheet in group[2:])
            totals = np.arange(third, third * POINTS + 1)
            scores = 100 / (POINTS - 1) * (totals / third - 1)
            near = (scores >= min(own) - 1) & (scores <= max(own) + 1)
            left = 4 * told - own[0] - own[1] - scores[near]
            whole = np.rint((left * (POINTS - 1) / 100 + 1) * fourth)
            off = np.abs(100 / (POINTS - 1) * (whole / fourth - 1) - left)
            in_run = (left >= min(own) - 1) & (left <= max(own) + 1)
            yield int(np.count_nonzero((off <= 4 * error) & in_run))


def test_an_edition_tells_means_to_one_decimal(
    pool: tuple[Draft, dict[str, int], dict[tuple[str, str], float]],
) -> None:
    means = [group["mean"] for cell in pool[0].document["cells"] for group in cell["groups"]]
    assert len(means) >= 40
    assert all(mean == round(mean, MEAN_DECIMALS) for mean in means)


def test_two_owners_of_four_are_left_with_many_scores_of_the_third(
    pool: tuple[Draft, dict[str, int], dict[tuple[str, str], float]],
) -> None:
    left = list(candidates(pool, MEAN_DECIMALS))
    assert len(left) >= 20
    assert min(left) >= 10


def test_with_all_digits_they_read_it_off(
    pool: tuple[Draft, dict[str, int], dict[tuple[str, str], float]],
) -> None:
    """The failing control: the means as they are computed."""
    left = list(candidates(pool, None))
    assert np.mean(np.array(left) == 1) > 0.9
