"""What each page of the questionnaire shows: everything ready to be read, nothing left to compute."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from cri.adapters.envelopes import show_resume_code
from cri.adapters.instrument_files import InstrumentTexts
from cri.domain.errors import InputProblem
from cri.domain.instrument import Factor
from cri.domain.sheet import DONT_KNOW
from cri.domain.wave import COMMENTS_MINIMUM, page_order
from cri.services.drafts import Progress, has_draft
from cri.services.instruments import released_texts
from cri.services.links import link_url
from cri.services.responses import Questionnaire
from cri.services.smallest_group import smallest_group
from cri.web.database import db
from cri.web.language import current_language
from cri.web.parts import parts
from cri.web.texts import moment, number
from cri.web.views.questionnaire_visits import CHECK, CLOSING, Visit

MINUTES = 8


def show_welcome(
    visit: Visit, *, lost: bool = False, stopped: bool = False, code: str = "", error: str | None = None
) -> str:
    """Who asks, what for, who will see what; Start, or the code from another device.

    `lost`: answers were looked for here and not found. `stopped`: the form came without its token.
    """
    questionnaire = visit.questionnaire
    group = smallest_group(db.session, questionnaire)
    return _render(
        "welcome",
        questionnaire,
        lost=lost,
        begun=has_draft(db.session, questionnaire),
        stopped=stopped,
        code=code,
        error=error,
        minutes=number(MINUTES),
        statements=number(len(questionnaire.instrument.items)),
        questions=len(questionnaire.instrument.questions),
        until=_until(questionnaire),
        minimum=number(questionnaire.minimum),
        comments_minimum=number(COMMENTS_MINIMUM),
        group=group and {"name": group.name, "people": number(group.headcount or 0)},
    )


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


def show_later(visit: Visit, code: str) -> str:
    """The resume code, and how to come back with it."""
    questionnaire = visit.questionnaire
    return _render(
        "later",
        questionnaire,
        code=show_resume_code(code),
        until=_until(questionnaire),
        # A letter or message holds a personal link; who came by a poster has nothing but the poster.
        address=None if questionnaire.personal else link_url(parts().external_url, visit.token),
    )


def show_receipt(questionnaire: Questionnaire, *, again: bool) -> str:
    """The end. `again`: this was not the first time these answers arrived."""
    return _render(
        "receipt",
        questionnaire,
        again=again,
        until=_until(questionnaire),
        minimum=number(questionnaire.minimum),
    )


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
    return _render(
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
    return _render("closing", questionnaire, **frame, questions=questions, errors=errors)


def _check(visit: Visit, frame: dict[str, Any]) -> str:
    questionnaire, texts = visit.questionnaire, _texts(visit.questionnaire)
    answers = frame["progress"].answers
    sections, still_open = [], []
    total = len(questionnaire.instrument.factors)
    for place, factor in enumerate(questionnaire.instrument.factors, start=1):
        rows = []
        for item in _in_order(visit, factor):
            href = visit.url(str(place), back=CHECK) + f"#{item}"
            value = answers.items.get(item)
            row = {"statement": texts.statement(item, questionnaire.noun), "href": href}
            rows.append({**row, "answer": _label(questionnaire, texts, value)})
            if value is None:
                still_open.append({"text": row["statement"], "href": href})
        answered = sum(row["answer"] is not None for row in rows)
        sections.append(
            {
                "title": _("Section %(number)s of %(total)s", number=place, total=total),
                "state": _("%(answered)s of %(all)s answered", answered=answered, all=len(rows)),
                "rows": rows,
            }
        )
    comments = [
        {
            "statement": texts.questions[question.code].prompt,
            "answer": answers.comments.get(question.code),
            "href": visit.url(CLOSING, back=CHECK) + f"#{question.code}",
        }
        for question in questionnaire.instrument.questions
    ]
    return _render(
        "check", questionnaire, **frame, sections=sections, still_open=still_open, comments=comments
    )


def _render(page: str, questionnaire: Questionnaire, **shown: Any) -> str:
    agency = {
        "name": questionnaire.agency_name,
        "colour": questionnaire.colour,
        "synthetic": questionnaire.synthetic,
    }
    return render_template(f"views/questionnaire/{page}.html", agency=agency, **shown)


def _texts(questionnaire: Questionnaire) -> InstrumentTexts:
    instrument = questionnaire.instrument
    return released_texts(instrument.code, instrument.version, current_language())


def _in_order(visit: Visit, factor: Factor) -> list[str]:
    invitation = visit.questionnaire.invitation_id
    return [item.code for item in page_order(factor, invitation.bytes if invitation else b"")]


def _as_typed(progress: Progress) -> dict[str, str]:
    items = progress.answers.items.items()
    return {code: "DK" if value == DONT_KNOW else str(value) for code, value in items}


def _label(questionnaire: Questionnaire, texts: InstrumentTexts, value: int | None) -> str | None:
    if value is None or value == DONT_KNOW:
        return None if value is None else texts.dont_know
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


def _until(questionnaire: Questionnaire) -> str:
    return moment(questionnaire.closes_at, questionnaire.time_zone)
