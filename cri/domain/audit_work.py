"""How much work an exact audit may be: counted and not timed, so that a slow machine does not publish less.

An audit that is not done is not passed. So one that is ended hides more than it would have, never less.
"""

from dataclasses import dataclass, field

from cri.domain.errors import CriError

AUDIT_WORK = 250_000_000_000
"""Steps that the exact audit of one draft may take, nearly all of them multiplications: some four to eight
minutes of one processor where this was measured (docs/decisions/exact-audit.md)."""
MOST_UNKNOWNS = 14_000
"""Contributions times factors up to which the audit is exact: it holds matrices of this number squared."""
EXACT_UP_TO = 2_000
"""Contributions up to which the audit is exact; above, the sufficient test."""


class WorkUsedUpError(CriError):
    """An audit would take more steps than it may; what it was asked about has not been looked through."""


@dataclass
class Allowance:
    """The steps that are left."""

    left: float = field(default_factory=lambda: float(AUDIT_WORK))

    @property
    def used_up(self) -> bool:
        """Whether more was asked for than there was."""
        return self.left < 0

    def spend(self, steps: float) -> None:
        """Take steps away. Raises WorkUsedUpError where fewer are left, and ever after."""
        if self.left >= 0:
            self.left -= steps
        if self.left < 0:
            raise WorkUsedUpError


def exact_is_possible(contributions: int, factors: int) -> bool:
    """Whether so many contributions ever used, of so many factors, are audited exactly."""
    return contributions <= EXACT_UP_TO and contributions * factors <= MOST_UNKNOWNS
