"""What people wrote in their own words: a person clears each comment before anybody else reads one."""

import re
import uuid
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.exceptions import NotFound

from cri.adapters.report_text import ReportText
from cri.adapters.safe_csv import write_csv
from cri.domain.access import Permission, Role, allows
from cri.domain.name_finding import Known
from cri.domain.redaction import pieces, script_of
from cri.services import comments
from cri.services.comments import CLEARED, STATES, WAITING, WITHHELD, CommentGoneError
from cri.services.context import Context
from cri.web.access import requires
from cri.web.errors import error_page
from cri.web.language import current_language
from cri.web.results_view import text_of
from cri.web.texts import number
from cri.web.views.results_read import may_take, read_pack, scored_wave

views = Blueprint("results_comments", __name__, url_prefix="/results/<uuid:wave_id>")

AT_ONCE: Final = 20
"""Comments on a page of those that wait: no more than somebody reads with care."""

TAKEN_OUT: Final = {
    "name": _l("name"),
    "email": _l("e-mail address"),
    "phone": _l("number"),
    "link": _l("link"),
    "unit": _l("unit"),
    "hidden": _l("removed"),
}
SHOWN: Final = {WAITING: _l("Waiting"), CLEARED: _l("Cleared"), WITHHELD: _l("Withheld")}


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)
    app.register_error_handler(CommentGoneError, lambda _error: error_page(NotFound()))


@views.get("/comments")
@requires(Permission.READ_RESULTS)
def show(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The comments that a person has cleared, question by question, once all of a question are decided."""
    wave, text = scored_wave(ctx, wave_id), text_of(read_pack(ctx, wave_id))
    questions = [
        {
            "prompt": _prompt(text, standing.question),
            "decided": standing.decided,
            "total": number(standing.total),
            "shown": number(len(texts)),
            "comments": [_pieces(one) for one in texts],
        }
        for standing, texts in comments.readable_comments(ctx, wave_id)
    ]
    return render_template(
        "views/results/comments.html",
        wave=wave,
        questions=questions,
        least=number(wave.comments_minimum),
        may_clear=_may_clear(ctx),
        may_take=may_take(ctx) and any(one["comments"] for one in questions),
        sealed=not questions and comments.sealed_comments(ctx, wave_id),
    )


@views.get("/comments.csv")
@requires(Permission.TAKE_REPORTS)
def table(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The cleared comments as a table: what the page shows, and nothing beside it."""
    scored_wave(ctx, wave_id)
    text = text_of(read_pack(ctx, wave_id))
    rows = [
        (_prompt(text, standing.question), _plain(one))
        for standing, texts in comments.readable_comments(ctx, wave_id)
        for one in texts
    ]
    written = write_csv((_("Question"), _("Comment")), rows)
    response = Response(written, content_type="text/csv; charset=utf-8")
    name = f"cri-{wave_id.hex[:8]}-comments-{current_language()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@views.post("/comments/bring")
@requires(Permission.CLEAR_COMMENTS)
def bring(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Take the comments out of the sealed file, redacted."""
    scored_wave(ctx, wave_id)
    comments.bring_comments(ctx, wave_id)
    return redirect(url_for(".clearing", wave_id=wave_id), 303)


@views.get("/comments/clearing")
@requires(Permission.CLEAR_COMMENTS)
def clearing(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Comments of one question that wait, or that were decided on, to be decided on."""
    wave, text = scored_wave(ctx, wave_id), text_of(read_pack(ctx, wave_id))
    comments.forget_sealed(ctx, wave_id)
    found = comments.standings(ctx, wave_id)
    chosen = next((one for one in found if one.question == request.args.get("question")), None)
    chosen = chosen or next((one for one in found if not one.decided), found[0] if found else None)
    state = request.args.get("show", WAITING)
    if state not in STATES:
        abort(404)
    page: dict[str, Any] = {"rows": [], "question": None, "prompt": ""}
    if chosen is not None:
        page = {
            "question": chosen.question,
            "prompt": _prompt(text, chosen.question),
            "rows": _rows(ctx, wave_id, chosen.question, state, comments.known_to(ctx, wave)),
        }
    return render_template(
        "views/results/clearing.html",
        wave=wave,
        state=state,
        tabs=_tabs(wave_id, chosen, state) if chosen else [],
        others=[
            {"prompt": _prompt(text, one.question), "href": _at(wave_id, one.question, WAITING)}
            for one in found
            if one != chosen
        ],
        sealed=not found and comments.sealed_comments(ctx, wave_id),
        **page,
    )


@views.post("/comments/clearing")
@requires(Permission.CLEAR_COMMENTS)
def decide(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Keep what was decided about each comment of the page; one that nothing was said of goes on waiting."""
    scored_wave(ctx, wave_id)
    decided = 0
    lost: list[str] = []
    for name, said in request.form.items():
        found = re.fullmatch(r"decision-([0-9a-f-]{36})", name)
        if found is None or said not in {CLEARED, WITHHELD}:
            continue
        words = [word.strip() for word in request.form.get(f"hide-{found[1]}", "").split(",")]
        lost += comments.decide(ctx, wave_id, uuid.UUID(found[1]), said, [word for word in words if word])
        decided += 1
    if lost:
        flash(
            _("Not found in its comment, which therefore stays as it was: %(words)s", words=", ".join(lost)),
            "error",
        )
    elif decided:
        flash(ngettext("One comment is decided.", "%(num)s comments are decided.", decided), "success")
    question, state = request.form.get("question", ""), request.form.get("show", WAITING)
    return redirect(_at(wave_id, question, state if state in STATES else WAITING), 303)


def _may_clear(ctx: Context) -> bool:
    return allows(Permission.CLEAR_COMMENTS, Role(ctx.actor.role))


def _prompt(text: ReportText, question: str) -> str:
    known = text.instrument.questions if text.instrument else {}
    return known[question].prompt if question in known else question


def _rows(ctx: Context, wave_id: uuid.UUID, question: str, state: str, about: Known) -> list[dict[str, Any]]:
    telling = comments.telling_scripts(ctx, wave_id, question)
    return [
        {
            "id": str(one.id),
            "pieces": _pieces(one.text, about),
            "telling": script_of(one.text) in telling,
            "state": one.state,
        }
        for one in comments.comments_of(ctx, wave_id, question, state, AT_ONCE)
    ]


def _tabs(wave_id: uuid.UUID, chosen: comments.Standing, state: str) -> list[dict[str, Any]]:
    return [
        {
            "text": f"{SHOWN[one]} ({number(chosen.counts.get(one, 0))})",
            "href": _at(wave_id, chosen.question, one),
            "current": one == state,
        }
        for one in STATES
    ]


def _at(wave_id: uuid.UUID, question: str, state: str) -> str:
    return url_for(".clearing", wave_id=wave_id, question=question, show=None if state == WAITING else state)


def _pieces(text: str, about: Known | None = None) -> list[dict[str, str]]:
    """A comment in pieces for a page: what was taken out is said in the reader's language."""
    return [
        {"kind": kind, "text": str(TAKEN_OUT[kind]) if kind in TAKEN_OUT else words}
        for kind, words in pieces(text, about=about)
    ]


def _plain(text: str) -> str:
    return "".join(one["text"] if one["kind"] == "text" else f"[{one['text']}]" for one in _pieces(text))
