"""The attacker of the pool: exact elimination over everything published, written apart from the audit.

Two owners with all their agencies hold every edition and know who sits in which group. A third owner's score
is theirs as soon as some sum of published figures has only these three owners' contributions in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

PRIME = 2_147_483_647  # arithmetic modulo a large prime: exact, and a rank is never too large

Row = dict[tuple[str, str], int]
"""(contribution, factor) -> how often it counts in a published figure."""


def rows_of(cells: Iterable[tuple[str, Sequence[Sequence[str]]]], factors: Sequence[str]) -> list[Row]:
    """Equations of published cells: (factor or "index", groups of contributions)."""
    return [
        {(one, factor): 1 for one in group for factor in (factors if code == "index" else (code,))}
        for code, groups in cells
        for group in groups
    ]


def weighted_row(code: str, weights: Mapping[str, int], factors: Sequence[str]) -> Row:
    """The equation of a sum in which contributions count differently: contribution -> a whole number."""
    return {
        (one, factor): weight
        for one, weight in weights.items()
        for factor in (factors if code == "index" else (code,))
    }


def rank_of(rows: Iterable[Row], without: set[str]) -> int:
    """Rank of the rows with some contributions' columns struck out."""
    pivots: dict[tuple[str, str], Row] = {}
    for row in rows:
        left = {column: value for column, value in row.items() if column[0] not in without}
        while left:
            column = min(left)
            if column not in pivots:
                inverse = pow(left[column], PRIME - 2, PRIME)
                pivots[column] = {key: value * inverse % PRIME for key, value in left.items()}
                break
            factor = left[column]
            for key, value in pivots[column].items():
                left[key] = (left.get(key, 0) - factor * value) % PRIME
                if not left[key]:
                    del left[key]
    return len(pivots)


def exposed(rows: Sequence[Row], owner_of: Mapping[str, str], most: int = 3) -> tuple[str, ...] | None:
    """Owners, at most `most`, who are alone in some sum of the rows; None where there is no such sum.

    A sum with only their columns is one that vanishes when these are struck out: the rank falls.
    """
    full = rank_of(rows, set())
    owners = sorted(set(owner_of.values()))
    for count in range(1, most + 1):
        for chosen in combinations(owners, count):
            struck = {one for one, owner in owner_of.items() if owner in chosen}
            if rank_of(rows, struck) < full:
                return chosen
    return None
