"""An agency's relationship map: drawn when a survey is set up, frozen in each wave when it opens."""

from collections.abc import Sequence

from cri.domain.relationships import ServiceLine, check_lines, service_lines
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.contributions import lock_agency


def map_of(ctx: Context) -> tuple[ServiceLine, ...]:
    """The agency's lines of service, the one that serves most people first; empty before a map is drawn."""
    return service_lines(this_agency(ctx).service_lines)


def draw_map(ctx: Context, lines: Sequence[ServiceLine]) -> None:
    """Draw it anew. The first line's relationship is the agency's facet in the pool. Raises InputError.

    Waves that are open already keep the map that they were opened with.
    """
    checked = check_lines(lines)
    agency = lock_agency(ctx)
    agency.service_lines = [line.to_document() for line in checked]
    agency.relationship_type = checked[0].relationship
    ctx.session.flush()
