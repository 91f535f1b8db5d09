"""Where a scored wave stands among others, and what to aim for: the report's comparison or one chosen."""

import uuid
from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint, abort
from werkzeug.exceptions import NotFound

from cri.api.access import requires
from cri.api.v1.waves import PROBLEM, REFUSED
from cri.domain.access import Permission
from cri.domain.documents import digest_of
from cri.domain.errors import InputError
from cri.domain.released_placement import released_placement
from cri.domain.targets import with_targets
from cri.services.comparisons import compare
from cri.services.context import Context
from cri.services.scoring import load_scorecard
from cri.services.waves import WaveMissingError, find_wave

placements = Blueprint("api_placements", __name__, description="Where waves stand among others")

PLACEMENT = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Placement"}}}}
CHOICE: list[dict[str, Any]] = [
    {
        "in": "query",
        "name": name,
        "required": False,
        "schema": {"type": "string"},
        "description": text,
    }
    for name, text in (
        ("edition", "Number of an edition; that of the report without it."),
        ("peers", "A peer group that the agency states to be in, as sector=water; the report's without it."),
    )
]


@placements.get("/waves/<uuid:wave_id>/placement")
@placements.doc(
    summary="Read where a scored wave stands among others, with a target for each figure",
    parameters=CHOICE,
    responses={
        **REFUSED,
        "200": {"description": "The placement document, cri.placement/1, with targets", **PLACEMENT},
        "304": {"description": "Unchanged since the ETag given in If-None-Match"},
        "404": {
            "description": "No such wave in this agency, no results yet, or no edition to compare them with",
            **PROBLEM,
        },
        "422": {
            "description": "No such edition for this wave, or not a group of the agency",
            **PROBLEM,
        },
    },
)
@requires(Permission.READ_RESULTS)
def placement(ctx: Context, wave_id: uuid.UUID) -> Response:
    """A function of published documents and the agency's own scorecard, with the digits of the pages."""
    try:
        find_wave(ctx, wave_id)
        found = compare(ctx, wave_id, request.args.get("edition") or None, request.args.get("peers") or None)
    except WaveMissingError:
        abort(404)
    except InputError as error:
        abort(422, message=str(error))
    scorecard = load_scorecard(ctx, wave_id)
    if found is None or found.placement is None or found.edition is None or scorecard is None:
        raise NotFound
    document = released_placement(with_targets(found.placement, scorecard, found.edition))
    response = jsonify(document)
    response.set_etag(digest_of(document))
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response
