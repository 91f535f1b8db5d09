"""How long somebody stays signed in: said on every page, asked for in time, and nothing typed is lost."""

from typing import Any

from flask import Blueprint, Flask, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from cri.web.access import Here, guard_of, here, signed_in
from cri.web.parts import now
from cri.web.texts import number, time_of_day

WARN_SECONDS = 15 * 60
"""How long before the end a page asks."""

LEAST_TYPED = 4
"""Characters from which on a field is worth giving back; a choice of a list is made again sooner."""

NOT_TYPED = frozenset({"csrf_token", "next", "password"})

views = Blueprint("staying", __name__)


def init(app: Flask) -> None:
    """Add these views, and what pages say."""
    app.register_blueprint(views)
    app.context_processor(_for_templates)


@views.get("/signed-in")
@signed_in
def go_on() -> ResponseReturnValue:
    """Asked by a page that has been open for long: this request itself begins the time anew.

    It tells who is signed in, since that may be somebody else by now, and the token that forms need.
    """
    found = here()
    assert found is not None
    response = jsonify(who=_who(found), token=generate_csrf())
    response.headers["Cache-Control"] = "no-store"
    return response


def _for_templates() -> dict[str, Any]:
    """`staying`: until when this page's session lasts; each request begins the time anew."""
    found = here()
    if found is None:
        return {}
    lasts = current_app.permanent_session_lifetime
    zone = found.agency.time_zone if found.agency is not None else "UTC"
    return {
        "staying": {
            "until": time_of_day(now() + lasts, zone),
            "zone": zone.rpartition("/")[2].replace("_", " "),
            "hours": number(round(lasts.total_seconds() / 3600)),
            "seconds": int(lasts.total_seconds()),
            "warn": WARN_SECONDS,
            "address": url_for("staying.go_on"),
            "who": _who(found),
        }
    }


def _who(found: Here) -> str:
    """The account and the agency in which it acts: what is sent by somebody else must not pass for it."""
    return f"{found.account_id}/{found.belonging.agency_id if found.belonging else ''}"


def typed_here() -> list[str]:
    """What a form held that was sent after its session had ended, to be shown to whoever typed it.

    Only of a form on one of our own pages for people who are signed in: another site could send words of its
    own, and they would stand here as if we had said them. A browser does not let it say where they are from.
    """
    view = current_app.view_functions.get(str(request.endpoint))
    ours = request.headers.get("Origin") == request.host_url.rstrip("/")
    if request.method != "POST" or not ours or guard_of(view) in {None, "public"}:
        return []
    return [
        value
        for name, values in request.form.lists()
        for value in values
        if name not in NOT_TYPED and len(value.strip()) >= LEAST_TYPED
    ]
