"""How long a questionnaire is said to take: from what is asked, as docs/decisions/minutes-told.md says."""

import re
from pathlib import Path

import pytest

from cri.domain.sections import (
    MOST_PROMISES,
    SECONDS_A_QUESTION,
    SECONDS_A_STATEMENT,
    SECONDS_A_TEXT,
    minutes_for,
    promise_instrument,
)
from cri.services.instruments import OFFERED, asked_instrument, released_instrument

PAGE = (Path(__file__).parents[2] / "docs/decisions/minutes-told.md").read_text(encoding="utf-8")
ROWS = {
    (code, version): tuple(map(int, cells.split("|")))
    for code, version, cells in re.findall(r"^\| (\w+) ([\d.]+) \| ([\d |]+) \|$", PAGE, re.MULTILINE)
}


def test_the_rule_is_the_one_that_is_written() -> None:
    seconds = re.findall(r"(\d+) seconds a statement, (\d+) a question[^,]*, (\d+) a question", PAGE)
    assert seconds == [(str(SECONDS_A_STATEMENT), str(SECONDS_A_QUESTION), str(SECONDS_A_TEXT))]
    assert set(ROWS) == set(OFFERED)


@pytest.mark.parametrize("release", OFFERED)
def test_minutes_follow_from_what_each_instrument_asks(release: tuple[str, str]) -> None:
    one, beside = released_instrument(*release), released_instrument("publicness", "1.0.0")
    statements, profile, texts, *minutes = ROWS[release]
    assert (statements, profile, texts) == (
        len(one.items) + len(one.outcomes),
        len(one.profile),
        len(one.questions),
    )
    assert minutes[0] == -(-(8 * statements + 7 * profile + 60 * texts) // 60)
    promises = promise_instrument(MOST_PROMISES)
    assert minutes == [minutes_for(one), minutes_for(one, beside), minutes_for(one, beside, promises)]


def test_a_wave_that_asks_less_takes_less() -> None:
    assert minutes_for(asked_instrument(*OFFERED[1], [])) == minutes_for(released_instrument(*OFFERED[1])) - 1
