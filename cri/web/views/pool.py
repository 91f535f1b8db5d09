"""For stewards: what is in the pool, what is held, decisions on it. Facets and counts, never names."""

import uuid

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.domain.errors import InputError
from cri.services.editions import Kind, Steward
from cri.services.pool_overview import drafts_of, entries_of, kinds_given
from cri.services.quarantine import ContributionMissingError, decide
from cri.web.access import stewards
from cri.web.parts import parts
from cri.web.pool_view import draft_row, entry_row, facet_counts
from cri.web.texts import number

views = Blueprint("pool", __name__, url_prefix="/pool")

MOST_ROWS = 200
UNDER_WAY = ("asked", "made", "failed", "previewed", "approved")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@stewards
def overview(_steward: Steward) -> ResponseReturnValue:
    """The pool of each instrument: how many, of what kind; and the drafts under way."""
    pools = []
    for kind in kinds_given(parts()):
        entries = entries_of(parts(), kind)
        states = [one.state for one in entries]
        pools.append(
            {
                "code": kind_code(kind),
                "name": f"{kind[0]} {kind[1]}",
                "synthetic": kind[2],
                "agencies": number(len({one.pseudonym for one in entries if one.state == "in"})),
                "inside": number(states.count("in")),
                "held": number(states.count("held")),
                "withdrawn": number(states.count("withdrawn")),
                "facets": facet_counts(entries),
            }
        )
    under_way = [draft_row(one) for one in drafts_of(parts()) if one.state in UNDER_WAY]
    return render_template("views/pool/overview.html", pools=pools, drafts=under_way)


@views.get("/contributions")
@stewards
def contributions(_steward: Steward) -> ResponseReturnValue:
    """Each contribution by a piece of its code, the newest month first."""
    found = [one for kind in kinds_given(parts()) for one in entries_of(parts(), kind)]
    found.sort(key=lambda one: (one.month or "", str(one.id)), reverse=True)
    return render_template(
        "views/pool/contributions.html",
        rows=[{**entry_row(one), "instrument": f"{one.kind[0]} {one.kind[1]}"} for one in found[:MOST_ROWS]],
        more=number(len(found) - MOST_ROWS) if len(found) > MOST_ROWS else None,
    )


@views.get("/quarantine")
@stewards
def quarantine(_steward: Steward) -> ResponseReturnValue:
    """What is held, with a form for each; and what was decided."""
    flagged = [one for kind in kinds_given(parts()) for one in entries_of(parts(), kind) if one.rules]
    held = [{**entry_row(one), "acceptable": one.acceptable} for one in flagged if one.state == "held"]
    decided = [entry_row(one) for one in flagged if one.decisions]
    return render_template("views/pool/quarantine.html", held=held, decided=decided)


@views.post("/quarantine/<uuid:contribution_id>")
@stewards
def judge(steward: Steward, contribution_id: uuid.UUID) -> ResponseReturnValue:
    """Log a decision."""
    form = request.form
    try:
        decide(
            parts(),
            contribution_id,
            form.get("verdict", ""),
            form.get("reason", ""),
            steward=steward.account_id,
            now=steward.now,
        )
    except ContributionMissingError:
        abort(404)
    except InputError as error:
        flash(_("Nothing was decided. %(why)s", why=str(error)), "error")
    else:
        flash(_("The decision is on record."), "success")
    return redirect(url_for(".quarantine"), 303)


def kind_code(kind: Kind) -> str:
    """A kind of pool as a form sends it."""
    return ":".join((*kind[:2], "synthetic" if kind[2] else "real"))
