"""What can be wrong with what somebody gave us, said so that they can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 20
"""How many problems an error spells out before it says "and N more"."""


_CONTROL = dict.fromkeys(
    [*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd"
)
"""What could move the cursor of the terminal that shows a problem, or turn what it writes."""


class CriError(Exception):
    """Root of every error this project raises on purpose."""


@dataclass(frozen=True, slots=True)
class InputProblem:
    """One thing that is wrong, where it is, and what was expected there.

    `where` names the file (or form field), then row and column where there are any:
    "ANSWERS.csv: row 3, column insight2". `expected` may be empty.
    """

    what: str
    where: str
    expected: str = ""

    def __str__(self) -> str:
        tail = f"; expected {self.expected}" if self.expected else ""
        # One problem is one line, whatever a cell of somebody's file may hold.
        return " ".join(f"{self.where}: {self.what}{tail}".split()).translate(_CONTROL)


class InputError(CriError):
    """Input that cannot be used. Carries every problem found, not only the first.

    `more`: how many were found besides, where there were too many to carry.
    """

    def __init__(self, problems: Iterable[InputProblem], more: int = 0) -> None:
        self.problems: tuple[InputProblem, ...] = tuple(problems)
        self.more = more
        super().__init__(self.problems, more)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if more := len(self.problems) - len(lines) + self.more:
            lines.append(f"and {more} more")
        return "\n".join(lines)


class ProblemList:
    """Gathers problems: the first `SHOWN` in full, the others by number, so that millions cost nothing."""

    def __init__(self) -> None:
        self.first: list[InputProblem] = []
        self.more = 0

    def __bool__(self) -> bool:
        return bool(self.first)

    @property
    def full(self) -> bool:
        """Whether another problem is only counted, so that nobody needs to describe it."""
        return len(self.first) >= SHOWN

    def add(self, *problems: InputProblem) -> None:
        """Add these, in their order."""
        room = SHOWN - len(self.first)
        self.first += problems[:room]
        self.more += max(0, len(problems) - room)

    def raise_any(self) -> None:
        """Raise InputError if there was anything."""
        if self.first:
            raise InputError(self.first, self.more)
