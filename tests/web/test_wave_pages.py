"""What goes with a wave on pages: the map, the schedule, groups, a try-out, forecast, time and log."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Agency, Invitation, Wave
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.domain.sheet import Unit
from cri.services.context import Parts
from cri.services.drafts import start_draft
from cri.services.responses import find_questionnaire
from tests.factories import OpenedWave, draft_wave, open_wave
from tests.web.clock_changes import day, moment
from tests.web.visitor import Visitor, make_person, visit

Sessions = sessionmaker[Session]


@pytest.fixture
def visitor(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)))


def wave_of(sessions: Sessions, agency_id: uuid.UUID, wave_id: uuid.UUID) -> Wave:
    with sessions() as session:
        enter_agency(session, agency_id)
        wave = session.scalars(select(Wave).where(Wave.id == wave_id)).one()
        session.expunge(wave)
        return wave


def in_zone(sessions: Sessions, agency_id: uuid.UUID, zone: str) -> None:
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        session.execute(update(Agency).values(time_zone=zone))


def test_the_map_proposes_the_word_decides_the_peers_and_tells_its_cautions(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    visitor.get("/whom-we-serve")
    lines: dict[str, object] = {
        "name": ["Licences", " Advice  desk ", ""],
        "relationship": ["regulated", "client", "ward"],
    }
    visitor.post("/whom-we-serve", lines)
    assert 'value="Advice desk"' in visitor.page
    assert "Satisfaction is not compliance." in visitor.text
    assert "Who cannot leave" not in visitor.text
    visitor.get("/waves/new")
    assert re.search(r'value="people_regulated" selected', visitor.page)
    with sessions() as session:
        enter_agency(session, agency_id)
        assert session.get_one(Agency, agency_id).relationship_type == "regulated"
    visitor.get(f"/waves/{draft_wave(sessions, agency_id)}")  # the checklist tells them too
    assert "Satisfaction is not compliance." in visitor.text
    assert "What helps a client" in visitor.text
    assert "Who cannot leave" not in visitor.text


@pytest.mark.parametrize(
    ("names", "kinds", "message"),
    [
        ([""], ["ward"], "Name at least one line of service"),
        (["A", "a"], ["ward", "ward"], "This line of service is named twice."),
        (["A"], ["subject"], "Choose a relationship from the list."),
        (["x" * 81], ["ward"], "Give it a name of up to 80 characters."),
        ([f"Line {n}" for n in range(13)], ["ward"] * 13, "Name at least one line of service, and at most"),
    ],
)
def test_a_map_that_cannot_be_is_refused_and_what_was_typed_stays(
    visitor: Visitor, names: list[str], kinds: list[str], message: str
) -> None:
    visitor.get("/whom-we-serve")
    answer = visitor.post("/whom-we-serve", {"name": names, "relationship": kinds})
    assert answer.status_code == 422
    assert message in visitor.text
    assert f'value="{names[0]}"' in visitor.page


def schedule(**changed: str) -> dict[str, object]:
    return {
        "opens_on": day(-6),
        "opens_time": "08:00",
        "invite_on": day(-6),
        "invite_time": "09:00",
        "first_reminder_on": day(-1),
        "first_reminder_time": "09:00",
        "second_reminder_on": day(1),
        "second_reminder_time": "09:00",
        "closes_on": day(5),
        "closes_time": "17:00",
        **changed,
    }


def test_a_schedule_is_kept_on_the_agencys_clock_across_a_change_of_hour(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    in_zone(sessions, agency_id, "Europe/London")
    wave_id = draft_wave(sessions, agency_id)
    visitor.get(f"/waves/{wave_id}/schedule")
    assert "All times are on the clock in Europe/London." in visitor.text
    assert "The reminders are a proposal" in visitor.text
    visitor.post(f"/waves/{wave_id}/schedule", schedule())
    wave = wave_of(sessions, agency_id, wave_id)
    assert wave.first_reminder_at == moment(-1, 9)  # winter time
    assert wave.second_reminder_at == moment(1, 8)  # summer time
    assert wave.opens_at == moment(-6, 8)
    opens = moment(-6, 8)
    assert f"Opens by itself: Monday {opens.day} March {opens.year}" in visitor.text
    assert f"Time of opening changed: {opens.day} Mar {opens.year}" in visitor.text
    visitor.get(f"/waves/{wave_id}/schedule")
    assert f'value="{day(1)}"' in visitor.page
    assert "The reminders are a proposal" not in visitor.text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"opens_on": "2020-01-01"}, "This is past."),
        ({"invite_on": day(-7)}, "This must come after what stands before it."),
        ({"first_reminder_on": day(0), "first_reminder_time": "01:30"}, "the clocks go forward"),
        ({"first_reminder_on": "", "first_reminder_time": ""}, "Choose the first reminder, or none at all."),
        ({"second_reminder_time": ""}, "Choose both the day and the hour, or neither."),
        ({"closes_on": day(0)}, "This must come after what stands before it."),
        ({"closes_on": day(430)}, "A survey may be open for a year at most."),
    ],
)
def test_a_schedule_out_of_order_is_refused(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID, changed: dict[str, str], message: str
) -> None:
    in_zone(sessions, agency_id, "Europe/London")
    wave_id = draft_wave(sessions, agency_id)
    visitor.get(f"/waves/{wave_id}/schedule")
    assert visitor.post(f"/waves/{wave_id}/schedule", schedule(**changed)).status_code == 422
    assert message in visitor.text
    assert wave_of(sessions, agency_id, wave_id).opens_at is None


def test_groups_are_raised_never_lowered_and_only_what_is_ticked_is_asked(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    wave_id = draft_wave(sessions, agency_id)
    address = f"/waves/{wave_id}/groups"
    visitor.get(address)
    ticked = re.findall(r'name="breakdowns" type="checkbox" value="(\w+)" checked', visitor.page)
    assert len(ticked) >= 3
    for wrong in ({"minimum": "9"}, {"comments_minimum": "29"}, {"minimum": "many"}, {"breakdowns": "age"}):
        values = {"minimum": "12", "comments_minimum": "30", "breakdowns": ticked[0], **wrong}
        assert visitor.post(address, values).status_code == 422
    assert wave_of(sessions, agency_id, wave_id).breakdowns is None
    visitor.post(address, {"minimum": "40", "comments_minimum": "30", "breakdowns": ticked[0]})
    wave = wave_of(sessions, agency_id, wave_id)
    assert (wave.minimum, wave.comments_minimum, wave.breakdowns) == (40, 40, [ticked[0]])
    assert "40 people for a result" in visitor.text


def test_a_try_out_walks_the_questionnaire_and_says_so_on_each_page(
    app: Flask, visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    wave_id = draft_wave(sessions, agency_id)
    visitor.get(f"/waves/{wave_id}")
    assert "answers are thrown away. If you like" in visitor.text
    visitor.get(f"/waves/{wave_id}/try")
    visitor.post(f"/waves/{wave_id}/try", {"unit": ""})
    link = re.search(r'href="http://127\.0\.0\.1(/s/[a-z2-7]{26})"', visitor.page)
    assert link is not None
    staff = Visitor(app)
    answer = staff.get(link.group(1))
    assert "Practice only" in staff.text
    pages = 0
    for _page in range(20):
        form = re.search(r'<form[^>]*id="questionnaire"[^>]*>', staff.page)
        if form is None:
            break
        action = re.search(r'action="([^"]+)"', form.group())
        answer = staff.post(action.group(1) if action else answer.request.path, hidden_fields(staff))
        pages += 1
        assert "Practice only" in staff.text
    assert 'data-page="receipt"' in staff.page
    assert pages >= 8
    visitor.get(f"/waves/{wave_id}/try")
    assert "You have walked it to its end" in visitor.text
    visitor.post(f"/waves/{wave_id}/try/end")
    assert "What was answered in it is destroyed." in visitor.text
    visitor.get("/waves")
    assert visitor.page.count("Spring survey") == 1


def hidden_fields(staff: Visitor) -> dict[str, object]:
    """What a browser sends of a page on which nothing was chosen."""
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', staff.page)
    return dict(inputs)


def test_a_practice_wave_is_labelled_wherever_it_is_shown(
    visitor: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave = open_wave(sessions, parts, agency_id, people=["depot"] * 12, practice=True)
    for address in ("/waves", "/", f"/waves/{wave.wave_id}"):
        visitor.get(address)
        assert "Practice" in visitor.text
    visitor.get(f"/waves/{wave.wave_id}/close")
    assert "closing destroys everything that was answered" in visitor.text
    visitor.post(f"/waves/{wave.wave_id}/close", {"reason": "Rehearsed"})
    assert "Answers, drafts, links and the key are destroyed. Nothing was read. Running" in visitor.text


def use(sessions: Sessions, wave: OpenedWave, used: int) -> None:
    with sessions.begin() as session:
        enter_agency(session, wave.agency_id)
        chosen = wave.invitations[:used]
        session.execute(update(Invitation).where(Invitation.id.in_(chosen)).values(used=True))


def test_the_forecast_tells_which_units_will_miss_the_minimum_and_by_what_rule(
    visitor: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    units = (
        Unit("all", None, "The agency", 80),
        Unit("large", "all", "Large", 40),
        Unit("slow", "all", "Slow", 40),
    )
    people = ["large"] * 30 + ["slow"] * 2 + ["large"] * 10 + ["slow"] * 38
    wave = open_wave(sessions, parts, agency_id, people=people, units=units, closes_in=timedelta(hours=8))
    visitor.get(f"/waves/{wave.wave_id}")
    assert "It is too early to tell" in visitor.text
    use(sessions, wave, 32)
    visitor.get(f"/waves/{wave.wave_id}")
    assert "1 unit will miss the minimum unless more of its people answer." in visitor.text
    assert "A unit needs 10 answers for a result of its own." in visitor.text
    assert re.search(r"Slow Will miss it 2 \d to \d ", visitor.text)
    assert "How this is worked out" in visitor.text
    assert "8 more needed for a result of its own. Will miss it." in visitor.text


def test_an_extension_is_told_and_logged(
    visitor: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave = open_wave(sessions, parts, agency_id)
    address = f"/waves/{wave.wave_id}/extend"
    later = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    visitor.get(address)
    for values, message in (
        ({"closes_on": later, "closes_time": "17:00", "reason": " "}, "Say why: the log keeps it."),
        ({"closes_on": "2020-01-01", "closes_time": "17:00", "reason": "x"}, "must close in the future"),
        ({"closes_on": "2099-01-01", "closes_time": "17:00", "reason": "x"}, "Choose a later time"),
    ):
        assert visitor.post(address, {**values}).status_code == 422
        assert message in visitor.text
    visitor.post(address, {"closes_on": later, "closes_time": "17:00", "reason": "Depot <closed>"})
    assert "The survey is open until" in visitor.text
    assert "Extended: from" in visitor.text
    assert "Depot &lt;closed&gt;" in visitor.page


def test_an_extension_that_moves_reminders_is_confirmed_first(
    visitor: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave = open_wave(sessions, parts, agency_id)
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        row = session.get_one(Wave, (agency_id, wave.wave_id))
        assert row.closes_at is not None
        planned = row.second_reminder_at = row.closes_at - timedelta(days=2)
    address = f"/waves/{wave.wave_id}/extend"
    later = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    values: dict[str, object] = {"closes_on": later, "closes_time": "17:00", "reason": "Depot closed"}

    def reminder() -> datetime | None:
        with sessions() as session:
            enter_agency(session, agency_id)
            return session.get_one(Wave, (agency_id, wave.wave_id)).second_reminder_at

    visitor.get(address)
    visitor.post(address, values)
    assert "Nothing has been changed yet" in visitor.text
    assert "Second reminder: from" in visitor.text
    assert reminder() == planned
    found = re.search(r'name="told" value="([^"]+)"', visitor.page)
    assert found is not None
    other = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    visitor.post(address, {**values, "closes_on": other, "told": found[1]})  # another day was typed meanwhile
    assert "Nothing has been changed yet" in visitor.text
    visitor.post(address, {**values, "told": found[1]})
    assert "The survey is open until" in visitor.text
    assert "; Second reminder: from" in visitor.text
    moved = reminder()
    assert moved is not None
    assert moved > planned + timedelta(days=10)


def test_closing_early_waits_for_who_has_begun(
    visitor: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave = open_wave(sessions, parts, agency_id, people=["depot", "depot"])
    with sessions.begin() as session:
        begun = find_questionnaire(session, parts.secrets, wave.tokens[0], datetime.now(UTC))
        start_draft(session, parts.secrets, begun)
    address = f"/waves/{wave.wave_id}"
    visitor.get(f"{address}/close")
    assert visitor.post(f"{address}/close", {}).status_code == 422
    answer = visitor.post(f"{address}/close", {"reason": "Enough"})
    assert answer.headers["Refresh"] == "60"
    assert "Waiting for those who have begun Nobody can begin any more." in visitor.text
    assert "Sealed Answers are shuffled" in visitor.text
    assert wave_of(sessions, agency_id, wave.wave_id).state == "open"
    assert "Closed early: from" in visitor.text
