"""What to mind about results, by what the people served are to the agency (design/content.md)."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from cri.db.models import Wave
from cri.domain.relationships import ServiceLine, cautions_of, service_lines
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.service_lines import map_of
from cri.web.pool_words import RELATIONSHIPS

CAUTIONS = {
    "citizen": _l("Single wishes, added up, are not yet what the public wants. Ask who was not asked."),
    "client": _l("What helps a client may not be what they ask for: satisfaction is one sign among several."),
    "customer": _l("Who stayed away, or could not pay, is in none of the figures."),
    "partner": _l("A partner shares the work: good service between you does not say who answers for what."),
    "regulated": _l("Satisfaction is not compliance. Where the two conflict, duty is backed."),
    "ward": _l("Who cannot leave may be content because they must. Ask who speaks for them."),
}


def caution_rows(main: str, lines: Sequence[ServiceLine]) -> list[dict[str, str]]:
    """The cautions that apply, the main relationship's first: rows {kind, text}."""
    return [
        {"kind": str(RELATIONSHIPS[code]), "text": str(CAUTIONS[code])} for code in cautions_of(main, lines)
    ]


def cautions_of_agency(ctx: Context) -> list[dict[str, str]]:
    """Those of the agency's map of today, with which its next wave will be opened."""
    main = this_agency(ctx).relationship_type
    return caution_rows(main, map_of(ctx)) if main in CAUTIONS else []


def cautions_of_wave(wave: Wave) -> list[dict[str, str]]:
    """Those of the map that a wave was opened with; none of a wave from before there were maps."""
    if wave.relationship is None:
        return []
    return caution_rows(wave.relationship, service_lines(wave.service_lines))
