"""How a request gets at a wave's results: those there are, or nothing that tells why there are none."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import abort, url_for

from cri.db.models import Wave
from cri.domain.access import Permission, Role, allows
from cri.services import waves
from cri.services.context import Context
from cri.services.earlier_waves import earlier_scorecards
from cri.services.packs import load_pack
from cri.services.scoring import load_scorecard
from cri.web.results_shown import Results, results_of
from cri.web.results_view import text_of


def scored_waves(ctx: Context) -> list[Wave]:
    """The agency's waves with results, the newest first."""
    return [wave for wave in waves.list_waves(ctx) if wave.state == "scored"]


def scored_wave(ctx: Context, wave_id: uuid.UUID) -> Wave:
    """A wave with results. Before there are any, nobody can tell it from one that does not exist."""
    wave = waves.find_wave(ctx, wave_id)
    if wave.state != "scored":
        abort(404)
    return wave


def read_pack(ctx: Context, wave_id: uuid.UUID) -> dict[str, Any]:
    """The leader's pack of a wave with results; while it is being made, not found."""
    scored_wave(ctx, wave_id)
    pack = load_pack(ctx, wave_id)
    if pack is None:
        abort(404)
    return pack


def read_results(ctx: Context, wave_id: uuid.UUID, *, earlier: bool = True) -> Results:
    """What the pages, figures and tables of a wave are made from, in the reader's language.

    earlier: with the waves before it, which only some figures need.
    """
    pack = read_pack(ctx, wave_id)
    wave = scored_wave(ctx, wave_id)
    scorecard = load_scorecard(ctx, wave_id)
    if scorecard is None:
        abort(404)
    return results_of(pack, scorecard, text_of(pack), earlier_scorecards(ctx, wave) if earlier else ())


def may_take(ctx: Context) -> bool:
    """Whether the reader may take reports and tables away."""
    return allows(Permission.TAKE_REPORTS, Role(ctx.actor.role))


def downloads_of(ctx: Context, wave_id: uuid.UUID) -> Callable[..., dict[str, str]]:
    """For templates: (figure's name, code of its unit) -> addresses {csv, print}; none for who may not."""
    taking = may_take(ctx)

    def of(figure: str, unit: str | None = None) -> dict[str, str]:
        if not taking:
            return {}
        kinds = {"csv": "results_figures.table", "print": "results_figures.printed"}
        return {
            kind: url_for(endpoint, wave_id=wave_id, figure=figure, unit=unit)
            for kind, endpoint in kinds.items()
        }

    return of
