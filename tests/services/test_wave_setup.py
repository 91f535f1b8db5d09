"""What a draft settles, and that opening freezes it: the map, the peers, the questions about the person."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from cri.db.models import Invitation
from cri.domain.errors import InputError
from cri.domain.relationships import NOUNS, ServiceLine, cautions_of, check_lines, usual_noun
from cri.domain.sealed_sheet import comments_to_keep
from cri.domain.wave import Answers, Submission
from cri.domain.wave_schedule import (
    Moment,
    Schedule,
    Wrong,
    moved_reminders,
    moved_with_closing,
    schedule_problems,
    usual_reminders,
)
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.instruments import COMPANIONS, OFFERED, released_instrument, released_texts
from cri.services.links import open_token, personal_token
from cri.services.responses import find_questionnaire
from cri.services.scoring import facets_of, load_scorecard, score_wave
from cri.services.sealing import seal_wave
from cri.services.service_lines import draw_map
from cri.services.submissions import submit
from cri.services.wave_log import Event, log_of
from cri.services.wave_setup import ScheduleError, change_companion, change_groups, change_schedule
from cri.services.waves import (
    WaveStateError,
    change_wave,
    close_wave,
    create_wave,
    find_wave,
    open_if_due,
    open_wave,
)
from tests.services.conftest import NOW
from tests.services.organised import organise

LATER = NOW + timedelta(days=21)


def test_the_map_is_frozen_in_a_wave_and_decides_its_peers(ctx: Context) -> None:
    organise(ctx, {"north": 12})
    draw_map(ctx, [ServiceLine("Licences", "regulated"), ServiceLine("Advice", "client")])
    wave_id = create_wave(ctx, "Autumn", languages=["en"], noun="residents", closes_at=LATER)
    open_wave(ctx, wave_id)
    draw_map(ctx, [ServiceLine("Care homes", "ward")])
    wave, agency = find_wave(ctx, wave_id), this_agency(ctx)
    assert wave.service_lines == [
        {"name": "Licences", "relationship": "regulated"},
        {"name": "Advice", "relationship": "client"},
    ]
    assert facets_of(agency, wave)["relationship"] == "regulated"
    assert agency.relationship_type == "ward"


def test_each_relationship_has_a_noun_that_the_instruments_know() -> None:
    for release in OFFERED:
        known = released_texts(*release, "en").nouns
        assert {usual_noun(kind, known, "residents") for kind in NOUNS} == set(NOUNS.values())
    assert usual_noun("ward", ["customers"], "customers") == "customers"


def test_cautions_are_those_of_every_line_the_main_one_first() -> None:
    lines = [ServiceLine("a", "client"), ServiceLine("b", "ward"), ServiceLine("c", "client")]
    assert cautions_of("client", lines) == ("client", "ward")
    assert cautions_of("citizen", ()) == ("citizen",)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [ServiceLine(f"Line {n}", "ward") for n in range(13)],
        [ServiceLine("", "ward")],
        [ServiceLine("x" * 81, "ward")],
        [ServiceLine("turn\u202eed", "ward")],
        [ServiceLine("a", "ward"), ServiceLine(" A ", "ward")],
        [ServiceLine("a", "funder")],
    ],
)
def test_a_map_that_cannot_be(lines: list[ServiceLine]) -> None:
    with pytest.raises(InputError):
        check_lines(lines)


def test_only_registered_questions_about_the_person_are_asked(ctx: Context) -> None:
    organise(ctx, {"north": 12})
    wave_id = create_wave(ctx, "Autumn", languages=["en"], noun="residents", closes_at=LATER)
    asked = find_wave(ctx, wave_id)
    change_groups(ctx, wave_id, minimum=12, comments_minimum=30, breakdowns=["work"])
    open_wave(ctx, wave_id)
    assert asked.breakdowns == ["work"]
    token = open_token(ctx.parts.secrets, wave_id)
    found = find_questionnaire(ctx.session, ctx.parts.secrets, token, NOW)
    assert [one.code for one in found.instrument.profile] == ["work"]
    assert found.minimum == 12


def test_a_wave_that_asks_one_of_these_questions_is_sealed_and_scored(ctx: Context) -> None:
    organise(ctx, {"north": 24})
    wave_id = create_wave(ctx, "Autumn", languages=["en"], noun="residents", closes_at=LATER)
    change_groups(ctx, wave_id, minimum=12, comments_minimum=30, breakdowns=["work"])
    open_wave(ctx, wave_id)
    instrument = released_instrument(*OFFERED[0])
    rows = ctx.session.scalars(select(Invitation.id).where(Invitation.wave_id == wave_id))
    for place, one in enumerate(rows.all()):
        token = personal_token(ctx.parts.secrets, one)
        found = find_questionnaire(ctx.session, ctx.parts.secrets, token, NOW)
        items = {item.code: 1 + (place * 5 + number) % 7 for number, item in enumerate(instrument.items)}
        profile = {"work": ("front_line", "support")[place % 2]}
        submit(ctx.session, found, Answers(items=items, profile=profile))
    close_wave(ctx, wave_id)
    seal_wave(ctx, wave_id)
    score_wave(ctx, wave_id)
    document = load_scorecard(ctx, wave_id)
    assert document is not None
    told = {one["code"]: [option["n"] for option in one["options"]] for one in document["profile"]}
    assert told["work"] == [12, None, 12]
    assert not any(told.get("tenure", ()))


def test_another_instrument_asks_its_own_questions(ctx: Context) -> None:
    wave_id = create_wave(ctx, "Autumn", languages=["en"], noun="residents", closes_at=LATER)
    change_groups(ctx, wave_id, minimum=10, comments_minimum=30, breakdowns=[])
    change_wave(
        ctx, wave_id, "Autumn", languages=["en"], noun="residents", closes_at=LATER, instrument=OFFERED[1]
    )
    assert find_wave(ctx, wave_id).breakdowns is None


def test_a_companion_is_one_that_is_offered(ctx: Context) -> None:
    wave_id = create_wave(ctx, "Autumn", languages=["en", "ar"], noun="residents", closes_at=LATER)
    change_companion(ctx, wave_id, COMPANIONS[0])
    assert find_wave(ctx, wave_id).companion_code == "publicness"
    change_companion(ctx, wave_id, None)
    assert find_wave(ctx, wave_id).companion_version is None
    with pytest.raises(InputError):
        change_companion(ctx, wave_id, ("cri", "1.1.0"))


def schedule(*days: int | None) -> Schedule:
    moments = [None if day is None else NOW + timedelta(days=day) for day in days]
    assert moments[4] is not None
    return Schedule(moments[0], moments[1], moments[2], moments[3], moments[4])


def test_a_schedule_is_kept_told_and_opens_when_it_is_time(ctx: Context) -> None:
    organise(ctx, {"north": 12})
    wave_id = create_wave(ctx, "Autumn", languages=["en"], noun="residents", closes_at=LATER)
    change_schedule(ctx, wave_id, schedule(2, 2, 6, 9, 21))
    assert [one.event for one in log_of(ctx, wave_id)] == [Event.SCHEDULED]
    assert not open_if_due(replace(ctx, now=NOW + timedelta(days=2, seconds=-1)), wave_id)
    due = replace(ctx, now=NOW + timedelta(days=2))
    assert [open_if_due(due, wave_id), open_if_due(due, wave_id)] == [True, False]
    with pytest.raises(WaveStateError):
        change_schedule(ctx, wave_id, schedule(3, 3, 6, 9, 21))


@pytest.mark.parametrize(
    ("days", "wrong"),
    [
        ((2, 2, 6, 9, 21), {}),
        ((None, None, None, None, 21), {}),
        ((-1, 2, 6, 9, 21), {Moment.OPENS: Wrong.PAST}),
        ((3, 2, 6, 9, 21), {Moment.INVITATION: Wrong.NOT_AFTER}),
        ((2, 3, 3, 9, 21), {Moment.FIRST_REMINDER: Wrong.NOT_AFTER}),
        ((2, 2, None, 9, 21), {Moment.SECOND_REMINDER: Wrong.NO_FIRST}),
        ((2, 2, 6, 21, 21), {Moment.CLOSES: Wrong.NOT_AFTER}),
        ((2, 2, 6, 9, 400), {Moment.CLOSES: Wrong.TOO_LONG}),
    ],
)
def test_what_is_wrong_with_a_schedule(
    ctx: Context, days: tuple[int | None, ...], wrong: dict[Moment, Wrong]
) -> None:
    assert schedule_problems(schedule(*days), NOW) == wrong
    if wrong:
        wave_id = create_wave(ctx, "Autumn", languages=["en"], noun="residents", closes_at=LATER)
        with pytest.raises(ScheduleError):
            change_schedule(ctx, wave_id, schedule(*days))
        assert find_wave(ctx, wave_id).closes_at == LATER


def test_two_reminders_are_proposed_at_nine_on_the_agencys_clock_where_they_fit() -> None:
    proposed = usual_reminders(schedule(None, None, None, None, 21), NOW, "America/New_York")
    assert proposed.first_reminder_at == (NOW + timedelta(days=7)).replace(hour=14)
    assert proposed.second_reminder_at == (NOW + timedelta(days=14)).replace(hour=14)
    short = replace(schedule(None, None, None, None, 1), closes_at=NOW + timedelta(hours=5))
    assert usual_reminders(short, NOW, "UTC") == short


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("at", "moved"),
    [
        (NOW + 6 * DAY, NOW + 12 * DAY),  # as far into the time that is left as before
        (NOW + 5 * DAY + timedelta(hours=7), NOW + 10 * DAY + timedelta(hours=7)),  # at the same hour
        (NOW, NOW),  # not past what has come
        (NOW - DAY, NOW - DAY),
        (NOW + 10 * DAY, NOW + 10 * DAY),  # at the closing and after it: it would not have been sent
        (NOW + 11 * DAY, NOW + 11 * DAY),
    ],
)
def test_what_is_planned_moves_with_the_closing(at: datetime, moved: datetime) -> None:
    assert moved_with_closing(at, NOW, NOW + 10 * DAY, NOW + 20 * DAY, "UTC") == moved


def test_a_moved_moment_keeps_the_hour_on_the_wall_when_clocks_change() -> None:
    now = datetime(2026, 3, 20, 9, tzinfo=UTC)  # on 29 March clocks go forward in London
    at, was = datetime(2026, 3, 25, 1, 30, tzinfo=UTC), datetime(2026, 3, 27, 17, tzinfo=UTC)
    moved = moved_with_closing(at, now, was, was + 7 * DAY, "Europe/London")
    assert moved == at  # to half past one on the 29th, which there is not
    moved = moved_with_closing(at, now, was, was + 10 * DAY, "Europe/London")
    assert moved == datetime(2026, 3, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("hour", [8, 9, 23])
def test_nothing_moves_past_the_closing_or_out_of_order(hour: int) -> None:
    was, first, second = NOW + 3 * DAY, NOW + DAY, (NOW + 2 * DAY).replace(hour=hour)
    for hours in range(1, 24 * 30, 5):
        closes_at = was + timedelta(hours=hours)
        planned = {Moment.FIRST_REMINDER: first, Moment.SECOND_REMINDER: second}
        steps = moved_reminders(planned, NOW, was, closes_at, "UTC")
        now_first, now_second = (steps.get(one, (at, at))[1] for one, at in planned.items())
        assert first <= now_first < now_second < closes_at
        assert second <= now_second


def test_moved_one_by_one_two_reminders_can_change_places() -> None:
    """The control: the later one keeps its hour, which would be after the closing, and so its day."""
    was, first, second = NOW + 3 * DAY, NOW + 2 * DAY, (NOW + 2 * DAY).replace(hour=23)
    closes_at = was + timedelta(hours=30)
    one_by_one = [moved_with_closing(at, NOW, was, closes_at, "UTC") for at in (first, second)]
    assert one_by_one != sorted(one_by_one)
    planned = {Moment.FIRST_REMINDER: first, Moment.SECOND_REMINDER: second}
    assert moved_reminders(planned, NOW, was, closes_at, "UTC") == {}


def test_comments_are_kept_from_the_waves_own_minimum_on() -> None:
    made = [Submission(Answers(comments={"easier": f"text {n}"}), None, open_link=True) for n in range(39)]
    assert comments_to_keep(made, 40) == {}
    assert len(comments_to_keep(made, 35)["easier"]) == 39
    assert comments_to_keep(made[:29], 10) == {}
