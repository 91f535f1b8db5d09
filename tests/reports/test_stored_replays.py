"""Reports of the service made again: identical; with one number altered in what is stored, it says which."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.charts import ChartBrowser
from cri.db.models import Report, StoredPack, StoredScorecard, Wave
from cri.db.session import enter_agency
from cri.services.context import Actor, Context, Parts
from cri.services.packs import Look, Wanted, build_document, report_key, store_report
from cri.services.replays import replay_wave
from tests.services.conftest import NOW
from tests.web.visitor import add_results

Sessions = sessionmaker[Session]


@dataclass
class Stored:
    """A wave with its scorecard, pack and report as the service stores them; only a superuser alters them."""

    context: Context
    wave_id: uuid.UUID
    browser: ChartBrowser
    superuser: psycopg.Connection
    report: Report

    def told(self) -> list[str]:
        """What a replay says that differs."""
        self.context.session.expire_all()
        found = list(replay_wave(self.context, self.wave_id, self.browser))
        assert [one.name.split(" of ")[0] for one in found] == ["leader html en"]
        return [str(difference) for difference in found[0].differences]

    @contextmanager
    def altered(self, table: str, column: str, path: str, value: object) -> Iterator[None]:
        """One number in a stored document is another one for a while. path: as of PostgreSQL's jsonb_set."""
        where = f"FROM {table} WHERE wave_id = %s"
        row = self.superuser.execute(f"SELECT {column} {where}", [self.wave_id]).fetchone()
        assert row is not None
        change = f"UPDATE {table} SET {column} = %s WHERE wave_id = %s"
        one = f"UPDATE {table} SET {column} = jsonb_set({column}, %s, %s, false) WHERE wave_id = %s"
        self.superuser.execute(one, [path, Jsonb(value), self.wave_id])
        yield
        self.superuser.execute(change, [Jsonb(row[0]), self.wave_id])


@pytest.fixture
def stored(
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    superuser: psycopg.Connection,
    chart_browser: ChartBrowser,
    chart_cache: Path,
) -> Iterator[Stored]:
    (parts.var / "charts").symlink_to(chart_cache)
    wave_id = add_results(sessions, parts, agency_id, "no norm", pack=False)
    with sessions() as session:
        enter_agency(session, agency_id)
        context = Context(session, agency_id, Actor(None, "worker"), NOW, parts)
        wave = session.get_one(Wave, (agency_id, wave_id))
        card = session.get_one(StoredScorecard, (agency_id, wave_id)).document
        document = build_document(context, wave, card, Wanted("leader", None))
        session.add(StoredPack(agency_id=agency_id, wave_id=wave_id, kind="leader", document=document))
        report = store_report(context, wave, document, Look("en", "html"), chart_browser)
        session.commit()
        yield Stored(context, wave_id, chart_browser, superuser, report)


def test_it_is_identical_until_a_number_is_altered_and_then_named(stored: Stored) -> None:
    assert stored.told() == []
    figures = stored.report.manifest["figures"]
    place = next(n for n, one in enumerate(figures) if (one["where"], one["kind"]) == ("summary", "score"))
    true = figures[place]["text"]
    with stored.altered("report", "manifest", f"{{figures,{place},text}}", "9.9"):
        assert stored.told() == [f"figure in summary (score): shown 9.9, rebuilt {true}"]
    with stored.altered("pack", "document", "{sections,1,rows,0,score}", 9.87):
        (told,) = stored.told()
        assert told.startswith("leader pack.sections[1].rows[0].score: shown 9.87, rebuilt ")
    with stored.altered("scorecard", "document", "{factors,2,score}", 9.87):
        told_all = stored.told()
        assert any(line.startswith("scorecard (sha256): shown ") for line in told_all)
        assert any(line.startswith("figure in ") and line.endswith("rebuilt 9.9") for line in told_all)
    assert stored.told() == []


def test_a_file_that_was_changed_or_is_gone_is_said_to_be(stored: Stored) -> None:
    blobs, key = stored.context.parts.blobs, report_key(stored.report)
    blobs.put(key, blobs.get(key) + b" ")
    (told,) = stored.told()
    assert told.startswith(f"stored file (sha256): shown {stored.report.sha256}, rebuilt ")
    blobs.delete(key)
    assert stored.told() == [f"stored file (sha256): shown {stored.report.sha256}, rebuilt not there"]


def test_an_edition_that_is_gone_is_said_to_be(stored: Stored) -> None:
    norm = {"edition": "1999.1", "asked": "all"}
    with stored.altered("pack", "document", "{norm}", norm):
        assert any("no edition 1999.1 of cri" in line for line in stored.told())
