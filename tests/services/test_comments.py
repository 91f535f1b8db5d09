"""Comments from the sealed file to a reader: who sees what when, and what nothing can be tied to."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import replace

import psycopg
import pytest

from cri.db.models import CommentDecision, Person, StoredScorecard, Wave, WaveComment, WaveUnit
from cri.domain.errors import CriError
from cri.services import comments
from cri.services.comments import CLEARED, WAITING, WITHHELD, CommentGoneError
from cri.services.context import Actor, Context
from cri.services.rosters import import_tree_and_roster
from cri.services.sheets import sheet_folder
from tests.services.conftest import NOW

TREE = "code,parent,name\nall,,Everybody\nlab,all,Testing laboratory"
ROSTER = "name,email,unit\nDimitra Papadaki,d@example.org,all\nNoor Lund,n@example.org,lab"


def texts(count: int, start: str = "The time we have is short, number") -> list[str]:
    return sorted(f"{start} {number:03}" for number in range(count))


@pytest.fixture
def agency(ctx: Context) -> Context:
    import_tree_and_roster(ctx, TREE, ROSTER)
    return ctx


def scored(
    ctx: Context, sealed: dict[str, list[str]] | None, minimum: int = 30, state: str = "scored"
) -> uuid.UUID:
    """A scored wave with its comments as sealing leaves them: question -> texts, sorted."""
    wave_id = uuid.uuid4()
    ctx.session.add(
        Wave(
            agency_id=ctx.agency_id,
            id=wave_id,
            label="Spring",
            instrument_code="cri",
            instrument_version="1.1.0",
            languages=["en"],
            noun="residents",
            synthetic=False,
            state="draft",
            comments_minimum=minimum,
            opened_at=NOW,
            closes_at=NOW,
            closed_at=NOW,
        )
    )
    ctx.session.flush()
    ctx.session.add_all(
        WaveUnit(agency_id=ctx.agency_id, wave_id=wave_id, code=code, name=name, headcount=9, position=place)
        for place, (code, name) in enumerate((("all", "Everybody"), ("lab", "Testing laboratory")))
    )
    ctx.session.flush()
    wave = ctx.session.get_one(Wave, (ctx.agency_id, wave_id))
    wave.sheet_sha256 = "0" * 64
    for step in ("open", "closing", "sealed", "scored"):
        wave.state = step
        ctx.session.flush()
        if step == state:
            break
    if sealed is not None:
        key = f"{sheet_folder(ctx.agency_id, wave_id)}/comments.json"
        ctx.parts.blobs.put(key, json.dumps(sealed).encode())
    return wave_id


def waiting(ctx: Context, wave_id: uuid.UUID, question: str = "better") -> list[WaveComment]:
    return comments.comments_of(ctx, wave_id, question, WAITING)


def test_comments_are_brought_once_redacted_and_the_sealed_file_is_destroyed(agency: Context) -> None:
    said = [*texts(30), "Dimitra of the testing laboratory shouts; 0161 496 0000"]
    wave_id = scored(agency, {"better": said})
    assert comments.sealed_comments(agency, wave_id)
    assert comments.bring_comments(agency, wave_id) == 31
    assert comments.bring_comments(agency, wave_id) == 0
    found = [one.text for one in waiting(agency, wave_id)]
    assert "⟦n⟧ of the ⟦u⟧ shouts; ⟦p⟧" in found
    assert comments.sealed_comments(agency, wave_id)  # until it has been committed
    comments.forget_sealed(agency, wave_id)
    assert not comments.sealed_comments(agency, wave_id)
    comments.forget_sealed(agency, wave_id)
    assert len(waiting(agency, wave_id)) == 31


def test_a_sealed_file_is_not_destroyed_before_its_comments_are_there(agency: Context) -> None:
    wave_id = scored(agency, {"better": texts(30)})
    comments.forget_sealed(agency, wave_id)
    assert comments.sealed_comments(agency, wave_id)


@pytest.mark.parametrize(("minimum", "count", "brought"), [(30, 29, 0), (30, 30, 30), (40, 39, 0)])
def test_fewer_than_the_waves_minimum_are_brought_before_nobody(
    agency: Context, minimum: int, count: int, brought: int
) -> None:
    """Sealing keeps no such file; if one lay there all the same, nobody would read it."""
    assert comments.bring_comments(agency, scored(agency, {"better": texts(count)}, minimum)) == brought


def test_a_wave_that_is_not_scored_brings_nothing(agency: Context) -> None:
    wave_id = scored(agency, {"better": texts(30)}, state="sealed")
    assert comments.bring_comments(agency, wave_id) == 0


def test_others_read_nothing_of_a_question_before_a_person_decided_on_all_of_it(agency: Context) -> None:
    wave_id = scored(agency, {"better": texts(30), "good": texts(30, "It is good that")})
    comments.bring_comments(agency, wave_id)
    *most, last = waiting(agency, wave_id)
    for one in most:
        comments.decide(agency, wave_id, one.id, CLEARED)
    assert [shown for _, shown in comments.readable_comments(agency, wave_id)] == [[], []]
    # the control: a page that showed what is cleared so far would show 29
    assert len(comments.comments_of(agency, wave_id, "better", CLEARED)) == 29
    comments.decide(agency, wave_id, last.id, WITHHELD)
    read = {standing.question: shown for standing, shown in comments.readable_comments(agency, wave_id)}
    assert len(read["better"]) == 29
    assert last.text not in read["better"]
    assert read["good"] == []
    comments.decide(agency, wave_id, most[0].id, WITHHELD)  # somebody noticed something
    assert most[0].text not in comments.readable_comments(agency, wave_id)[0][1]


def test_each_decision_is_kept_with_who_made_it_and_never_the_hidden_words(agency: Context) -> None:
    wave_id = scored(agency, {"better": [*texts(30), "Kostas fell at the gate"]})
    comments.bring_comments(agency, wave_id)
    one = next(found for found in waiting(agency, wave_id) if "Kostas" in found.text)
    assert comments.decide(agency, wave_id, one.id, CLEARED, ["Kostas", "bridge"]) == ("bridge",)
    assert one.state == WAITING  # words to be hidden were not found: it is not shown
    assert comments.decide(agency, wave_id, one.id, CLEARED, ["the gate"]) == ()
    assert one.text == "⟦x⟧ fell at ⟦x⟧"
    kept = agency.session.query(CommentDecision).filter_by(comment_id=one.id).all()
    assert sorted(row.decision for row in kept) == ["cleared", "hidden", "hidden"]
    assert {row.decided_by for row in kept} == {agency.actor.account_id}
    columns = {name for row in kept for name in row.__table__.columns.keys()}  # noqa: SIM118  # not a dict
    assert columns == {"agency_id", "id", "comment_id", "decision", "decided_by", "decided_at"}


def test_no_comment_of_another_wave_or_unknown_decision(agency: Context) -> None:
    first, second = (scored(agency, {"better": texts(30)}) for _ in range(2))
    for wave_id in (first, second):
        comments.bring_comments(agency, wave_id)
    with pytest.raises(CommentGoneError):
        comments.decide(agency, first, waiting(agency, second)[0].id, CLEARED)
    with pytest.raises(ValueError, match="no decision"):
        comments.decide(agency, first, waiting(agency, first)[0].id, WAITING)
    assert issubclass(CommentGoneError, CriError)


def test_only_units_large_enough_for_comments_may_be_named(agency: Context) -> None:
    wave = agency.session.get_one(Wave, (agency.agency_id, scored(agency, None)))
    units = [
        {"code": "all", "name": "Everybody", "n": 30},
        {"code": "lab", "name": "Testing laboratory", "n": 29},
    ]
    agency.session.add(
        StoredScorecard(
            agency_id=agency.agency_id, wave_id=wave.id, sha256="0" * 64, document={"units": units}
        )
    )
    agency.session.flush()
    known = comments.known_to(agency, wave)
    assert known.units == ("Testing laboratory",)
    assert "everybody" in known.words
    assert "papadaki" in known.names


def pairs_kept(order: Sequence[str], other: Sequence[str]) -> int:
    """Of people who answered both questions, how many stand at the same place in both lists."""
    return sum(
        one.rpartition(" ")[2] == two.rpartition(" ")[2] for one, two in zip(order, other, strict=True)
    )


def test_no_order_key_or_time_ties_a_comment_to_another_of_the_same_person(
    agency: Context, superuser: psycopg.Connection
) -> None:
    """Everybody writes the same number under both questions: a superuser sets the rows side by side."""
    sealed = {"better": texts(60), "good": texts(60, "It is good that")}
    wave_id = scored(agency, sealed)
    comments.bring_comments(agency, wave_id)
    agency.session.commit()
    try:
        for order in ("ctid", "id", "xmin::text::bigint, ctid"):
            lists = [
                [
                    row[0]
                    for row in superuser.execute(
                        "SELECT text FROM wave_comment WHERE wave_id = %s AND question = %s "
                        f"ORDER BY {order}",
                        [wave_id, question],
                    )
                ]
                for question in ("better", "good")
            ]
            assert pairs_kept(*lists) < 15, order
        assert pairs_kept(sealed["better"], sealed["good"]) == 60  # the control: rows in the file's order
        kept = superuser.execute("SELECT * FROM wave_comment WHERE wave_id = %s LIMIT 1", [wave_id])
        assert [column.name for column in kept.description or ()] == [
            "agency_id",
            "id",
            "wave_id",
            "question",
            "text",
            "state",
            "practice",
        ]
        transactions = superuser.execute(
            "SELECT count(DISTINCT xmin::text) FROM wave_comment WHERE wave_id = %s", [wave_id]
        )
        assert transactions.fetchone() == (1,)
    finally:
        superuser.execute("DELETE FROM wave_comment WHERE wave_id = %s", [wave_id])


def test_an_agency_reads_no_others_comments(agency: Context) -> None:
    wave_id = scored(agency, {"better": texts(30)})
    comments.bring_comments(agency, wave_id)
    stranger = replace(agency, agency_id=uuid.uuid4(), actor=Actor(None, "administrator"))
    assert comments.standings(stranger, wave_id) == []
    assert agency.session.query(Person).count() == 2
