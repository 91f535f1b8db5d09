"""In a demonstration: the messages that would have been sent. Nowhere else is there such a page."""

from flask import Blueprint, Flask, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.adapters.caught_mail import Catcher, caught, caught_bytes, caught_count, read_caught
from cri.domain.access import Permission
from cri.services.context import Context
from cri.web.access import requires
from cri.web.texts import number

views = Blueprint("mail_catcher", __name__, url_prefix="/caught-mail")

ON_A_PAGE = 50


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@requires(Permission.RUN_WAVES)
def overview(ctx: Context) -> ResponseReturnValue:
    """The agency's caught messages, the newest first."""
    catcher = _catcher(ctx)
    count = caught_count(catcher, ctx.agency_id)
    pages = max(1, -(-count // ON_A_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    return render_template(
        "views/mail_catcher/overview.html",
        messages=caught(catcher, ctx.agency_id, skip=(page - 1) * ON_A_PAGE, most=ON_A_PAGE),
        count=number(count),
        page=page,
        pages=pages,
        earlier=url_for(".overview", page=page - 1) if page > 1 else None,
        later=url_for(".overview", page=page + 1) if page < pages else None,
    )


@views.get("/<name>")
@requires(Permission.RUN_WAVES)
def message(ctx: Context, name: str) -> ResponseReturnValue:
    """One message, as plain text and with the headers that matter."""
    try:
        found = read_caught(_catcher(ctx), ctx.agency_id, name)
    except FileNotFoundError:
        abort(404)
    return render_template("views/mail_catcher/message.html", message=found, headers=_headers(found.headers))


@views.get("/<name>/source")
@requires(Permission.RUN_WAVES)
def source(ctx: Context, name: str) -> ResponseReturnValue:
    """One message as it would have travelled, to be opened in a mail program."""
    try:
        data = caught_bytes(_catcher(ctx), ctx.agency_id, name)
    except FileNotFoundError:
        abort(404)
    response = Response(data, content_type="message/rfc822")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.eml"'
    return response


def _catcher(ctx: Context) -> Catcher:
    if not isinstance(ctx.parts.mail, Catcher):
        abort(404)
    return ctx.parts.mail


def _headers(given: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    about = {
        "Message-ID": _(
            "The same for this message however often it is sent: a server drops a second one by it."
        ),
        "List-Unsubscribe": _("Where the button of a mail program for stopping such messages leads."),
    }
    return [{"name": name, "value": value, "about": about.get(name, "")} for name, value in given]
