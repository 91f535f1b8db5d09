"""What somebody has sent in and not yet accepted: unreadable to all but their browser, for an hour at most.

It lies in the blob store, not in the database: neither its tables, its log nor its backups ever hold what was
not accepted, columns that nobody asked for among it. It is encrypted under a key that is made for it and that
only the browser keeps, in its session; the server forgets it with the answer. One upload of a kind for each
account: the next takes its place.
"""

import secrets
import uuid
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Final

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from cri.adapters.blobs import BlobStore
from cri.services.context import Context

KEPT: Final = timedelta(hours=1)
_FOLDER = "upload"
_STAMP = 8  # bytes of the second at which it was sent


def keep_upload(ctx: Context, kind: str, data: bytes) -> str:
    """Keep `data` for an hour; returns the key without which nobody can read it."""
    key = secrets.token_bytes(Aead.KEY_SIZE)
    name = _name(ctx, kind)
    stamped = int(ctx.now.timestamp()).to_bytes(_STAMP, "big") + zlib.compress(data)
    ctx.parts.blobs.put(name, bytes(Aead(key).encrypt(stamped, aad=name.encode())))
    return urlsafe_b64encode(key).decode()


def find_upload(ctx: Context, kind: str, key: str | None) -> bytes | None:
    """What was kept under this key; None for another key, another account, or after an hour."""
    if not key:
        return None
    name = _name(ctx, kind)
    try:
        sealed = ctx.parts.blobs.get(name)
        stamped = Aead(urlsafe_b64decode(key)).decrypt(sealed, aad=name.encode())
    except (FileNotFoundError, CryptoError, ValueError, TypeError):
        return None
    age = ctx.now.timestamp() - int.from_bytes(stamped[:_STAMP], "big")
    return zlib.decompress(stamped[_STAMP:]) if age < KEPT.total_seconds() else None


def drop_upload(ctx: Context, kind: str) -> None:
    """Forget this account's upload. Doing it twice is harmless."""
    ctx.parts.blobs.delete(_name(ctx, kind))


def drop_old_uploads(blobs: BlobStore, now: datetime) -> int:
    """Delete all agencies' uploads of which nobody came back within the hour; returns how many."""
    old = blobs.older(_FOLDER, now - KEPT)
    for name in old:
        blobs.delete(name)
    return len(old)


def _name(ctx: Context, kind: str) -> str:
    account: uuid.UUID | None = ctx.actor.account_id
    return f"{_FOLDER}/{ctx.agency_id}/{account}/{kind}"
