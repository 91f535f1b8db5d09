"""The organisation as it is: its units with their people, and both to download."""

from collections.abc import Sequence

from flask import Blueprint, Flask, Response, render_template
from flask.typing import ResponseReturnValue

from cri.adapters.safe_csv import write_csv
from cri.db.queries.organisation import people_per_unit, present_organisation, present_units
from cri.domain.access import Permission
from cri.domain.roster import PERSON_COLUMNS, UNIT_COLUMNS
from cri.domain.staff_numbers import NUMBER, address_of, number_of
from cri.domain.tree import counts_below, in_tree_order
from cri.services import lineage, roster_undo
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.web.access import requires
from cri.web.texts import number, short_moment

views = Blueprint("organisation", __name__, url_prefix="/organisation")

DEEPEST = 4


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@requires(Permission.RUN_WAVES)
def show(ctx: Context) -> ResponseReturnValue:
    """The tree as it is, with its people."""
    ordered = in_tree_order(present_units(ctx.session, ctx.agency_id))
    own = people_per_unit(ctx.session, ctx.agency_id)
    below = counts_below([unit for unit, _depth in ordered], own)
    units = [
        {
            "name": unit.name,
            "code": unit.code,
            "depth": min(depth, DEEPEST),
            "people": number(below[unit.code]),
        }
        for unit, depth in ordered
    ]
    last = roster_undo.last_import(ctx)
    return render_template(
        "views/organisation/show.html",
        units=units,
        units_count=number(len(units)),
        people_count=number(sum(own.values())),
        last=short_moment(last.accepted_at, this_agency(ctx).time_zone) if last else None,
        events=number(len(lineage.events(ctx))),
    )


@views.get("/units.csv")
@requires(Permission.RUN_WAVES)
def units_csv(ctx: Context) -> ResponseReturnValue:
    """The tree as it is, to change and send back."""
    ordered = in_tree_order(present_units(ctx.session, ctx.agency_id))
    return _csv(
        "units.csv", UNIT_COLUMNS, [(unit.code, unit.parent or "", unit.name) for unit, _d in ordered]
    )


@views.get("/people.csv")
@requires(Permission.RUN_WAVES)
def people_csv(ctx: Context) -> ResponseReturnValue:
    """The roster as it is, to change and send back."""
    people = present_organisation(ctx.session, ctx.agency_id).people
    rows = [
        (row.name, address_of(row.email), row.unit, row.language, number_of(row.email))
        for row in (one.row for one in people if one.active)
    ]
    return _csv("people.csv", (*PERSON_COLUMNS, NUMBER), rows)


def _csv(name: str, header: tuple[str, ...], rows: Sequence[Sequence[str]]) -> Response:
    response = Response(write_csv(header, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
