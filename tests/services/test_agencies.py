"""Making agencies."""

import pytest
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Agency
from cri.domain.errors import InputError
from cri.services.agencies import create_agency


def test_an_agency_is_made_and_entered(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        agency_id = create_agency(session, " Elm ", colour="#AABBCC", time_zone="Europe/London")
        session.commit()
        agency = session.get_one(Agency, agency_id)
        assert (agency.name, agency.colour, agency.synthetic) == ("Elm", "#aabbcc", False)


@pytest.mark.parametrize(
    ("name", "zone", "where"),
    [("", "UTC", "agency name"), ("x" * 301, "UTC", "agency name"), ("Elm", "Mars/Base", "time zone")],
)
def test_an_agency_that_cannot_be(sessions: sessionmaker[Session], name: str, zone: str, where: str) -> None:
    with sessions() as session, pytest.raises(InputError) as refused:
        create_agency(session, name, time_zone=zone)
    assert [problem.where for problem in refused.value.problems] == [where]
