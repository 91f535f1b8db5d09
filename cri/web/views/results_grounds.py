"""What stands behind a wave's results: who sees it otherwise, how alike, how good the answers, how made."""

import uuid

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue

from cri.domain.access import Permission
from cri.services.context import Context
from cri.web.access import requires
from cri.web.results_grounds import method_page, quality_page
from cri.web.results_groups import agreement_page, groups_page
from cri.web.views.results_read import read_results, scored_wave

views = Blueprint("results_grounds", __name__, url_prefix="/results/<uuid:wave_id>")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("/groups")
@requires(Permission.READ_RESULTS)
def groups(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Those who manage people beside the others, and the answers by each question about people's work."""
    page = groups_page(read_results(ctx, wave_id, earlier=False))
    return render_template("views/results/groups.html", wave=scored_wave(ctx, wave_id), **page)


@views.get("/agreement")
@requires(Permission.READ_RESULTS)
def agreement(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """How alike people see each factor, in one place."""
    page = agreement_page(read_results(ctx, wave_id, earlier=False))
    return render_template("views/results/agreement.html", wave=scored_wave(ctx, wave_id), **page)


@views.get("/quality")
@requires(Permission.READ_RESULTS)
def quality(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Who answered, what was screened out, early and late answers, and what is kept back."""
    page = quality_page(read_results(ctx, wave_id, earlier=False))
    return render_template("views/results/quality.html", wave=scored_wave(ctx, wave_id), **page)


@views.get("/method")
@requires(Permission.READ_RESULTS)
def method(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """How the numbers are made, by which questionnaire and edition, and by which limits."""
    wave = scored_wave(ctx, wave_id)
    page = method_page(read_results(ctx, wave_id, earlier=False), wave)
    return render_template("views/results/method.html", wave=wave, **page)
