"""The agency's consent to the pool, and what it says of itself for peer groups."""

from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.adapters.consent_texts import consent_text
from cri.db.models import PoolConsent
from cri.domain.access import Permission
from cri.domain.errors import InputError
from cri.services import waves
from cri.services.agencies import this_agency
from cri.services.consents import (
    SyntheticAgencyError,
    change_facets,
    consents_of,
    give_consent,
    revoke_consent,
)
from cri.services.context import Context
from cri.services.contributions import reason_left_out
from cri.services.scoring import load_scorecard
from cri.web.access import requires
from cri.web.language import current_language
from cri.web.pool_words import RELATIONSHIPS, SECTORS, countries
from cri.web.texts import short_moment

views = Blueprint("taking_part", __name__, url_prefix="/taking-part")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@requires(Permission.RUN_WAVES)
def show(ctx: Context) -> ResponseReturnValue:
    """The text, whether a consent stands, and the agency's facets."""
    agency = this_agency(ctx)
    given = consents_of(ctx)
    standing = next((one for one in given if one.revoked_at is None), None)
    text = (
        consent_text(standing.text_locale, standing.text_version)
        if standing
        else consent_text(current_language())
    )
    return render_template(
        "views/taking_part/show.html",
        text=text,
        standing=standing is not None,
        given=[_consent(one, agency.time_zone) for one in given],
        surveys=[
            {"label": wave.label, "eligible": _eligible(ctx, wave)}
            for wave in waves.list_waves(ctx)
            if wave.state == "scored"
        ],
        sectors=[("", _("Not told")), *((code, str(name)) for code, name in SECTORS.items())],
        countries=[("", _("Not told")), *countries()],
        relationships=[(code, str(name)) for code, name in RELATIONSHIPS.items()],
        told=agency,
    )


@views.post("/agree")
@requires(Permission.RUN_WAVES)
def agree(ctx: Context) -> ResponseReturnValue:
    """Record the agency's consent to the text that was shown."""
    text = consent_text(request.form.get("locale", ""))
    if request.form.get("agree") != "yes":
        flash(_("Tick the box if your agency agrees. Nothing was changed."), "error")
    elif request.form.get("sha256") != text.sha256:
        flash(_("The text has changed since you opened the page. Read it again."), "error")
    else:
        try:
            give_consent(ctx, text)
        except SyntheticAgencyError:
            flash(_("This agency's data are made up: they never enter the pool."), "error")
        else:
            flash(_("Your agency takes part in the pool from now on."), "success")
    return redirect(url_for(".show"), 303)


@views.post("/leave")
@requires(Permission.RUN_WAVES)
def leave(ctx: Context) -> ResponseReturnValue:
    """Take the consent back."""
    revoke_consent(ctx)
    flash(_("Your agency no longer takes part. Nothing of yours enters a new edition."), "success")
    return redirect(url_for(".show"), 303)


@views.post("/facets")
@requires(Permission.RUN_WAVES)
def tell(ctx: Context) -> ResponseReturnValue:
    """Say what decides the agency's peer groups."""
    form = request.form
    try:
        facets = {name: form.get(name, "") for name in ("sector", "country", "relationship")}
        change_facets(ctx, facets, form.get("owner", ""))
    except InputError as error:
        flash(_("Nothing was changed. %(why)s", why=str(error)), "error")
    else:
        flash(
            _("Saved. It holds for surveys scored from now on, the relationship for those opened later."),
            "success",
        )
    return redirect(url_for(".show"), 303)


def _eligible(ctx: Context, wave: Any) -> bool:
    scorecard = load_scorecard(ctx, wave.id)
    return scorecard is not None and reason_left_out(scorecard) is None


def _consent(one: PoolConsent, zone: str) -> dict[str, str]:
    return {
        "given": short_moment(one.given_at, zone),
        "revoked": short_moment(one.revoked_at, zone) if one.revoked_at else "",
        "version": f"{one.text_version} ({one.text_locale})",
    }
