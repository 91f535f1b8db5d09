"""Editions are published with their pages of the ledger, one after the other, and whole or not at all."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from cri.db.queries import benchmark_pool
from cri.domain import edition_draft
from cri.domain.achieved_changes import with_changes
from cri.domain.edition_draft import draft_edition
from cri.domain.eligibility import Member
from cri.domain.errors import InputError
from cri.domain.ledger import CHANGES, PublishedCell
from cri.services import benchmarks
from cri.services.benchmarks import LedgerError, edition_for_instrument, publish_edition
from cri.services.context import Parts
from cri.services.contributions import contribution_of
from tests.services.own_process import in_a_process
from tests.services.pool_service import found_out, ledger_of, members, new_instrument

SCORES = [(40.0 + n, 60.0 - n) for n in range(14)]
WHOLE = ((),)
MOST_POINTS = 60


def owners(pool: list[Member]) -> dict[str, str]:
    return {one.sheet: one.owner for one in pool}


def test_who_is_in_each_published_group_is_written_down(parts: Parts) -> None:
    instrument = new_instrument()
    pool = members(SCORES, instrument)
    document = publish_edition(parts, pool, "2026.1", WHOLE)
    cells = {cell.key: cell.groups for cell in ledger_of(parts, instrument)}
    score = {
        (one.sheet, figure["code"]): figure["score"]
        for one in pool
        for figure in ({"code": "index", **one.scorecard["index"]}, *one.scorecard["factors"])
    }
    assert document["cells"]
    for cell in document["cells"]:
        groups = cells.pop((cell["factor"], cell["item"], cell["peers"]))
        assert [len(group) for group in groups] == [group["size"] for group in cell["groups"]]
        means = [sum(score[sheet, cell["factor"]] for sheet in group) / len(group) for group in groups]
        assert means == pytest.approx([group["mean"] for group in cell["groups"]])
    assert cells == {}


def test_the_ledger_gives_back_what_was_written_in_it(parts: Parts) -> None:
    """Weights too: a group of changes counts its earlier waves otherwise than its later ones."""
    instrument = new_instrument()
    pool = members(SCORES, instrument)
    publish_edition(parts, pool, "2026.1", WHOLE)
    sheets = tuple(one.sheet for one in pool[:8])
    weighed = PublishedCell("2026.1", "insight", None, CHANGES, (sheets,), ((1.0,) * 4 + (-0.75,) * 4,))
    with parts.pool_sessions.begin() as session:
        benchmark_pool.write_ledger(session, instrument["code"], [weighed])
    assert weighed in ledger_of(parts, instrument)


def test_a_later_edition_answers_for_the_earlier_one(parts: Parts) -> None:
    """One agency joins: published without the ledger, its score is the difference of two sums."""
    instrument = new_instrument()
    pool = members(SCORES, instrument)
    publish_edition(parts, pool[:13], "2026.1", WHOLE)
    assert found_out(ledger_of(parts, instrument), owners(pool)) is None
    second = publish_edition(parts, pool, "2026.2", WHOLE)
    assert second["certificate"]["editions_before"] == 1
    assert found_out(ledger_of(parts, instrument), owners(pool)) is None


def test_forgetting_the_ledger_gives_the_newcomer_away(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what the service did before it kept one."""

    def forgetful(given: Any, number: str, _ledger: object, peers: Any, _tell: object) -> edition_draft.Draft:
        return edition_draft.draft_edition(given, number, None, peers)

    monkeypatch.setattr(benchmarks, "draft_edition", forgetful)
    instrument = new_instrument()
    pool = members(SCORES, instrument)
    publish_edition(parts, pool[:13], "2026.1", WHOLE)
    publish_edition(parts, pool, "2026.2", WHOLE)
    assert found_out(ledger_of(parts, instrument), owners(pool)) is not None


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Run tasks at the same time; their results, or what they raised."""

    def caught(task: Callable[[], Any]) -> Any:
        try:
            return task()
        except Exception as error:  # noqa: BLE001  # the test looks at whatever it was
            return error

    with ThreadPoolExecutor(len(tasks)) as threads:
        return list(threads.map(caught, tasks))


def test_two_stewards_at_once_publish_one_edition_of_a_number(parts: Parts) -> None:
    instrument = new_instrument()
    pool = members(SCORES, instrument)
    results = at_once(*[lambda: publish_edition(parts, pool, "2026.1", WHOLE)] * 3)
    refused = [result for result in results if isinstance(result, InputError)]
    assert len(refused) == 2
    assert "there is an edition of this number already" in str(refused[0])
    assert sum(isinstance(result, dict) for result in results) == 1


def publish_two(parts: Parts, instrument: dict[str, Any]) -> tuple[list[Any], dict[str, str]]:
    """Two editions of different numbers, drafted at the same moment if nothing keeps them apart."""
    pool = members(SCORES, instrument)
    both = [
        lambda: publish_edition(parts, pool[:13], "2026.1", WHOLE),
        lambda: publish_edition(parts, pool, "2026.2", WHOLE),
    ]
    return at_once(*both), owners(pool)


def test_two_editions_at_once_answer_for_each_other(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    instrument = new_instrument()
    with_meeting(monkeypatch, parties=2, patience=1.0)
    results, owner_of = publish_two(parts, instrument)
    assert any(isinstance(result, dict) for result in results)
    assert found_out(ledger_of(parts, instrument), owner_of) is None


def test_without_the_lock_they_do_not(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: both read the ledger before either has written to it."""
    instrument = new_instrument()
    # the rows of shared contributions would make them wait as well; here they are there already
    with parts.pool_sessions.begin() as session:
        given = members(SCORES, instrument)
        session.add_all(contribution_of(parts.secrets.pseudonym, one) for one in given)
    monkeypatch.setattr(benchmark_pool, "wait_to_publish", lambda *_: None)
    with_meeting(monkeypatch, parties=2, patience=20.0)
    results, owner_of = publish_two(parts, instrument)
    assert all(isinstance(result, dict) for result in results)
    assert found_out(ledger_of(parts, instrument), owner_of) is not None


def with_meeting(monkeypatch: pytest.MonkeyPatch, *, parties: int, patience: float) -> None:
    """Let all who draft wait for each other with the ledger in their hands, as long as `patience` s."""
    meeting = threading.Barrier(parties)

    def drafted(*given: Any) -> edition_draft.Draft:
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(patience)
        return edition_draft.draft_edition(*given)

    monkeypatch.setattr(benchmarks, "draft_edition", drafted)


def test_a_ledger_with_a_page_missing_stops_all_publishing(
    parts: Parts, superuser: psycopg.Connection
) -> None:
    instrument = new_instrument()
    pool = members(SCORES, instrument)
    publish_edition(parts, pool, "2026.1", WHOLE)
    superuser.execute(
        "DELETE FROM pool.ledger_cell WHERE instrument_code = %s AND factor = 'index'", [instrument["code"]]
    )
    with pytest.raises(LedgerError, match=r"edition 2026\.1, index of all"):
        publish_edition(parts, pool, "2026.2", WHOLE)
    newest = edition_for_instrument(parts, instrument["code"], "1.0.0", synthetic=True)
    assert newest is not None
    assert newest["edition"] == "2026.1"


@pytest.mark.parametrize("number", ["2026.1", "2025.9"])
def test_a_number_is_used_once_and_goes_up(parts: Parts, number: str) -> None:
    instrument = new_instrument()
    pool = members(SCORES, instrument)
    publish_edition(parts, pool, "2026.1", WHOLE)
    with pytest.raises(InputError, match="number"):
        publish_edition(parts, pool, number, WHOLE)


def test_a_mixture_is_refused_and_leaves_nothing(parts: Parts) -> None:
    instrument = new_instrument()
    pool = members(SCORES, instrument)
    pool[3].scorecard["method"] = "0.9"  # type: ignore[index]  # a dict, whatever its type says
    with pytest.raises(InputError) as refused:
        publish_edition(parts, pool, "2026.1", WHOLE)
    assert len(refused.value.problems) == 1  # the odd one only, in whatever order the database gives them
    assert "method 0.9; expected 1.0" in str(refused.value)
    with parts.pool_sessions() as session:
        assert benchmark_pool.contributions_with_sheets(session, [one.sheet for one in pool]) == []


def test_real_members_are_not_published_without_an_approval(parts: Parts) -> None:
    pool = members(SCORES, new_instrument(), synthetic=False)
    with pytest.raises(IntegrityError, match="approved_if_real"):
        publish_edition(parts, pool, "2026.1", WHOLE)


def test_a_publisher_killed_at_any_point_leaves_nothing_in_part(
    parts: Parts, superuser: psycopg.Connection
) -> None:
    instrument = new_instrument()
    pool = members(SCORES, instrument)
    kills = 0
    for last in range(1, MOST_POINTS):
        code = in_a_process(lambda last=last: publish_dying(parts, pool, last))
        there = counts(superuser, instrument["code"])
        if code == 0:
            break
        assert code == -signal.SIGKILL
        kills += 1
        assert there == (0, 0, 0, 0)
    assert kills >= 8
    assert there[:3] == (14, 1, 14)
    assert there[3] >= 3


def publish_dying(parts: Parts, pool: list[Member], last: int) -> None:
    """Publish, and die at the last-th statement or commit."""
    left = [last]

    def pass_point(*_: Any, **__: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    engine = parts.pool_sessions.kw["bind"]
    engine.dispose(close=False)  # the parent's connections are not ours
    event.listen(engine, "before_cursor_execute", pass_point)
    event.listen(engine, "commit", pass_point)
    publish_edition(parts, pool, "2026.1", WHOLE)


def counts(superuser: psycopg.Connection, code: str) -> tuple[int, ...]:
    """Rows of the instrument: contributions, editions, members, pages of the ledger."""
    return tuple(
        superuser.execute(f"SELECT count(*) FROM pool.{table} WHERE instrument_code = %s", [code]).fetchone()[
            0
        ]
        for table in ("contribution", "edition", "edition_member", "ledger_cell")
    )


def test_an_edition_made_by_the_service_is_the_file_pipelines(parts: Parts) -> None:
    """The pool keeps less than a scorecard, and nothing that an edition needs is missing."""
    instrument = new_instrument()
    pool = members(SCORES, instrument, {"sector": "water", "country": "SE", "relationship": "citizen"})
    for one in pool:
        for factor in one.scorecard["factors"]:
            item = {
                "code": f"{factor['code']}1",
                "n": 99,
                "n_eff": 99.0,
                "mean": 1 + factor["score"] / 20,
                "sd": 1.1,
            }
            factor["items"] = [item, {**item, "code": f"{factor['code']}2"}]
    made = publish_edition(parts, pool, "2026.1")
    assert made == with_changes(draft_edition(pool, "2026.1"), pool).document
    assert any(cell["item"] for cell in made["cells"])
