"""What a button of the questionnaire does: save, and on to the next page, back, away or to the end."""

from dataclasses import replace

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.domain.errors import InputProblem
from cri.domain.sections import PROMISES
from cri.services.drafts import Progress, save_over, start_draft, submit_draft
from cri.services.links import open_token
from cri.services.responses import find_questionnaire
from cri.web.database import alone, db, keep_despite_error
from cri.web.forms.questionnaire import take_closing, take_section, take_statements
from cri.web.parts import now, parts
from cri.web.views.questionnaire_steps import show_step
from cri.web.views.questionnaire_visits import (
    BACK,
    CHECK,
    Visit,
    enter,
    forget_on_device,
    keep_on_device,
    link_of,
    returning,
    to_receipt,
    welcome_again,
)


def submit_answers(visit: Visit) -> ResponseReturnValue:
    """Everything or nothing; the errors know what to say to a second click."""
    secrets, questionnaire = parts().secrets, visit.questionnaire
    if visit.code is None:
        # The first of two clicks may have got through since this request found its link.
        find_questionnaire(db.session, secrets, link_of(visit.token), now())
        return welcome_again(visit.token)
    submit_draft(db.session, secrets, questionnaire, visit.code)
    response = make_response(to_receipt(visit.token, again=False))
    forget_on_device(response, visit.token)
    if not questionnaire.personal:  # one answer a browser session
        opened = open_token(secrets, questionnaire.wave_id, questionnaire.unit_code)
        keep_on_device(response, opened, visit.token, questionnaire, until_closed=False)
    return response


def begin_here(visit: Visit, step: str) -> ResponseReturnValue:
    """The draft is lost in the middle: keep what this page holds in a new one, and say so."""
    if step == CHECK or visit.questionnaire.invitation_id is None:  # nothing on that page to keep
        return welcome_again(visit.token)
    saved, problems = with_form(visit, step, Progress(page=step))
    code = start_draft(enter(visit), parts().secrets, visit.questionnaire, saved)
    begun = Visit(visit.token, visit.questionnaire, code, saved)
    notice = _(
        "The answers you gave on earlier pages were not found on this device, so you have started afresh. "
        "What you gave on this page is saved. The last page lists what is open."
    )
    page = show_step(begun, step, typed=request.form, problems=problems, notice=notice)
    response = make_response(page, 422 if problems else 200)
    keep_despite_error()
    keep_on_device(response, visit.token, code, visit.questionnaire)
    return response


def with_form(
    visit: Visit, step: str, progress: Progress, *, whole: bool = True
) -> tuple[Progress, list[InputProblem]]:
    """Progress with this page's form in it, and what of the form cannot be kept.

    `whole`: what the form lacks is open; otherwise the form only adds.
    """
    section, promised = visit.section(step), visit.questionnaire.promised
    if section is not None:
        return take_section(progress, section.instrument, section.factor, request.form, whole=whole)
    if step == PROMISES and promised is not None:
        return take_statements(progress, promised, promised.items, request.form, whole=whole)
    if step == CHECK:
        return progress, []
    return take_closing(progress, visit.questionnaire.closing, request.form, whole=whole)


def move_on(visit: Visit, step: str, saved: Progress, wish: str) -> ResponseReturnValue:
    """Save, and go where the button says: away for now, back, another language, or on."""
    if wish == "later":
        save(visit, replace(saved, page=step))
        return redirect(url_for(".later", token=visit.token))
    query = {BACK: CHECK} if returning() else {}
    if wish == "back":
        to, query = visit.before(step), {}
    elif wish:  # the language, or a button we do not know
        to = step
    elif returning():
        to, query = CHECK, {}
    elif _is_open(visit, step, saved) and step not in saved.prompted:
        to, query = step, {"open": "1"}
        saved = replace(saved, prompted=saved.prompted | {step})
    else:
        to = visit.after(step)
    save(visit, replace(saved, page=to))
    return redirect(visit.url(to, **query))


def save(visit: Visit, progress: Progress) -> None:
    """Keep what this device's code opens; kept for good when this returns. Raises DraftMovedError."""
    if visit.code is not None:
        save_over(alone(), parts().secrets, visit.questionnaire, visit.code, progress)


def _is_open(visit: Visit, step: str, progress: Progress) -> bool:
    section = visit.section(step)
    if section is None:
        return False
    return any(item.code not in progress.answers.items for item in section.factor.items)
