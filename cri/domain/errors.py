"""What can be wrong with what somebody gave us, said so that they can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 20
"""How many problems an error spells out before it says "and N more"."""


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
        return " ".join(f"{self.where}: {self.what}{tail}".split())


class InputError(CriError):
    """Input that cannot be used. Carries every problem found, not only the first."""

    def __init__(self, problems: Iterable[InputProblem]) -> None:
        self.problems: tuple[InputProblem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"and {len(self.problems) - SHOWN} more")
        return "\n".join(lines)
