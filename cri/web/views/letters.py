"""Letters and posters of an open wave, as PDF."""

import uuid

from flask import Blueprint, Flask, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cri.domain.access import Permission
from cri.services.context import Context
from cri.services.letters import files_to_unreached, letters_by_unit, letters_pdf, poster_pdf
from cri.services.open_links import UnitMissingError
from cri.services.waves import find_wave
from cri.web.access import requires
from cri.web.texts import number

views = Blueprint("letters", __name__, url_prefix="/waves/<uuid:wave_id>/letters")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@requires(Permission.RUN_WAVES)
def show(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The units, with their letters and their poster; for a draft, what there will be."""
    wave = find_wave(ctx, wave_id)
    units = letters_by_unit(ctx, wave_id) if wave.state == "open" else []
    return render_template(
        "views/letters/show.html",
        wave=wave,
        units=[
            {
                "name": unit.name,
                "people": number(unit.people),
                "files": [
                    url_for(".letters", wave_id=wave_id, unit=unit.code, file=file)
                    for file in range(1, unit.files + 1)
                ],
                "poster": url_for(".poster", wave_id=wave_id, unit=unit.code),
            }
            for unit in units
        ],
        unreached=[
            url_for(".letters", wave_id=wave_id, file=file)
            for file in range(1, files_to_unreached(ctx, wave_id) + 1)
        ]
        if wave.state == "open"
        else [],
    )


@views.get("/letters.pdf")
@requires(Permission.RUN_WAVES)
def letters(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """A unit's letters in one PDF; without a unit, letters to all whom the invitation did not reach."""
    file = request.args.get("file", 1, type=int)
    try:
        data = letters_pdf(ctx, wave_id, request.args.get("unit"), max(1, file))
    except UnitMissingError:
        abort(404)
    if data is None:
        return render_template("views/letters/nobody.html", wave=find_wave(ctx, wave_id))
    return _pdf(data, "letters.pdf")


@views.get("/poster.pdf")
@requires(Permission.RUN_WAVES)
def poster(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """A poster with the open link, of the whole survey or of one unit."""
    try:
        data = poster_pdf(ctx, wave_id, request.args.get("unit"))
    except UnitMissingError:
        abort(404)
    return _pdf(data, "poster.pdf")


def _pdf(data: bytes, name: str) -> Response:
    response = Response(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
