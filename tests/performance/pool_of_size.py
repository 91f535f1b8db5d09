"""Pools of any size for the benches: scorecards with what an edition reads, made up quickly."""

from collections.abc import Sequence

import numpy as np

from cri.domain.documents import digest_of
from cri.domain.eligibility import Member

FACTORS = 6
KINDS = {
    "sector": [f"s{number}" for number in range(15)],
    "country": [f"C{number}" for number in range(17)],
    "relationship": ["citizen", "client", "customer", "partner", "regulated", "ward"],
}
SIXTY: Sequence[tuple[str, ...]] = (
    (),
    ("sector",),
    ("size",),
    ("country",),
    ("relationship",),
    ("size", "relationship"),
)
"""Attribute lists that make 60 peer groups of `KINDS` and three sizes: 1 + 15 + 3 + 17 + 6 + 18."""


def pool_of_size(agencies: int, seed: int = 1) -> list[Member]:
    """Agencies, each its own owner, with an index and six factors."""
    draws = np.random.default_rng(seed)
    scores = np.clip(draws.normal(60, 10, (agencies, FACTORS)) + draws.normal(0, 8, (agencies, 1)), 0, 100)
    headcounts = draws.choice([150, 600, 3000], agencies)
    kinds = {name: draws.choice(values, agencies).tolist() for name, values in KINDS.items()}
    return [
        Member(
            scorecard=scorecard(number, scores[number].tolist(), int(headcounts[number])),
            agency=f"a{number}",
            owner=f"a{number}",
            **{name: values[number] for name, values in kinds.items()},
        )
        for number in range(agencies)
    ]


def scorecard(number: int, scores: Sequence[float], headcount: int) -> dict[str, object]:
    """What an edition reads of a scorecard."""
    whole = {"n": 100, "n_eff": 100.0, "sd": 20.0}
    return {
        "method": "1.0",
        "instrument": {"code": "bench", "version": "1.0.0", "sha256": "0" * 64},
        "synthetic": False,
        "agency": f"a{number}",
        "facets": None,
        "wave": {"closed": "2026-03-31"},
        "sheet_sha256": digest_of({"sheet": number}),
        "population": {"usable": 100, "response_rate": 0.8, "headcount": headcount, "weights": None},
        "index": {**whole, "score": sum(scores) / len(scores), "interval": [50.0, 56.0]},
        "factors": [
            {"code": f"f{place}", **whole, "score": one, "interval": [50.0, 56.0]}
            for place, one in enumerate(scores)
        ],
    }
