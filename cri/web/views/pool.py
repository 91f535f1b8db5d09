"""For stewards: what is in the pool, what is held, decisions on it. Facets and counts, never names."""

import uuid
from collections.abc import Iterable

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.domain.contribution import FACETS
from cri.domain.errors import InputError
from cri.services.editions import Steward
from cri.services.pool_overview import (
    contributions_page,
    drafts_of,
    load_entry,
    pools_counted,
    quarantined,
)
from cri.services.quarantine import ContributionMissingError, decide
from cri.services.vouching import Finding, vouch, vouchings_of
from cri.web.access import stewards
from cri.web.parts import parts
from cri.web.pool_refusals import why_not
from cri.web.pool_view import draft_row, entry_row, pool_row, vouching_row
from cri.web.pool_words import RELATIONSHIPS, SECTORS, countries

views = Blueprint("pool", __name__, url_prefix="/pool")

UNDER_WAY = ("asked", "made", "failed", "previewed", "approved")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@stewards
def overview(_steward: Steward) -> ResponseReturnValue:
    """The pool of each instrument: how many, of what kind; and the drafts under way."""
    return render_template(
        "views/pool/overview.html",
        pools=[pool_row(one) for one in pools_counted(parts())],
        drafts=[draft_row(one) for one in drafts_of(parts()) if one.state in UNDER_WAY],
    )


@views.get("/contributions")
@stewards
def contributions(_steward: Steward) -> ResponseReturnValue:
    """Each contribution by a piece of its code, the newest month first, a hundred a page."""
    page = contributions_page(parts(), request.args.get("page", 1, type=int))
    return render_template(
        "views/pool/contributions.html",
        rows=[entry_row(one) for one in page.entries],
        page=page.number,
        pages=page.pages,
    )


@views.get("/contributions/<uuid:contribution_id>")
@stewards
def contribution(_steward: Steward, contribution_id: uuid.UUID) -> ResponseReturnValue:
    """What is known of whoever made a contribution, what was found out, and a form for more."""
    try:
        found = load_entry(parts(), contribution_id)
    except ContributionMissingError:
        abort(404)
    return render_template(
        "views/pool/contribution.html",
        row=entry_row(found),
        facets=found.outline.facets,
        vouchings=[vouching_row(one) for one in vouchings_of(parts(), found.outline.pseudonym)],
        sectors=_choices(SECTORS.items()),
        relationships=_choices(RELATIONSHIPS.items()),
        countries=_choices(countries()),
    )


@views.post("/contributions/<uuid:contribution_id>")
@stewards
def vouch_for(steward: Steward, contribution_id: uuid.UUID) -> ResponseReturnValue:
    """Put on record what was found out."""
    form = request.form
    finding = Finding(
        facets={name: form[name] or None for name in FACETS if name in form},
        reason=form.get("reason", ""),
        owner_of=form.get("owner_of", ""),
    )
    try:
        vouch(parts(), contribution_id, finding, steward=steward.account_id, now=steward.now)
    except ContributionMissingError:
        abort(404)
    except InputError as error:
        flash(_("Nothing was put on record. %(why)s", why=why_not(error)), "error")
    else:
        flash(_("It is on record, and counts from the next draft on."), "success")
    return redirect(url_for(".contribution", contribution_id=contribution_id), 303)


@views.get("/quarantine")
@stewards
def quarantine(_steward: Steward) -> ResponseReturnValue:
    """What is held, with a form for each; and what was decided."""
    held, decided = (quarantined(parts(), held=one) for one in (True, False))
    return render_template(
        "views/pool/quarantine.html",
        held=[entry_row(one) for one in held],
        decided=[entry_row(one) for one in decided],
    )


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
        flash(_("Nothing was decided. %(why)s", why=why_not(error)), "error")
    else:
        flash(_("The decision is on record."), "success")
    return redirect(url_for(".quarantine"), 303)


def _choices(known: Iterable[tuple[str, object]]) -> list[tuple[str, str]]:
    return [("", _("not told")), *((code, str(text)) for code, text in known)]
