"""How instruments become pages of statements, and about how long these take."""

from dataclasses import dataclass
from functools import lru_cache

from cri.domain.instrument import Factor, Instrument, Item, Scale

ON_A_PAGE = 6
"""Statements of one page at most, where factors are short: those of two or three share one."""

PROMISES = "promises"
"""Code of the instrument that asks about promises."""

MOST_PROMISES = 5
NO, YES = 1, 2

SECONDS_A_STATEMENT, SECONDS_A_QUESTION, SECONDS_A_TEXT = 8, 7, 60
"""How long one takes: an estimate, docs/decisions/minutes-told.md. No journey of real staff was measured."""


@dataclass(frozen=True)
class Section:
    """One page of statements of one instrument. `factor`: all of them; its code names the page in a draft.

    `opens`: whether it is the first page of its instrument.
    """

    instrument: Instrument
    factor: Factor
    opens: bool


@lru_cache(100)
def sections_of(instrument: Instrument) -> tuple[Section, ...]:
    """A page a factor; short factors next to one another share a page, each whole."""
    pages: list[Factor] = []
    for factor in instrument.factors:
        last = pages[-1] if pages else None
        if last is not None and len(last.items) + len(factor.items) <= ON_A_PAGE:
            pages[-1] = Factor(last.code, (*last.items, *factor.items))
        else:
            pages.append(factor)
    return tuple(Section(instrument, page, number == 0) for number, page in enumerate(pages))


@lru_cache(MOST_PROMISES)
def promise_instrument(count: int) -> Instrument:
    """Two questions on each of `count` promises: was it noticed, did it help. NO, YES or "don't know".

    Its digest is that of nothing: what is asked is told by the wave's own promises.
    """
    factors = tuple(
        Factor(f"promise{place}", (Item(f"promise{place}_noticed"), Item(f"promise{place}_helped")))
        for place in range(1, count + 1)
    )
    return Instrument(PROMISES, str(count), "0" * 64, Scale(NO, YES, 1), factors, ranked=False)


def minutes_for(*instruments: Instrument) -> int:
    """About how many minutes a questionnaire of these takes, rounded up: an estimate."""
    seconds = sum(
        SECONDS_A_STATEMENT * (len(one.items) + len(one.outcomes))
        + SECONDS_A_QUESTION * len(one.profile)
        + SECONDS_A_TEXT * len(one.questions)
        for one in instruments
    )
    return -(-seconds // 60)
