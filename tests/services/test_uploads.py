"""What was sent in and not accepted: for one browser, for an hour, and unreadable to everybody else."""

import os
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from cri.services import uploads
from cri.services.context import Actor, Context
from tests.services.conftest import NOW


def test_only_the_key_opens_it_and_only_for_whom_it_was_made(ctx: Context) -> None:
    key = uploads.keep_upload(ctx, "preview", b"canary")
    assert uploads.find_upload(ctx, "preview", key) == b"canary"
    other = uploads.keep_upload(replace(ctx, actor=Actor(uuid.uuid4(), "administrator")), "preview", b"x")
    for wrong in (None, "", "no key", "A" * 44, other):
        assert uploads.find_upload(ctx, "preview", wrong) is None
    assert uploads.find_upload(ctx, "tables", key) is None
    assert uploads.find_upload(replace(ctx, agency_id=uuid.uuid4()), "preview", key) is None


def test_the_store_holds_nothing_that_can_be_read(ctx: Context, tmp_path: Path) -> None:
    uploads.keep_upload(ctx, "preview", b"ana.ruiz@example.org")
    stored = [path.read_bytes() for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert len(stored) == 1
    assert b"ana.ruiz" not in stored[0]


def test_it_is_gone_after_an_hour_to_be_read_at_once_and_to_be_found_soon(
    ctx: Context, tmp_path: Path
) -> None:
    key = uploads.keep_upload(ctx, "preview", b"canary")
    late = replace(ctx, now=NOW + uploads.KEPT)
    assert uploads.find_upload(late, "preview", key) is None
    (path,) = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    written = path.stat().st_mtime
    os.utime(path, (written - 3599, written - 3599))
    from datetime import UTC, datetime

    now = datetime.fromtimestamp(written, UTC)
    assert uploads.drop_old_uploads(ctx.parts.blobs, now) == 0
    assert uploads.drop_old_uploads(ctx.parts.blobs, now + timedelta(seconds=2)) == 1
    assert ctx.parts.blobs.keys("upload") == []


def test_the_next_takes_its_place_and_dropping_twice_is_harmless(ctx: Context) -> None:
    first = uploads.keep_upload(ctx, "preview", b"first")
    second = uploads.keep_upload(ctx, "preview", b"second")
    assert uploads.find_upload(ctx, "preview", first) is None
    assert uploads.find_upload(ctx, "preview", second) == b"second"
    uploads.drop_upload(ctx, "preview")
    uploads.drop_upload(ctx, "preview")
    assert uploads.find_upload(ctx, "preview", second) is None
