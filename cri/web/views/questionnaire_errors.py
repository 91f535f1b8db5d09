"""What a respondent sees when something is in the way: the truth, and nothing that they typed is lost."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import InternalServerError, RequestEntityTooLarge

from cri.services.attempts import TooManyTriesError
from cri.services.drafts import MOST_DRAFTS, TooManyDraftsError
from cri.services.open_links import PosterFullError
from cri.services.responses import AlreadySubmittedError, LinkUnusableError, WaveClosedError
from cri.web.language import offer_languages
from cri.web.texts import number
from cri.web.views import codes
from cri.web.views import questionnaire_pages as pages
from cri.web.views.questionnaire_steps import show_step
from cri.web.views.questionnaire_visits import (
    CHECK,
    TabletClearedError,
    arrive,
    holds_draft,
    receipt_mark,
    returning,
    to_receipt,
)

UNASKED = "questionnaire.autosave"
"""The save after each answer: a script reads its status, nobody reads a page."""


def answer_for(views: Blueprint) -> None:
    """Let the questionnaire answer for its own errors."""
    views.register_error_handler(LinkUnusableError, show_unusable)
    views.register_error_handler(CSRFError, show_again)
    views.register_error_handler(TooManyTriesError, lambda _error: codes.too_many())
    views.register_error_handler(PosterFullError, lambda _error: (_plain("full"), 429))
    views.register_error_handler(TooManyDraftsError, show_begun_often)
    views.register_error_handler(RequestEntityTooLarge, show_too_large)
    for kind in (OperationalError, InterfaceError, PoolTimeoutError):
        views.register_error_handler(kind, show_database_away)
    views.register_error_handler(InternalServerError, show_fault)


def show_unusable(error: LinkUnusableError) -> ResponseReturnValue:
    """One page for a link that is wrong, used or expired.

    Only a browser that is in the middle of answering, and so knows the link is good, is told which.
    """
    token = str((request.view_args or {})["token"])
    if request.endpoint == UNASKED:
        return "", 409
    if isinstance(error, TabletClearedError):
        return redirect(url_for("kiosk.start"))
    answering = holds_draft() or receipt_mark(token) is not None
    if request.method == "POST" and answering and isinstance(error, AlreadySubmittedError):
        return to_receipt(token, again=True)
    offer_languages(())  # the page must not tell by its languages what the link was
    if request.method == "POST" and answering and isinstance(error, WaveClosedError):
        return _plain("closed"), 410
    return _plain("unusable"), 404


def show_again(_error: CSRFError) -> ResponseReturnValue:
    """The form came without a good token, mostly because a session ended: the page as typed, a new token."""
    arguments = request.view_args or {}
    if request.endpoint == UNASKED:
        return "", 400
    try:
        visit = arrive(arguments["token"])
        if "step" in arguments:
            visit.require_step(arguments["step"])
    except LinkUnusableError as unusable:
        return show_unusable(unusable)
    step = arguments.get("step")
    if step is None or (step == CHECK and visit.progress is None):
        return pages.show_welcome(visit, stopped=True, code=request.form.get("code", "")[:40]), 400
    notice = _(
        "This page had been open for long, so it could not be accepted at once. "
        "Nothing you gave is lost: choose the button again."
    )
    return show_step(visit, step, typed=request.form, returning=returning(), notice=notice), 400


def show_begun_often(_error: TooManyDraftsError) -> ResponseReturnValue:
    """No further beginning: each draft of this link holds answers, and none is deleted."""
    return _plain("begun_often", most=number(MOST_DRAFTS)), 409


def show_too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """More than any page of the questionnaire can hold: it was not even read."""
    return _plain("too_large"), 413


def show_database_away(error: Exception) -> ResponseReturnValue:
    """Earlier pages are saved; this one waits in a form that sends it again."""
    current_app.logger.error("questionnaire: %s", type(error).__name__)
    return ("", 503) if request.endpoint == UNASKED else (_trouble(), 503)


def show_fault(_error: InternalServerError) -> ResponseReturnValue:
    """A fault of ours. Flask has logged it."""
    return ("", 500) if request.endpoint == UNASKED else (_trouble(), 500)


def _trouble() -> str:
    typed = [(name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"]
    return _plain(
        "trouble", typed=typed, posted=request.method == "POST", action=request.full_path.rstrip("?")
    )


def _plain(page: str, **shown: object) -> str:
    """A page that knows of no agency."""
    agency = {"name": _("Staff survey"), "colour": None, "synthetic": False}
    return render_template(f"views/questionnaire/{page}.html", agency=agency, **shown)
