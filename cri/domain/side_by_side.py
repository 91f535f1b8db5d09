"""Doing the same for several things on two cores.

numpy lets go of the interpreter while it works on long arrays. Each piece of work is by itself and results
come in the order of the things, so what comes out does not hang on how many cores there are.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import cache
from typing import Final, TypeVar

from threadpoolctl import ThreadpoolController

WORKERS: Final = 2
WORTH_SHARING: Final = 1 << 17
"""Respondents from whom starting a second thread pays."""
STAYS_IN_CACHE: Final = 1 << 18
"""Multiplications in one product of matrices: larger ones leave the cache and take twice the time."""

Thing = TypeVar("Thing")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Thing], Result], things: Iterable[Thing], respondents: int) -> list[Result]:
    """`work` of each thing, in order; several at a time where there are many respondents."""
    todo = list(things)
    if respondents < WORTH_SHARING:
        return [work(thing) for thing in todo]
    found: dict[int, Result] = {}
    places = iter(range(len(todo)))  # the interpreter gives each number of it to one thread only

    def take_turns() -> None:
        for place in places:
            found[place] = work(todo[place])

    # Each takes the next thing when it is done with one: no queue, and this thread works too.
    with ThreadPoolExecutor(WORKERS - 1) as pool:
        others = [pool.submit(take_turns) for _ in range(WORKERS - 1)]
        take_turns()
        for other in others:
            other.result()
    return [found[place] for place in range(len(todo))]


def blas_in_one_thread() -> AbstractContextManager[object]:
    """Inside it BLAS starts no threads of its own, in the whole process.

    Ours already share out the work. Threads of BLAS, once one decomposition has woken them, wait for more by
    turning in circles: measured, a quarter of the time of scoring a million people.
    """
    limited: AbstractContextManager[object] = _blas().limit(limits=1, user_api="blas")
    return limited


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def row_parts(respondents: int, rows: int) -> list[slice]:
    """So many respondents in parts of `rows`, the last one shorter: work that stays in a core's own cache."""
    return [slice(start, min(start + rows, respondents)) for start in range(0, respondents, rows)]
