"""The pages between welcome and receipt: a section, the open question, the check; as saved or as typed."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from cri.adapters.instrument_files import InstrumentTexts
from cri.domain.errors import InputProblem
from cri.domain.instrument import Factor
from cri.domain.sheet import DONT_KNOW
from cri.domain.wave import page_order
from cri.services.drafts import Progress
from cri.services.instruments import released_texts
from cri.services.responses import Questionnaire
from cri.web.language import current_language
from cri.web.texts import number
from cri.web.views.questionnaire_pages import render_page
from cri.web.views.questionnaire_visits import CHECK, CLOSING, Visit


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
    factor = visit.factor(step)
    if factor is not None:
        return _section(visit, step, factor, frame, typed, problems, prompt=prompt)
    if step == CLOSING:
        return _closing(visit, frame, typed, problems)
    return _check(visit, frame)


def _section(
    visit: Visit,
    step: str,
    factor: Factor,
    frame: dict[str, Any],
    typed: Mapping[str, str] | None,
    problems: Sequence[InputProblem],
    *,
    prompt: bool,
) -> str:
    questionnaire, texts = visit.questionnaire, _texts(visit.questionnaire)
    given = _as_typed(frame["progress"]) if typed is None else typed
    refused = {problem.where for problem in problems}
    items = []
    for item in _in_order(visit, factor):
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
        total=len(questionnaire.instrument.factors),
        stem=texts.stem,
        instruction=texts.instruction if frame["first"] else None,
        items=items,
        labels=texts.scale_labels,
        minimum=questionnaire.instrument.scale.minimum,
        dont_know=texts.dont_know,
        unanswered=links if prompt else [],
        errors=[] if prompt else links,
    )


def _closing(
    visit: Visit, frame: dict[str, Any], typed: Mapping[str, str] | None, problems: Sequence[InputProblem]
) -> str:
    questionnaire, texts = visit.questionnaire, _texts(visit.questionnaire)
    given = frame["progress"].answers.comments if typed is None else typed
    refused = {problem.where for problem in problems}
    questions = [
        {
            "code": question.code,
            "prompt": texts.questions[question.code].prompt,
            "hint": texts.questions[question.code].hint,
            "value": given.get(question.code, ""),
            "error": _comment_error(given.get(question.code, ""), question.max_length)
            if question.code in refused
            else None,
        }
        for question in questionnaire.instrument.questions
    ]
    errors = [{"text": one["error"], "href": f"#{one['code']}"} for one in questions if one["error"]]
    return render_page("closing", questionnaire, **frame, questions=questions, errors=errors)


def _check(visit: Visit, frame: dict[str, Any]) -> str:
    questionnaire, texts = visit.questionnaire, _texts(visit.questionnaire)
    answers = frame["progress"].answers
    sections, still_open = [], []
    total = len(questionnaire.instrument.factors)
    for place, factor in enumerate(questionnaire.instrument.factors, start=1):
        rows = []
        for item in _in_order(visit, factor):
            statement = texts.statement(item, questionnaire.noun)
            href = visit.url(str(place), back=CHECK) + f"#{item}"
            value = answers.items.get(item)
            if value is None:  # each statement is on the page once: here or among the answers
                still_open.append({"text": statement, "href": href})
            else:
                answer = _label(questionnaire, texts, value)
                rows.append({"code": item, "statement": statement, "answer": answer, "href": href})
        of_all = len(factor.items)
        sections.append(
            {
                "title": _("Section %(number)s of %(total)s", number=place, total=total),
                "state": _("%(answered)s of %(all)s answered", answered=len(rows), all=of_all),
                "rows": rows,
            }
        )
    comments = [
        {
            "code": question.code,
            "statement": texts.questions[question.code].prompt,
            "answer": answers.comments.get(question.code),
            "href": visit.url(CLOSING, back=CHECK) + f"#{question.code}",
        }
        for question in questionnaire.instrument.questions
    ]
    answered = [section for section in sections if section["rows"]]
    return render_page(
        "check", questionnaire, **frame, sections=answered, still_open=still_open, comments=comments
    )


def _texts(questionnaire: Questionnaire) -> InstrumentTexts:
    instrument = questionnaire.instrument
    return released_texts(instrument.code, instrument.version, current_language())


def _in_order(visit: Visit, factor: Factor) -> list[str]:
    invitation = visit.questionnaire.invitation_id
    return [item.code for item in page_order(factor, invitation.bytes if invitation else b"")]


def _as_typed(progress: Progress) -> dict[str, str]:
    items = progress.answers.items.items()
    return {code: "DK" if value == DONT_KNOW else str(value) for code, value in items}


def _label(questionnaire: Questionnaire, texts: InstrumentTexts, value: int) -> str:
    if value == DONT_KNOW:
        return texts.dont_know
    return texts.scale_labels[value - questionnaire.instrument.scale.minimum]


def _comment_error(text: str, most: int) -> str:
    """Why a comment was refused; both ends of a text count what is left after trimming."""
    length = len(text.replace("\r\n", "\n").strip())
    if length > most:
        said = ngettext(
            "Your text is one character too long: it has %(length)s, and %(most)s fit.",
            "Your text is %(num)s characters too long: it has %(length)s, and %(most)s fit.",
            length - most,
            length=number(length),
            most=number(most),
        )
    else:
        said = _("Your text holds signs that cannot be printed. Type it here rather than paste it.")
    return str(said)
