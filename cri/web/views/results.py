"""Results of scored waves: pages, figures and reports, all renderings of one stored pack."""

import uuid
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.db.models import Wave
from cri.domain.access import Permission, Role, allows
from cri.domain.pack import section_of
from cri.domain.pack_rows import unit_rows
from cri.services import waves
from cri.services.context import Context
from cri.services.packs import LEADER, WORKSHOP, ask_for_workshop, find_report, load_pack, read_report
from cri.services.scoring import load_scorecard
from cri.web.access import requires
from cri.web.cautions import cautions_of_wave
from cri.web.language import language_name
from cri.web.results_figures import summary_figure, units_plot
from cri.web.results_view import factor_page, first_page, headline, text_of

views = Blueprint("results", __name__, url_prefix="/results")

EVERY_UNIT = 100_000


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@requires(Permission.READ_RESULTS)
def newest(ctx: Context) -> ResponseReturnValue:
    """The newest results, or that there are none yet."""
    scored = _scored(ctx)
    if scored:
        return redirect(url_for(".show", wave_id=scored[0].id))
    return render_template("views/results/none.html")


@views.get("/<uuid:wave_id>")
@requires(Permission.READ_RESULTS)
def show(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The first page: how are we, against whom, since when, and how sure."""
    wave = _scored_wave(ctx, wave_id)
    pack = load_pack(ctx, wave_id)
    if pack is None:
        return render_template("views/results/not_yet.html", wave=wave)
    return render_template(
        "views/results/show.html",
        wave=wave,
        pack=pack,
        headline=headline(pack),
        reports=_reports(ctx, wave),
        workshops=_reports(ctx, wave, WORKSHOP),
        may_ask=_may_take(ctx) and len(_reports(ctx, wave, WORKSHOP)) < len(wave.languages),
        cautions=cautions_of_wave(wave),
        others=[other for other in _scored(ctx) if other.id != wave_id],
        factor_link=lambda code: url_for(".factor", wave_id=wave_id, code=code),
        **first_page(pack),
    )


@views.get("/<uuid:wave_id>/summary.json")
@requires(Permission.READ_RESULTS)
def summary_json(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The figure of the first page, for plotly."""
    pack = _pack(ctx, wave_id)
    return _figure(summary_figure(pack, text_of(pack)))


@views.get("/<uuid:wave_id>/factors/<code>")
@requires(Permission.READ_RESULTS)
def factor(ctx: Context, wave_id: uuid.UUID, code: str) -> ResponseReturnValue:
    """One factor: what it means, its statements, its units."""
    wave = _scored_wave(ctx, wave_id)
    pack = _pack(ctx, wave_id)
    _check_factor(pack, code)
    rows = _units(ctx, wave_id, code)
    sections = [section for section in pack["sections"] if section["key"] == "factor"]
    text = text_of(pack)
    return render_template(
        "views/results/factor.html",
        wave=wave,
        pack=pack,
        code=code,
        factors=[{"code": one["id"], "name": text.factor_name(one["id"])} for one in sections],
        any_unit=any(row["score"] is not None for row in rows),
        **factor_page(pack, code, rows),
    )


@views.get("/<uuid:wave_id>/factors/<code>/units.json")
@requires(Permission.READ_RESULTS)
def units_json(ctx: Context, wave_id: uuid.UUID, code: str) -> ResponseReturnValue:
    """The units of a factor, for plotly."""
    pack = _pack(ctx, wave_id)
    _check_factor(pack, code)
    return _figure(units_plot(pack, text_of(pack), code, _units(ctx, wave_id, code)))


@views.get("/<uuid:wave_id>/report/<locale>.pdf")
@requires(Permission.TAKE_REPORTS)
def report_pdf(ctx: Context, wave_id: uuid.UUID, locale: str) -> ResponseReturnValue:
    """The leaders' report, or with ?kind=workshop the workshop pack, in one of the wave's languages."""
    wave = _scored_wave(ctx, wave_id)
    report = find_report(ctx, wave_id, request.args.get("kind", LEADER), locale)
    if report is None:
        abort(404)
    response = Response(read_report(ctx, report), content_type="application/pdf")
    word = "report" if report.kind == LEADER else report.kind
    name = f"cri-{word}-{wave.id.hex[:8]}-{report.locale}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@views.post("/<uuid:wave_id>/workshop")
@requires(Permission.TAKE_REPORTS)
def ask_workshop(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Have the workshop pack made in each of the wave's languages."""
    _pack(ctx, wave_id)
    if ask_for_workshop(ctx, wave_id):
        flash(_("The workshop pack is being made. It will be on this page in a minute or two."), "success")
    return redirect(url_for(".show", wave_id=wave_id))


def _scored(ctx: Context) -> list[Wave]:
    return [wave for wave in waves.list_waves(ctx) if wave.state == "scored"]


def _scored_wave(ctx: Context, wave_id: uuid.UUID) -> Wave:
    """A wave with results. Before there are any, nobody can tell it from one that does not exist."""
    wave = waves.find_wave(ctx, wave_id)
    if wave.state != "scored":
        abort(404)
    return wave


def _pack(ctx: Context, wave_id: uuid.UUID) -> dict[str, Any]:
    _scored_wave(ctx, wave_id)
    pack = load_pack(ctx, wave_id)
    if pack is None:
        abort(404)
    return pack


def _check_factor(pack: dict[str, Any], code: str) -> None:
    try:
        found = section_of(pack, code)
    except KeyError:
        abort(404)
    if found["key"] != "factor":
        abort(404)


def _units(ctx: Context, wave_id: uuid.UUID, code: str) -> list[dict[str, Any]]:
    """All units of the scorecard, of which the printed report has room for the first few only."""
    scorecard: dict[str, Any] = load_scorecard(ctx, wave_id) or {"units": []}
    rows, _rest = unit_rows(scorecard["units"], code, EVERY_UNIT)
    return rows


def _may_take(ctx: Context) -> bool:
    return allows(Permission.TAKE_REPORTS, Role(ctx.actor.role))


def _reports(ctx: Context, wave: Wave, kind: str = LEADER) -> list[dict[str, str]]:
    if not _may_take(ctx):
        return []
    return [
        {
            "language": language_name(code),
            "code": code,
            "href": url_for(
                ".report_pdf", wave_id=wave.id, locale=code, kind=None if kind == LEADER else kind
            ),
        }
        for code in wave.languages
        if find_report(ctx, wave.id, kind, code) is not None
    ]


def _figure(figure: dict[str, Any]) -> Response:
    response = jsonify(figure)
    response.headers["Cache-Control"] = "private, no-store"
    return response
