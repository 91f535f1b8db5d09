"""The one gateway through which figures about people are released. Method section 6.

Every figure is judged by the number who answered that very figure. What is hidden must also not be had by
subtracting what is shown: for each shown group, the people left when the shown groups inside it are taken
away are none or at least the minimum. Shown groups are nested or apart, so every sum or difference of them
is made of such remainders, and no remainder has 1 to minimum - 1 people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cri.domain.disclosure_tree import hide_least

MINIMUM = 10
"""People behind any mean or distribution. A wave may raise it, never lower it."""
FULL_DISTRIBUTION = 40
"""People from whom a distribution shows each point of the scale; below it shows three bands."""

Suppressed = Literal["small", "complementary"]
"""Why a group is not shown: too few people, or it would give away another that has too few."""

Limit = Literal["under_5"]
"""A cell nobody chose: it reads "under 5 %"."""

Bands = tuple[int, int, int]
"""Answers in the unfavourable, neutral and favourable band, keyed."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One bar of a distribution: a point of the scale or a band. `share` is None where `limit` is given."""

    code: str
    share: float | None
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Gateway:
    """The release rule of one wave, with its minimum. Raises ValueError below the method's minimum."""

    minimum: int = MINIMUM

    def __post_init__(self) -> None:
        if self.minimum < MINIMUM:
            raise ValueError(f"a minimum of {self.minimum}: never below {MINIMUM}")

    def shows(self, n: int) -> bool:
        """Whether a figure that `n` people answered may be shown at all."""
        return n >= self.minimum

    def shows_shares(self, bands: Bands) -> bool:
        """Whether a distribution or favourable share may be shown: not if everybody is in one band."""
        n = sum(bands)
        return self.shows(n) and n not in bands

    def full(self, n: int) -> bool:
        """Whether a distribution may show each point of the scale rather than three bands."""
        return n >= max(FULL_DISTRIBUTION, self.minimum)

    def share(self, count: int, bands: Bands) -> tuple[float | None, Limit | None]:
        """(share, limit) of those who gave one answer: (None, None) where hidden.

        From the size of a full distribution on, nobody is "under 5 %": the share is not stated.
        """
        n = sum(bands)
        if not self.shows_shares(bands):
            return None, None
        if count == 0 and self.full(n):
            return None, "under_5"
        return count / n, None

    def distribution(
        self, counts: Sequence[int], codes: Sequence[str], bands: Bands, band_codes: Sequence[str]
    ) -> tuple[Cell, ...] | None:
        """The cells that may be shown, None if none may: points if there are enough people, else bands."""
        n = sum(bands)
        if not self.shows_shares(bands):
            return None
        named = zip(codes, counts, strict=True) if self.full(n) else zip(band_codes, bands, strict=True)
        return tuple(Cell(code, *self.share(count, bands)) for code, count in named)

    def groups(
        self,
        everybody: int,
        sizes: Sequence[int],
        parents: Sequence[int],
        hidden: Sequence[Suppressed | None] | None = None,
    ) -> tuple[Suppressed | None, ...]:
        """Which units of a tree may show a figure: None for shown, or why not.

        `everybody`: how many people of the whole wave answered the figure; it is shown if that is enough.
        `sizes`: how many in each unit and below it. `parents`: index of each unit's parent, below 0 at
        the top. `hidden`: units already hidden for another reason, which stay so.

        Hidden besides are as few people as possible (`disclosure_tree`). Hidden units are see-through: what
        lies below one is judged as if directly under the nearest shown group above, and may be shown.
        """
        before = hidden or [None] * len(sizes)
        kept = hide_least(everybody, sizes, parents, self.minimum, [reason is not None for reason in before])
        return tuple(
            given or ("small" if not self.shows(size) else "complementary" if is_hidden else None)
            for given, size, is_hidden in zip(before, sizes, kept, strict=True)
        )
