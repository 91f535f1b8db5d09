"""Which messages begin when, and when one that was put off is tried again."""

from datetime import UTC, datetime, timedelta

from cri.domain.message_plan import MOST_TRIES, Kind, Schedule, due_kinds, next_try
from cri.domain.working_days import WorkingCalendar

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
INVITATION, FIRST, SECOND = Kind


def schedule(**moments: datetime | None) -> Schedule:
    return Schedule(
        {Kind(kind): at for kind, at in moments.items()},
        MONDAY + timedelta(days=21),
        "UTC",
        WorkingCalendar(),
    )


USUAL = schedule(
    invitation=MONDAY,
    first_reminder=MONDAY + timedelta(days=7),
    second_reminder=MONDAY + timedelta(days=14),
)


def test_each_kind_begins_at_its_time_and_once() -> None:
    assert due_kinds(USUAL, (), MONDAY - timedelta(seconds=1)) == ()
    assert due_kinds(USUAL, (), MONDAY) == (INVITATION,)
    assert due_kinds(USUAL, (INVITATION,), MONDAY + timedelta(days=1)) == ()
    assert due_kinds(USUAL, (INVITATION,), MONDAY + timedelta(days=7)) == (FIRST,)
    assert due_kinds(USUAL, (INVITATION, FIRST), MONDAY + timedelta(days=14)) == (SECOND,)


def test_nothing_begins_without_a_moment_or_after_the_end() -> None:
    assert due_kinds(schedule(invitation=None), (), MONDAY + timedelta(days=20)) == ()
    assert due_kinds(USUAL, (), MONDAY + timedelta(days=21)) == ()


def test_reminders_wait_for_a_working_day_and_invitations_do_not() -> None:
    saturday = MONDAY + timedelta(days=5)
    plan = schedule(invitation=saturday, first_reminder=saturday)
    assert due_kinds(plan, (), saturday) == (INVITATION,)
    assert due_kinds(plan, (INVITATION,), saturday + timedelta(days=2) - timedelta(minutes=1)) == ()
    assert due_kinds(plan, (INVITATION,), saturday + timedelta(days=2)) == (FIRST,)


def test_a_reminder_missed_on_its_day_is_not_made_up_for_on_a_weekend() -> None:
    """The mail server was away from Monday to Saturday."""
    assert due_kinds(USUAL, (INVITATION,), MONDAY + timedelta(days=12)) == ()
    assert due_kinds(USUAL, (INVITATION,), MONDAY + timedelta(days=13, hours=15)) == (FIRST,)


def test_of_two_reminders_that_are_due_only_the_later_is_sent() -> None:
    late = MONDAY + timedelta(days=15)
    assert due_kinds(USUAL, (INVITATION,), late) == (SECOND,)
    assert due_kinds(USUAL, (INVITATION, SECOND), late) == ()


def test_pauses_double_and_end_and_tell_no_exact_time() -> None:
    now = datetime(2026, 11, 2, 9, 7, 31, 5, tzinfo=UTC)
    moments = [next_try(tries, now) for tries in range(1, MOST_TRIES)]
    assert moments[0] == datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    assert all(at is not None and at.minute % 15 == at.second == at.microsecond == 0 for at in moments)
    assert moments[-1] == datetime(2026, 11, 3, 1, 15, tzinfo=UTC)
    assert next_try(MOST_TRIES, now) is None
    assert next_try(1, datetime(2026, 11, 2, 9, tzinfo=UTC)) == datetime(2026, 11, 2, 9, 15, tzinfo=UTC)
