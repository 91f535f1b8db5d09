"""Agencies: making one, and what is known of it."""

import uuid
from zoneinfo import available_timezones

from sqlalchemy.orm import Session

from cri.db.models import Agency
from cri.db.session import enter_agency
from cri.domain.errors import InputError, InputProblem
from cri.services.context import Context

NAME_LENGTH = 300


def create_agency(
    session: Session,
    name: str,
    *,
    agency_id: uuid.UUID | None = None,
    synthetic: bool = False,
    noun: str = "residents",
    colour: str = "#12436d",
    sector: str = "",
    country: str = "",
    relationship_type: str = "citizen",
    time_zone: str = "UTC",
) -> uuid.UUID:
    """Make an agency; the session enters it. Returns its id.

    `noun`: code of the instrument's noun for the people served; `time_zone`: IANA name.
    Raises InputError for a blank or over-long name or an unknown time zone.
    """
    problems = []
    if not 0 < len(name.strip()) <= NAME_LENGTH:
        problems.append(
            InputProblem(f"{len(name)} characters", "agency name", f"1 to {NAME_LENGTH} characters")
        )
    if time_zone not in available_timezones():
        problems.append(
            InputProblem(f"{time_zone} is not known", "time zone", "a name such as Europe/London")
        )
    if problems:
        raise InputError(problems)
    made = agency_id or uuid.uuid4()
    enter_agency(session, made)
    session.add(
        Agency(
            agency_id=made,
            name=name.strip(),
            synthetic=synthetic,
            noun=noun,
            colour=colour.lower(),
            sector=sector,
            country=country,
            relationship_type=relationship_type,
            time_zone=time_zone,
        )
    )
    session.flush()
    return made


def this_agency(ctx: Context) -> Agency:
    """The agency that the session has entered."""
    return ctx.session.get_one(Agency, ctx.agency_id)
