"""From one wave to the next through a reorganisation: what the second scorecard is compared with."""

import re
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cri.db.queries.participation import units_as_invited
from cri.domain.wave import Answers
from cri.services import lineage
from cri.services.context import Actor, Context
from cri.services.earlier_waves import latest_comparison
from cri.services.instruments import released_instrument
from cri.services.links import personal_token
from cri.services.responses import find_questionnaire
from cri.services.rosters import import_tree_and_roster
from cri.services.scoring import load_scorecard, score_wave
from cri.services.sealing import seal_wave
from cri.services.submissions import submit
from cri.services.waves import close_wave, create_wave, open_wave
from tests.services.conftest import NOW
from tests.services.test_wave_people import invitations

ITEMS = [item.code for item in released_instrument("cri", "1.1.0").items]
BEFORE = "code,parent,name\nall,,All\nnorth,all,North\nsouth,all,South\nwest,all,West\n"
AFTER = "code,parent,name\nall,,All\nboth,all,North and south\nwest,all,West\neast,all,East\n"


def roster(**units: int) -> str:
    rows = [f"P,{unit}{n}@example.org,{unit}" for unit, people in units.items() for n in range(people)]
    return "\n".join(["name,email,unit", *rows])


def wave(ctx: Context, points: dict[str, int], late: str = "") -> uuid.UUID:
    """A wave in which everybody answers; points: unit -> around which."""
    wave_id = create_wave(ctx, "A", languages=["en"], noun="residents", closes_at=ctx.now + timedelta(days=9))
    open_wave(ctx, wave_id)
    if late:
        import_tree_and_roster(ctx, "", late)
    during = replace(ctx, now=ctx.now + timedelta(days=1))
    for number, one in enumerate(invitations(ctx, wave_id).values()):
        point = points[str(one.unit_code)]
        found = find_questionnaire(
            ctx.session, ctx.parts.secrets, personal_token(ctx.parts.secrets, one.id), during.now
        )
        items = {code: point + (number + place) % 3 - 1 for place, code in enumerate(ITEMS)}
        submit(ctx.session, found, Answers(items=items))
    close_wave(during, wave_id)
    for step in (seal_wave, score_wave):
        step(replace(during, actor=Actor(None, "worker")), wave_id)
    return wave_id


def units_of(ctx: Context, wave_id: uuid.UUID) -> dict[str, dict[str, Any]]:
    card = load_scorecard(ctx, wave_id)
    assert card is not None
    assert card["change"] is not None
    return {unit["code"]: unit for unit in card["change"]["units"]}


def test_a_merged_unit_has_a_trend_that_says_how_much_of_it_is_comparable(ctx: Context) -> None:
    import_tree_and_roster(ctx, BEFORE, roster(north=20, south=16, west=14))
    first = wave(ctx, {"north": 3, "south": 4, "west": 5})
    card = load_scorecard(ctx, first)
    assert card is not None
    assert card["change"] is None
    assert latest_comparison(ctx) is None
    later = replace(ctx, now=NOW + timedelta(days=200))
    people = re.sub(",(north|south)$", ",both", roster(north=20, south=16), flags=re.MULTILINE)
    import_tree_and_roster(later, AFTER, people + "\n" + roster(west=14, east=12).partition("\n")[2])
    lineage.record_event(later, ["north", "south"], ["both"], lineage.local_day(later))
    second = wave(later, {"both": 4, "west": 5, "east": 4})
    units = units_of(later, second)
    assert units["both"]["lineage"] == {
        "predecessors": ["north", "south"],
        "share": 1.0,
        "drawn": True,
        "reason": None,
    }
    assert units["both"]["factors"]["insight"] is not None
    assert units["west"]["lineage"]["predecessors"] == ["west"]
    assert units["east"]["lineage"]["reason"] == "new"
    assert units["east"]["factors"]["insight"] is None
    assert units["all"]["lineage"]["share"] == 50 / 62
    found = latest_comparison(later)
    assert found is not None
    assert {unit["name"]: unit["drawn"] for unit in found[2]} == {
        "All": True,
        "North and south": True,
        "West": True,
        "East": False,
    }


def test_without_a_record_the_same_units_are_new(ctx: Context) -> None:
    """The control: it is the record that makes the trend."""
    import_tree_and_roster(ctx, BEFORE, roster(north=20, south=16, west=14))
    wave(ctx, {"north": 3, "south": 4, "west": 5})
    later = replace(ctx, now=NOW + timedelta(days=200))
    people = re.sub(",(north|south)$", ",both", roster(north=20, south=16), flags=re.MULTILINE)
    import_tree_and_roster(later, AFTER, people + "\n" + roster(west=14, east=12).partition("\n")[2])
    second = wave(later, {"both": 4, "west": 5, "east": 4})
    units = units_of(later, second)
    assert units["both"]["lineage"]["reason"] == "new"
    assert units["all"]["lineage"]["reason"] == "reorganised"


def test_an_agency_with_another_name_and_a_second_wave_of_a_day_are_no_trouble(ctx: Context) -> None:
    import_tree_and_roster(ctx, BEFORE, roster(north=20, south=16, west=14))
    points = {"north": 3, "south": 4, "west": 5}
    first = wave(ctx, points)
    from cri.services.agencies import this_agency

    this_agency(ctx).name = "Another name"
    same_day = wave(ctx, points)
    card = load_scorecard(ctx, same_day)
    assert card is not None
    assert card["change"] is None
    later = replace(ctx, now=NOW + timedelta(days=30))
    third = load_scorecard(later, wave(later, {"north": 4, "south": 4, "west": 5}))
    assert third is not None
    assert third["change"]["previous"]["wave"]["id"] in {str(first), str(same_day)}


def test_late_joiners_count_among_the_people_of_their_unit(ctx: Context) -> None:
    import_tree_and_roster(ctx, BEFORE, roster(north=20, south=16, west=14))
    wave_id = wave(ctx, {"north": 3, "south": 4, "west": 5}, late=roster(north=24, south=16, west=14))
    card = load_scorecard(ctx, wave_id)
    assert card is not None
    assert (card["population"]["headcount"], card["population"]["responses"]) == (54, 54)
    heads = {unit.code: unit.headcount for unit in units_as_invited(ctx.session, ctx.agency_id, wave_id)}
    assert heads == {"all": 54, "north": 24, "south": 16, "west": 14}
