"""Error pages: what happened, what was kept, and what to do now. Nothing of how it works inside."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, make_response, render_template
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import Conflict, HTTPException, InternalServerError, NotFound

from cri.services.waves import WaveMissingError, WaveStateError
from cri.web.views.staying import typed_here


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What an error page says."""

    title: str
    text: str


_NOT_RIGHT = ErrorText(
    _l("That request could not be understood"), _l("Go back, reload the page and try once more.")
)
_FORM_TOO_OLD = ErrorText(
    _l("The form could not be accepted"),
    _l("It was open for long, or you signed out meanwhile. Sign in, open the page anew and send it again."),
)
_DATABASE_AWAY = ErrorText(
    _l("The service is not available for a moment"),
    _l("What was saved before is safe. Wait a minute, then go back and try again."),
)
TEXTS: Final = {
    HTTPStatus.FORBIDDEN: ErrorText(
        _l("You may not see this page"),
        _l("Your role in this agency does not include it. Ask an administrator of your agency if it should."),
    ),
    HTTPStatus.NOT_FOUND: ErrorText(
        _l("Page not found"),
        _l("Check the address. If it was copied from a message, make sure that all of it was copied."),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: ErrorText(
        _l("This cannot be done here"), _l("Go back to the page you came from and use its buttons.")
    ),
    HTTPStatus.CONFLICT: ErrorText(
        _l("Somebody was faster"),
        _l("The survey has moved on since this page was loaded. Go back and reload it."),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ErrorText(
        _l("That is too much at once"),
        _l(
            "A file may have up to 20 MB, text that is pasted up to 1 MB: save a longer table as a CSV or "
            "Excel file and choose the file. Nothing was stored."
        ),
    ),
    HTTPStatus.TOO_MANY_REQUESTS: ErrorText(_l("Too many tries"), _l("Wait a few minutes, then try again.")),
    HTTPStatus.INTERNAL_SERVER_ERROR: ErrorText(
        _l("Something went wrong on our side"),
        _l("It is not your doing, and what was saved before is safe. Try again in a few minutes."),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: _DATABASE_AWAY,
}


def init(app: Flask) -> None:
    """Say what the use cases' own errors mean to a browser; who answers HTTP errors is wired in cri.app."""
    app.register_error_handler(WaveMissingError, lambda _error: error_page(NotFound()))
    app.register_error_handler(WaveStateError, lambda _error: error_page(Conflict()))


def error_page(error: HTTPException) -> Response:
    """The page for an HTTP error, with the headers that belong to it (Allow, Retry-After)."""
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if error.response is not None or code < HTTPStatus.BAD_REQUEST:
        return make_response(error.get_response())
    if isinstance(error, InternalServerError) and isinstance(error.original_exception, OperationalError):
        code = HTTPStatus.SERVICE_UNAVAILABLE
    found = _FORM_TOO_OLD if isinstance(error, CSRFError) else TEXTS.get(HTTPStatus(code), _NOT_RIGHT)
    typed = typed_here() if isinstance(error, CSRFError) else []
    page = render_template("views/errors/error.html", error=found, code=int(code), typed=typed)
    response = make_response(page, code)
    response.headers.extend(
        {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    )
    return response
