"""/s: the code from a letter, typed, leads to the questionnaire."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import RequestEntityTooLarge

from cri.services.attempts import WINDOW, TooManyTriesError, network_of
from cri.services.codes import SYMBOLS, read_code, try_code
from cri.web.access import public
from cri.web.database import db, keep_despite_error
from cri.web.parts import now, parts

views = Blueprint("codes", __name__)

MOST_BYTES = 16 * 1024
"""A code and a token are some hundred bytes: what is longer is not read."""


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.url_value_preprocessor
def read_no_more_than_a_code(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Runs before anything reads the form."""
    request.max_content_length = MOST_BYTES


@views.after_request
def never_store(response: Response) -> Response:
    """What was typed is nobody else's business."""
    response.headers["Cache-Control"] = "no-store"
    return response


@views.get("/s")
@public
def enter() -> ResponseReturnValue:
    """The box for the code."""
    return show_box()


@views.post("/s")
@public
def follow() -> ResponseReturnValue:
    """On to the questionnaire, or why not."""
    found = token_of_form()
    if isinstance(found, Response):
        return found
    return redirect(url_for("questionnaire.welcome", token=found))


@views.errorhandler(CSRFError)
def ask_again(_error: CSRFError) -> ResponseReturnValue:
    """The form came without its token: the box as typed, with a new one."""
    return show_box(typed=_typed(), stopped=True), HTTPStatus.BAD_REQUEST


@views.errorhandler(RequestEntityTooLarge)
def far_too_long(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Nothing of it was read."""
    return _no_code(""), HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@views.errorhandler(TooManyTriesError)
def wait(_error: TooManyTriesError) -> ResponseReturnValue:
    """The same whatever was typed."""
    return too_many()


def token_of_form() -> str | Response:
    """Token of the link that the typed code leads to; or the page that says why it leads nowhere.

    One page for a code that is wrong, used or expired. Raises TooManyTriesError.
    """
    code = read_code(_typed())
    if code is None:
        return make_response(_no_code(_typed()), HTTPStatus.UNPROCESSABLE_ENTITY)
    token = try_code(db.session, parts().secrets, code, network_of(request.remote_addr), now())
    if token is not None:
        return token
    keep_despite_error()  # that it was tried is counted
    page = render_template("views/questionnaire/code_unusable.html", agency=nobody(), box=request.path)
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)


def show_box(*, typed: str = "", error: str | None = None, stopped: bool = False) -> str:
    """The page with the box, on a tablet for all or on one's own device: the address decides."""
    return render_template(
        "views/questionnaire/code.html",
        agency=nobody(),
        action=request.path,
        typed=typed,
        error=error,
        stopped=stopped,
    )


def too_many() -> ResponseReturnValue:
    """Wait a while. A link needs no waiting."""
    page = render_template("views/questionnaire/wait.html", agency=nobody(), minutes=_minutes())
    headers = {"Retry-After": str(int(WINDOW.total_seconds()))}
    return page, HTTPStatus.TOO_MANY_REQUESTS, headers


def nobody() -> dict[str, object]:
    """The head of a page that knows of no agency."""
    return {"name": _("Staff survey"), "colour": None, "synthetic": False}


def _no_code(typed: str) -> str:
    slip = _(
        "This is not a code: it has %(number)s letters and digits. Look for one missing or mistyped.",
        number=SYMBOLS + 1,
    )
    return show_box(typed=typed, error=slip)


def _typed() -> str:
    return request.form.get("code", "")[:60]


def _minutes() -> int:
    return int(WINDOW.total_seconds()) // 60
