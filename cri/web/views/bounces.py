"""What a mail service tells of messages that came back. docs/operations.md shows how to set it up."""

import hmac
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from cri.db.session import enter_agency
from cri.services.bounces import note_bounce
from cri.services.context import Actor
from cri.services.message_keys import read_message_id
from cri.web.access import public
from cri.web.database import db
from cri.web.parts import context_for, parts

views = Blueprint("bounces", __name__, url_prefix="/bounces")

MOST_AT_ONCE = 1_000
MAIL_SERVICE = Actor(account_id=None, role="mail service")
SCHEME = "bearer "


def init(app: Flask) -> None:
    """Add this view. A mail service holds a key instead of a page's token."""
    app.register_blueprint(views)
    app.extensions["csrf"].exempt(receive)


@views.post("")
@public
def receive() -> ResponseReturnValue:
    """Note bounces: {"bounces": [{"message_id", "recipient", "reply", "permanent"}]}; answers how many were.

    401 without the key; 404 where no key is set. What is not ours, not permanent or not known is passed over:
    a mail service tells of everything that it sent, and asks again for what is refused.
    """
    key = current_app.config["CRI_SETTINGS"].bounce_key
    if not key:
        abort(404)
    given = request.headers.get("Authorization", "")
    if given[: len(SCHEME)].lower() != SCHEME or not hmac.compare_digest(
        given[len(SCHEME) :].strip().encode(), key.encode()
    ):
        return {"title": "the key is wrong or missing"}, HTTPStatus.UNAUTHORIZED
    events = _events(request.get_json(silent=True))
    if events is None:
        title = f'expected {{"bounces": [...]}} with at most {MOST_AT_ONCE} objects'
        return {"title": title}, HTTPStatus.BAD_REQUEST
    return jsonify(noted=sum(_note(event) for event in events))


def _events(document: Any) -> list[dict[str, Any]] | None:
    if not isinstance(document, dict):
        return None
    events = document.get("bounces")
    if not isinstance(events, list) or len(events) > MOST_AT_ONCE:
        return None
    return events if all(isinstance(event, dict) for event in events) else None


def _note(event: dict[str, Any]) -> bool:
    key = read_message_id(parts().secrets, str(event.get("message_id", "")))
    if key is None or event.get("permanent") is not True:
        return False
    enter_agency(db.session, key.agency_id)
    reply = "".join(sign for sign in str(event.get("reply", "")) if sign.isprintable())
    ctx = context_for(key.agency_id, MAIL_SERVICE)
    return note_bounce(ctx, key.invitation_id, key.kind, reply, str(event.get("recipient", "")))
