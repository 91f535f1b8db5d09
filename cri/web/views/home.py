"""The first page after signing in: what matters now, for this role."""

from typing import Any

from flask import Blueprint, Flask, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.db.models import Wave
from cri.db.queries.organisation import people_count, present_units
from cri.domain.access import Permission, Role
from cri.services import waves
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.packs import load_pack
from cri.web.access import requires
from cri.web.results_view import headline
from cri.web.texts import moment
from cri.web.wave_rates import rates_view
from cri.web.wave_views import state_tag

views = Blueprint("home", __name__)


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("/")
@requires(Permission.BELONG)
def show(ctx: Context) -> ResponseReturnValue:
    """What there is, newest first, and the one next thing to do."""
    found = waves.list_waves(ctx)
    zone = this_agency(ctx).time_zone
    scored = next((wave for wave in found if wave.state == "scored"), None)
    pack = load_pack(ctx, scored.id) if scored else None
    running = [wave for wave in found if wave.state in ("open", "closing", "sealed")]
    administrator = ctx.actor.role == Role.ADMINISTRATOR
    return render_template(
        "views/home/show.html",
        administrator=administrator,
        steps=_first_steps(ctx, found) if administrator else [],
        drafts=[_panel(ctx, wave, zone) for wave in found if wave.state == "draft"] if administrator else [],
        running=[_panel(ctx, wave, zone, rates=administrator) for wave in running],
        headline=headline(pack) if scored and pack else None,
        results_url=url_for("results.show", wave_id=scored.id) if scored else None,
        scored=scored,
    )


def _first_steps(ctx: Context, found: tuple[Wave, ...]) -> list[dict[str, Any]]:
    """What a new agency does first; empty once a survey has been opened."""
    if any(wave.state != "draft" for wave in found):
        return []
    people = url_for("roster_import.start")
    steps = [
        (_("Bring in units and people"), people, _organised(ctx)),
        (_("Set up a survey"), url_for("waves.new"), bool(found)),
        (_("Open it"), url_for("waves.show", wave_id=found[0].id) if found else None, False),
    ]
    first = next(place for place, (_title, _href, done) in enumerate(steps) if not done)
    return [
        {
            "title": title,
            "href": href if place <= first else None,
            "status": "done" if done else "current" if place == first else "todo",
        }
        for place, (title, href, done) in enumerate(steps)
    ]


def _organised(ctx: Context) -> bool:
    return bool(present_units(ctx.session, ctx.agency_id)) and people_count(ctx.session, ctx.agency_id) > 0


def _panel(ctx: Context, wave: Wave, zone: str, *, rates: bool = False) -> dict[str, Any]:
    return {
        "label": wave.label,
        "href": url_for("waves.show", wave_id=wave.id),
        "state": state_tag(wave.state),
        "practice": wave.practice,
        "is_open": wave.state == "open",
        "closes": moment(wave.closes_at, zone) if wave.closes_at else None,
        "rates": rates_view(ctx, wave) if rates else None,
    }
