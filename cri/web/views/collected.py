"""Answers that were collected elsewhere: a sheet is checked, shown by unit, and only then taken in."""

import uuid

from flask import Blueprint, Flask, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from cri.adapters.answer_uploads import MOST_ANSWERS, MOST_BYTES
from cri.domain.access import Permission
from cri.domain.errors import SHOWN, InputError
from cri.services import answer_imports
from cri.services.answer_imports import Brought, SheetGoneError
from cri.services.context import Context
from cri.services.waves import WaveStateError, find_draft
from cri.web.access import requires
from cri.web.forms.collected import SheetForm, TakeInForm
from cri.web.forms.organisation import TABLES
from cri.web.texts import number

views = Blueprint("collected", __name__, url_prefix="/waves/<uuid:wave_id>/elsewhere")

KEY = "sheet upload"
"""Where the browser's session keeps the key of the sheet it has sent in: the server does not."""
MOST_UNITS = 200
DEEPEST = 4


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@requires(Permission.RUN_WAVES)
def show(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The sheet that was brought, to be taken in; or where one is brought."""
    brought = answer_imports.pending_sheet(ctx, wave_id, session.get(KEY))
    if brought is not None:
        return _checked_page(ctx, wave_id, brought, TakeInForm(formdata=None))
    return _form_page(ctx, wave_id, SheetForm(formdata=None))


@views.post("")
@requires(Permission.RUN_WAVES)
def bring(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Check a sheet; everything wrong is listed and nothing is kept."""
    find_draft(ctx, wave_id)
    form = SheetForm()
    valid, file = form.validate_on_submit(), form.sheet.data
    if not isinstance(file, FileStorage) or not file.filename:
        form.sheet.errors = [_("Choose a file.")]
        return _form_page(ctx, wave_id, form), 422
    began_on, ended_on = form.began_on.data, form.ended_on.data
    if not valid or began_on is None or ended_on is None:
        return _form_page(ctx, wave_id, form), 422
    try:
        data = file.stream.read(MOST_BYTES + 1)
        session[KEY], _brought = answer_imports.bring_sheet(ctx, wave_id, data, began_on, ended_on)
    except InputError as error:
        return _form_page(ctx, wave_id, form, error), 422
    return redirect(url_for(".show", wave_id=wave_id), 303)


@views.post("/accept")
@requires(Permission.RUN_WAVES)
def accept(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Take in exactly the sheet that was shown."""
    form, key = TakeInForm(), session.get(KEY)
    brought = answer_imports.pending_sheet(ctx, wave_id, key)
    if brought is not None and not form.told.data:
        form.told.errors = [_("Tick the box if this is so. Otherwise the answers may not be used.")]
        return _checked_page(ctx, wave_id, brought, form), 422
    try:
        count = answer_imports.accept_sheet(ctx, wave_id, key, form.digest.data or "")
    except SheetGoneError:
        flash(_("This sheet is no longer there, or no longer fits the units. Nothing was stored."), "warning")
        return redirect(url_for(".show", wave_id=wave_id), 303)
    session.pop(KEY, None)
    flash(_("Taken in: %(count)s answers. Destroy your copies of the sheet.", count=number(count)), "success")
    return redirect(url_for("waves.show", wave_id=wave_id), 303)


@views.post("/discard")
@requires(Permission.RUN_WAVES)
def discard(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Forget the sheet."""
    find_draft(ctx, wave_id)
    answer_imports.discard_sheet(ctx, wave_id)
    session.pop(KEY, None)
    return redirect(url_for(".show", wave_id=wave_id), 303)


def _form_page(ctx: Context, wave_id: uuid.UUID, form: SheetForm, error: InputError | None = None) -> str:
    wave = find_draft(ctx, wave_id)
    if wave.practice:
        raise WaveStateError("practice")
    must, may = answer_imports.expected_columns(wave)
    problems = list(error.problems[:SHOWN]) if error else []
    more = len(error.problems) - len(problems) + error.more if error else 0
    return render_template(
        "views/waves/bring_sheet.html",
        wave=wave,
        form=form,
        accept=TABLES,
        problems=[
            {"where": problem.where, "what": problem.what, "expected": problem.expected}
            for problem in problems
        ],
        more=number(more) if more else None,
        must=", ".join(must),
        may=", ".join(may),
        most=number(MOST_ANSWERS),
    )


def _checked_page(ctx: Context, wave_id: uuid.UUID, brought: Brought, form: TakeInForm) -> str:
    form.digest.data = brought.digest
    form.digest.raw_data = None
    units = [
        {"name": unit.name, "level": min(depth, DEEPEST), "answers": number(count)}
        for unit, depth, count in brought.units
        if count
    ]
    return render_template(
        "views/waves/sheet_checked.html",
        wave=find_draft(ctx, wave_id),
        form=form,
        answers=number(brought.answers),
        people=number(brought.people) if brought.people else None,
        without_unit=number(brought.without_unit) if brought.without_unit and units else None,
        units=units[:MOST_UNITS],
        more=number(len(units) - MOST_UNITS) if len(units) > MOST_UNITS else None,
        few=brought.answers < find_draft(ctx, wave_id).minimum,
    )
