"""What a respondent's page holds, taken into what they have answered so far.

Not WTForms: 48 radio buttons a page cost ten times as much through it.
"""

from collections.abc import Mapping
from dataclasses import replace

from cri.domain.errors import InputProblem
from cri.domain.instrument import Factor, Instrument
from cri.domain.wave import read_comments, read_page
from cri.services.drafts import Progress

Taken = tuple[Progress, list[InputProblem]]


def take_section(
    progress: Progress, instrument: Instrument, factor: Factor, form: Mapping[str, str], *, whole: bool
) -> Taken:
    """Progress with one section's answers, and those the page does not offer (they count as open).

    `whole`: what the form lacks is open, too; otherwise the form only adds.
    """
    codes = [item.code for item in factor.items]
    items, problems = read_page(instrument, form, codes)
    return replace(
        progress, answers=progress.answers.with_page(items, codes if whole else [*items])
    ), problems


def take_comments(progress: Progress, instrument: Instrument, form: Mapping[str, str]) -> Taken:
    """Progress with the open answers, and those that cannot be kept: of them the last good text stays."""
    comments, problems = read_comments(instrument, form)
    refused = {problem.where for problem in problems}
    kept = {code: text for code, text in progress.answers.comments.items() if code in refused}
    return replace(progress, answers=replace(progress.answers, comments={**kept, **comments})), problems
