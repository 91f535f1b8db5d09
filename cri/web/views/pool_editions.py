"""For stewards: drafts of editions, their preview and approval; the history; files out and in."""

import uuid
from collections.abc import Callable

from flask import Blueprint, Flask, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.db.models import Edition
from cri.domain.edition_change import cells_between, changes_between
from cri.domain.errors import InputError
from cri.services import editions
from cri.services.context import Parts
from cri.services.edition_files import edition_file, find_import, import_edition
from cri.services.editions import DraftMissingError, Steward
from cri.services.pool_overview import kinds_given
from cri.web.access import stewards
from cri.web.parts import parts
from cri.web.pool_refusals import why_failed, why_not
from cri.web.pool_view import (
    cell_rows,
    certificate_rows,
    change_rows,
    edition_facts,
    edition_row,
    figures_word,
    kind_code,
    progress_word,
    window_of,
)
from cri.web.pool_words import DRAFT_STATES, figure_names, peers_word
from cri.web.texts import number, short_moment

views = Blueprint("pool_editions", __name__, url_prefix="/pool")

STEPS: dict[str, Callable[[Parts, uuid.UUID, Steward], object]] = {
    "preview": editions.preview_draft,
    "approve": editions.approve_draft,
    "publish": editions.publish_draft,
    "drop": editions.drop_draft,
}
MOST_FILE_BYTES = 20 * 1024 * 1024


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.post("/drafts")
@stewards
def ask(steward: Steward) -> ResponseReturnValue:
    """Ask for a draft of an edition."""
    known = {kind_code(kind): kind for kind in kinds_given(parts())}
    kind = known.get(request.form.get("kind", ""))
    if kind is None:
        abort(404)
    try:
        made = editions.ask_for_draft(parts(), kind, request.form.get("number", "").strip(), steward)
    except InputError as error:
        flash(_("No draft was asked for. %(why)s", why=why_not(error)), "error")
        return redirect(url_for("pool.overview"), 303)
    return redirect(url_for(".draft", draft_id=made), 303)


@views.get("/drafts/<uuid:draft_id>")
@stewards
def draft(steward: Steward, draft_id: uuid.UUID) -> ResponseReturnValue:
    """The preview: who joined and left, what each peer group shows now and before, the certificate."""
    try:
        found = editions.load_draft(parts(), draft_id)
    except DraftMissingError:
        abort(404)
    text, kind = DRAFT_STATES[found.state]
    preview = found.preview
    document = preview.document if preview else None
    own = {found.steps[step].account_id for step in ("asked", "previewed") if step in found.steps}
    before = editions.edition_before(parts(), document) if document else None
    notes = preview.notes if preview else {}
    told = found.progress
    fewer, refused, unfinished = (
        {(one[0], one[1]) for one in notes.get(key, ())} for key in ("fewer", "refused", "unfinished")
    )
    return render_template(
        "views/pool/draft.html",
        draft=found.wish,
        state=found.state,
        tag={"text": str(text), "kind": kind},
        failure=why_failed(notes.get("problems", ()), preview.failure or "")
        if preview and preview.failure
        else None,
        progress=progress_word((told.done, told.steps) if told else None),
        members=number(len(document["members"])) if document else None,
        window=window_of(document) if document else None,
        joined=number(notes.get("joined", 0)),
        left=number(notes.get("left", 0)),
        held=number(notes.get("states", {}).get("held", 0)),
        cells=cell_rows(cells_between(before, document, fewer, refused, unfinished), figure_names(document))
        if document
        else [],
        left_out=[
            {"reason": _(why), "count": number(count)}
            for why, count in sorted(notes.get("left_out", {}).items())
        ],
        changes=change_rows(changes_between(before, document)) if document else [],
        before=before["edition"] if before else None,
        fewer=_cells(notes.get("fewer", ())),
        refused=_cells([one for one in notes.get("refused", ()) if (one[0], one[1]) not in unfinished]),
        unfinished=_cells(notes.get("unfinished", ())),
        certificate=certificate_rows(document["certificate"]) if document else [],
        steps=[
            {"key": _STEPS_DONE[name](), "value": short_moment(step.taken_at, "UTC")}
            for name, step in found.steps.items()
        ],
        may_approve=steward.account_id not in own,
    )


@views.post("/drafts/<uuid:draft_id>/<any(preview, approve, publish, drop):step>")
@stewards
def take_step(steward: Steward, draft_id: uuid.UUID, step: str) -> ResponseReturnValue:
    """Hand on, approve, publish or drop a draft."""
    try:
        STEPS[step](parts(), draft_id, steward)
    except DraftMissingError:
        abort(404)
    except InputError as error:
        flash(_("Nothing was changed. %(why)s", why=why_not(error)), "error")
    else:
        flash(_("Done, and on record."), "success")
    return redirect(url_for(".draft", draft_id=draft_id), 303)


@views.get("/editions")
@stewards
def history(_steward: Steward) -> ResponseReturnValue:
    """Every edition, however old."""
    rows = [edition_row(one) for one in editions.list_editions(parts())]
    return render_template("views/pool/history.html", rows=rows)


@views.post("/editions")
@stewards
def take_in(steward: Steward) -> ResponseReturnValue:
    """Take an edition in from a file; the file is refused whole for anything wrong in it."""
    file = request.files.get("edition")
    if file is None or not file.filename:
        flash(_("Choose a file first."), "error")
        return redirect(url_for(".history"), 303)
    try:
        data = file.stream.read(MOST_FILE_BYTES + 1)
        document = import_edition(parts(), data, file.filename, steward=steward.account_id, now=steward.now)
    except InputError as error:
        flash(_("The file was refused. %(why)s", why=why_not(error)), "error")
        return redirect(url_for(".history"), 303)
    flash(_("The edition was taken in."), "success")
    return redirect(url_for(".edition", code=document["instrument"]["code"], number=document["edition"]), 303)


@views.get("/editions/<code>/<number>")
@stewards
def edition(_steward: Steward, code: str, number: str) -> ResponseReturnValue:
    """An edition as it was frozen."""
    found = _edition(code, number)
    before = editions.edition_before(parts(), found.document)
    return render_template(
        "views/pool/edition.html",
        edition=found,
        imported=found.origin == "imported",
        facts=edition_facts(found, find_import(parts(), code, number)),
        changes=change_rows(changes_between(before, found.document)),
        cells=cell_rows(cells_between(before, found.document), figure_names(found.document)),
        before=before["edition"] if before else None,
        certificate=certificate_rows(found.document["certificate"]),
    )


@views.get("/editions/<code>/<number>/edition.json")
@stewards
def edition_json(_steward: Steward, code: str, number: str) -> ResponseReturnValue:
    """The edition as a file."""
    found = _edition(code, number)
    response = Response(edition_file(found.document), content_type="application/json")
    name = f"cri-edition-{found.instrument_code}-{found.number}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _edition(code: str, number: str) -> Edition:
    found = editions.load_edition(parts(), code, number)
    if found is None:
        abort(404)
    return found


def _cells(cells: list[list[str]]) -> list[dict[str, str]]:
    """Cells {peers, figures}: the figures of a peer group on one line."""
    by_peers: dict[str, list[str]] = {}
    for figure, peers in cells:
        by_peers.setdefault(peers, []).append(figure)
    return [
        {"peers": peers_word(peers), "figures": figures_word(len(found))} for peers, found in by_peers.items()
    ]


_STEPS_DONE: dict[str, Callable[[], str]] = {
    "asked": lambda: str(_("Asked for")),
    "previewed": lambda: str(_("Previewed")),
    "approved": lambda: str(_("Approved")),
    "published": lambda: str(_("Published")),
    "dropped": lambda: str(_("Dropped")),
}
