"""Wanting no e-mail about surveys: one press in a mail program (RFC 8058), or a page with a button."""

from http import HTTPStatus

from flask import Blueprint, Flask, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.db.session import enter_agency
from cri.services.agencies import this_agency
from cri.services.bounces import PersonMissingError, is_opted_out, opt_in, opt_out
from cri.services.context import Actor, Context
from cri.services.message_keys import Recipient, read_stop_token
from cri.web.access import public
from cri.web.database import db
from cri.web.parts import context_for, parts

views = Blueprint("unsubscribe", __name__, url_prefix="/stop")

RECIPIENT = Actor(account_id=None, role="recipient")
ONE_CLICK = ("List-Unsubscribe", "One-Click")


def init(app: Flask) -> None:
    """Add these views. A mail program that presses the button for somebody has no page and so no token."""
    app.register_blueprint(views)
    app.extensions["csrf"].exempt(one_click)


@views.get("/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    """Whether messages come, and a button to change that. Looking changes nothing."""
    who, ctx = _recipient(token)
    page = render_template(
        "views/unsubscribe/show.html", name=this_agency(ctx).name, stopped=_stopped(ctx, who), key=token
    )
    response = Response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@views.post("/<token>")
@public
def one_click(token: str) -> ResponseReturnValue:
    """The press in a mail program."""
    who, ctx = _recipient(token)
    if request.form.get(ONE_CLICK[0]) != ONE_CLICK[1]:
        abort(HTTPStatus.BAD_REQUEST)
    _or_not_found(opt_out, ctx, who)
    return Response("", HTTPStatus.OK, content_type="text/plain; charset=utf-8")


@views.post("/<token>/stop")
@public
def stop(token: str) -> ResponseReturnValue:
    """The button of the page."""
    who, ctx = _recipient(token)
    _or_not_found(opt_out, ctx, who)
    return redirect(url_for(".show", token=token), 303)


@views.post("/<token>/again")
@public
def again(token: str) -> ResponseReturnValue:
    """Take it back."""
    who, ctx = _recipient(token)
    _or_not_found(opt_in, ctx, who)
    flash(_("You will get messages about surveys again."), "success")
    return redirect(url_for(".show", token=token), 303)


def _recipient(token: str) -> tuple[Recipient, Context]:
    """Who holds the token; the session enters their agency. Not found for one that was not made here."""
    who = read_stop_token(parts().secrets, token)
    if who is None:
        abort(404)
    enter_agency(db.session, who.agency_id)
    return who, context_for(who.agency_id, RECIPIENT)


def _stopped(ctx: Context, who: Recipient) -> bool:
    try:
        return is_opted_out(ctx, who.person_id)
    except PersonMissingError:
        abort(404)


def _or_not_found(step: object, ctx: Context, who: Recipient) -> None:
    assert callable(step)
    try:
        step(ctx, who.person_id)
    except PersonMissingError:
        abort(404)
