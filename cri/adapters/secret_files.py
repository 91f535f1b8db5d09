"""Keys that must never be in the database or its backups: one file each, mode 0600."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

from nacl.public import PrivateKey


@dataclass(frozen=True, repr=False)
class Secrets:
    """Keys of the installation, 32 random bytes each. Has no text form: it is part of the settings.

    `session` signs cookies, `password` salts the password hashes' pepper, `token` derives personal
    links and their stored digests, `draft` stretches resume codes, `pseudonym` names contributors,
    `database` is the passwords' source for the embedded server's roles.
    """

    session: bytes
    password: bytes
    token: bytes
    draft: bytes
    pseudonym: bytes
    database: bytes


def read_or_make_secrets(folder: Path) -> Secrets:
    """The secrets in `folder`, made where missing. A restart finds the same ones."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Secrets(**{field.name: _read_or_make(folder / field.name) for field in fields(Secrets)})


def _read_or_make(path: Path) -> bytes:
    if not path.exists():
        write_secret(path, secrets.token_bytes(32))
    return path.read_bytes()


def write_secret(path: Path, value: bytes) -> None:
    """Put `value` at `path`, whole or not at all; the first writer wins when two start at once."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):  # another process made it a moment ago; its value is the one to use
            os.link(draft, path)
    finally:
        draft.unlink()
        _keep_names(path.parent)


def _keep_names(folder: Path) -> None:
    """A name that was made or removed survives a power cut only once its folder is written to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class WaveKeys:
    """The private half of each open wave's mailbox key.

    One file a wave, made when the wave opens and destroyed when it is sealed: from then on not even
    a backup of the database taken while the wave was open can be read.
    """

    folder: Path

    def make(self, wave_id: str) -> bytes:
        """Make the wave's key pair, or find it again; returns the public half (32 bytes)."""
        path = self._path(wave_id)
        if not path.exists():
            write_secret(path, bytes(PrivateKey.generate()))
        return bytes(PrivateKey(path.read_bytes()).public_key)

    def private(self, wave_id: str) -> PrivateKey:
        """The private half. Raises FileNotFoundError once the wave is sealed."""
        return PrivateKey(self._path(wave_id).read_bytes())

    def holds(self, wave_id: str) -> bool:
        """Whether the wave's key is still there."""
        return self._path(wave_id).exists()

    def destroy(self, wave_id: str) -> None:
        """Forget the key for ever. Doing it twice is harmless."""
        path = self._path(wave_id)
        path.unlink(missing_ok=True)
        if path.parent.exists():
            _keep_names(path.parent)

    def _path(self, wave_id: str) -> Path:
        return self.folder / "waves" / wave_id
