"""The relationship map: what the people served are to the agency, for each line of its service."""

import uuid
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.domain.access import Permission
from cri.domain.errors import InputError
from cri.domain.facets import RELATIONSHIPS
from cri.domain.relationships import MOST_LINES, NAME_LENGTH, ServiceLine
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.service_lines import draw_map, map_of
from cri.web.access import requires
from cri.web.cautions import caution_rows
from cri.web.pool_words import RELATIONSHIPS as NAMES

views = Blueprint("service_lines", __name__, url_prefix="/whom-we-serve")

SPARE_ROWS = 3


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@requires(Permission.RUN_WAVES)
def show(ctx: Context) -> ResponseReturnValue:
    """The map as it is, with room for more lines."""
    return _page(ctx, [(line.name, line.relationship) for line in map_of(ctx)], {})


@views.post("")
@requires(Permission.RUN_WAVES)
def save(ctx: Context) -> ResponseReturnValue:
    """Draw it anew from the rows that have a name."""
    names, kinds = request.form.getlist("name"), request.form.getlist("relationship")
    typed = [(name, kind) for name, kind in zip(names, kinds, strict=False) if name.strip()]
    try:
        draw_map(ctx, [ServiceLine(name, kind) for name, kind in typed])
    except InputError as error:
        return _page(ctx, typed, {problem.where: problem.what for problem in error.problems}), 422
    flash(_("Saved. It holds for surveys that are opened from now on."), "success")
    back = request.args.get("wave", type=str)
    return redirect(url_for("waves.show", wave_id=back) if _is_id(back) else url_for(".show"), 303)


def _page(ctx: Context, lines: list[tuple[str, str]], wrong: dict[str, str]) -> str:
    agency = this_agency(ctx)
    usual = agency.relationship_type if agency.relationship_type in RELATIONSHIPS else RELATIONSHIPS[0]
    rows: list[dict[str, Any]] = [
        {"name": name, "kind": kind, "error": _error(wrong.get(str(place)))}
        for place, (name, kind) in enumerate(lines, start=1)
    ]
    spare = min(SPARE_ROWS, MOST_LINES - len(rows))
    rows += [{"name": "", "kind": usual, "error": None} for _spare in range(spare)]
    if "lines" in wrong:
        rows[0]["error"] = _("Name at least one line of service, and at most twelve.")
    return render_template(
        "views/waves/service_lines.html",
        rows=rows,
        length=NAME_LENGTH,
        drawn=bool(agency.service_lines),
        kinds=[(code, str(NAMES[code])) for code in RELATIONSHIPS],
        cautions=caution_rows(usual, map_of(ctx)),
        wrong=[
            {"href": f"#name-{place}", "text": row["error"]}
            for place, row in enumerate(rows, start=1)
            if row["error"]
        ],
    )


def _error(what: str | None) -> str | None:
    """What is wrong with a line, in the reader's language."""
    if what is None:
        return None
    known = {
        "named twice": _("This line of service is named twice."),
        "no such relationship": _("Choose a relationship from the list."),
    }
    return str(known.get(what, _("Give it a name of up to %(number)s characters.", number=NAME_LENGTH)))


def _is_id(text: str | None) -> bool:
    try:
        return text is not None and bool(uuid.UUID(text))
    except ValueError:
        return False
