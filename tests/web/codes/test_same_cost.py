"""A used code costs the same as an unknown one, and the service cannot ask which it was."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from cri.services import attempts, codes
from cri.services.context import Parts
from tests.factories import OpenedWave
from tests.web.codes.letters import any_code, use

Sessions = sessionmaker[Session]


def tried(parts: Parts, code: str, now: datetime) -> dict[str, object]:
    near, far, until = attempts.buckets_of(parts.secrets, codes.CODES, "192.0.2.0/24", now)
    where = {"near": near, "far": far, "until": until, "near_most": 200, "far_most": 20_000}
    return {"typed": codes._digest_of(parts.secrets, code), "now": now, **where}


NAIVE = """
CREATE FUNCTION lookup.naive_try(
    typed bytea, moment timestamptz, near bytea, far bytea, over timestamptz, a integer, b integer
)
    RETURNS uuid LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM invitation_code c WHERE c.digest = typed) THEN
        INSERT INTO attempt_count AS known (bucket, until, tries) VALUES (near, over, 1), (far, over, 1)
            ON CONFLICT (bucket) DO UPDATE SET tries = known.tries + 1;
    END IF;
    RETURN NULL;
END $$;
ALTER FUNCTION lookup.naive_try OWNER TO cri_lookup;
GRANT EXECUTE ON FUNCTION lookup.naive_try TO cri_app
"""


@pytest.fixture
def naive_try(superuser: psycopg.Connection) -> Iterator[None]:
    """In the database: the way that leaves out the writing where there is nothing to count."""
    superuser.execute(NAIVE)
    yield
    superuser.execute("DROP FUNCTION lookup.naive_try")


@pytest.mark.parametrize("naive", [False, True])
@pytest.mark.usefixtures("naive_try")
def test_a_used_code_costs_the_same_writing_as_an_unknown_one(
    sessions: Sessions,
    parts: Parts,
    wave: OpenedWave,
    letters: list[str],
    superuser: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    *,
    naive: bool,
) -> None:
    """Each writes both rows anew, so each commit waits for the disk. The control writes for one only."""
    if naive:
        asked = "SELECT lookup.naive_try(:typed, :now, :near, :far, :until, :near_most, :far_most)"
        monkeypatch.setattr(codes, "_TRY", text(asked))
    use(sessions, wave)
    now, written = datetime.now(UTC), []
    for code in (any_code(), letters[0].replace("-", ""), any_code(), letters[0].replace("-", "")):
        with sessions.begin() as session:
            codes.try_code(session, parts.secrets, code, "192.0.2.0/24", now)
        written.append({row[0] for row in superuser.execute("SELECT xmin::text FROM attempt_count")})
    fresh = [len(written[0]) == 1, *(one != before for before, one in pairwise(written))]
    assert fresh == ([True, False, True, False] if naive else [True] * 4)


def test_the_service_itself_cannot_ask_whether_a_code_was_good_once(
    sessions: Sessions, parts: Parts, wave: OpenedWave, letters: list[str]
) -> None:
    """It is given a link or nothing; without an agency it finds no row, and no other function tells."""
    use(sessions, wave)
    now = datetime.now(UTC)
    with sessions() as session:
        found = [
            session.execute(codes._TRY, asked).all()
            for asked in (tried(parts, code, now) for code in (any_code(), letters[0].replace("-", "")))
        ]
        assert found == [[(None,)], [(None,)]]
        assert session.execute(text("SELECT count(*) FROM invitation_code")).scalar_one() == 0
        functions = (
            "SELECT proname FROM pg_proc WHERE pronamespace = 'lookup'::regnamespace AND prosrc LIKE :of"
        )
        assert session.scalars(text(functions), {"of": "%invitation_code%"}).all() == ["try_code"]
