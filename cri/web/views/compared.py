"""Who an agency is compared with: the edition and peer group of its report, or those that it chooses.

The choice is in the address and nowhere else.
"""

import uuid

from flask import Blueprint, Flask, Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from cri.db.models import Wave
from cri.domain.access import Permission
from cri.domain.errors import InputError
from cri.services import waves
from cri.services.comparisons import Comparison, compare
from cri.services.context import Context
from cri.services.references import beside
from cri.services.scoring import load_scorecard
from cri.web.access import requires
from cri.web.compared_view import choice_of, compared_with, fallback_notes, groups_of, move_rows
from cri.web.reference_view import reference_views
from cri.web.results_figures import summary_figure
from cri.web.results_view import first_page, text_of
from cri.web.target_view import target_page, targets_plot

views = Blueprint("compared", __name__, url_prefix="/results")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("/<uuid:wave_id>/compared")
@requires(Permission.READ_RESULTS)
def show(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Never a name: how many agencies, of which kinds, from when; where we stand; what an edition moved."""
    wave, found = _comparison(ctx, wave_id)
    page = first_page(found.pack)
    scorecard = load_scorecard(ctx, wave_id)
    published = beside(ctx.parts, scorecard) if scorecard else []
    return render_template(
        "views/results/compared.html",
        wave=wave,
        pack=found.pack,
        choice=choice_of(found),
        compared=compared_with(found),
        groups=groups_of(found),
        notes=fallback_notes(found),
        moves=move_rows(text_of(found.pack), found.since),
        references=reference_views(text_of(found.pack), published),
        moved=(found.since_edition, found.until_edition),
        norm_claims=[claim for claim in page["claims"] if claim["subject"] == "norm"],
        **page,
    )


@views.get("/<uuid:wave_id>/compared.json")
@requires(Permission.READ_RESULTS)
def places_json(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The figure of the comparison, for plotly."""
    _wave, found = _comparison(ctx, wave_id)
    return _figure(summary_figure(found.pack, text_of(found.pack)))


@views.get("/<uuid:wave_id>/targets")
@requires(Permission.READ_RESULTS)
def targets(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """What to aim for, factor by factor, where that comes from, and what to mind."""
    wave, found = _comparison(ctx, wave_id)
    return render_template(
        "views/results/targets.html",
        wave=wave,
        pack=found.pack,
        choice=choice_of(found),
        compared=compared_with(found),
        **target_page(found),
    )


@views.get("/<uuid:wave_id>/targets.json")
@requires(Permission.READ_RESULTS)
def targets_json(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The figure of the targets, for plotly."""
    _wave, found = _comparison(ctx, wave_id)
    return _figure(targets_plot(found))


def _comparison(ctx: Context, wave_id: uuid.UUID) -> tuple[Wave, Comparison]:
    """The wave in the comparison that the address asks for; there is no page for one that cannot be."""
    wave = waves.find_wave(ctx, wave_id)
    try:
        found = compare(ctx, wave_id, request.args.get("edition") or None, request.args.get("peers") or None)
    except InputError:
        abort(404)
    if found is None:
        abort(404)
    return wave, found


def _figure(figure: dict[str, object]) -> Response:
    response = jsonify(figure)
    response.headers["Cache-Control"] = "private, no-store"
    return response
