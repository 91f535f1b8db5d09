"""Results of scored waves: pages, figures and reports, all renderings of one stored pack."""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.db.models import Report, Wave
from cri.domain.access import Permission
from cri.domain.pack import section_of
from cri.services.context import Context
from cri.services.packs import (
    LEADER,
    WORKSHOP,
    ask_for_workshop,
    find_report,
    load_pack,
    read_report,
    unprinted,
)
from cri.web.access import requires
from cri.web.cautions import cautions_of_wave
from cri.web.language import language_name
from cri.web.results_shown import figure_called, rows_of_units
from cri.web.results_view import factor_page, first_page, headline, said_about
from cri.web.views.results_read import (
    downloads_of,
    may_take,
    read_pack,
    read_results,
    scored_wave,
    scored_waves,
)

OFFICE: Final = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What a file that Office opens is called on the way."""

views = Blueprint("results", __name__, url_prefix="/results")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@requires(Permission.READ_RESULTS)
def newest(ctx: Context) -> ResponseReturnValue:
    """The newest results, or that there are none yet."""
    scored = scored_waves(ctx)
    if scored:
        return redirect(url_for(".show", wave_id=scored[0].id))
    return render_template("views/results/none.html")


@views.get("/<uuid:wave_id>")
@requires(Permission.READ_RESULTS)
def show(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The first page: how are we, against whom, since when, and how sure."""
    wave = scored_wave(ctx, wave_id)
    pack = load_pack(ctx, wave_id)
    if pack is None:
        return render_template("views/results/not_yet.html", wave=wave)
    return render_template(
        "views/results/show.html",
        wave=wave,
        pack=pack,
        headline=headline(pack),
        downloads=downloads_of(ctx, wave_id),
        reports=_reports(ctx, wave),
        workshops=_reports(ctx, wave, WORKSHOP),
        editable=_editable(ctx, wave),
        may_ask=may_take(ctx) and bool(unprinted(ctx, wave, WORKSHOP)),
        cautions=cautions_of_wave(wave),
        others=[other for other in scored_waves(ctx) if other.id != wave_id],
        has_units=bool(pack["units"]),
        factor_link=lambda code: url_for(".factor", wave_id=wave_id, code=code),
        **first_page(pack),
    )


@views.get("/<uuid:wave_id>/factors/<code>")
@requires(Permission.READ_RESULTS)
def factor(ctx: Context, wave_id: uuid.UUID, code: str) -> ResponseReturnValue:
    """One factor: what it means, its statements, its units."""
    found = read_results(ctx, wave_id)
    pack, text = found.pack, found.text
    _check_factor(pack, code)
    rows = rows_of_units(found, code)
    sections = [section for section in pack["sections"] if section["key"] == "factor"]
    return render_template(
        "views/results/factor.html",
        wave=scored_wave(ctx, wave_id),
        downloads=downloads_of(ctx, wave_id),
        pack=pack,
        code=code,
        factors=[{"code": one["id"], "name": text.factor_name(one["id"])} for one in sections],
        any_unit=any(row["score"] is not None for row in rows),
        over_time=figure_called(found, f"{code}.waves") if found.earlier else None,
        spread=said_about(found.text, found.scorecard["claims"], [code], "agreement.", "change."),
        **factor_page(pack, code, rows),
    )


@views.get("/<uuid:wave_id>/report/<locale>.pdf")
@requires(Permission.TAKE_REPORTS)
def report_pdf(ctx: Context, wave_id: uuid.UUID, locale: str) -> ResponseReturnValue:
    """The leaders' report, or with ?kind=workshop the workshop pack, in one of the wave's languages."""
    scored_wave(ctx, wave_id)
    report = find_report(ctx, wave_id, request.args.get("kind", LEADER), locale)
    if report is None:
        abort(404)
    return _sent(ctx, report)


@views.get("/<uuid:wave_id>/workshop/<locale>.<ending>")
@requires(Permission.TAKE_REPORTS)
def workshop_file(ctx: Context, wave_id: uuid.UUID, locale: str, ending: str) -> ResponseReturnValue:
    """The workshop pack to go on working with: slides, or every number as a workbook."""
    scored_wave(ctx, wave_id)
    report = find_report(ctx, wave_id, WORKSHOP, locale, ending) if ending in OFFICE else None
    if report is None:
        abort(404)
    return _sent(ctx, report)


@views.post("/<uuid:wave_id>/workshop")
@requires(Permission.TAKE_REPORTS)
def ask_workshop(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Have the workshop pack made in each of the wave's languages."""
    read_pack(ctx, wave_id)
    if ask_for_workshop(ctx, wave_id):
        flash(_("The workshop pack is being made. It will be on this page in a minute or two."), "success")
    return redirect(url_for(".show", wave_id=wave_id))


def _sent(ctx: Context, report: Report) -> Response:
    """A printed file to be kept, under a name that says what it is."""
    kind = OFFICE.get(report.file_format, "application/pdf")
    response = Response(read_report(ctx, report), content_type=kind)
    word = "report" if report.kind == LEADER else report.kind
    name = f"cri-{word}-{report.wave_id.hex[:8]}-{report.locale}.{report.file_format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _editable(ctx: Context, wave: Wave) -> list[dict[str, str]]:
    """The workshop pack's files to go on working with, that are made: {language, ending, href}."""
    return [
        {
            "language": language_name(code),
            "ending": ending,
            "href": url_for(".workshop_file", wave_id=wave.id, locale=code, ending=ending),
        }
        for code in wave.languages
        for ending in OFFICE
        if may_take(ctx) and find_report(ctx, wave.id, WORKSHOP, code, ending) is not None
    ]


def _check_factor(pack: Mapping[str, Any], code: str) -> None:
    try:
        found = section_of(pack, code)
    except KeyError:
        abort(404)
    if found["key"] != "factor":
        abort(404)


def _reports(ctx: Context, wave: Wave, kind: str = LEADER) -> list[dict[str, str]]:
    if not may_take(ctx):
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
