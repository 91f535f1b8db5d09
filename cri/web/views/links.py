"""Links of an open wave: everybody's own, and the open one for a poster."""

import uuid

import segno
from flask import Blueprint, Flask, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cri.adapters.safe_csv import write_csv
from cri.db.queries.waves import frozen_units
from cri.domain.access import Permission
from cri.domain.staff_numbers import address_of
from cri.services.context import Context
from cri.services.invitations import open_link, personal_link_count, personal_links
from cri.services.open_links import unit_link
from cri.services.waves import find_wave
from cri.web.access import requires
from cri.web.texts import number

views = Blueprint("links", __name__, url_prefix="/waves/<uuid:wave_id>/links")

ON_A_PAGE = 100


def _qr(address: str) -> str:
    """A picture of an address, as one that a page can hold."""
    picture = segno.make(address, error="m")
    return str(picture.svg_data_uri(scale=5, border=4, dark="#0b0c0c", light="#ffffff"))


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@requires(Permission.RUN_WAVES)
def show(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Links by unit and name, a hundred on a page, and the open link with its QR code."""
    count = personal_link_count(ctx, wave_id)
    pages = max(1, -(-count // ON_A_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    address = open_link(ctx, wave_id)
    return render_template(
        "views/waves/links.html",
        wave=find_wave(ctx, wave_id),
        links=list(personal_links(ctx, wave_id, skip=(page - 1) * ON_A_PAGE, most=ON_A_PAGE)),
        count=number(count),
        open_link=address,
        qr=_qr(address),
        kiosk=ctx.parts.external_url + url_for("kiosk.start"),
        page=page,
        pages=pages,
        earlier=url_for(".show", wave_id=wave_id, page=page - 1) if page > 1 else None,
        later=url_for(".show", wave_id=wave_id, page=page + 1) if page < pages else None,
    )


@views.get("/posters")
@requires(Permission.RUN_WAVES)
def posters(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Units to make a poster for; with `?unit=CODE`, that unit's open link and its QR code."""
    wave = find_wave(ctx, wave_id)
    units = frozen_units(ctx.session, ctx.agency_id, wave_id)
    chosen = next((unit for unit in units if unit.code == request.args.get("unit")), None)
    address = unit_link(ctx, wave_id, chosen.code) if chosen else None
    addresses = [(unit.name, url_for(".posters", wave_id=wave_id, unit=unit.code)) for unit in units]
    return render_template(
        "views/waves/posters.html",
        wave=wave,
        units=[{"name": name, "href": href} for name, href in addresses],
        chosen=chosen.name if chosen else None,
        address=address,
        qr=_qr(address) if address else None,
    )


@views.get("/personal.csv")
@requires(Permission.RUN_WAVES)
def personal_csv(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """All personal links, for a mail merge."""
    links = personal_links(ctx, wave_id)
    data = write_csv(
        ("name", "email", "unit", "link"),
        [(one.name, address_of(one.email), one.unit, one.url) for one in links],
    )
    response = Response(data, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="links.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response
