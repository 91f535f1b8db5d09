"""The companion's page: its total and its facets, beside the index and never part of it, never ranked."""

import uuid
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from flask import Blueprint, Flask, abort, render_template
from flask.typing import ResponseReturnValue

from cri.domain.access import Permission
from cri.domain.rounding import round_people, round_score
from cri.services.companions import load_companion
from cri.services.context import Context
from cri.services.instruments import texts_nearest
from cri.services.waves import find_wave
from cri.web.access import requires
from cri.web.language import current_language
from cri.web.texts import number

views = Blueprint("publicness", __name__, url_prefix="/results/<uuid:wave_id>/publicness")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@requires(Permission.READ_RESULTS)
def show(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The total of the ten statements, and the five facets that it is made of."""
    wave = find_wave(ctx, wave_id)
    if wave.state != "scored":
        abort(404)
    document = load_companion(ctx, wave_id)
    if document is None:
        return render_template("views/publicness/none.html", wave=wave)
    instrument = document["instrument"]
    texts = texts_nearest(instrument["code"], instrument["version"], current_language())
    return render_template(
        "views/publicness/show.html",
        wave=wave,
        title=texts.title,
        synthetic=document["synthetic"],
        minimum=number(document["wave"]["minimum"]),
        total=_figure(document["index"]),
        facets=[
            {
                **_figure(facet),
                "name": texts.factors[facet["code"]].name,
                "short": texts.factors[facet["code"]].short,
                "meaning": texts.factors[facet["code"]].meaning,
            }
            for facet in document["factors"]
        ],
    )


def _figure(part: dict[str, Any]) -> dict[str, Any]:
    """What may be shown of a score, as text; `score` None where it may not."""
    if part["score"] is None:
        return {"score": None, "low": None, "high": None, "people": None}
    low, high = part["interval"] or (None, None)
    return {
        "score": _decimal(round_score(part["score"])),
        "low": None if low is None else _decimal(round_score(low)),
        "high": None if high is None else _decimal(round_score(high)),
        "people": number(round_people(part["n"])),
    }


def _decimal(value: Decimal) -> str:
    return format_decimal(value, format="#,##0.0", locale=current_language(), numbering_system="latn")
