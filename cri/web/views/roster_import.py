"""A tree and a roster sent in: columns chosen where they are not clear, a preview, and only then stored."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, Flask, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from cri.adapters.roster_files import MOST_BYTES, UnreadableTableError, table_from_file, table_from_text
from cri.domain.access import Permission
from cri.domain.errors import SHOWN
from cri.domain.roster import MAY_BE_MISSING, Table
from cri.domain.roster_columns import COLUMNS, below_titles, first_cells, guess_columns, take_columns
from cri.domain.roster_problems import PARTS, ROSTER, TREE, RowProblem, first_of_each_kind
from cri.domain.staff_numbers import NUMBER
from cri.services import rosters
from cri.services.context import Context
from cri.services.rosters import ManyLeaveError, PreviewGoneError, RosterError
from cri.web.access import requires
from cri.web.forms.organisation import TABLES, AcceptForm, ColumnsForm, OrganisationForm, columns_form
from cri.web.roster_view import preview_view
from cri.web.texts import number, what_is_wrong

FEWEST_OF_A_KIND = 3
"""How many problems of each kind are told at the least, however many kinds there are."""

views = Blueprint("roster_import", __name__, url_prefix="/organisation/import")

MOST_PASTED_BYTES = 1024 * 1024
"""Some 20,000 people. With 20 MB of pasted text the web process held 578 MB at its height."""

SPARE_BYTES = 64 * 1024
LONGEST_HEAD = 60
NAMELESS = "\N{EN DASH}"
KEY: Final = "roster upload"
"""Where the browser's session keeps the key of what it has sent in: the server does not."""


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.url_value_preprocessor
def _allow_long_pastes(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """What is longer is refused unread, with a word to send a file. Runs before anything reads the form."""
    if endpoint == "roster_import.send":
        request.max_form_memory_size = MOST_PASTED_BYTES + SPARE_BYTES


@views.get("")
@requires(Permission.RUN_WAVES)
def start(_ctx: Context) -> ResponseReturnValue:
    """Where a tree and a roster are pasted or chosen."""
    return _form_page(OrganisationForm(), [])


@views.post("")
@requires(Permission.RUN_WAVES)
def send(ctx: Context) -> ResponseReturnValue:
    """Read what was sent; everything wrong is listed and nothing is kept, or the next step is shown."""
    form = OrganisationForm()
    if not form.validate_on_submit():
        return _form_page(form, []), 422
    tables, problems = _tables(form)
    if problems:
        return _form_page(form, problems), 422
    if not tables:
        form.form_errors.append(_("Paste a table or choose a file: the units, the people, or both."))
        return _form_page(form, []), 422
    guesses = {part: guess_columns(table) for part, table in tables.items()}
    if form.choose.data or any(guess.open for guess in guesses.values()):
        session[KEY] = rosters.keep_tables(ctx, tables)
        return redirect(url_for(".columns"), 303)
    return _read(ctx, tables, {part: guess.places for part, guess in guesses.items()}, form)


def _tables(form: OrganisationForm) -> tuple[dict[str, Table], list[RowProblem]]:
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
                tables[part] = below_titles(table)
    return tables, problems


def _table(part: str, text: str, file: FileStorage | None) -> Table | None:
    """A chosen file goes before a pasted text; None when there is neither."""
    if file is not None and file.filename:
        return table_from_file(part, file.stream.read(MOST_BYTES + 1))
    return table_from_text(part, text) if text.strip() else None


def _read(
    ctx: Context,
    tables: Mapping[str, Table],
    places: Mapping[str, Mapping[str, int]],
    form: OrganisationForm,
) -> ResponseReturnValue:
    """On to the preview with the columns chosen; what is left out is said, and goes no further."""
    taken = {part: take_columns(table, places[part]) for part, table in tables.items()}
    try:
        coming = rosters.read_organisation(ctx, taken.get(TREE), taken.get(ROSTER))
    except RosterError as error:
        rows = [_in_their_words(row, tables, places) for row in error.rows]
        return _form_page(form, rows), 422
    session[KEY], _made = rosters.preview(ctx, coming)
    left_out = [
        name
        for part, table in tables.items()
        for place, name in enumerate(table.header)
        if place not in places[part].values() and name.strip()
    ]
    if left_out:
        names = _(", ").join(name.strip()[:LONGEST_HEAD] for name in left_out[:SHOWN])
        flash(_("Left out and not stored: %(columns)s.", columns=names), "info")
    return redirect(url_for(".preview"), 303)


def _in_their_words(
    problem: RowProblem, tables: Mapping[str, Table], places: Mapping[str, Mapping[str, int]]
) -> RowProblem:
    """The problem with the name that the column has in the table that was sent."""
    place = places.get(problem.part, {}).get(problem.column)
    return problem if place is None else replace(problem, column=tables[problem.part].header[place].strip())


def _rows_of_a_kind(shown: Sequence[RowProblem], more: int) -> list[dict[str, str]]:
    """The first problems of a kind as rows of the page's table, and how many more there are like them."""
    rows = [what_is_wrong(problem) for problem in shown]
    if more:
        told = _("And %(number)s more like this.", number=number(more))
        rows.append({**rows[-1], "row": "", "what": told, "expected": ""})
    return rows


def _form_page(form: OrganisationForm, problems: Sequence[RowProblem]) -> str:
    kinds = first_of_each_kind(problems, SHOWN, FEWEST_OF_A_KIND)
    return render_template(
        "views/organisation/import.html",
        form=form,
        accept=TABLES,
        problems=[row for shown, more in kinds for row in _rows_of_a_kind(shown, more)],
        problem_count=len(problems),
    )


@views.get("/columns")
@requires(Permission.RUN_WAVES)
def columns(ctx: Context) -> ResponseReturnValue:
    """Which column is which, where their names do not say it."""
    tables = rosters.kept_tables(ctx, session.get(KEY))
    if tables is None:
        return _gone()
    form = _columns_form(tables)
    for part, table in tables.items():
        guess = guess_columns(table)
        for column, place in guess.places.items():
            if column not in guess.open:
                form[f"{part}_{column}"].data = str(place)
    return _columns_page(form, tables)


@views.post("/columns")
@requires(Permission.RUN_WAVES)
def choose(ctx: Context) -> ResponseReturnValue:
    """Read the tables with the columns that were chosen."""
    tables = rosters.kept_tables(ctx, session.get(KEY))
    if tables is None:
        return _gone()
    form = _columns_form(tables)
    places: dict[str, dict[str, int]] = {part: {} for part in tables}
    form.validate()
    for part, table in tables.items():
        offered = {str(place): place for place in range(len(table.header))}
        for column in COLUMNS[part]:
            field = form[f"{part}_{column}"]
            place = offered.get(field.data or "")
            if place is not None:
                if place in places[part].values():
                    field.errors = [_("This column is chosen already.")]
                places[part][column] = place
            elif column not in MAY_BE_MISSING:
                field.errors = [_("Choose a column.")]
        if NUMBER in places[part] and "email" not in places[part]:
            form[f"{part}_email"].errors = []  # an agency in which nobody has e-mail
    if any(field.errors for field in form):
        return _columns_page(form, tables), 422
    return _read(ctx, tables, places, OrganisationForm(formdata=None))


def _columns_form(tables: Mapping[str, Table]) -> ColumnsForm:
    heads = {
        part: [
            _("Column %(number)s: %(name)s", number=place, name=name.strip()[:LONGEST_HEAD] or NAMELESS)
            for place, name in enumerate(table.header, start=1)
        ]
        for part, table in tables.items()
    }
    return columns_form([(part, column) for part in tables for column in COLUMNS[part]], heads)


def _columns_page(form: ColumnsForm, tables: Mapping[str, Table]) -> str:
    parts = [
        {
            "title": _(PARTS[part]),
            "fields": [form[f"{part}_{column}"] for column in COLUMNS[part]],
            "samples": [
                {
                    "name": name.strip()[:LONGEST_HEAD] or NAMELESS,
                    "cells": [cell[:LONGEST_HEAD] for cell in cells],
                }
                for name, cells in zip(table.header, first_cells(table), strict=True)
            ],
        }
        for part, table in tables.items()
    ]
    return render_template("views/organisation/columns.html", form=form, parts=parts)


@views.get("/preview")
@requires(Permission.RUN_WAVES)
def preview(ctx: Context) -> ResponseReturnValue:
    """What accepting would change."""
    found = rosters.pending(ctx, session.get(KEY))
    if found is None:
        return _gone()
    form = AcceptForm(formdata=None)
    form.record.data = [one.key for one in found.likely]
    return _preview_page(ctx, found, form)


@views.post("/preview")
@requires(Permission.RUN_WAVES)
def accept(ctx: Context) -> ResponseReturnValue:
    """Make exactly the change that was shown."""
    form = AcceptForm()
    form.validate()
    key = session.get(KEY)
    found = rosters.pending(ctx, key)
    if found is not None and form.record.data and form.day.errors:
        return _preview_page(ctx, found, form), 422
    try:
        change = rosters.accept(
            ctx,
            key,
            form.digest.data or "",
            sure=bool(form.sure.data),
            record=form.record.data or (),
            day=form.day.data,
        )
    except PreviewGoneError:
        flash(
            _("The roster has changed since this was shown. Nothing was stored: look at it again."), "warning"
        )
        return redirect(url_for(".preview"), 303)
    except ManyLeaveError:
        if found is None:
            return redirect(url_for(".start"), 303)
        form.sure.errors = [_("Tick the box if these people have really left.")]
        return _preview_page(ctx, found, form), 422
    session.pop(KEY, None)
    message = _(
        "Stored. The organisation now has %(units)s units and %(people)s people.",
        units=number(change.units_after),
        people=number(change.people_after),
    )
    flash(message, "success")
    return redirect(url_for("organisation.show"), 303)


@views.post("/discard")
@requires(Permission.RUN_WAVES)
def discard(ctx: Context) -> ResponseReturnValue:
    """Forget what was sent in."""
    rosters.discard(ctx)
    session.pop(KEY, None)
    return redirect(url_for("organisation.show"), 303)


def _preview_page(ctx: Context, found: rosters.Preview, form: AcceptForm) -> str:
    form.digest.data = found.digest
    form.digest.raw_data = None
    return render_template("views/organisation/preview.html", form=form, **preview_view(ctx, found, form))


def _gone() -> ResponseReturnValue:
    """To the beginning: what was sent in was accepted, discarded, or is over an hour old."""
    return redirect(url_for(".start"), 303)
