"""How items were answered, by everybody and in each unit."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cri.domain.answer_columns import UInt8
from cri.domain.factor_values import FactorAnswers
from cri.domain.histograms import Counting, Group, GroupSums, WholeWeights, group_sums, histogram
from cri.domain.instrument import Item, Scale
from cri.domain.statistics import Moments

Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ItemCounts:
    """How one item was answered by everybody.

    `keyed`: people at each point of the scale, the least favourable first, never weighted. `sums`: one group,
    of the keyed answers, on the response scale. `top`: how many points at each end are a band.
    """

    keyed: tuple[int, ...]
    dont_know: int
    sums: GroupSums
    top: int
    is_reversed: bool

    @property
    def counts(self) -> tuple[int, ...]:
        """People at each point as answered (not reverse-keyed), from the scale's minimum."""
        return self.keyed[::-1] if self.is_reversed else self.keyed

    @property
    def bands(self) -> tuple[int, int, int]:
        """People whose keyed answers are unfavourable, neutral, favourable."""
        low, high = sum(self.keyed[: self.top]), sum(self.keyed[-self.top :])
        return low, sum(self.keyed) - low - high, high

    @property
    def favourable(self) -> int:
        """People whose keyed answers are on the top points."""
        return self.bands[2]

    @property
    def unfavourable(self) -> int:
        """People whose keyed answers are on the bottom points."""
        return self.bands[0]

    @property
    def moments(self) -> Moments:
        """Of the keyed answers, unweighted, in exact numbers."""
        return self.sums.moments(0)


def count_items(
    answers: FactorAnswers, scale: Scale, unit: Group, counting: Counting
) -> tuple[tuple[ItemCounts, ...], Int64]:
    """(items, by unit): the items of a factor; and int64 (units, items, points), keyed answers in each unit.

    Two items are counted at a time, since counting costs by the respondent.
    """
    steps, base, weights = answers.steps, scale.points + 1, counting.weights
    kind = np.uint8 if base * base <= np.iinfo(np.uint8).max else np.uint16
    nobody_apart = Group(np.zeros(len(steps[0]), dtype=np.int32), 1)
    by_unit = np.zeros((len(steps), scale.points, unit.bins), dtype=np.int64)
    everybody = np.zeros((len(steps), 1 if weights is None else 3, base), dtype=np.int64)
    for place in range(0, len(steps), 2):
        other = min(place + 1, len(steps) - 1)
        both = np.multiply(steps[place], base, dtype=kind)
        both += steps[other]
        # Units last: tables of them are added up along long rows.
        pairs = Group(both, base * base)
        table = counting.table(pairs, unit, plain=True).reshape(base, base, unit.bins)
        by_unit[place], by_unit[other] = (table.sum(axis=axis)[1:] for axis in (1, 0))
        if weights is not None:
            table = counting.table(nobody_apart, pairs).reshape(-1, base, base)
            everybody[place], everybody[other] = (table.sum(axis=axis) for axis in (2, 1))
    everybody[:, 0, 1:] = by_unit.sum(axis=2)
    items = tuple(
        _item_counts(item, scale, unknown, counts, weights)
        for item, unknown, counts in zip(answers.factor.items, answers.dont_know, everybody, strict=True)
    )
    return items, by_unit.transpose(2, 0, 1)


def count_item(
    item: Item, scale: Scale, steps: UInt8, dont_know: int, weights: WholeWeights | None
) -> ItemCounts:
    """One item by itself, answered by everybody. `steps`: as from `keyed_steps`."""
    counts = histogram(steps.astype(np.int64), scale.points + 1, weights)
    return _item_counts(item, scale, dont_know, counts, weights)


def _item_counts(
    item: Item, scale: Scale, dont_know: int, counts: Int64, weights: WholeWeights | None
) -> ItemCounts:
    """`counts`: int64 (layers, points + 1), keyed, from "no answer" up."""
    points = counts[:, 1:]
    return ItemCounts(
        keyed=tuple(int(count) for count in points[0]),
        dont_know=dont_know,
        sums=group_sums(points[:, None, :], range(scale.minimum, scale.maximum + 1), 1, weights),
        top=scale.favourable,
        is_reversed=item.reversed,
    )
