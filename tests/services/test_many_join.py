"""A roster of many people comes in while a survey is open: the work grows as they do, not with their square."""

from datetime import timedelta

from sqlalchemy import text

from cri.services import wave_people
from cri.services.context import Context
from cri.services.waves import create_wave, open_wave
from tests.services.organised import add_person, organise

FEW, MANY = 3, 600


def people_read(ctx: Context) -> int:
    """Rows of people that this transaction has read, whichever way."""
    counted = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'person'"
    return int(ctx.session.scalar(text(counted)) or 0)


def test_many_who_join_are_found_by_their_keys(ctx: Context) -> None:
    """By a connection that checked for the first time whose an invitation is when there were few to look at.

    Without `look_up_keys` it read everybody for each of them: 11.7 million rows for 3,000 who joined 3,000.
    """
    organise(ctx, {"depot": FEW})
    closes_at = ctx.now + timedelta(days=14)
    wave_id = create_wave(ctx, "Autumn", languages=("en",), noun="residents", closes_at=closes_at)
    open_wave(ctx, wave_id)
    for number in range(FEW, MANY):
        add_person(ctx, "depot", number)
    before = people_read(ctx)
    wave_people.let_in(ctx, [f"p-depot-{number}@example.org" for number in range(FEW, MANY)])
    assert people_read(ctx) - before < 10 * MANY
