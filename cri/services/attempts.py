"""How often one part of the network may try something: counted in the database, so that all processes know.

Nothing is kept but a number under a keyed digest, for some minutes; no address. docs/anonymity.md.
"""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from cri.adapters.secret_files import Secrets
from cri.domain.errors import CriError

WINDOW = timedelta(minutes=10)
"""Tries are counted in windows of this length, and forgotten after it."""


class TooManyTriesError(CriError):
    """The same answer whatever was tried: right, wrong or dead."""


@dataclass(frozen=True)
class Allowance:
    """Tries in one window: `near` from one part of the network, `far` from all together.

    When all together have used `far`, each part still has `few`: a crowd elsewhere locks nobody out.
    """

    name: str
    near: int
    far: int
    few: int


def network_of(address: str | None) -> str:
    """The part of the network that an address lies in: its first 24 bits, or 48 of IPv6; "" if not known."""
    try:
        given = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(given, ipaddress.IPv6Address):
        given = given.ipv4_mapped or given
    bits = 24 if given.version == 4 else 48
    return str(ipaddress.ip_network((given, bits), strict=False))


def buckets_of(
    secrets: Secrets, allowance: Allowance, network: str, now: datetime, about: bytes = b""
) -> tuple[bytes, bytes, datetime]:
    """Where tries are counted from one part of the network and from all, and until when: 16 bytes each."""
    window = int(now.timestamp() // WINDOW.total_seconds())
    until = datetime.fromtimestamp((window + 1) * WINDOW.total_seconds(), tz=UTC)
    name = b"attempt" + allowance.name.encode() + about + window.to_bytes(8, "big")
    near, far = (
        hmac.new(secrets.token, name + place.encode(), hashlib.sha256).digest()[:16]
        for place in (network, "everywhere")
    )
    return near, far, until


def count_try(
    session: Session, secrets: Secrets, allowance: Allowance, network: str, now: datetime, about: bytes = b""
) -> None:
    """Count one try, in the caller's transaction. `about`: what is tried, if each has tries of its own.

    Raises TooManyTriesError, having counted nothing more, when the allowance is used up.
    """
    near, far, until = buckets_of(secrets, allowance, network, now, about)
    tried = _count(session, near, until, allowance.near)
    if tried is None:
        raise TooManyTriesError
    if _count(session, far, until, allowance.far) is None and tried > allowance.few:
        raise TooManyTriesError


def require_room(
    session: Session, secrets: Secrets, allowance: Allowance, network: str, now: datetime, about: bytes = b""
) -> None:
    """Raise TooManyTriesError where `count_try` would; counts nothing itself."""
    near, far, _ = buckets_of(secrets, allowance, network, now, about)
    rows = session.connection().execute(_TRIED, {"near": near, "far": far})
    tried: dict[bytes, int] = {bytes(row.bucket): row.tries for row in rows}
    here, everywhere = tried.get(near, 0), tried.get(far, 0)
    if here >= allowance.near or (everywhere >= allowance.far and here >= allowance.few):
        raise TooManyTriesError


def forget_tries(session: Session, now: datetime) -> None:
    """Destroy the counts of windows that are over."""
    session.execute(text("DELETE FROM attempt_count WHERE until < :now"), {"now": now})


_TRIED = text("SELECT bucket, tries FROM attempt_count WHERE bucket IN (:near, :far)")
_COUNT = text(
    "INSERT INTO attempt_count AS known (bucket, until, tries) VALUES (:bucket, :until, 1)"
    " ON CONFLICT (bucket) DO UPDATE SET tries = known.tries + 1 WHERE known.tries < :most"
    " RETURNING tries"
)


def _count(session: Session, bucket: bytes, until: datetime, most: int) -> int | None:
    """Tries in this bucket with this one, None when there were `most` before."""
    values = {"bucket": bucket, "until": until, "most": most}
    return session.connection().execute(_COUNT, values).scalar_one_or_none()
