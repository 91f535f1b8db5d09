"""Results for all staff: a public page that leaders show and take off again, and packs for the room."""

import uuid
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.db.models import Wave
from cri.db.session import enter_agency
from cri.domain.access import Permission, Role, allows
from cri.services.context import Actor, Context
from cri.services.packs import ask_for_pack, find_report, load_pack, read_report
from cri.services.staff_pages import (
    STAFF,
    NoStaffPackError,
    Shown,
    is_shown,
    preview,
    show_to_staff,
    shown_page,
    staff_url,
    take_from_staff,
    whose_page,
)
from cri.services.waves import find_wave
from cri.web.access import here, public, requires
from cri.web.database import db
from cri.web.language import language_name, offer_languages, spoken_languages
from cri.web.parts import context_for, parts
from cri.web.staff_view import staff_view

views = Blueprint("staff_pages", __name__)

READER = Actor(account_id=None, role="staff")
FURTHER: Final = ("facilitator", STAFF)
"""Kinds of pack that are made when a leader asks, beside the workshop's."""


def init(app: Flask) -> None:
    """Add these views, and what the list of documents on the results page asks of them."""
    app.register_blueprint(views)
    app.context_processor(lambda: {"further_packs": further_packs, "shown_to_staff": _shown_here})


@views.get("/staff/<token>")
@public
def read(token: str) -> ResponseReturnValue:
    """What staff see: nothing at all, as if it did not exist, until leaders show it."""
    shown, ctx = _shown(token)
    printed = [
        {"language": language_name(code), "href": url_for(".read_pdf", token=token, locale=code)}
        for code in shown.wave.languages
        if find_report(ctx, shown.wave.id, STAFF, code) is not None
    ]
    page = render_template("views/staff_pages/read.html", printed=printed, **staff_view(shown.document))
    return _fresh(Response(page))


@views.get("/staff/<token>/<locale>.pdf")
@public
def read_pdf(token: str, locale: str) -> ResponseReturnValue:
    """The same on two pages, to print."""
    shown, ctx = _shown(token)
    report = find_report(ctx, shown.wave.id, STAFF, locale)
    if report is None:
        abort(404)
    response = Response(read_report(ctx, report), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="cri-staff-{report.locale}.pdf"'
    return _fresh(response)


@views.get("/results/<uuid:wave_id>/staff")
@requires(Permission.TAKE_REPORTS)
def look(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """What staff see or would see, and the press that shows it or takes it off."""
    wave = _scored_wave(ctx, wave_id)
    document = preview(ctx, wave_id)
    seen = {} if document is None else staff_view(document)
    return render_template(
        "views/staff_pages/look.html",
        wave=wave,
        shown=is_shown(ctx, wave_id),
        address=staff_url(ctx, wave_id),
        may_tell=allows(Permission.TELL_STAFF, Role(ctx.actor.role)),
        can_be_made=document is not None,
        **seen,
    )


@views.post("/results/<uuid:wave_id>/staff/show")
@requires(Permission.TELL_STAFF)
def show(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Let everybody with the address see it."""
    _scored_wave(ctx, wave_id)
    try:
        show_to_staff(ctx, wave_id)
    except NoStaffPackError:
        abort(404)
    ask_for_pack(ctx, wave_id, STAFF)
    flash(_("Staff with the address can see the results now."), "success")
    return redirect(url_for(".look", wave_id=wave_id))


@views.post("/results/<uuid:wave_id>/staff/take-off")
@requires(Permission.TELL_STAFF)
def take_off(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Let the address lead nowhere again."""
    _scored_wave(ctx, wave_id)
    take_from_staff(ctx, wave_id)
    flash(_("The address leads nowhere now."), "success")
    return redirect(url_for(".look", wave_id=wave_id))


@views.post("/results/<uuid:wave_id>/packs/<kind>")
@requires(Permission.TAKE_REPORTS)
def ask(ctx: Context, wave_id: uuid.UUID, kind: str) -> ResponseReturnValue:
    """Have a pack made in each of the wave's languages."""
    _scored_wave(ctx, wave_id)
    if kind not in FURTHER or load_pack(ctx, wave_id) is None:
        abort(404)
    if ask_for_pack(ctx, wave_id, kind):
        flash(_("It is being made. It will be on this page in a minute or two."), "success")
    return redirect(url_for("results.show", wave_id=wave_id))


def further_packs(wave: Wave) -> list[dict[str, Any]]:
    """What can be made of a wave's results or is made already, for whoever may take reports away.

    Of each kind: {kind, made [{language, code, href}], may_ask}.
    """
    ctx = _here()
    if ctx is None or load_pack(ctx, wave.id) is None:
        return []
    told = []
    for kind in FURTHER:
        made = [code for code in wave.languages if find_report(ctx, wave.id, kind, code) is not None]
        links = [
            {
                "language": language_name(code),
                "code": code,
                "href": url_for("results.report_pdf", wave_id=wave.id, locale=code, kind=kind),
            }
            for code in made
        ]
        told.append({"kind": kind, "made": links, "may_ask": len(made) < len(wave.languages)})
    return told


def _shown_here(wave: Wave) -> bool:
    ctx = _here()
    return ctx is not None and is_shown(ctx, wave.id)


def _here() -> Context | None:
    """The surroundings of whoever may take reports away; None for others."""
    found = here()
    if found is None or found.belonging is None:
        return None
    if not allows(Permission.TAKE_REPORTS, found.belonging.role):
        return None
    return context_for(found.belonging.agency_id, Actor(found.account_id, found.belonging.role))


def _scored_wave(ctx: Context, wave_id: uuid.UUID) -> Wave:
    wave = find_wave(ctx, wave_id)
    if wave.state != "scored":
        abort(404)
    return wave


def _shown(token: str) -> tuple[Shown, Context]:
    """What the token's page shows, in the wave's languages; the session enters its agency."""
    key = whose_page(parts().secrets, token)
    if key is None:
        abort(404)
    enter_agency(db.session, key.agency_id)
    ctx = context_for(key.agency_id, READER)
    shown = shown_page(ctx, key.wave_id)
    if shown is None:
        abort(404)
    offer_languages([code for code in shown.wave.languages if code in spoken_languages()])
    return shown, ctx


def _fresh(response: Response) -> Response:
    """Kept nowhere: what is taken off is gone at once."""
    response.headers["Cache-Control"] = "no-store"
    return response
