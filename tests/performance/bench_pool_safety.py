"""What the pool's safety costs, and how near an attacker still comes: on resampled real organisations.

Organisations of a public survey (uk_csps, six themes of 2022) are drawn with replacement, moved by half a
point so that no two are the same one, and given facets; each agency is its own owner. Nobody's answers have
any error, so that what is measured is the cost of grouping and auditing alone.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cri.domain.documents import digest_of
from cri.domain.edition_draft import Draft, draft_edition
from cri.domain.eligibility import Member
from cri.domain.microaggregation import MEAN_DECIMALS, Group, neighbours, within_share
from cri.domain.norms import INDEX, LEAST_FOR_CELL, LEAST_FOR_PERCENTILES, figures_of, tier_of
from cri.domain.peers import PEER_GROUPS, peer_name
from cri.domain.position import Bench, fixed_draws, position_of
from cri.domain.reference_norms import percentiles_among_others
from tests.performance.measures import Row
from tests.properties.pool_interval import Bounds, KnownCell
from tests.reference.catalogue import data_folder

NAME = "pool_safety"
AGENCIES = (20, 40, 80, 300)
DRAWN = {20: 8, 40: 4, 80: 1, 300: 1}
"""Pools drawn of each size."""
ATTACKED = {20: 24, 40: 16, 80: 8, 300: 2}
"""Targets of the attack in the first pool of each size, and as many again at random."""
ATTRIBUTES = {20: 2, 40: 2, 80: 2, 300: 1}
"""How many attributes a peer group joins at most; with two, auditing three hundred takes too long here."""
THEMES = ("mw_ts", "op_ts", "lm_ts", "mt_ts", "ld_ts", "lc_ts")
EXACT = 10**9
"""Respondents of each agency: so many that nothing is left to chance."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cost:
    """Of one pool. Cells are (figure, peer group) pairs; errors are in percentile points, by cell."""

    large_enough: int
    with_percentiles: int
    asked: int
    given: int
    whole: tuple[float, ...]
    peers: tuple[float, ...]


def measure() -> list[Row]:
    """Some minutes: the attack on three hundred agencies is the longest part."""
    path = data_folder() / "datasets" / "uk_csps" / "csps_2022_org_items.csv"
    if not path.exists():
        return [Row("what the pool's safety costs", f"not measured: no {path}")]
    with path.open(encoding="utf-8", newline="") as lines:
        found = [row for row in csv.DictReader(lines) if row["is_aggregate"] == "0"]
    real = np.array([[float(row[theme]) for theme in THEMES] for row in found])
    rows = []
    for agencies in AGENCIES:
        peers = [names for names in PEER_GROUPS if len(names) <= ATTRIBUTES[agencies]]
        pools = [pool_like(real, agencies, seed) for seed in range(DRAWN[agencies])]
        drafts = [draft_edition(pool, "2026.1", peers=peers) for pool in pools]
        rows += cost_rows(agencies, [cost_of(*one, peers) for one in zip(pools, drafts, strict=True)])
        rows.append(attack_row(pools[0], drafts[0], ATTACKED[agencies]))
    return rows


def pool_like(real: Floats, agencies: int, seed: int) -> list[Member]:
    """Agencies like the real ones. real: float (organisations, factors), on 0-100."""
    draws = np.random.default_rng(seed)
    scores = real[draws.integers(0, len(real), agencies)] + draws.normal(0, 0.5, (agencies, real.shape[1]))
    return [
        Member(
            scorecard=_scorecard(number, np.clip(row, 0, 100), int(draws.choice([150, 600, 3000]))),
            agency=f"a{number}",
            owner=f"a{number}",
            sector=str(draws.choice(["water", "roads", "health", "tax"], p=[0.4, 0.3, 0.2, 0.1])),
            country=str(draws.choice(["SE", "NO", "FI"], p=[0.5, 0.3, 0.2])),
            relationship=str(draws.choice(["customers", "residents"])),
        )
        for number, row in enumerate(scores)
    ]


def cost_of(pool: Sequence[Member], draft: Draft, peers: Sequence[tuple[str, ...]] = PEER_GROUPS) -> Cost:
    """What one edition gives of what its peer groups would allow by their size, and its errors."""
    edition = draft.document
    told = {(cell["factor"], cell["peers"]): cell for cell in edition["cells"] if cell["item"] is None}
    codes = list(figures_of(pool[0].scorecard))
    members = {(code, name): inside for name, inside in _peer_groups(pool, peers).items() for code in codes}
    names = sorted({one.owner for one in pool})
    owner = np.array([names.index(one.owner) for one in pool])
    large = asked = given = percentiles = 0
    errors: dict[bool, list[float]] = {True: [], False: []}
    for (code, name), inside in members.items():
        kept = inside[list(within_share(owner[inside].tolist()))]
        owners = len(np.unique(owner[kept]))
        if owners < LEAST_FOR_CELL:
            continue
        scores = np.array([figures_of(pool[one].scorecard)[code]["score"] for one in kept])
        cell = told.get((code, name))
        asked += len(neighbours(scores, owner[kept]))
        given += len(cell["groups"]) if cell else 0
        large += owners >= LEAST_FOR_PERCENTILES
        if cell and tier_of(cell) == "percentiles":
            percentiles += 1
            errors[name == "all"].append(_error(scores, [Group(**one) for one in cell["groups"]]))
    return Cost(large, percentiles, asked, given, tuple(errors[True]), tuple(errors[False]))


def cost_rows(agencies: int, costs: Sequence[Cost]) -> list[Row]:
    """The lines of the table for one size of pool."""
    large, percentiles, asked, given = (
        sum(getattr(cost, key) for cost in costs)
        for key in ("large_enough", "with_percentiles", "asked", "given")
    )
    whole = [error for cost in costs for error in cost.whole]
    peers = [error for cost in costs for error in cost.peers]
    drawn = f"{agencies} agencies ({len(costs)} pool{'s' if len(costs) > 1 else ''})"
    return [
        Row(
            f"{drawn}: cells with percentiles, of those with {LEAST_FOR_PERCENTILES} owners",
            f"{percentiles} of {large} ({percentiles / large:.0%})" if large else "none has so many",
        ),
        Row(f"{drawn}: groups published, of those asked for", f"{given} of {asked} ({given / asked:.0%})"),
        Row(f"{drawn}: error of the percentile, whole pool", _points(whole)),
        Row(f"{drawn}: the same, peer groups", _points(peers)),
    ]


def attack_row(pool: Sequence[Member], draft: Draft, targets: int) -> Row:
    """The narrowest interval that two owners get round a third one's score, and what they usually get."""
    nearest, anybody = intervals(pool, draft, targets)
    return Row(
        f"{len(pool)} agencies: interval that two owners get round a third one's score",
        f"{min(nearest):.2f} points, the tightest of {len(nearest)} in the closest groups; "
        f"median of {len(anybody)} at random {np.median(anybody):.1f}",
    )


def intervals(pool: Sequence[Member], draft: Draft, targets: int) -> tuple[list[float], list[float]]:
    """Widths in points of the attacked scores' intervals; attackers sit in the target's own group.

    First of those in the groups with the nearest neighbours, then of as many groups drawn at random.
    """
    place = {one.sheet: number for number, one in enumerate(pool)}
    owner = [one.owner for one in pool]
    factors = [code for code in figures_of(pool[0].scorecard) if code != INDEX]
    scores = np.array(
        [[figures_of(one.scorecard)[code]["score"] for code in factors] for one in pool], dtype=np.float64
    )
    told = [cell for cell in draft.document["cells"] if cell["item"] is None]
    cells = [
        KnownCell(
            cell.factor,
            tuple(tuple(place[sheet] for sheet in group) for group in cell.groups),
            tuple(group["mean"] for group in one["groups"]),
        )
        for cell, one in zip(draft.cells, told, strict=True)
    ]
    bounds = Bounds(len(pool), factors, cells, rounded=0.5 * 10**-MEAN_DECIMALS)
    widths: tuple[list[float], list[float]] = ([], [])
    for some, groups in zip(widths, (_nearest(cells, targets), _drawn(cells, targets)), strict=True):
        for cell, number in groups:
            target, *others = cell.groups[number]
            attackers = sorted({owner[one] for one in others} - {owner[target]})[:2]
            own = {one: scores[one] for one in range(len(pool)) if owner[one] in attackers}
            low, high = bounds.interval((target, cell.component), own)
            some.append(high - low)
    return widths


def _nearest(cells: Sequence[KnownCell], most: int) -> list[tuple[KnownCell, int]]:
    """Inner groups whose neighbours' means are nearest to each other: they bound everybody in between."""
    inner = [(cell, number) for cell in cells for number in range(1, len(cell.groups) - 1)]
    inner.sort(key=lambda one: one[0].means[one[1] + 1] - one[0].means[one[1] - 1])
    return inner[:most]


def _drawn(cells: Sequence[KnownCell], most: int) -> list[tuple[KnownCell, int]]:
    every = [(cell, number) for cell in cells for number in range(len(cell.groups))]
    order = np.random.default_rng(1).permutation(len(every))[:most]
    return [every[place] for place in order]


def _peer_groups(pool: Sequence[Member], peers: Sequence[tuple[str, ...]]) -> dict[str, NDArray[np.int64]]:
    groups: dict[str, list[int]] = {}
    for attributes in peers:
        for number, one in enumerate(pool):
            if name := peer_name(attributes, one.facets):
                groups.setdefault(name, []).append(number)
    return {name: np.array(inside) for name, inside in groups.items()}


def _error(scores: Floats, groups: Sequence[Group]) -> float:
    """Root mean square of the percentile against the exact rank among the others, in points."""
    against = Bench(tuple(groups), 0.0, 400.0, fixed_draws(NAME), inside=True)
    placed = [position_of(float(score), EXACT, against).percentile for score in scores]
    return float(np.sqrt(np.mean((np.array(placed) - percentiles_among_others(scores)) ** 2)))


def _points(errors: Sequence[float]) -> str:
    if not errors:
        return "no percentiles"
    return f"{np.sqrt(np.mean(np.square(errors))):.1f} points (root mean square, {len(errors)} cells)"


def _scorecard(number: int, scores: Floats, headcount: int) -> dict[str, object]:
    """What an edition reads of a scorecard."""
    figures = [
        {"code": f"f{place}", "n": EXACT, "score": float(one), "sd": 20.0} for place, one in enumerate(scores)
    ]
    return {
        "method": "1.0",
        "instrument": {"code": "bench", "version": "1.0.0", "sha256": "0" * 64},
        "synthetic": False,
        "agency": f"a{number}",
        "wave": {"closed": "2026-03-31"},
        "sheet_sha256": digest_of({"sheet": number}),
        "population": {"usable": 100, "response_rate": 0.8, "headcount": headcount, "weights": None},
        "index": {"n": EXACT, "score": float(scores.mean()), "sd": 20.0},
        "factors": figures,
    }
