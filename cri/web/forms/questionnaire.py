"""What a respondent's page holds, taken into what they have answered so far.

Not WTForms: 48 radio buttons a page cost ten times as much through it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cri.domain.errors import InputProblem
from cri.domain.instrument import Factor, Instrument, Item
from cri.domain.wave import read_comments, read_page, read_profile
from cri.services.drafts import Progress

Taken = tuple[Progress, list[InputProblem]]

SECONDS = "seconds"
"""The field that a script fills with how long a section has been open; no item may have that name."""

LONGEST = 3600
"""Seconds: a page that was open for longer was left alone meanwhile."""


def take_section(
    progress: Progress, instrument: Instrument, factor: Factor, form: Mapping[str, str], *, whole: bool
) -> Taken:
    """Progress with one section's answers, and those the page does not offer (they count as open).

    `whole`: what the form lacks is open, too; otherwise the form only adds.
    """
    taken, problems = take_statements(progress, instrument, factor.items, form, whole=whole)
    return replace(taken, spent=_spent(progress, factor, form, whole=whole)), problems


def take_statements(
    progress: Progress, instrument: Instrument, asked: Sequence[Item], form: Mapping[str, str], *, whole: bool
) -> Taken:
    """As `take_section`, without the time that it took."""
    codes = [item.code for item in asked]
    items, problems = read_page(instrument, form, codes)
    answers = progress.answers.with_page(items, codes if whole else [*items])
    return replace(progress, answers=answers), problems


def take_closing(
    progress: Progress, instrument: Instrument, form: Mapping[str, str], *, whole: bool
) -> Taken:
    """Progress with outcomes, profile and open answers, and what of them cannot be kept.

    A text that is refused leaves the last good one; `whole` as in `take_section`.
    """
    codes = [item.code for item in instrument.outcomes]
    items, item_problems = read_page(instrument, form, codes)
    profile, profile_problems = read_profile(instrument, form)
    comments, comment_problems = read_comments(instrument, form)
    refused = {problem.where for problem in comment_problems}
    before = progress.answers
    answers = replace(
        before.with_page(items, codes if whole else [*items]),
        profile=profile if whole else {**before.profile, **profile},
        comments={**{code: text for code, text in before.comments.items() if code in refused}, **comments},
    )
    return replace(progress, answers=answers), [*item_problems, *profile_problems, *comment_problems]


def read_seconds(form: Mapping[str, str]) -> int | None:
    """How long the browser says that this section has been open, at most LONGEST; None when it does not."""
    given = form.get(SECONDS, "")
    if not given.isascii() or not given.isdecimal():
        return None
    return min(int(given[:6]), LONGEST)


def _spent(
    progress: Progress, factor: Factor, form: Mapping[str, str], *, whole: bool
) -> dict[str, int | None]:
    """Seconds by section with this one's. A section once answered unmeasured stays so: None."""
    spent, seconds = dict(progress.spent), read_seconds(form)
    known = spent.get(factor.code, 0)
    if seconds is not None and known is not None:
        spent[factor.code] = max(known, seconds)
    elif whole:
        spent[factor.code] = None
    return spent
