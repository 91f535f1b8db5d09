"""The figures of the results: for plotly on the page, and to take away as a table or a picture."""

import uuid
from typing import Any

from flask import Blueprint, Flask, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from cri.adapters.safe_csv import write_csv
from cri.domain.access import Permission
from cri.services.context import Context
from cri.web.access import requires
from cri.web.language import current_language
from cri.web.results_print import as_print
from cri.web.results_shown import Shown, figure_called, source_of
from cri.web.views.results_read import read_results

views = Blueprint("results_figures", __name__, url_prefix="/results/<uuid:wave_id>/figures")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("/<figure>.json")
@requires(Permission.READ_RESULTS)
def plot(ctx: Context, wave_id: uuid.UUID, figure: str) -> ResponseReturnValue:
    """A figure for plotly, in names of the page's own colours."""
    return _json(_shown(ctx, wave_id, figure)[0].plot)


@views.get("/print/<figure>.json")
@requires(Permission.TAKE_REPORTS)
def printed(ctx: Context, wave_id: uuid.UUID, figure: str) -> ResponseReturnValue:
    """The figure by itself, with its title and source, from which a browser writes an SVG file."""
    shown, source = _shown(ctx, wave_id, figure)
    return _json(as_print(shown.wide, shown.title, source))


@views.get("/<figure>.csv")
@requires(Permission.TAKE_REPORTS)
def table(ctx: Context, wave_id: uuid.UUID, figure: str) -> ResponseReturnValue:
    """The numbers of a figure, as told."""
    shown, _source = _shown(ctx, wave_id, figure)
    response = Response(
        write_csv(shown.table.header, shown.table.rows), content_type="text/csv; charset=utf-8"
    )
    name = f"cri-{wave_id.hex[:8]}-{figure}-{current_language()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _shown(ctx: Context, wave_id: uuid.UUID, figure: str) -> tuple[Shown, str]:
    found = read_results(ctx, wave_id, earlier=figure.endswith(("waves", "lineage")))
    try:
        return figure_called(found, figure, request.args.get("unit")), source_of(found.text)
    except KeyError:
        abort(404)


def _json(figure: dict[str, Any]) -> Response:
    response = jsonify(figure)
    response.headers["Cache-Control"] = "private, no-store"
    return response
