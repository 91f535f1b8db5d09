"""How the agency's documents look: its colour, kept readable, and its logo."""

from flask import Blueprint, Flask, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.adapters.logos import MOST_BYTES, MOST_SIDE
from cri.adapters.report_files import load_palette
from cri.domain.access import Permission
from cri.domain.brand import Brand, Logo, branded
from cri.domain.errors import InputError
from cri.services import brands
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.web.access import requires

WIDEST, HIGHEST, MILLIMETRES = 48, 18, 25.4 / 96
"""Of a logo on a cover, and of a pixel: as in reports/styles/sections.css."""

views = Blueprint("brand", __name__, url_prefix="/documents-look")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@requires(Permission.RUN_WAVES)
def show(ctx: Context) -> ResponseReturnValue:
    """Colour and logo as they are, and how a cover looks with them."""
    return _page(ctx, this_agency(ctx).colour, {})


@views.post("")
@requires(Permission.RUN_WAVES)
def save(ctx: Context) -> ResponseReturnValue:
    """Change both, or say what is wrong and change nothing."""
    colour, sent = request.form.get("colour", ""), request.files.get("logo")
    logo = sent.stream.read(MOST_BYTES + 1) if sent is not None and sent.filename else None
    try:
        brands.change_brand(ctx, colour, logo, without_logo="without" in request.form)
    except InputError as error:
        wrong = {problem.where: _message(problem.where, problem.what) for problem in error.problems}
        return _page(ctx, this_agency(ctx).colour if "colour" in wrong else colour, wrong), 422
    flash(_("Saved. Documents made from now on look like this."), "success")
    return redirect(url_for(".show"), 303)


@views.get("/logo.png")
@requires(Permission.RUN_WAVES)
def logo_png(ctx: Context) -> ResponseReturnValue:
    """The logo as it is printed."""
    png = brands.logo_of(ctx)
    if png is None:
        abort(404)
    return Response(png, content_type="image/png")


def _page(ctx: Context, colour: str, wrong: dict[str, str]) -> str:
    agency = this_agency(ctx)
    logo = brands.brand_of(ctx).logo
    palette = branded(load_palette(), Brand(agency.colour))
    return render_template(
        "views/organisation/brand.html",
        colour=colour,
        look=palette,
        darkened=palette["cover"] != agency.colour,
        logo=logo,
        plate=_plate(logo) if logo else None,
        wrong=wrong,
        summary=[{"href": f"#{field}", "text": text} for field, text in wrong.items()],
    )


def _plate(logo: Logo) -> dict[str, float]:
    """Where the logo stands on a cover of 210 x 297: as on the printed one."""
    scale = min(WIDEST / logo.width, HIGHEST / logo.height, MILLIMETRES)
    width = round(logo.width * scale, 1) + 6
    return {"x": 190 - width, "width": width, "height": round(logo.height * scale, 1) + 6}


def _message(where: str, what: str) -> str:
    """What is wrong, in the reader's language."""
    if where == "colour":
        return str(_("Choose a colour, as #12436d."))
    if what.startswith("is an SVG"):
        return str(_("This is an SVG: it can hold programs and addresses. Send the logo as PNG or JPEG."))
    if "pixels" in what or "bytes" in what:
        return str(
            _(
                "This picture is too large, or is a line. Send one of at most %(side)s by %(side)s pixels "
                "and %(size)s MB, at most ten times as wide as high.",
                side=MOST_SIDE,
                size=MOST_BYTES // 1024**2,
            )
        )
    if what == "shows nothing":
        return str(_("Nothing can be seen on this picture."))
    return str(_("This is no picture that can be read. Send the logo as PNG or JPEG."))
