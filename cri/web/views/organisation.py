"""The organisation tree and the roster: shown, sent in, previewed, accepted."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from cri.adapters.roster_files import (
    MOST_BYTES,
    UnreadableTableError,
    table_from_file,
    table_from_text,
)
from cri.adapters.safe_csv import write_csv
from cri.db.queries.organisation import people_per_unit, present_organisation, present_units
from cri.domain.access import Permission
from cri.domain.roster import PERSON_COLUMNS, UNIT_COLUMNS, Table
from cri.domain.roster_problems import ROSTER, TREE, RowProblem
from cri.domain.tree import counts_below, in_tree_order
from cri.services import rosters
from cri.services.context import Context
from cri.services.rosters import ManyLeaveError, PreviewGoneError, RosterError
from cri.web.access import requires
from cri.web.forms.organisation import TABLES, AcceptForm, OrganisationForm
from cri.web.texts import number, what_is_wrong

views = Blueprint("organisation", __name__, url_prefix="/organisation")

MOST_PROBLEMS = 500
MOST_NAMES = 100
SPARE_BYTES = 64 * 1024


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.url_value_preprocessor
def _allow_long_pastes(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A pasted roster may be as long as an uploaded one. Runs before anything reads the form."""
    if endpoint == "organisation.send":
        request.max_form_memory_size = MOST_BYTES + SPARE_BYTES


@views.get("")
@requires(Permission.RUN_WAVES)
def show(ctx: Context) -> ResponseReturnValue:
    """The tree as it is, with its people."""
    ordered = in_tree_order(present_units(ctx.session, ctx.agency_id))
    own = people_per_unit(ctx.session, ctx.agency_id)
    below = counts_below([unit for unit, _depth in ordered], own)
    units = [
        {"name": unit.name, "code": unit.code, "depth": min(depth, 4), "people": number(below[unit.code])}
        for unit, depth in ordered
    ]
    return render_template(
        "views/organisation/show.html",
        units=units,
        units_count=number(len(units)),
        people_count=number(sum(own.values())),
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
    rows = [(one.row.name, one.row.email, one.row.unit, one.row.language) for one in people if one.active]
    return _csv("people.csv", PERSON_COLUMNS, rows)


def _csv(name: str, header: tuple[str, ...], rows: Sequence[Sequence[str]]) -> Response:
    response = Response(write_csv(header, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@views.get("/import")
@requires(Permission.RUN_WAVES)
def start(_ctx: Context) -> ResponseReturnValue:
    """Where a tree and a roster are pasted or chosen."""
    return _form_page(OrganisationForm(), [])


@views.post("/import")
@requires(Permission.RUN_WAVES)
def send(ctx: Context) -> ResponseReturnValue:
    """Read what was sent; everything wrong is listed and nothing is kept, or the change is shown."""
    form = OrganisationForm()
    if not form.validate_on_submit():
        return _form_page(form, []), 422
    tables, problems = {}, []
    for part, text, file in (
        (TREE, form.tree.data, form.tree_file.data),
        (ROSTER, form.roster.data, form.roster_file.data),
    ):
        try:
            table = _table(part, text or "", file)
        except UnreadableTableError as error:
            problems.append(error.problem)
        else:
            if table is not None:
                tables[part] = table
    if problems:
        return _form_page(form, problems), 422
    if not tables:
        form.form_errors.append(_("Paste a table or choose a file: the units, the people, or both."))
        return _form_page(form, []), 422
    try:
        coming = rosters.read_organisation(ctx, tables.get(TREE), tables.get(ROSTER))
    except RosterError as error:
        return _form_page(form, error.rows), 422
    rosters.preview(ctx, coming)
    return redirect(url_for(".preview"), 303)


def _table(part: str, text: str, file: FileStorage | None) -> Table | None:
    """A chosen file goes before a pasted text; None when there is neither."""
    if file is not None and file.filename:
        return table_from_file(part, file.stream.read(MOST_BYTES + 1))
    return table_from_text(part, text) if text.strip() else None


def _form_page(form: OrganisationForm, problems: list[RowProblem] | tuple[RowProblem, ...]) -> str:
    return render_template(
        "views/organisation/import.html",
        form=form,
        accept=TABLES,
        problems=[what_is_wrong(problem) for problem in problems[:MOST_PROBLEMS]],
        problem_count=len(problems),
        more=max(0, len(problems) - MOST_PROBLEMS),
        first={part: any(problem.part == part for problem in problems) for part in (TREE, ROSTER)},
    )


@views.get("/import/preview")
@requires(Permission.RUN_WAVES)
def preview(ctx: Context) -> ResponseReturnValue:
    """What accepting would change."""
    found = rosters.pending(ctx)
    if found is None:
        return redirect(url_for(".start"))
    return _preview_page(found, AcceptForm())


@views.post("/import/preview")
@requires(Permission.RUN_WAVES)
def accept(ctx: Context) -> ResponseReturnValue:
    """Make exactly the change that was shown."""
    form = AcceptForm()
    try:
        change = rosters.accept(ctx, form.digest.data or "", sure=bool(form.sure.data))
    except PreviewGoneError:
        flash(
            _("The roster has changed since this was shown. Nothing was stored: look at it again."), "warning"
        )
        return redirect(url_for(".preview"), 303)
    except ManyLeaveError:
        found = rosters.pending(ctx)
        if found is None:
            return redirect(url_for(".start"), 303)
        form.sure.errors = [_("Tick the box if these people have really left.")]
        return _preview_page(found, form), 422
    message = _(
        "Stored. The organisation now has %(units)s units and %(people)s people.",
        units=number(change.units_after),
        people=number(change.people_after),
    )
    flash(message, "success")
    return redirect(url_for(".show"), 303)


@views.post("/import/discard")
@requires(Permission.RUN_WAVES)
def discard(ctx: Context) -> ResponseReturnValue:
    """Forget the preview."""
    rosters.discard(ctx)
    return redirect(url_for(".show"), 303)


def _preview_page(found: rosters.Preview, form: AcceptForm) -> str:
    change = found.change
    form.digest.data = found.digest
    form.digest.raw_data = None
    groups = (
        (_("Units added"), [f"{unit.code} · {unit.name}" for unit in change.units_added]),
        (_("Units changed"), [f"{unit.code} · {unit.name}" for unit in change.units_changed]),
        (_("Units removed"), list(change.units_removed)),
        (_("People added"), [f"{person.name} · {person.email}" for person in change.people_added]),
        (_("People changed"), [f"{person.name} · {person.email}" for person in change.people_changed]),
        (_("People who are back"), [f"{person.name} · {person.email}" for person in change.people_back]),
        (_("People who leave"), [f"{person.name} · {person.email}" for person in change.people_deactivated]),
    )
    return render_template(
        "views/organisation/preview.html",
        form=form,
        change=change,
        leaving=number(len(change.people_deactivated)),
        groups=[
            {
                "title": title,
                "count": number(len(names)),
                "names": names[:MOST_NAMES],
                "more": number(len(names) - MOST_NAMES) if len(names) > MOST_NAMES else None,
            }
            for title, names in groups
            if names
        ],
        after={"units": number(change.units_after), "people": number(change.people_after)},
    )
