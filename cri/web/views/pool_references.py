"""For stewards: published results of other bodies, added from files with their provenance."""

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.domain.errors import InputError
from cri.services.editions import Steward
from cri.services.references import MOST_BYTES, add_reference, list_references
from cri.web.access import stewards
from cri.web.parts import parts
from cri.web.pool_refusals import why_not
from cri.web.texts import number

views = Blueprint("pool_references", __name__, url_prefix="/pool/references")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@stewards
def show(_steward: Steward) -> ResponseReturnValue:
    """Every reference edition with its source, licence, year and who vouches for it."""
    rows = [
        {**one.document, "organisations": number(one.document["organisations"])}
        for one in list_references(parts())
    ]
    return render_template("views/pool/references.html", rows=rows)


@views.post("")
@stewards
def add(steward: Steward) -> ResponseReturnValue:
    """Add one from a file; the file is refused whole for anything wrong in it."""
    file = request.files.get("reference")
    if file is None or not file.filename:
        flash(_("Choose a file first."), "error")
        return redirect(url_for(".show"), 303)
    try:
        add_reference(parts(), file.stream.read(MOST_BYTES + 1), file.filename, steward)
    except InputError as error:
        flash(_("The file was refused. %(why)s", why=why_not(error)), "error")
    else:
        flash(_("The published results were added."), "success")
    return redirect(url_for(".show"), 303)
