"""Waves of the caller's agency and the scorecards of those that are scored."""

import uuid
from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint, abort
from werkzeug.exceptions import NotFound

from cri.api.access import requires
from cri.api.schemas.waves import WaveSchema
from cri.db.models import Wave
from cri.domain.access import Permission
from cri.domain.documents import digest_of
from cri.domain.released_scorecard import released_scorecard
from cri.services.context import Context
from cri.services.scoring import load_scorecard
from cri.services.waves import WaveMissingError, find_wave, list_waves

waves = Blueprint("api_waves", __name__, description="Survey waves and their scorecards")

PROBLEM = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
SCORECARD = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Scorecard"}}}}


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, **PROBLEM}


REFUSED = {"401": _problem("Nobody is signed in"), "403": _problem("The role does not allow it")}


@waves.get("/waves")
@waves.doc(responses=REFUSED, summary="List the agency's waves, drafts first, then the newest")
@waves.response(200, WaveSchema(many=True))
@requires(Permission.BELONG)
def waves_list(ctx: Context) -> list[Wave]:
    """All waves of the agency."""
    return list(list_waves(ctx))


@waves.get("/waves/<uuid:wave_id>/scorecard")
@waves.doc(
    summary="Read the scorecard of a scored wave",
    responses={
        **REFUSED,
        "200": {"description": "The scorecard document, cri.scorecard/1", **SCORECARD},
        "304": {"description": "Unchanged since the ETag given in If-None-Match"},
        "404": _problem("There is no such wave in this agency, or it is not scored yet"),
    },
)
@requires(Permission.READ_RESULTS)
def scorecard(ctx: Context, wave_id: uuid.UUID) -> Response:
    """The document with numbers as pages show them, sizes of groups to the nearest 5; its digest as ETag."""
    try:
        find_wave(ctx, wave_id)
    except WaveMissingError:
        abort(404)
    stored = load_scorecard(ctx, wave_id)
    if stored is None:
        raise NotFound
    document = released_scorecard(stored)
    response = jsonify(document)
    response.set_etag(digest_of(document))
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response
