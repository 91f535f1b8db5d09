"""Signing in and out, by Flask-Security, in our words and with one answer for every failure."""

from datetime import timedelta
from typing import Any

from flask import Flask, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login.utils import _user_context_processor
from flask_principal import Principal  # type: ignore[import-untyped]  # it has none
from flask_security import FSQLALiteUserDatastore, Security, user_authenticated
from flask_security.forms import LoginForm

from cri.db.models import Account, PlatformRole
from cri.web.access import CHOSEN, mark_public
from cri.web.database import db
from cri.web.language import PARAMETER

SETTINGS = {
    "SECURITY_LOGIN_URL": "/sign-in",
    "SECURITY_LOGOUT_URL": "/sign-out",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_POST_LOGIN_VIEW": "/",
    "SECURITY_POST_LOGOUT_VIEW": "/sign-in",
    "SECURITY_LOGIN_USER_TEMPLATE": "views/sign_in/sign_in.html",
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
    "SECURITY_DEFAULT_REMEMBER_ME": False,
    "SECURITY_FLASH_MESSAGES": False,
    "SECURITY_FRESHNESS": timedelta(seconds=-1),
    "SECURITY_TRACKABLE": False,
    "SECURITY_REGISTERABLE": False,
    "SECURITY_CONFIRMABLE": False,
    "SECURITY_RECOVERABLE": False,
    "SECURITY_CHANGEABLE": False,
}
"""Off: what stores addresses and times of visits, and everything that later issues bring."""


class SignInForm(LoginForm):
    """E-mail address and password; no "remember me": a forgotten browser signs out by itself."""

    remember = None  # type: ignore[assignment]  # how WTForms leaves out a field of the parent


def init(app: Flask) -> None:
    """Add signing in."""
    app.config.update(SETTINGS)
    datastore = FSQLALiteUserDatastore(db, Account, PlatformRole)
    Security(app, datastore, login_form=SignInForm)
    user_authenticated.connect(_start_afresh, app)
    _look_nobody_up(app)
    app.before_request(_stay_here)
    for endpoint in ("security.login", "security.logout"):
        mark_public(app.view_functions[endpoint])


def _look_nobody_up(app: Flask) -> None:
    """Who is signed in is found out by the guards of cri/web/access.py, where somebody asks for it.

    The extensions would look before each request and for each page, of questionnaires as well:
    Flask-Principal for permissions that are not used here, Flask-Login for a name that no template uses.
    """
    before = app.before_request_funcs[None]
    before[:] = [hook for hook in before if not isinstance(getattr(hook, "__self__", None), Principal)]
    shown = app.template_context_processors[None]
    shown[:] = [processor for processor in shown if processor is not _user_context_processor]


def _stay_here() -> ResponseReturnValue | None:
    """Where to go after signing in is a path of this service, or it is dropped before anybody signs in."""
    wanted = request.values.get("next") if request.endpoint == "security.login" else None
    if not wanted or is_local(wanted):
        return None
    if request.method == "POST":
        abort(400)
    return redirect(url_for("security.login"))


def is_local(address: str) -> bool:
    """Whether an address is a path of this service, in every browser's reading of it."""
    return (
        address.startswith("/")
        and not address.startswith("//")
        and "\\" not in address
        and address.isprintable()
        and " " not in address
    )


def _start_afresh(_app: Flask, **_event: Any) -> None:
    """Nothing of the session before signing in lives on after it but the language."""
    kept = {name for name in session if name.startswith(("_", "fs_"))} | {PARAMETER}
    for name in set(session) - kept:
        del session[name]
    session.pop(CHOSEN, None)
    session.permanent = True
