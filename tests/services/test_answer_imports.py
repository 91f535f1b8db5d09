"""Answers collected elsewhere: the same checks, the same way to results, and marked for what they are."""

import io
import uuid
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import func, select

from cri.db.models import CollectedElsewhere, MixedEntry, Wave
from cri.domain.errors import InputError
from cri.services import answer_imports
from cri.services.answer_imports import SheetGoneError, accept_sheet, bring_sheet, pending_sheet
from cri.services.context import Actor, Context
from cri.services.contributions import reason_left_out
from cri.services.instruments import released_instrument
from cri.services.rosters import import_tree_and_roster
from cri.services.scoring import load_scorecard, score_wave
from cri.services.sealing import seal_wave
from cri.services.sheets import get_sheet
from cri.services.waves import WaveStateError, create_wave, find_wave, open_wave
from tests.services.conftest import NOW
from tests.services.test_rosters import TREE_TEXT, people

INSTRUMENT = released_instrument("cri", "1.1.0")
ITEMS = [item.code for item in INSTRUMENT.items]
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 20)


def draft(ctx: Context, roster: str = "") -> uuid.UUID:
    import_tree_and_roster(ctx, TREE_TEXT, roster)
    later = NOW + timedelta(days=9)
    return create_wave(ctx, "On paper", languages=["en"], noun="residents", closes_at=later)


def sheet(*units: str, point: int = 5, extra: str = "") -> bytes:
    """CSV of one answer for each unit named."""
    head = ",".join([*ITEMS, "unit"])
    rows = [
        ",".join([*[str((point + place) % 7 + 1) for place in range(len(ITEMS))], unit]) for unit in units
    ]
    return "\n".join([head, *rows, extra]).encode()


def results(ctx: Context, wave_id: uuid.UUID) -> dict[str, object]:
    worker = replace(ctx, actor=Actor(None, "worker"))
    for step in (seal_wave, score_wave):
        step(worker, wave_id)
    card = load_scorecard(worker, wave_id)
    assert card is not None
    return card


def test_a_sheet_becomes_results_by_the_way_of_every_wave_and_is_marked(ctx: Context) -> None:
    wave_id = draft(ctx, people(*range(40)))
    key, brought = bring_sheet(ctx, wave_id, sheet(*["north"] * 12, *["south"] * 0), FIRST, LAST)
    assert (brought.answers, brought.people, brought.without_unit) == (12, 40, 0)
    assert [(unit.code, count) for unit, _, count in brought.units] == [
        ("all", 12),
        ("north", 12),
        ("south", 0),
    ]
    assert find_wave(ctx, wave_id).state == "draft"
    assert ctx.session.scalar(select(func.count()).select_from(MixedEntry)) == 0
    assert accept_sheet(ctx, wave_id, key, brought.digest) == 12
    assert find_wave(ctx, wave_id).state == "closing"
    card = results(ctx, wave_id)
    assert card["wave"] == {
        "id": str(wave_id),
        "label": "On paper",
        "opened": "2026-10-01",
        "closed": "2026-10-20",
        "minimum": 10,
        "collected": "elsewhere",
    }
    assert card["population"]["headcount"] == 40  # type: ignore[index]  # a document
    assert card["population"]["responses"] == 12  # type: ignore[index]
    assert reason_left_out(card) == "its answers were collected elsewhere"
    wave = find_wave(ctx, wave_id)
    assert (wave.mailbox_key, wave.open_link_digest) == (None, None)
    assert ctx.session.scalar(select(func.count()).select_from(MixedEntry)) == 0


def test_the_sealed_sheet_holds_what_was_brought_and_no_order_of_it(ctx: Context) -> None:
    wave_id = draft(ctx)
    data = b"".join([sheet(*["north"] * 10), b"\n", sheet(*["south"] * 10, point=2).split(b"\n", 1)[1]])
    key, brought = bring_sheet(ctx, wave_id, data, FIRST, LAST)
    assert brought.people is None
    accept_sheet(ctx, wave_id, key, brought.digest)
    seal_wave(replace(ctx, actor=Actor(None, "worker")), wave_id)
    sha256 = str(find_wave(ctx, wave_id).sheet_sha256)
    sealed = get_sheet(ctx.parts.blobs, ctx.agency_id, wave_id, sha256, INSTRUMENT)
    assert sealed.respondents == 20
    assert sorted(sealed.answers[:, 0].tolist()) == [3] * 10 + [6] * 10


def test_fewer_than_ten_answers_are_counted_and_none_is_kept(ctx: Context) -> None:
    wave_id = draft(ctx)
    key, brought = bring_sheet(ctx, wave_id, sheet(*["north"] * 9), FIRST, LAST)
    accept_sheet(ctx, wave_id, key, brought.digest)
    card = results(ctx, wave_id)
    assert card["population"]["responses"] == 9  # type: ignore[index]
    assert card["index"]["score"] is None  # type: ignore[index]


def test_the_checks_are_those_of_the_command_and_name_row_and_column(ctx: Context) -> None:
    wave_id = draft(ctx, people(*range(5)))
    with pytest.raises(InputError, match="answers: row 2: has 38 cells"):
        bring_sheet(ctx, wave_id, sheet("north").replace(b",north", b",,north"), FIRST, LAST)
    with pytest.raises(InputError) as refused:
        bring_sheet(ctx, wave_id, sheet("north", "nowhere"), FIRST, LAST)
    assert "answers: row 3, column unit: nowhere is not a unit" in str(refused.value)
    with pytest.raises(InputError, match="has 6 answers and a head-count of 5"):
        bring_sheet(ctx, wave_id, sheet(*["north"] * 6), FIRST, LAST)
    for data in (b"", b"PK\x03\x04 no workbook", sheet("north").replace(b"6", b"9", 1), b"a,b\n1,2\n"):
        with pytest.raises(InputError) as refused:
            bring_sheet(ctx, wave_id, data, FIRST, LAST)
        assert "/proc" not in str(refused.value)
    for began, ended in ((LAST, FIRST), (FIRST, date(2026, 11, 3))):
        with pytest.raises(InputError):
            bring_sheet(ctx, wave_id, sheet("north"), began, ended)
    assert ctx.parts.blobs.keys("upload") == []


def test_a_workbook_is_read_like_the_text_it_holds(ctx: Context) -> None:
    wave_id = draft(ctx)
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for row, line in enumerate(sheet(*["north"] * 11).decode().splitlines()):
            for column, cell in enumerate(line.split(",")):
                page.write(2 * row, column, int(cell) if cell.isdigit() else cell)  # a blank row between
    assert bring_sheet(ctx, wave_id, packed.getvalue(), FIRST, LAST)[1].answers == 11
    broken = io.BytesIO()
    with xlsxwriter.Workbook(broken, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for column, code in enumerate(ITEMS):
            page.write(0, column, code)
            page.write(4, column, 9)
    with pytest.raises(InputError, match=f"answers: row 5, column {ITEMS[0]}: 9 is not on the scale"):
        bring_sheet(ctx, wave_id, broken.getvalue(), FIRST, LAST)


def test_nothing_is_taken_in_that_was_not_previewed_or_of_a_wave_that_opened(
    ctx: Context, tmp_path: Path
) -> None:
    wave_id = draft(ctx, people(*range(20)))
    key, brought = bring_sheet(ctx, wave_id, sheet(*["north"] * 12), FIRST, LAST)
    for wrong in ((None, brought.digest), (key, "0" * 64), ("A" * 44, brought.digest)):
        with pytest.raises(SheetGoneError):
            accept_sheet(ctx, wave_id, *wrong)
    stored = b"".join(path.read_bytes() for path in (tmp_path / "blobs").rglob("*") if path.is_file())
    assert ITEMS[0].encode() not in stored
    import_tree_and_roster(ctx, "", people(*range(11)))  # fewer people than answers by now
    assert pending_sheet(ctx, wave_id, key) is None
    with pytest.raises(SheetGoneError):
        accept_sheet(ctx, wave_id, key, brought.digest)
    assert ctx.session.scalars(select(CollectedElsewhere)).all() == []
    open_wave(ctx, wave_id)
    for call in (
        lambda: bring_sheet(ctx, wave_id, sheet("north"), FIRST, LAST),
        lambda: accept_sheet(ctx, wave_id, key, brought.digest),
    ):
        with pytest.raises(WaveStateError):
            call()
    assert ctx.session.scalar(select(Wave.state).where(Wave.id == wave_id)) == "open"


def test_answers_lie_sealed_in_random_order_until_they_are_scored(ctx: Context) -> None:
    """As after mixing: of one length, none readable without the wave's key, which is destroyed at sealing."""
    wave_id = draft(ctx)
    key, brought = bring_sheet(ctx, wave_id, sheet(*["north"] * 30), FIRST, LAST)
    accept_sheet(ctx, wave_id, key, brought.digest)
    rows = ctx.session.scalars(select(MixedEntry.ciphertext).where(MixedEntry.wave_id == wave_id)).all()
    assert len({len(row) for row in rows}) == 1
    assert len(set(rows)) == 30
    assert not any(ITEMS[0].encode() in row for row in rows)
    assert answer_imports.collected_elsewhere(ctx, wave_id) is not None
