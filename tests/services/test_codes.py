"""Typed codes: made again, never stored, alive as long as their link; and nothing to be learnt by trying."""

import uuid
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Invitation
from cri.db.session import enter_agency
from cri.services.codes import read_code, show_code, show_codes, try_code
from cri.services.context import Actor, Context, Parts
from cri.services.links import digest_of_token, personal_token
from tests.database_fixtures import make_agency
from tests.factories import OpenedWave, change_wave, open_wave

Sessions = sessionmaker[Session]
NOW = datetime.now(UTC)


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["garage", "front"])


def shown(sessions: Sessions, parts: Parts, wave: OpenedWave) -> list[str]:
    with sessions.begin() as session:
        enter_agency(session, wave.agency_id)
        ctx = Context(session, wave.agency_id, Actor(None, "administrator"), NOW, parts)
        return list(show_codes(ctx, wave.invitations).values())


def behind(sessions: Sessions, parts: Parts, typed: str, now: datetime = NOW) -> str | None:
    """Where a code leads; that it was tried is not kept."""
    code = read_code(typed)
    assert code is not None
    with sessions() as session:
        return try_code(session, parts.secrets, code, "192.0.2.0/24", now)


def test_a_code_leads_to_its_own_link_and_is_the_same_at_every_call(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    codes = shown(sessions, parts, wave)
    assert codes == shown(sessions, parts, wave)
    assert [[len(group) for group in code.split("-")] for code in codes] == [[4, 4, 4, 1]] * 2
    assert [behind(sessions, parts, code) for code in codes] == list(wave.tokens)
    sloppy = codes[0].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert behind(sessions, parts, sloppy) == wave.tokens[0]


def test_the_database_holds_no_code_and_only_those_that_were_shown(
    sessions: Sessions, parts: Parts, wave: OpenedWave, superuser: psycopg.Connection
) -> None:
    rows = "SELECT * FROM invitation_code WHERE agency_id = %s"
    assert superuser.execute(rows, [wave.agency_id]).fetchall() == []
    codes = shown(sessions, parts, wave)
    stored = superuser.execute(rows, [wave.agency_id]).fetchall()
    assert len(stored) == 2
    for code in codes:
        plain = code.replace("-", "")
        assert all(plain not in str(row) and plain.encode() not in bytes(row[2]) for row in stored)


def test_nobody_shows_the_code_of_another_agencys_invitation(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    other = make_agency(sessions, "Another")
    with sessions() as session:
        enter_agency(session, other)
        ctx = Context(session, other, Actor(None, "administrator"), NOW, parts)
        with pytest.raises(IntegrityError):
            show_code(ctx, wave.invitations[0])


@pytest.mark.parametrize("end", ["used", "blanked", "late", "closing", "sealed"])
def test_a_code_dies_with_its_link(sessions: Sessions, parts: Parts, wave: OpenedWave, end: str) -> None:
    code, other = shown(sessions, parts, wave)
    if end in {"used", "blanked"}:
        values = {"used": True} if end == "used" else {"token_digest": None}
        with sessions.begin() as session:
            enter_agency(session, wave.agency_id)
            session.execute(update(Invitation).where(Invitation.id == wave.invitations[0]).values(values))
        assert behind(sessions, parts, other) == wave.tokens[1]
    elif end == "late":
        change_wave(sessions, wave, closes_at=NOW - timedelta(seconds=1))
    elif end == "closing":
        change_wave(sessions, wave, state="closing")
    else:
        change_wave(sessions, wave, state="sealed", sheet_sha256="0" * 64)
    assert behind(sessions, parts, code) is None


def test_a_replaced_link_has_a_new_code_and_the_old_one_is_dead(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    old, other = shown(sessions, parts, wave)
    new_id = uuid.uuid4()
    with sessions.begin() as session:
        enter_agency(session, wave.agency_id)
        token = personal_token(parts.secrets, new_id)
        values = {"id": new_id, "token_digest": digest_of_token(parts.secrets, token)}
        session.execute(update(Invitation).where(Invitation.id == wave.invitations[0]).values(values))
    assert behind(sessions, parts, old) is None  # though nobody has shown the new one yet
    with sessions.begin() as session:
        enter_agency(session, wave.agency_id)
        ctx = Context(session, wave.agency_id, Actor(None, "administrator"), NOW, parts)
        new = show_code(ctx, new_id)
    assert new != old
    assert behind(sessions, parts, new) == token
    assert behind(sessions, parts, old) is None
    assert behind(sessions, parts, other) == wave.tokens[1]
