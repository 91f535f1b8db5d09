"""Keys: made once, for their owner only, on the disk before answers rely on them, gone when destroyed."""

import os
import stat
from pathlib import Path

import pytest

from cri.adapters.blobs import BlobStore
from cri.adapters.secret_files import WaveKeys, read_or_make_secrets


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is forced to the disk, in order."""
    found: list[str] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        found.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return found


def test_a_key_and_its_name_are_on_the_disk_before_a_wave_opens(tmp_path: Path, written: list[str]) -> None:
    """Answers are sealed to it at once: a power cut must not take the key and leave the answers."""
    keys = WaveKeys(tmp_path)
    public = keys.make("w")
    assert written == ["file", "folder"]
    assert bytes(keys.private("w").public_key) == public == keys.make("w")
    assert [oct(path.stat().st_mode & 0o777) for path in (tmp_path / "waves").iterdir()] == ["0o600"]


def test_a_destroyed_key_does_not_come_back_with_the_power(tmp_path: Path, written: list[str]) -> None:
    keys = WaveKeys(tmp_path)
    keys.make("w")
    written.clear()
    keys.destroy("w")
    assert written == ["folder"]
    with pytest.raises(FileNotFoundError):
        keys.private("w")
    keys.destroy("w")
    WaveKeys(tmp_path / "never").destroy("w")


def test_secrets_have_no_text_form(tmp_path: Path) -> None:
    secrets = read_or_make_secrets(tmp_path)
    assert secrets == read_or_make_secrets(tmp_path)
    assert repr(secrets.token) not in f"{secrets!r} {secrets}"


def test_only_its_owner_may_enter_the_blob_store(tmp_path: Path) -> None:
    blobs = BlobStore(f"file://{tmp_path / 'blobs'}")
    blobs.put("sheet/a/comments.json", b"[]")
    assert oct((tmp_path / "blobs").stat().st_mode & 0o777) == "0o700"
