"""Who an agency is compared with: counts, facets and months of the edition it was placed in."""

import uuid

from flask import Blueprint, Flask, abort, render_template
from flask.typing import ResponseReturnValue

from cri.domain.access import Permission
from cri.domain.edition_change import rows_by_peers
from cri.services import waves
from cri.services.context import Context
from cri.services.editions import load_edition
from cri.services.packs import load_pack
from cri.web.access import requires
from cri.web.parts import parts
from cri.web.pool_view import window_of
from cri.web.pool_words import TIERS, peers_word
from cri.web.texts import number

views = Blueprint("compared", __name__, url_prefix="/results")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("/<uuid:wave_id>/compared")
@requires(Permission.READ_RESULTS)
def show(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Never a name: how many agencies, of which kinds, from when."""
    wave = waves.find_wave(ctx, wave_id)
    pack = load_pack(ctx, wave_id)
    if pack is None:
        abort(404)
    norm = pack["norm"]
    found = load_edition(parts(), pack["instrument"]["code"], norm["edition"]) if norm else None
    document = found.document if found else None
    return render_template(
        "views/results/compared.html",
        wave=wave,
        norm=norm,
        edition=document,
        window=window_of(document) if document else None,
        agencies=number(len(document["members"])) if document else None,
        chosen=peers_word(norm["peers"]) if norm else None,
        groups=[
            {
                "name": peers_word(peers),
                "agencies": number(row.agencies),
                "tier": TIERS[row.tier],
                "chosen": peers == norm["peers"],
            }
            for peers, row in rows_by_peers(document).items()
        ]
        if document
        else [],
    )
