"""All waves in a workshop pack: which scorecards may stand there, and a later wave alters no report."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.charts import ChartBrowser
from cri.adapters.document_schemas import validate
from cri.cli import cli
from cri.db.models import StoredPack, StoredScorecard, Wave
from cri.db.session import enter_agency
from cri.domain.documents import digest_of, readable_json
from cri.domain.pack_kinds import build_pack
from cri.services.context import Actor, Context, Parts
from cri.services.packs import Look, Wanted, build_document, freeze_pack, store_report
from cri.services.replays import replay_wave
from tests.reports.documents import cri_instrument, scorecard
from tests.reports.waves import three_waves
from tests.services.conftest import NOW

FIRST, SECOND, THIRD = "first.json", "second.json", "third.json"


def of_waves(kind: str, *earlier: dict[str, Any]) -> dict[str, Any]:
    """A pack of the third wave with earlier ones."""
    return build_pack(kind, three_waves()[2], instrument=cri_instrument(), noun="residents", earlier=earlier)


def heads(pack: dict[str, Any]) -> list[str]:
    return [wave["label"] for wave in pack["figures"]["waves"]["waves"]]


def test_a_pack_names_the_waves_that_it_shows_the_oldest_first_in_whatever_order_they_come() -> None:
    first, second, _ = three_waves()
    pack = of_waves("workshop", second, first)
    validate(pack, "pack")
    assert heads(pack) == ["Spring 2024", "Spring 2025", "Spring 2026"]
    assert pack["inputs"]["earlier"] == [digest_of(first), digest_of(second)]
    assert "earlier" not in of_waves("workshop")["inputs"]
    assert "waves" not in of_waves("workshop")["figures"]


def test_the_guide_numbers_the_pages_of_the_pack_with_all_waves() -> None:
    earlier = three_waves()[:2]
    ids = [section["id"] for section in of_waves("workshop", *earlier)["sections"]]
    guide = of_waves("facilitator", *earlier)
    facing = [page for section in guide["sections"] for page in section.get("facing", ())]
    assert {page["id"]: page["number"] for page in facing} == {
        page["id"]: ids.index(page["id"]) + 1 for page in facing
    }


def test_a_wave_of_too_few_people_has_no_score_on_the_line() -> None:
    few = scorecard(8)
    few["wave"]["closed"] = "2023-03-24"
    pack = of_waves("workshop", few, *three_waves()[:2])
    points = [row["points"] for row in pack["figures"]["waves"]["rows"]]
    assert all(row[0]["score"] is row[0]["interval"] is None for row in points)
    assert all(row[1]["score"] is not None for row in points)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, chart_cache: Path) -> Path:
    """A folder with three scorecards and the workbook of the third with the others beside it."""
    folder = tmp_path_factory.mktemp("waves")
    for name, card in zip((FIRST, SECOND, THIRD), three_waves(), strict=True):
        (folder / name).write_text(readable_json(card), encoding="utf-8")
    told = pack(folder, chart_cache, FIRST, SECOND)
    assert (told.exit_code, told.output) == (0, "")
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def pack(folder: Path, charts: Path, *earlier: str, kind: str = "workshop", to: str = "pack.xlsx") -> Result:
    given = [part for name in earlier for part in ("--earlier", folder / name)]
    file_format = to.rpartition(".")[2]
    return run(
        *("pack", folder / THIRD, *given, "--kind", kind, "--format", file_format),
        *("--charts", charts, "-o", folder / to),
    )


def test_the_manifest_names_every_earlier_scorecard_and_a_replay_reads_them(
    made: Path, chart_cache: Path
) -> None:
    manifest = made / "pack.xlsx.manifest.json"
    named = json.loads(manifest.read_text())["inputs"]["earlier"]
    assert [one["path"] for one in named] == [FIRST, SECOND]
    assert [one["document_sha256"] for one in named] == [digest_of(card) for card in three_waves()[:2]]
    validate(json.loads(manifest.read_text()), "manifest")
    told = run("replay", manifest, "--charts", chart_cache)
    assert told.exit_code == 0, told.output
    card = json.loads((made / FIRST).read_text())
    score = card["index"]["score"]
    card["index"]["score"] += 3
    (made / FIRST).write_text(readable_json(card), encoding="utf-8")
    told = run("replay", manifest, "--charts", chart_cache)
    (made / FIRST).write_text(readable_json(three_waves()[0]), encoding="utf-8")
    assert told.exit_code == 1
    assert f"shown {score:.1f}, rebuilt {score + 3:.1f}" in told.output
    assert "earlier 1 first.json (document_sha256): shown" in told.output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"agency": "Southbank"}, "is of another agency (Southbank); expected a scorecard of Northbank"),
        ({"instrument": {"code": "other"}}, "is of another instrument (other); expected a scorecard of cri"),
        ({"synthetic": False}, "is of real answers; expected drawn answers, as the pack's scorecard"),
        ({"wave": {"closed": "2027-01-01"}}, "closed on 2027-01-01; expected a wave that closed before 2026"),
        ({"wave": {"closed": None}}, "closed on no known day; expected a wave that closed before 2026-03-22"),
    ],
)
def test_a_scorecard_that_is_no_earlier_wave_of_this_agency_is_refused(
    made: Path, chart_cache: Path, change: dict[str, Any], said: str
) -> None:
    card = json.loads((made / FIRST).read_text())
    for key, value in change.items():
        card[key] = {**card[key], **value} if isinstance(value, dict) else value
    (made / "wrong.json").write_text(readable_json(card), encoding="utf-8")
    told = pack(made, chart_cache, SECOND, "wrong.json", to="wrong.xlsx")
    assert told.exit_code == 2, told.output
    assert f"wrong.json: {said}" in told.output
    assert not (made / "wrong.xlsx").exists()


def test_one_wave_twice_and_a_pack_without_earlier_waves_are_refused(made: Path, chart_cache: Path) -> None:
    twice = pack(made, chart_cache, FIRST, FIRST, to="wrong.xlsx")
    assert twice.exit_code == 2
    assert "is of the same answers as another scorecard here; expected each wave once" in twice.output
    other = pack(made, chart_cache, FIRST, kind="leader", to="wrong.html")
    assert other.exit_code == 2
    assert "a leader pack does not show earlier waves; expected workshop or facilitator" in other.output


@dataclass
class Stored:
    """An agency's waves in the service, and the session that stores them."""

    context: Context

    def add(self, number: int) -> Wave:
        """One of the three waves, scored, with its leader's pack."""
        card, session = three_waves()[number], self.context.session
        agency_id = self.context.agency_id
        closed = datetime.fromisoformat(card["wave"]["closed"]).replace(tzinfo=UTC)
        wave = Wave(
            agency_id=agency_id,
            id=uuid.uuid4(),
            label=card["wave"]["label"],
            instrument_code="cri",
            instrument_version="1.0.0",
            languages=["en"],
            noun="residents",
            synthetic=False,
            state="scored",
            opened_at=closed,
            closes_at=closed,
            closed_at=closed,
            sheet_sha256=card["sheet_sha256"],
        )
        session.add(wave)
        session.flush()
        key = {"agency_id": agency_id, "wave_id": wave.id}
        session.add(StoredScorecard(**key, sha256=digest_of(card), document=card))
        leader = build_document(self.context, wave, card, Wanted("leader", None))
        session.add(StoredPack(**key, kind="leader", document=leader))
        session.flush()
        return wave


@pytest.fixture
def stored(sessions: sessionmaker[Session], parts: Parts, agency_id: uuid.UUID) -> Iterator[Stored]:
    with sessions() as session:
        enter_agency(session, agency_id)
        yield Stored(Context(session, agency_id, Actor(None, "worker"), NOW, parts))


def test_a_report_stays_what_it_was_when_another_earlier_wave_is_scored_later(
    stored: Stored, chart_browser: ChartBrowser, superuser: psycopg.Connection
) -> None:
    context = stored.context
    first, third = stored.add(0), stored.add(2)
    document = freeze_pack(context, third, "workshop")
    assert document is not None
    assert heads(document) == ["Spring 2024", "Spring 2026"]
    store_report(context, third, document, Look("en", "xlsx"), chart_browser)

    def told() -> list[str]:
        context.session.expire_all()
        (found,) = replay_wave(context, third.id, chart_browser)
        return [str(difference) for difference in found.differences]

    assert told() == []
    stored.add(1)
    # the naive way, waves as they are now, is not what was printed
    now = build_document(context, third, three_waves()[2], Wanted("workshop", None))
    assert heads(now) == ["Spring 2024", "Spring 2025", "Spring 2026"]
    assert told() == []
    context.session.commit()
    row = "WHERE wave_id = %s"
    superuser.execute(
        f"UPDATE scorecard SET document = jsonb_set(document, '{{index,score}}', %s) {row}",
        [Jsonb(1.5), first.id],
    )
    enter_agency(context.session, context.agency_id)
    assert any("figures.waves.rows[0].points[0].score" in line and "rebuilt 1.5" in line for line in told())
    superuser.execute(f"UPDATE scorecard SET sha256 = %s {row}", ["f" * 64, first.id])
    assert any("no scorecard" in line and "of an earlier wave" in line for line in told())
