"""The only place where the parts of the service are wired together."""

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import Any

from flask import Flask, Response, request
from flask_talisman import Talisman
from flask_wtf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from cri import api
from cri.adapters.blobs import BlobStore
from cri.adapters.caught_mail import Catcher
from cri.adapters.charts import ChartBrowser
from cri.adapters.secret_files import WaveKeys
from cri.api.access import Edge
from cri.api.errors import problem
from cri.db.session import make_engine, make_sessions
from cri.jobs.app import make_defer
from cri.jobs.postman import Postman
from cri.jobs.postman_starter import PostmanStarter
from cri.jobs.tasks import Workshop
from cri.jobs.watched_process import Drafter
from cri.services.context import Parts
from cri.settings import Settings
from cri.web import register_views
from cri.web.access import CHOSEN
from cri.web.database import db, init_database
from cri.web.errors import error_page
from cri.web.parts import EXTENSION, context_for
from cri.web.signed_sessions import SignedSessions
from cri.web.unread_bodies import UnreadBodies

CONTENT_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_HSTS = "Strict-Transport-Security"
MOST_UPLOAD_BYTES = 20 * 1024 * 1024


def make_parts(settings: Settings) -> Parts:
    """What services need beyond a session. Raises ValueError when no database address is set."""
    if settings.database_url is None or settings.database_pool_url is None:
        raise ValueError("DATABASE_URL and DATABASE_POOL_URL are needed here; `cri serve` sets both")
    return Parts(
        secrets=settings.secrets,
        wave_keys=WaveKeys(settings.secrets_dir),
        blobs=BlobStore(settings.blob_url),
        pool_sessions=make_sessions(make_engine(settings.database_pool_url)),
        defer=make_defer(),
        external_url=settings.external_url,
        var=settings.var,
        mail=Catcher(settings.var / "caught-mail") if settings.demo else settings.mail,
    )


def make_workshop(settings: Settings) -> Workshop:
    """What a worker process is wired with."""
    engine = make_engine(str(settings.database_url))
    told = settings.environment()
    return Workshop(
        parts=make_parts(settings),
        engine=engine,
        sessions=make_sessions(engine),
        browser=ChartBrowser(),
        postman=PostmanStarter(told),
        drafter=Drafter(told),
    )


def make_postman(settings: Settings, gone: Callable[[], bool]) -> Postman | None:
    """What sends messages until `gone()`; None where there is no mail server."""
    parts = make_parts(settings)
    if parts.mail is None:
        return None
    return Postman(parts, make_engine(str(settings.database_url)), parts.mail, gone)


class _Headers(Talisman):  # type: ignore[misc]  # the library has no types
    """The same headers on every page, as no view asks for others and there are no nonces: made out once."""

    @cached_property
    def _always(self) -> list[tuple[str, str]]:
        """What the library would set, but for the one header that goes with https alone."""
        made = Response()
        before = set(made.headers.keys())
        super()._set_response_headers(made)
        return [(name, value) for name, value in made.headers if name not in before and name != _HSTS]

    def _set_response_headers(self, response: Response) -> Response:
        for name, value in self._always:
            response.headers[name] = value
        if self.strict_transport_security:
            self._set_hsts_headers(response.headers)
        return response

    def _force_https(self) -> Any:
        return super()._force_https() if self.force_https else None

    def _make_nonce(self) -> None:
        """The content policy has none."""


class _Web(Flask):
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: nothing here is asynchronous, and Flask would look at each function of each request."""
        return func

    def log_exception(self, exc_info: Any) -> None:
        """Name the view that failed, not the address: that may be somebody's personal link."""
        self.logger.error("exception in %s", request.endpoint, exc_info=exc_info)


def create_app(settings: Settings) -> Flask:
    """The web application: pages, API, sign-in, headers, sessions."""
    app = _Web("cri.web", template_folder="templates", static_folder="static")
    app.config.update(
        SECRET_KEY=settings.secrets.session.hex(),
        SECURITY_PASSWORD_SALT=settings.secrets.password.hex(),
        MAX_CONTENT_LENGTH=MOST_UPLOAD_BYTES,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="__Host-cri" if settings.secure_cookies else "cri",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
        CRI_SETTINGS=settings,
    )
    app.session_interface = SignedSessions(app)
    app.extensions[EXTENSION] = make_parts(settings)
    init_database(app, str(settings.database_url))
    CSRFProtect(app)
    _Headers(
        app,
        force_https=settings.secure_cookies,
        session_cookie_secure=settings.secure_cookies,
        strict_transport_security=settings.secure_cookies,
        content_security_policy=CONTENT_POLICY,
        referrer_policy="same-origin",  # none at all would fail the forgery check of forms sent over https
        permissions_policy={},
    )
    if settings.proxies:  # of which each adds the address that it was asked from
        trusting = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)
        app.wsgi_app = trusting  # type: ignore[method-assign]  # the library's own way of wrapping it
    app.wsgi_app = UnreadBodies(app.wsgi_app)  # type: ignore[method-assign]  # the same
    register_views(app)
    api.init(app, Edge(session=lambda: db.session, context_for=context_for, chosen_key=CHOSEN))
    app.register_error_handler(HTTPException, _answer_error)
    return app


def _answer_error(error: HTTPException) -> Response:
    """People get a page, programs a problem document."""
    return problem(error) if request.path.startswith(api.PREFIX) else error_page(error)
