"""What agencies give to the pool, under pseudonyms."""

import hashlib
import hmac
import uuid
from typing import Any

from cri.db.models import Contribution
from cri.domain.contribution import aggregates_of
from cri.domain.eligibility import Member, name_key


def contribution_of(secret: bytes, member: Member) -> Contribution:
    """A row of the pool for a member that is known by its scorecard.

    secret: the key of the pseudonyms. Names are hashed in one spelling: case and spaces make no other owner.
    """
    return make_contribution(
        aggregates_of(member.scorecard, member.facets),
        pseudonym=pseudonym(secret, "agency", member.agency),
        owner=pseudonym(secret, "owner", member.owner),
    )


def make_contribution(aggregates: dict[str, Any], *, pseudonym: str, owner: str) -> Contribution:
    """A row of the pool from what it keeps of a wave."""
    return Contribution(
        id=uuid.uuid4(),
        pseudonym=pseudonym,
        owner_pseudonym=owner,
        sheet_sha256=aggregates["sheet_sha256"],
        instrument_code=aggregates["instrument"]["code"],
        instrument_version=aggregates["instrument"]["version"],
        synthetic=aggregates["synthetic"],
        aggregates=aggregates,
    )


def pseudonym(secret: bytes, kind: str, name: str) -> str:
    """A keyed hash of the name of an agency or an owner: hexadecimal, the same for every spelling."""
    return hmac.new(secret, f"{kind}:{name_key(name)}".encode(), hashlib.sha256).hexdigest()
