"""The pages between welcome and receipt: a section, the closing page, the check; as saved or as typed."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from cri.domain.errors import InputProblem
from cri.domain.instrument import Factor
from cri.domain.sections import PROMISES, Section
from cri.services.drafts import Progress
from cri.web.forms.questionnaire import read_seconds
from cri.web.views.questionnaire_closing import show_check, show_closing
from cri.web.views.questionnaire_frame import render_page
from cri.web.views.questionnaire_kept import is_ordinary, section_from_kept
from cri.web.views.questionnaire_promises import show_promises
from cri.web.views.questionnaire_visits import CLOSING, Visit
from cri.web.views.questionnaire_wording import as_typed, in_order, texts_of


def show_step(
    visit: Visit,
    step: str,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[InputProblem] = (),
    prompt: bool = False,
    returning: bool = False,
    notice: str | None = None,
) -> str:
    """One step as it was left, or with what was `typed` into it.

    `prompt`: name what is still open. `returning`: Next goes back to the checking page.
    """
    frame = {
        "language_form": True,
        "returning": returning,
        "notice": notice,
        "first": visit.before(step) == step,
        "autosave_url": visit.url(step) + "/save",
        "action": visit.url(step),
        "progress": visit.progress or Progress(),
    }
    section = visit.section(step)
    if section is not None:
        return _section(visit, step, section, frame, typed, problems, prompt=prompt)
    if step == PROMISES:
        return show_promises(visit, frame, typed, problems)
    if step == CLOSING:
        return show_closing(visit, frame, typed, problems)
    return show_check(visit, frame)


def _section(
    visit: Visit,
    step: str,
    section: Section,
    frame: dict[str, Any],
    typed: Mapping[str, str] | None,
    problems: Sequence[InputProblem],
    *,
    prompt: bool,
) -> str:
    questionnaire, factor, texts = visit.questionnaire, section.factor, texts_of(section.instrument)
    spent = _spent(frame["progress"], factor, typed)
    if typed is None and not problems and not prompt and is_ordinary(visit.token, frame["notice"]):
        return section_from_kept(visit, int(step), section, frame, -1 if spent is None else spent)
    given = as_typed(frame["progress"]) if typed is None else typed
    refused = {problem.where for problem in problems}
    items = []
    for item in in_order(visit, factor):
        error = None
        if item in refused:
            error = _("This answer was not one of those offered. Choose one of these, or leave it open.")
        elif prompt and item not in given:
            error = _("Still open")
        statement = texts.statement(item, questionnaire.noun)
        items.append({"code": item, "statement": statement, "value": given.get(item), "error": error})
    open_items = [item for item in items if item["error"]]
    links = [{"text": item["statement"], "href": f"#{item['code']}"} for item in open_items]
    return render_page(
        "section",
        questionnaire,
        **frame,
        number=int(step),
        total=len(visit.sections),
        stem=texts.stem,
        instruction=texts.instruction if section.opens else None,
        items=items,
        labels=texts.scale_labels,
        minimum=section.instrument.scale.minimum,
        dont_know=texts.dont_know,
        spent=spent,
        unanswered=links if prompt else [],
        errors=[] if prompt else links,
    )


def _spent(progress: Progress, factor: Factor, typed: Mapping[str, str] | None) -> int | None:
    """Seconds that this page was open before it was shown now; None where that is no longer known."""
    kept = progress.spent.get(factor.code, 0)
    return None if kept is None else max(kept, read_seconds(typed or {}) or 0)
