"""Typed codes of invitations, for letters: made again whenever needed, stored only as keyed digests.

A code leads to its invitation's link, and lives as long as that. Nobody can type a code that was never
shown: its digest is stored when it is. Who may try how often is services/attempts.py's business.
"""

import hashlib
import hmac
import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cri.adapters.secret_files import Secrets
from cri.db.models import InvitationCode
from cri.domain import crockford
from cri.services.attempts import Allowance, buckets_of, require_room
from cri.services.context import Context
from cri.services.links import personal_token

SYMBOLS = 12  # 60 bits, and a check symbol
CODES = Allowance("code", near=200, far=20_000, few=20)
"""Codes that nobody ever showed, in ten minutes. Slips of the finger do not count: the check symbol tells
them. Nor does a code that was good once, so that whoever types theirs again and again is never sent away.

A whole agency may share one part of the network: few tries there would let one person lock everybody out,
and 60 bits need no few.
"""

_BATCH = 5_000


def show_code(ctx: Context, invitation_id: uuid.UUID) -> str:
    """An invitation's code as a letter shows it, XXXX-XXXX-XXXX-X; from now on it can be typed."""
    return show_codes(ctx, [invitation_id])[invitation_id]


def show_codes(ctx: Context, invitation_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Invitation -> its code as a letter shows it; from now on they can be typed. The same at every call.

    Raises sqlalchemy.exc.IntegrityError for an invitation that is not the agency's.
    """
    secrets = ctx.parts.secrets
    codes = {one: _code_of(secrets, one) for one in invitation_ids}
    rows = [
        {"agency_id": ctx.agency_id, "invitation_id": one, "digest": _digest_of(secrets, code)}
        for one, code in codes.items()
    ]
    written = insert(InvitationCode)
    written = written.on_conflict_do_update(  # a link that was replaced has a new code
        index_elements=["agency_id", "invitation_id"],
        set_={"digest": written.excluded.digest},
        where=InvitationCode.digest != written.excluded.digest,
    )
    for start in range(0, len(rows), _BATCH):
        ctx.session.execute(written, rows[start : start + _BATCH])
    return {one: crockford.show_code(code) for one, code in codes.items()}


def read_code(typed: str) -> str | None:
    """The code as it was made, however it was typed; None for a slip of the finger, which is no try."""
    return crockford.read_code(typed, SYMBOLS)


def try_code(session: Session, secrets: Secrets, code: str, network: str, now: datetime) -> str | None:
    """Token of the link that a typed code leads to, where an answer can be begun; None if it leads nowhere.

    `code` as from `read_code`; `network` as from `attempts.network_of`. What leads somewhere is not counted:
    a shared tablet may take as many as there are. Used and late codes are not counted either, an unknown one
    is, and which it was is not said even to this function. Raises TooManyTriesError, whatever the code.
    """
    require_room(session, secrets, CODES, network, now)
    near, far, until = buckets_of(secrets, CODES, network, now)
    tried = {"typed": _digest_of(secrets, code), "now": now, "near": near, "far": far, "until": until}
    most = {"near_most": CODES.near, "far_most": CODES.far}
    found = session.connection().execute(_TRY, {**tried, **most}).scalar_one()
    if found is None or _code_of(secrets, found) != code:  # a replaced link has another id, and so a code
        return None
    return personal_token(secrets, found)


_TRY = text("SELECT lookup.try_code(:typed, :now, :near, :far, :until, :near_most, :far_most)")


def _code_of(secrets: Secrets, invitation_id: uuid.UUID) -> str:
    for turn in range(1_000):  # five in 37 have a check symbol that is hard to type
        name = b"code" + invitation_id.bytes + turn.to_bytes(2, "big")
        derived = hmac.new(secrets.token, name, hashlib.sha256).digest()
        code = crockford.write_code(int.from_bytes(derived[:8], "big") >> 4, SYMBOLS)
        if code is not None:
            return code
    raise AssertionError("a thousand codes in a row had no check symbol that can be typed")


def _digest_of(secrets: Secrets, code: str) -> bytes:
    return hmac.new(secrets.token, b"code digest" + code.encode(), hashlib.sha256).digest()
