"""The questionnaire: /s/TOKEN from a message or a poster, page by page, to its receipt."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Flask, Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.adapters.envelopes import read_resume_code
from cri.services.attempts import network_of
from cri.services.drafts import Progress, find_resumable, start_draft
from cri.services.open_links import may_start, start_from_open_link
from cri.services.responses import (
    LinkUnusableError,
    WaveClosedError,
    find_answered,
    find_questionnaire,
)
from cri.web.access import public
from cri.web.database import alone, db
from cri.web.language import choose_language, offer_languages
from cri.web.parts import now, parts
from cri.web.views import questionnaire_errors as errors
from cri.web.views import questionnaire_pages as pages
from cri.web.views.questionnaire_moves import begin_here, move_on, save, submit_answers, with_form
from cri.web.views.questionnaire_steps import show_step
from cri.web.views.questionnaire_visits import (
    CHECK,
    Visit,
    arrive,
    enter,
    keep_longer,
    keep_on_device,
    link_of,
    own_link,
    receipt_mark,
    returning,
    until_saved,
    welcome_again,
)

views = Blueprint("questionnaire", __name__, url_prefix="/s")
errors.answer_for(views)

MOST_BYTES = 256 * 1024


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.url_value_preprocessor
def _read_no_more_than_a_page(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Runs before anything reads the form. A page is some kilobytes; an honest over-long text still fits."""
    request.max_content_length = MOST_BYTES


@views.after_request
def _never_store(response: Response) -> Response:
    """A shared computer's Back button shows nobody's answers, and a page shown again is the page as saved."""
    response.headers["Cache-Control"] = "no-store"
    if response.status_code < 400:
        keep_longer(response)
    return response


@views.get("/<token>")
@public
def welcome(token: str) -> ResponseReturnValue:
    """Who asks and why; or, on a device that began already, the page where it was left."""
    visit = arrive(token, to_ask_more=True)
    own = own_link(visit)
    if own:
        return redirect(url_for(".welcome", token=own))
    if visit.progress is not None:
        return redirect(visit.url(visit.left_at()))
    if not visit.questionnaire.may_start:
        raise WaveClosedError
    return pages.show_welcome(visit, lost="lost" in request.args)


@views.post("/<token>")
@public
def start(token: str) -> ResponseReturnValue:
    """Begin: a draft that this device alone can open. An open link first becomes a link of one's own."""
    visit = arrive(token, to_save=True)
    if own_link(visit) or visit.progress is not None:  # a second click
        return redirect(url_for(".welcome", token=token))
    if not visit.questionnaire.may_start:
        raise WaveClosedError
    secrets, questionnaire = parts().secrets, visit.questionnaire
    came_through = token if questionnaire.invitation_id is None else None
    if came_through:
        may_start(db.session, secrets, questionnaire, network_of(request.remote_addr), now())
        token = start_from_open_link(db.session, secrets, questionnaire)
        questionnaire = find_questionnaire(db.session, secrets, token, now())
    begun = Visit(token, questionnaire)
    code = start_draft(db.session, secrets, questionnaire, Progress(page=begun.steps[0]))
    response = make_response(redirect(begun.url(begun.steps[0])))
    if came_through:  # first, so that a client that knows no paths keeps the code
        keep_on_device(response, came_through, token, questionnaire)
    keep_on_device(response, token, code, questionnaire)
    return response


@views.post("/<token>/resume")
@public
def resume(token: str) -> ResponseReturnValue:
    """Go on with what was begun on another device."""
    visit = arrive(token)
    typed = request.form.get("code", "")
    code = read_resume_code(typed)
    if code is None:
        problem = _(
            "This is not a resume code. It has 17 letters and digits: look for one missing or mistyped."
        )
        return pages.show_welcome(visit, code=typed[:40], error=problem), 422
    own = find_resumable(enter(visit), parts().secrets, visit.questionnaire, code)
    if own is None:
        problem = _("No saved answers belong to this code and this link.")
        return pages.show_welcome(visit, code=typed[:40], error=problem), 422
    if own == link_of(token):
        own = token
    response = make_response(redirect(url_for(".welcome", token=own)))
    if own != token:
        keep_on_device(response, token, own, visit.questionnaire)
    keep_on_device(response, own, code, visit.questionnaire)
    return response


@views.get("/<token>/<step>")
@public
def show(token: str, step: str) -> ResponseReturnValue:
    """A page as it was last saved."""
    visit = arrive(token)
    visit.require_step(step)
    if visit.progress is None:
        return welcome_again(token)
    return show_step(visit, step, prompt="open" in request.args, returning=returning())


@views.post("/<token>/<step>")
@public
def answer(token: str, step: str) -> ResponseReturnValue:
    """Save a page and go where its button says."""
    wish = request.form.get("go", "")
    if step == CHECK and not wish:
        visit = arrive(token, to_save=True)
        visit.require_step(step)
        return submit_answers(visit)
    return until_saved(lambda: _save_page(token, step, wish))


def _save_page(token: str, step: str, wish: str) -> ResponseReturnValue:
    visit = arrive(token)
    visit.require_step(step)
    if wish.startswith("language:"):
        choose_language(wish.removeprefix("language:"))
    if visit.progress is None:
        return begin_here(visit, step)
    saved, problems = with_form(visit, step, visit.progress)
    if problems:
        save(visit, replace(saved, page=step))
        return show_step(visit, step, typed=request.form, problems=problems, returning=returning()), 422
    return move_on(visit, step, saved, wish)


@views.post("/<token>/<step>/save")
@public
def autosave(token: str, step: str) -> ResponseReturnValue:
    """Save what is answered so far, unasked. Nothing is taken away: a late one must not undo a newer page."""
    return until_saved(lambda: _save_more(token, step))


def _save_more(token: str, step: str) -> ResponseReturnValue:
    visit = arrive(token)
    visit.require_step(step)
    if visit.progress is None:
        return "", 409
    saved, problems = with_form(visit, step, visit.progress, whole=False)
    save(visit, saved)
    return "", 422 if problems else 204


@views.get("/<token>/later")
@public
def later(token: str) -> ResponseReturnValue:
    """The resume code, shown to whoever holds it."""
    visit = arrive(token)
    if visit.code is None:
        return welcome_again(token)
    return pages.show_later(visit, visit.code)


@views.post("/<token>/later")
@public
def go_on(token: str) -> ResponseReturnValue:
    """On with it after all."""
    visit = arrive(token)
    return welcome_again(token) if visit.progress is None else redirect(visit.url(visit.left_at()))


@views.get("/<token>/receipt")
@public
def receipt(token: str) -> ResponseReturnValue:
    """Shown to the browser that submitted, while it stays open; to everybody else the link is dead."""
    again = receipt_mark(token)
    if again is None:
        raise LinkUnusableError
    questionnaire = find_answered(alone(), parts().secrets, link_of(token), now())
    offer_languages(questionnaire.languages)
    return pages.show_receipt(questionnaire, token, again=again)
