"""The gateway on a real tree: the departments of Canada's public service, one of them with its units."""

from collections.abc import Callable

import pytest

from cri.domain.disclosure import MINIMUM, Gateway

QUESTIONS = ("Q06", "Q23", "Q34", "Q45", "Q61")


def exposed(everybody: int, sizes: list[int], parents: list[int], shown: list[bool]) -> list[int]:
    """Sizes of the groups of 1 to 9 left when the closest shown units are taken from a shown group."""
    left = {-1: everybody} | {place: size for place, size in enumerate(sizes) if shown[place]}
    for place, size in enumerate(sizes):
        if shown[place]:
            above = parents[place]
            while above >= 0 and not shown[above]:
                above = parents[above]
            left[above] -= size
    return [people for people in left.values() if 0 < people < MINIMUM]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("outside", [None, 5], ids=["as published", "five people in no department"])
def test_a_real_tree_gives_nobody_away(
    question: str, outside: int | None, rows: Callable[[str], list[dict[str, str]]]
) -> None:
    """Counts are per question, as each question was answered by other people.

    As published no subtraction isolates anybody, and nothing is hidden. Had all but five people been in a
    department, showing by size alone would give those five away.
    """
    counts = {
        (row["LEVEL1ID"], row["LEVEL2ID"]): int(row["ANSCOUNT"])
        for row in rows("canada_pses/pses.csv")
        if row["SURVEYR"] == "2014" and row["QUESTION"] == question
    }
    published = counts.pop(("0", "0"))
    codes = sorted(counts)
    assert len(codes) > 60
    parents = [-1 if below == "0" else codes.index((top, "0")) for top, below in codes]
    sizes = [counts[code] for code in codes]
    tops = sum(size for size, parent in zip(sizes, parents, strict=True) if parent < 0)
    everybody = published if outside is None else tops + outside
    shown = [reason is None for reason in Gateway().groups(everybody, sizes, parents)]
    naive = [size >= MINIMUM for size in sizes]
    assert not exposed(everybody, sizes, parents, shown)
    assert exposed(everybody, sizes, parents, naive) == ([] if outside is None else [outside])
    assert shown.count(False) == (0 if outside is None else 1)
