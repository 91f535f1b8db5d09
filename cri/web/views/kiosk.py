"""/kiosk: a tablet for all. It takes codes, and between two people it forgets everything.

On it a questionnaire is at /s/kiosk/...: a cookie holds which link it is, so that no address in the tablet's
history leads to anybody's questionnaire, and nothing is left once the cookie is gone.
"""

from typing import Any

from flask import Blueprint, Flask, Response, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import RequestEntityTooLarge

from cri.services.attempts import TooManyTriesError
from cri.web.access import public
from cri.web.language import PARAMETER, forget_choice
from cri.web.texts import number
from cri.web.views import codes
from cri.web.views.questionnaire_visits import RECEIPT, TABLET, clear_tablet, keep_on_tablet

views = Blueprint("kiosk", __name__)
views.url_value_preprocessor(codes.read_no_more_than_a_code)
views.after_request(codes.never_store)
views.register_error_handler(RequestEntityTooLarge, codes.far_too_long)
views.register_error_handler(CSRFError, codes.ask_again)
views.register_error_handler(TooManyTriesError, codes.wait)


IDLE, IDLE_AT_RECEIPT, WARN = 180, 15, 60
"""Seconds that nobody touches the tablet before it asks, and then before it clears itself."""

IDLE_AT_START = 90


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.app_context_processor
def _for_templates() -> dict[str, Any]:
    """`kiosk`, on a page that is shown on a tablet for all; what it says where it is: see the layout."""
    start = url_for("kiosk.start") if request.blueprint in {"kiosk", "questionnaire"} else None
    at_start = request.blueprint == "kiosk"
    if start is None or not (at_start or (request.view_args or {}).get("token") == TABLET):
        return {"kiosk": None}
    done = request.endpoint == "questionnaire.receipt"
    idle = IDLE_AT_START if at_start else IDLE_AT_RECEIPT if done else IDLE
    warn = WARN // 3 if done else WARN
    said = number(warn)
    return {"kiosk": {"start": start, "at_start": at_start, "idle": idle, "warn": warn, "said": said}}


@views.get("/kiosk")
@public
def start() -> ResponseReturnValue:
    """The box for the next person's code. Whatever was here before is gone."""
    session.pop(RECEIPT, None)
    if PARAMETER not in request.args:
        forget_choice()
    return _cleared(make_response(codes.show_box()))


@views.post("/kiosk")
@public
def follow() -> ResponseReturnValue:
    """On to the questionnaire of whoever holds the code."""
    session.pop(RECEIPT, None)
    found = codes.token_of_form()
    if isinstance(found, Response):
        return _cleared(found)
    response = make_response(redirect(url_for("questionnaire.welcome", token=TABLET)))
    clear_tablet(response)
    keep_on_tablet(response, found)
    return response


def _cleared(response: Response) -> Response:
    clear_tablet(response)
    response.headers["Clear-Site-Data"] = '"cache"'  # pages held for the Back button among them
    return response
