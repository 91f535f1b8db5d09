"""Promises that a draft's questionnaire will ask about: at most five, in each of its languages."""

import uuid
from collections.abc import Mapping

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.domain.access import Permission
from cri.domain.errors import InputError, InputProblem
from cri.domain.sections import MOST_PROMISES
from cri.services.context import Context
from cri.services.promises import LENGTH, set_promises, wave_promises
from cri.services.waves import find_draft
from cri.web.access import requires
from cri.web.language import direction_of, language_name
from cri.web.texts import number

views = Blueprint("promises", __name__, url_prefix="/waves/<uuid:wave_id>/promises")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@requires(Permission.RUN_WAVES)
def edit(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The promises as they are."""
    return _page(ctx, wave_id, wave_promises(ctx, wave_id))


@views.post("")
@requires(Permission.RUN_WAVES)
def save(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Replace them, or say what is wrong with which."""
    languages = find_draft(ctx, wave_id).languages
    given = [
        {language: request.form.get(f"promise-{place}-{language}", "") for language in languages}
        for place in range(1, MOST_PROMISES + 1)
    ]
    try:
        set_promises(ctx, wave_id, given)
    except InputError as error:
        return _page(ctx, wave_id, given, error.problems), 422
    flash(_("The promises are saved. Staff will be asked about them at the start of the questionnaire."))
    return redirect(url_for("waves.show", wave_id=wave_id))


def _page(
    ctx: Context,
    wave_id: uuid.UUID,
    given: tuple[Mapping[str, str], ...] | list[dict[str, str]],
    problems: tuple[InputProblem, ...] = (),
) -> str:
    wave = find_draft(ctx, wave_id)
    said = {str(problem.where): _in_words(problem) for problem in problems}
    promises = [
        [
            {
                "id": f"promise-{place}-{language}",
                "language": language,
                "name": language_name(language),
                "direction": direction_of(language),
                "value": given[place - 1].get(language, "") if place <= len(given) else "",
                "error": said.get(f"{place}.{language}"),
            }
            for language in wave.languages
        ]
        for place in range(1, MOST_PROMISES + 1)
    ]
    errors = [
        {"text": box["error"], "href": f"#{box['id']}"} for boxes in promises for box in boxes if box["error"]
    ]
    return render_template(
        "views/promises/edit.html", wave=wave, promises=promises, errors=errors, most=number(LENGTH)
    )


def _in_words(problem: InputProblem) -> str:
    if problem.what == "is missing":
        return str(_("Write this promise in each language of the survey."))
    if problem.what == "control characters":
        return str(_("This text holds signs that cannot be printed. Type it here rather than paste it."))
    return str(_("A promise may have up to %(number)s characters.", number=number(LENGTH)))
