"""A scored wave goes to the pool with consent, once, and leaves it when consent is taken back."""

import os
import signal
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.consent_texts import consent_text
from cri.db.models import Agency, PoolConsent, StoredScorecard, Wave
from cri.db.queries import pool_contributions as pool
from cri.db.session import enter_agency
from cri.domain.documents import digest_of
from cri.domain.errors import InputError
from cri.domain.quarantine import Rule
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.synthetic import synthetic_answers
from cri.services.accounts import create_account
from cri.services.consents import (
    SyntheticAgencyError,
    change_facets,
    consents_of,
    give_consent,
    revoke_consent,
)
from cri.services.context import Actor, Context, Parts
from cri.services.contributions import is_unsettled, pseudonym, settle_contribution
from cri.services.instruments import released_instrument
from cri.services.quarantine import ContributionMissingError, decide
from tests.database_fixtures import make_agency
from tests.services.conftest import NOW, PASSWORD
from tests.services.own_process import in_a_process

Sessions = sessionmaker[Session]
RELEASE = ("cri", "1.1.0")
MOST_POINTS = 60


@contextmanager
def acting(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Iterator[Context]:
    """An administrator of the agency, in a transaction that commits."""
    with sessions.begin() as session:
        account = create_account(session, parts.secrets, f"{uuid.uuid4().hex}@example.org", PASSWORD)
        enter_agency(session, agency_id)
        yield Context(session, agency_id, Actor(account, "administrator"), NOW, parts)


def add_wave(
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    *,
    seed: int = 1,
    respondents: int = 60,
    closed: datetime = NOW,
    effect: float = 0.0,
    elsewhere: bool = False,
) -> uuid.UUID:
    """A scored wave. The same seed gives the same answers, and the same sheet."""
    wave_id = uuid.uuid4()
    instrument = released_instrument(*RELEASE)
    sheet = synthetic_answers(instrument, respondents, (), effect, seed)
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        agency = session.get_one(Agency, agency_id)
        sha256 = digest_of([seed, respondents, effect, str(agency_id) if seed else "shared"])
        facts = WaveFacts(
            agency=agency.name,
            wave_id=str(wave_id),
            label="Spring",
            closed=closed.date(),
            synthetic=agency.synthetic,
            sheet_sha256=sha256,
            collected="elsewhere" if elsewhere else None,
        )
        card = build_scorecard(instrument, sheet, facts)
        session.add(
            Wave(
                agency_id=agency_id,
                id=wave_id,
                label="Spring",
                instrument_code=RELEASE[0],
                instrument_version=RELEASE[1],
                languages=["en"],
                noun="residents",
                minimum=10,
                synthetic=agency.synthetic,
                state="scored",
                opened_at=closed - timedelta(days=20),
                closes_at=closed,
                closed_at=closed,
                sheet_sha256=sha256,
            )
        )
        session.flush()
        session.add(
            StoredScorecard(agency_id=agency_id, wave_id=wave_id, sha256=digest_of(card), document=card)
        )
    return wave_id


def agree(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> None:
    with acting(sessions, parts, agency_id) as context:
        give_consent(context, consent_text("en"))


def take_back(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> None:
    with acting(sessions, parts, agency_id) as context:
        revoke_consent(context)


def settle(sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave_id: uuid.UUID) -> None:
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        settle_contribution(Context(session, agency_id, Actor(None, "worker"), NOW, parts), wave_id)


def given(parts: Parts, agency_id: uuid.UUID) -> list[pool.Entry]:
    """What the agency has in the pool, the oldest wave first."""
    own = pseudonym(parts.secrets.pseudonym, "agency", str(agency_id))
    with parts.pool_sessions() as session:
        entries = pool.entries_of(session, *RELEASE, synthetic=False)
    mine = [entry for entry in entries if entry.contribution.pseudonym == own]
    return sorted(mine, key=lambda entry: entry.contribution.aggregates["wave"]["ordinal"])


def states(parts: Parts, agency_id: uuid.UUID) -> list[str]:
    return [entry.state for entry in given(parts, agency_id)]


def jobs(superuser: psycopg.Connection, wave_id: uuid.UUID) -> list[str]:
    rows = superuser.execute(
        "SELECT task_name FROM procrastinate_jobs WHERE args ->> 'wave_id' = %s ORDER BY id", [str(wave_id)]
    )
    return [name for (name,) in rows]


def test_nothing_is_given_without_consent(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> None:
    wave_id = add_wave(sessions, parts, agency_id)
    settle(sessions, parts, agency_id, wave_id)
    assert given(parts, agency_id) == []


def test_consent_says_who_when_and_to_what(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID, superuser: psycopg.Connection
) -> None:
    wave_id = add_wave(sessions, parts, agency_id)
    agree(sessions, parts, agency_id)
    agree(sessions, parts, agency_id)  # twice is once
    with acting(sessions, parts, agency_id) as context:
        (consent,) = consents_of(context)
        text = consent_text("en")
        assert (consent.text_version, consent.text_locale, consent.text_sha256) == (
            *("1.0.0", "en"),
            text.sha256,
        )
        assert consent.given_at == NOW
        assert consent.given_by != context.actor.account_id
        assert consent.revoked_at is None
    assert jobs(superuser, wave_id) == ["cri:contribute"]
    take_back(sessions, parts, agency_id)
    assert jobs(superuser, wave_id) == ["cri:contribute"] * 2
    with acting(sessions, parts, agency_id) as context:
        (consent,) = consents_of(context)
        assert consent.revoked_at == NOW
        assert consent.revoked_by not in {None, consent.given_by}


def test_the_database_lets_one_consent_stand(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> None:
    agree(sessions, parts, agency_id)
    with acting(sessions, parts, agency_id) as context:
        first = consents_of(context)[0]
        context.session.add(
            PoolConsent(
                agency_id=agency_id,
                text_version="1.0.0",
                text_locale="en",
                text_sha256=first.text_sha256,
                given_by=first.given_by,
                given_at=NOW,
            )
        )
        with pytest.raises(IntegrityError, match="uq_pool_consent_standing"):
            context.session.flush()
        context.session.rollback()


def test_what_is_given_is_the_waves_aggregates_under_pseudonyms(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    with acting(sessions, parts, agency_id) as context:
        facets = {"sector": "water", "country": "SE", "relationship": "customer"}
        change_facets(context, facets, "  The  Ministry ")
    agree(sessions, parts, agency_id)
    first = add_wave(sessions, parts, agency_id, seed=2, closed=NOW - timedelta(days=200))
    second = add_wave(sessions, parts, agency_id, seed=3)
    for wave_id in (second, first, second):
        settle(sessions, parts, agency_id, wave_id)
    older, newer = (entry.contribution for entry in given(parts, agency_id))
    assert older.aggregates["previous"] is None
    assert newer.aggregates["previous"]["sheet_sha256"] == older.sheet_sha256
    assert newer.aggregates["wave"] == {"closed": "2026-11", "ordinal": 1}
    assert newer.aggregates["facets"] == facets
    assert newer.owner_pseudonym == pseudonym(parts.secrets.pseudonym, "owner", "the ministry")
    assert "Test agency" not in str(newer.aggregates)
    with parts.pool_sessions() as session:
        entries = [
            e
            for e in pool.entries_of(session, *RELEASE, synthetic=False)
            if e.contribution.id in {older.id, newer.id}
        ]
    assert [entry.contribution.id for entry in pool.newest_of_each(entries)] == [newer.id]


def test_too_small_a_wave_and_made_up_data_are_not_given(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    agree(sessions, parts, agency_id)
    small = add_wave(sessions, parts, agency_id, respondents=44)
    settle(sessions, parts, agency_id, small)
    assert given(parts, agency_id) == []
    synthetic = make_agency(sessions, synthetic=True)
    with pytest.raises(SyntheticAgencyError):
        agree(sessions, parts, synthetic)


def test_what_was_collected_elsewhere_is_no_earlier_wave_either(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    agree(sessions, parts, agency_id)
    brought = add_wave(sessions, parts, agency_id, seed=8, closed=NOW - timedelta(days=200), elsewhere=True)
    own = add_wave(sessions, parts, agency_id, seed=9)
    for wave_id in (brought, own):
        settle(sessions, parts, agency_id, wave_id)
    (only,) = given(parts, agency_id)
    assert only.contribution.aggregates["previous"] is None


def test_what_is_taken_back_stays_out_for_ever(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    agree(sessions, parts, agency_id)
    wave_id = add_wave(sessions, parts, agency_id, seed=4)
    settle(sessions, parts, agency_id, wave_id)
    assert states(parts, agency_id) == ["in"]
    take_back(sessions, parts, agency_id)
    settle(sessions, parts, agency_id, wave_id)
    settle(sessions, parts, agency_id, wave_id)
    assert states(parts, agency_id) == ["withdrawn"]
    agree(sessions, parts, agency_id)
    settle(sessions, parts, agency_id, wave_id)
    assert states(parts, agency_id) == ["withdrawn"]


def test_a_job_that_was_lost_is_known_to_be_missing(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_wave(sessions, parts, agency_id, seed=5)

    def unsettled() -> bool:
        with acting(sessions, parts, agency_id) as context:
            return is_unsettled(context, wave_id)

    assert not unsettled()
    agree(sessions, parts, agency_id)
    assert unsettled()
    settle(sessions, parts, agency_id, wave_id)
    assert not unsettled()
    take_back(sessions, parts, agency_id)
    assert unsettled()
    settle(sessions, parts, agency_id, wave_id)
    assert not unsettled()


def test_a_sheet_that_two_agencies_give_is_held_and_never_let_in(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    other = make_agency(sessions, "Its twin")
    for one in (agency_id, other):
        agree(sessions, parts, one)
        settle(sessions, parts, one, add_wave(sessions, parts, one, seed=0, respondents=61))
    (first,), (copied,) = given(parts, agency_id), given(parts, other)
    assert first.state == "in"
    assert copied.state == "held"
    assert copied.rules == (Rule.SAME_SHEET, Rule.SAME_FIGURES)
    assert copied.contribution.copy_of == first.contribution.id
    steward = uuid.uuid4()
    with pytest.raises(InputError, match="sheet of another contribution"):
        decide(parts, copied.contribution.id, "accepted", "looks fine", steward=steward, now=NOW)
    decide(parts, copied.contribution.id, "refused", "a copy", steward=steward, now=NOW)
    assert states(parts, other) == ["refused"]


def test_a_stewards_decisions_are_logged_and_the_last_one_counts(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    other = make_agency(sessions, "The same people")
    for one in (agency_id, other):
        agree(sessions, parts, one)
        settle(sessions, parts, one, add_wave(sessions, parts, one, seed=6))
    (held,) = given(parts, other)
    assert (held.state, held.rules) == ("held", (Rule.SAME_FIGURES,))
    steward, key = uuid.uuid4(), held.contribution.id
    for verdict, reason, wrong in (
        ("accepted", "  ", "the reason has 0 characters"),
        ("perhaps", "why", "no decision"),
    ):
        with pytest.raises(InputError, match=wrong):
            decide(parts, key, verdict, reason, steward=steward, now=NOW)
    with ThreadPoolExecutor(2) as threads:
        for verdict in ("refused", "refused"):
            threads.submit(decide, parts, key, verdict, "the same file", steward=steward, now=NOW)
    decide(parts, key, "accepted", "they share one survey", steward=steward, now=NOW)
    (decided,) = given(parts, other)
    assert decided.state == "in"
    assert [(one.verdict, one.reason, one.decided_by, one.decided_at) for one in decided.decisions] == [
        ("refused", "the same file", steward, NOW),
        ("refused", "the same file", steward, NOW),
        ("accepted", "they share one survey", steward, NOW),
    ]
    with pytest.raises(InputError, match="not held"):
        decide(parts, given(parts, agency_id)[0].contribution.id, "refused", "why", steward=steward, now=NOW)
    with pytest.raises(ContributionMissingError):
        decide(parts, uuid.uuid4(), "refused", "why", steward=steward, now=NOW)


def test_consent_taken_back_while_a_wave_is_given_is_never_overtaken(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever comes first: once both are done and the withdrawal's job has run, nothing is in the pool."""
    agree(sessions, parts, agency_id)
    wave_id = add_wave(sessions, parts, agency_id, seed=7)
    reached, stored = threading.Event(), pool.add_contribution

    def slowly(*args: Any) -> None:
        reached.set()
        threading.Event().wait(0.5)  # long enough for a revocation that does not wait
        stored(*args)

    monkeypatch.setattr(pool, "add_contribution", slowly)
    with ThreadPoolExecutor(1) as threads:
        giving = threads.submit(settle, sessions, parts, agency_id, wave_id)
        assert reached.wait(20)
        take_back(sessions, parts, agency_id)
        assert states(parts, agency_id) == ["in"]  # it waited: what was under way is in, and is seen
        settle(sessions, parts, agency_id, wave_id)
        giving.result()
    assert states(parts, agency_id) == ["withdrawn"]


def test_a_worker_killed_at_any_point_gives_once(
    sessions: Sessions, engine: Engine, parts: Parts, agency_id: uuid.UUID
) -> None:
    agree(sessions, parts, agency_id)
    wave_id = add_wave(sessions, parts, agency_id, seed=8)
    kills = 0
    for last in range(1, MOST_POINTS):
        code = in_a_process(lambda last=last: dying(sessions, engine, parts, agency_id, wave_id, last))
        assert states(parts, agency_id) in ([], ["in"])
        if code == 0:
            break
        assert code == -signal.SIGKILL
        kills += 1
    assert kills >= 8
    assert states(parts, agency_id) == ["in"]


def dying(
    sessions: Sessions, engine: Engine, parts: Parts, agency_id: uuid.UUID, wave_id: uuid.UUID, last: int
) -> None:
    """Settle, and die at the last-th statement or commit, in whichever of the two databases' sessions."""
    left = [last]

    def pass_point(*_: Any, **__: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for used in (engine, parts.pool_sessions.kw["bind"]):
        used.dispose(close=False)  # the parent's connections are not ours
        event.listen(used, "before_cursor_execute", pass_point)
        event.listen(used, "commit", pass_point)
    settle(sessions, parts, agency_id, wave_id)
