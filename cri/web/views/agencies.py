"""Which agency somebody acts in: one of their own, remembered in the session, checked on each request."""

import uuid

from flask import Blueprint, Flask, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from cri.domain.access import Duty
from cri.web.access import CHOSEN, here, signed_in

views = Blueprint("agencies", __name__, url_prefix="/agencies")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@signed_in
def choose() -> ResponseReturnValue:
    """The agencies somebody belongs to; a steward who belongs to none has the pool."""
    found = here()
    if found is not None and not found.belongings and Duty.STEWARD in found.duties:
        return redirect(url_for("pool.overview"))
    return render_template("views/agencies/choose.html")


@views.post("")
@signed_in
def switch() -> ResponseReturnValue:
    """Act in another of one's agencies from now on. One that is not one's own does not exist."""
    found = here()
    try:
        wanted = uuid.UUID(request.form.get("agency", ""))
    except ValueError:
        abort(404)
    if found is None or wanted not in {one.agency_id for one in found.belongings}:
        abort(404)
    session[CHOSEN] = str(wanted)
    return redirect(url_for("home.show"), 303)
