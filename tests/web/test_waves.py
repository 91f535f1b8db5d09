"""Running a wave on pages, from a draft to results."""

import re
import uuid
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Agency, Invitation, Wave
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.services.context import Parts
from cri.services.instruments import OFFERED, offered_languages, released_languages, released_texts
from cri.web.language import interface_languages
from tests.services.conftest import NOW
from tests.web import clock_changes
from tests.web.visitor import Visitor, add_results, make_person, set_state, visit

Sessions = sessionmaker[Session]
TREE = "code,parent,name\nall,,The agency\nnorth,all,North\nsouth,all,South\n"
ROSTER = "name,email,unit,language\n" + "".join(
    f"Person {n:02},p{n}@example.org,{'north' if n < 20 else 'south'},en\n" for n in range(24)
)


@pytest.fixture
def visitor(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)))


def fields(**changed: object) -> dict[str, object]:
    day = (datetime.now(NOW.tzinfo) + timedelta(days=20)).date().isoformat()
    return {
        "label": "Autumn 2026",
        "instrument": "cri",
        "languages": ["en", "ar"],
        "noun": "residents",
        "closes_on": day,
        "closes_time": "17:00",
        **changed,
    }


def bring_people(visitor: Visitor) -> None:
    visitor.get("/organisation/import")
    visitor.post("/organisation/import", {"tree": TREE, "roster": ROSTER})
    digest = re.search(r'name="digest" value="(\w+)"', visitor.page)
    assert digest is not None
    visitor.post("/organisation/import/preview", {"digest": digest.group(1)})


def make_draft(visitor: Visitor, **changed: object) -> str:
    """A draft's address."""
    visitor.get("/waves/new")
    answer = visitor.post("/waves/new", fields(**changed), follow=False)
    assert answer.status_code == 303
    return answer.headers["Location"]


def open_wave(visitor: Visitor) -> str:
    bring_people(visitor)
    address = make_draft(visitor)
    visitor.get(f"{address}/open")
    assert "24" in visitor.text
    visitor.post(f"{address}/open")
    return address


def test_an_empty_agency_is_told_what_to_do_next(visitor: Visitor) -> None:
    visitor.get("/")
    assert "Bring in units and people To do now" in visitor.text
    visitor.get("/waves")
    assert "No survey yet" in visitor.text
    visitor.get("/results")
    assert "No results yet" in visitor.text


def test_a_draft_shows_what_is_missing_and_opens_when_nothing_is(visitor: Visitor) -> None:
    address = make_draft(visitor)
    visitor.get(address)
    assert "Units of the organisation Bring in the tree of units. To do now" in visitor.text
    assert "Open the survey" not in visitor.text
    visitor.get(f"{address}/open")
    assert "Before it can open" in visitor.text
    visitor.post(f"{address}/open")
    assert "Something is still missing. Nothing was opened." in visitor.text
    bring_people(visitor)
    visitor.get(address)
    assert "Everything is ready." in visitor.text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"label": ""}, "Give the survey a name"),
        ({"label": "x" * 201}, "up to 200 characters"),
        ({"languages": []}, "Choose at least one language."),
        ({"languages": ["en", "tlh"]}, "'tlh'"),
        ({"noun": "serfs"}, "Not a valid choice"),
        ({"instrument": "tea-leaves"}, "Not a valid choice"),
        ({"instrument": ""}, "Choose one of the two."),
        ({"closes_on": ""}, "Enter the last day"),
        ({"closes_on": "2020-01-01"}, "must close in the future"),
        ({"closes_on": "31st of May"}, "Not a valid date"),
        ({"closes_time": ""}, "Enter the hour"),
    ],
)
def test_a_wrong_form_says_what_is_wrong_and_keeps_the_rest(
    visitor: Visitor, changed: dict[str, object], message: str
) -> None:
    visitor.get("/waves/new")
    response = visitor.post("/waves/new", fields(**{"label": "Kept <name>", **changed}))
    assert response.status_code == 422
    assert visitor.title.startswith("Error: ")
    assert message in visitor.text
    if "label" not in changed:
        assert 'value="Kept &lt;name&gt;"' in visitor.page


def test_an_hour_that_the_agencys_clock_skips_is_refused(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        session.execute(update(Agency).values(time_zone="Europe/London"))
    visitor.get("/waves/new")
    assert "On the clock in Europe/London" in visitor.text
    visitor.post("/waves/new", fields(closes_on=clock_changes.day(0), closes_time="01:30"))
    assert "the clocks go forward" in visitor.text


def test_an_organisation_that_competes_asks_another_questionnaire(visitor: Visitor) -> None:
    bring_people(visitor)
    address = make_draft(visitor)
    visitor.get(address)
    assert "Customer Responsiveness Index, 1.1.0" in visitor.text
    visitor.get(f"{address}/edit")
    assert re.search(r'name="instrument" type="radio" value="cri" checked', visitor.page)
    visitor.post(f"{address}/edit", fields(instrument="mri"))
    assert "Market Responsiveness Index, 1.0.0" in visitor.text
    visitor.get(f"{address}/open")
    visitor.post(f"{address}/open")
    assert "The survey is open" in visitor.text


def test_a_wave_can_be_asked_in_the_languages_of_both_the_instrument_and_the_pages(visitor: Visitor) -> None:
    visitor.get("/waves/new")
    offered = re.findall(r'name="languages" type="checkbox" value="(\w+)"', visitor.page)
    assert set(offered) == set(offered_languages()) & set(interface_languages())
    assert {"en", "ar"} <= set(offered)


def test_what_is_offered_has_the_same_languages_and_nouns() -> None:
    assert len({released_languages(*release) for release in OFFERED}) == 1
    for locale in offered_languages():
        assert len({tuple(released_texts(*release, locale).nouns) for release in OFFERED}) == 1


def test_a_draft_can_be_changed_and_an_open_wave_cannot(visitor: Visitor) -> None:
    bring_people(visitor)
    address = make_draft(visitor)
    visitor.get(f"{address}/edit")
    assert 'value="Autumn 2026"' in visitor.page
    visitor.post(f"{address}/edit", fields(label="Winter", languages=["ar"], noun="patients"))
    assert "Winter" in visitor.title
    assert "Patients" in visitor.text
    visitor.get(f"{address}/open")
    visitor.post(f"{address}/open")
    assert visitor.get(f"{address}/edit").status_code == 409
    assert visitor.post(f"{address}/edit", fields()).status_code == 409
    assert visitor.post(f"{address}/open").status_code == 409


def test_links_are_shown_while_the_wave_is_open_and_safe_to_open_in_a_spreadsheet(visitor: Visitor) -> None:
    address = open_wave(visitor)
    assert "The survey is open" in visitor.text
    links = re.findall(r"http://127\.0\.0\.1/s/[a-z2-7]{26}", visitor.page)
    assert len(set(links)) == 25  # 24 people and the open link
    assert 'src="data:image/svg+xml' in visitor.page
    csv = visitor.client.get(f"{address}/links/personal.csv")
    assert csv.headers["Content-Disposition"] == 'attachment; filename="links.csv"'
    assert csv.headers["Cache-Control"] == "no-store"
    assert csv.data.startswith(b"\xef\xbb\xbfname,email,unit,link\r\n")
    assert csv.text.count("/s/") == 24
    visitor.get(f"{address}/close")
    visitor.post(f"{address}/close", {"reason": "Enough"})
    assert visitor.get(f"{address}/links").status_code == 409
    assert visitor.client.get(f"{address}/links/personal.csv").status_code == 409


def test_the_rate_counts_everybody_and_singles_nobody_out(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    address = open_wave(visitor)
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        people = session.scalars(select(Invitation).where(Invitation.person_id.is_not(None))).all()
        for invitation in [one for one in people if one.unit_code == "north"][:12]:
            invitation.used = True
        for invitation in [one for one in people if one.unit_code == "south"][:3]:
            invitation.used = True
        wave_id = people[0].wave_id
        session.add(Invitation(agency_id=agency_id, wave_id=wave_id, unit_code=None, used=True))
    visitor.get(address)
    assert "Have answered 15 of 24" in visitor.text
    assert "Response rate 63%" in visitor.text
    assert "Through the open link 1 counted apart" in visitor.text
    assert "The agency 15 of 24 (63%)" in visitor.text
    assert "North some of 20" in visitor.text  # exact, it would give away the four in the south
    assert "South Too small for a result of its own" in visitor.text
    assert "too few to show" in visitor.text
    visitor.get("/")
    assert "15 of 24" in visitor.text


def test_closing_shows_each_step_and_looks_again_by_itself(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    address = open_wave(visitor)
    wave_id = uuid.UUID(address.rpartition("/")[2])
    visitor.get(f"{address}/close")
    assert "it cannot be opened again" in visitor.text
    closing = visitor.post(f"{address}/close", {"reason": "Enough"})
    assert closing.headers["Refresh"] == "5"
    assert "0 of 24" in visitor.text
    assert "By unit" not in visitor.text  # the rate by unit helps while something can be done about it
    assert "Closed No more answers come in. Done" in visitor.text
    assert "all else is destroyed. Running" in visitor.text
    assert visitor.post(f"{address}/close", {"reason": "Enough"}).status_code == 409
    set_state(sessions, agency_id, wave_id, state="sealed", sheet_sha256="0" * 64)
    visitor.get(address)
    assert "kept back. Running" in visitor.text
    set_state(sessions, agency_id, wave_id, state="scored")
    visitor.get(address)
    assert "in each language. Running" in visitor.text
    assert visitor.get(f"/results/{wave_id}").status_code == 200
    assert "The report is being made" in visitor.text


def test_when_all_is_done_the_results_are_a_link_away(
    visitor: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    answer = visitor.get(f"/waves/{wave_id}")
    assert "Refresh" not in answer.headers
    assert f'href="/results/{wave_id}"' in visitor.page


def test_a_wave_whose_time_is_over_waits_for_who_has_begun_and_says_so(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    address = open_wave(visitor)
    set_state(sessions, agency_id, uuid.UUID(address.rpartition("/")[2]), closes_at=NOW - timedelta(days=900))
    answer = visitor.get(address)
    assert answer.headers["Refresh"] == "60"
    assert "Waiting for those who have begun" in visitor.text


def test_many_links_come_a_hundred_to_a_page(visitor: Visitor) -> None:
    visitor.get("/organisation/import")
    roster = "name,email,unit,language\n" + "".join(
        f"Person {n:03},p{n}@example.org,all,en\n" for n in range(205)
    )
    visitor.post("/organisation/import", {"tree": TREE, "roster": roster})
    digest = re.search(r'name="digest" value="(\w+)"', visitor.page)
    assert digest is not None
    visitor.post("/organisation/import/preview", {"digest": digest.group(1)})
    address = make_draft(visitor)
    visitor.get(f"{address}/open")
    visitor.post(f"{address}/open")
    names = []
    for page, expected in (("", 100), ("?page=2", 100), ("?page=3", 5), ("?page=99", 5), ("?page=x", 100)):
        visitor.get(f"{address}/links{page}")
        found = re.findall(r"Person \d{3}", visitor.page)
        assert len(found) == expected
        names += found if page in ("", "?page=2", "?page=3") else []
    assert len(set(names)) == 205


def test_the_page_of_a_wave_never_shows_an_answer_or_who_has_answered(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    address = open_wave(visitor)
    visitor.get(f"{address}/links")
    before = _without_what_passes(visitor)
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        session.execute(update(Invitation).values(used=True))
    visitor.get(f"{address}/links")
    assert _without_what_passes(visitor) == before


def _without_what_passes(visitor: Visitor) -> str:
    """The page without its token and until when one stays signed in."""
    return re.sub(r"signed in until \d\d:\d\d", "", visitor.page.replace(visitor.token(), ""))


def test_a_wave_is_as_synthetic_as_its_agency(app: Flask, sessions: Sessions, parts: Parts) -> None:
    from tests.database_fixtures import make_agency

    agency = make_agency(sessions, "Made up", synthetic=True)
    visitor = visit(app, make_person(sessions, parts, (agency, Role.ADMINISTRATOR)))
    address = make_draft(visitor)
    visitor.get(address)
    assert "Synthetic example data" in visitor.text
    with sessions() as session:
        enter_agency(session, agency)
        assert session.get_one(Wave, (agency, uuid.UUID(address.rpartition("/")[2]))).synthetic
