"""The roster, one person at a time; and undoing the last update of it."""

import uuid
from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from cri.db.queries.organisation import present_units
from cri.domain.access import Permission
from cri.domain.roster import PersonRow
from cri.domain.staff_numbers import address_of, key_of_number, number_of
from cri.domain.tree import in_tree_order
from cri.services import people, roster_undo, wave_people
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.instruments import offered_languages
from cri.services.people import PersonMissingError
from cri.services.roster_undo import ChangedSinceError, ManyLeaveError, UndoGoneError
from cri.services.rosters import RosterError
from cri.services.wave_people import NoLinkError
from cri.web.access import requires
from cri.web.errors import error_page
from cri.web.forms.organisation import PersonForm, UndoForm
from cri.web.language import language_name
from cri.web.texts import number, short_moment, what_is_wrong

views = Blueprint("people", __name__, url_prefix="/organisation")

ON_A_PAGE = 100
LONGEST_SEARCH = 100


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)
    app.register_error_handler(PersonMissingError, lambda _error: error_page(NotFound()))


@views.get("/people")
@requires(Permission.RUN_WAVES)
def overview(ctx: Context) -> ResponseReturnValue:
    """Everybody on the roster, a hundred on a page, or those whose name, address or unit is searched for."""
    search = " ".join(request.args.get("q", "").split())[:LONGEST_SEARCH]
    page = max(1, request.args.get("page", 1, type=int))
    found, count = people.list_people(ctx, search, skip=(page - 1) * ON_A_PAGE, most=ON_A_PAGE)
    pages = max(1, -(-count // ON_A_PAGE))
    if page > pages:
        return redirect(url_for(".overview", q=search or None, page=pages))
    return render_template(
        "views/organisation/people.html",
        people=[
            {"name": one.row.name, "email": one.row.email, "unit": one.unit_name, "href": _href(one)}
            for one in found
        ],
        search=search,
        count=number(count),
        page=number(page),
        pages=number(pages) if pages > 1 else None,
        earlier=url_for(".overview", q=search or None, page=page - 1) if page > 1 else None,
        later=url_for(".overview", q=search or None, page=page + 1) if page < pages else None,
    )


def _href(one: people.Somebody) -> str:
    return url_for(".show", person_id=one.id)


@views.get("/people/new")
@requires(Permission.RUN_WAVES)
def new(ctx: Context) -> ResponseReturnValue:
    """A form for somebody who joins."""
    return _page(ctx, PersonForm(formdata=None), None)


@views.post("/people/new")
@requires(Permission.RUN_WAVES)
def add(ctx: Context) -> ResponseReturnValue:
    """Put somebody on the roster; open waves invite them."""
    form = PersonForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        row = people.add_person(ctx, _given(form))
    except RosterError as error:
        return _wrong(ctx, form, error, None), 422
    flash(_("%(name)s is on the roster now.", name=row.name), "success")
    if wave_people.open_waves(ctx):
        flash(
            _("Each open survey has a link for them: give it to them, or send them the invitation."), "info"
        )
    return redirect(url_for(".overview", q=row.email), 303)


@views.get("/people/<uuid:person_id>")
@requires(Permission.RUN_WAVES)
def show(ctx: Context, person_id: uuid.UUID) -> ResponseReturnValue:
    """One person, to be changed."""
    somebody = people.find_person(ctx, person_id)
    if not somebody.active:
        raise PersonMissingError
    row = somebody.row
    form = PersonForm(formdata=None)
    form.process(name=row.name, email=row.email, unit=row.unit, language=row.language)
    return _page(ctx, form, somebody)


@views.post("/people/<uuid:person_id>")
@requires(Permission.RUN_WAVES)
def change(ctx: Context, person_id: uuid.UUID) -> ResponseReturnValue:
    """Another name, unit or language."""
    somebody = people.find_person(ctx, person_id)
    form = PersonForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        row = people.change_person(ctx, person_id, _given(form))
    except RosterError as error:
        return _wrong(ctx, form, error, somebody), 422
    flash(_("Stored: %(name)s.", name=row.name), "success")
    if row.unit != somebody.row.unit and wave_people.open_waves(ctx):
        flash(_("In surveys that are open they stay with the unit they were in at the opening."), "info")
    return redirect(url_for(".overview", q=row.email), 303)


@views.post("/people/<uuid:person_id>/leave")
@requires(Permission.RUN_WAVES)
def leave(ctx: Context, person_id: uuid.UUID) -> ResponseReturnValue:
    """Take somebody off the roster."""
    somebody = people.leave(ctx, person_id)
    flash(_("%(name)s is no longer on the roster.", name=somebody.row.name), "success")
    return redirect(url_for(".overview"), 303)


@views.post("/people/<uuid:person_id>/link")
@requires(Permission.RUN_WAVES)
def replace_link(ctx: Context, person_id: uuid.UUID) -> ResponseReturnValue:
    """Another link in place of a lost one."""
    somebody = people.find_person(ctx, person_id)
    try:
        url = wave_people.replace_link(ctx, uuid.UUID(request.form.get("wave", "")), person_id)
    except (NoLinkError, ValueError):
        flash(_("There is no link to replace: the survey is closed, or they joined after it."), "warning")
        return redirect(url_for(".show", person_id=person_id), 303)
    return render_template(
        "views/organisation/new_link.html", name=somebody.row.name, url=url, back=_href(somebody)
    )


def _given(form: PersonForm) -> PersonRow:
    key = form.email.data or key_of_number(form.number.data or "")
    return PersonRow(form.name.data or "", key, form.unit.data or "", form.language.data or "")


def _wrong(ctx: Context, form: PersonForm, error: RosterError, somebody: people.Somebody | None) -> str:
    for problem in error.rows:
        words = what_is_wrong(problem)
        form[problem.column or "name"].errors = [
            _("%(what)s; expected: %(expected)s", what=words["what"], expected=words["expected"])
        ]
    return _page(ctx, form, somebody)


def _page(ctx: Context, form: PersonForm, somebody: people.Somebody | None) -> str:
    ordered = in_tree_order(present_units(ctx.session, ctx.agency_id))
    form.unit.choices = [
        ("", _("Choose a unit")),
        *((unit.code, _indented(unit.name, depth)) for unit, depth in ordered),
    ]
    form.language.choices = [(code, language_name(code)) for code in offered_languages()]
    return render_template(
        "views/organisation/person.html",
        form=form,
        somebody=somebody
        and {
            "id": somebody.id,
            "name": somebody.row.name,
            "email": address_of(somebody.row.email),
            "number": number_of(somebody.row.email),
        },
        waves=[{"id": wave.id, "label": wave.label} for wave in wave_people.open_waves(ctx)],
    )


def _indented(name: str, depth: int) -> str:
    return "\u2003" * depth + name


@views.get("/undo")
@requires(Permission.RUN_WAVES)
def confirm_undo(ctx: Context) -> ResponseReturnValue:
    """What undoing the last update means, to be read before doing it."""
    page = _undo_page(ctx, UndoForm(formdata=None))
    return redirect(url_for("organisation.show")) if page is None else page


@views.post("/undo")
@requires(Permission.RUN_WAVES)
def undo(ctx: Context) -> ResponseReturnValue:
    """Put everything that the last update changed as it was."""
    form = UndoForm()
    try:
        roster_undo.undo_import(ctx, uuid.UUID(form.update.data or ""), sure=bool(form.sure.data))
    except (UndoGoneError, ValueError):
        flash(_("There is nothing to undo any more."), "warning")
    except ChangedSinceError:
        flash(
            _("What the update stored has been changed since, or is in use. Nothing was undone."),
            "warning",
        )
    except ManyLeaveError:
        form.sure.errors = [_("Tick the box if these people are to leave the roster.")]
        page = _undo_page(ctx, form)
        if page is not None:
            return page, 422
    else:
        flash(_("Undone. The organisation is as it was before the update."), "success")
    return redirect(url_for("organisation.show"), 303)


def _undo_page(ctx: Context, form: UndoForm) -> str | None:
    made = roster_undo.last_import(ctx)
    if made is None:
        return None
    gone, many = roster_undo.leaving(ctx, made)
    return render_template(
        "views/organisation/undo.html",
        form=form,
        update=made.id,
        when=short_moment(made.accepted_at, this_agency(ctx).time_zone),
        rows=_changes(made.changes),
        many=number(gone) if many else None,
    )


def _changes(changes: dict[str, Any]) -> list[dict[str, str]]:
    words = {
        "units_added": _("Units added"),
        "units_changed": _("Units changed"),
        "units_removed": _("Units removed"),
        "people_added": _("People added"),
        "people_changed": _("People changed"),
        "people_back": _("People who are back"),
        "people_deactivated": _("People who leave"),
    }
    return [
        {"key": word, "value": number(changes[kind])} for kind, word in words.items() if changes.get(kind)
    ]
