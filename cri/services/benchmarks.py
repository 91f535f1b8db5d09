"""What an agency is compared with. The only use cases that may read the pool."""

import hashlib
import hmac
import uuid
from collections.abc import Sequence
from typing import Any

from cri.db.models import Contribution
from cri.db.queries.benchmark_pool import add_edition, newest_edition
from cri.domain.edition_draft import build_edition
from cri.domain.eligibility import Member
from cri.services.context import Parts


def edition_for(parts: Parts, scorecard: dict[str, Any]) -> dict[str, Any] | None:
    """The newest edition that the scorecard may be placed in: a synthetic one only for synthetic data."""
    instrument = scorecard["instrument"]
    return edition_for_instrument(
        parts, instrument["code"], instrument["version"], synthetic=scorecard["synthetic"]
    )


def edition_for_instrument(
    parts: Parts, code: str, version: str, *, synthetic: bool
) -> dict[str, Any] | None:
    """The newest edition of an instrument's version, as real or as synthetic as asked."""
    with parts.pool_sessions() as session:
        return newest_edition(session, code, version, synthetic=synthetic)


def publish_edition(parts: Parts, members: Sequence[Member], number: str) -> dict[str, Any]:
    """Make edition `number` from contributions and freeze it. Returns its document.

    Raises InputError for a mixture of synthetic and real, sqlalchemy.exc.IntegrityError when the
    number is taken.
    """
    document = build_edition(members, number)
    with parts.pool_sessions.begin() as session:
        add_edition(session, document, [_contribution(parts.secrets.pseudonym, member) for member in members])
    return document


def _contribution(secret: bytes, member: Member) -> Contribution:
    scorecard = member.scorecard
    return Contribution(
        id=uuid.uuid4(),
        pseudonym=_pseudonym(secret, "agency", member.agency),
        owner_pseudonym=_pseudonym(secret, "owner", member.owner),
        sheet_sha256=scorecard["sheet_sha256"],
        instrument_code=scorecard["instrument"]["code"],
        instrument_version=scorecard["instrument"]["version"],
        synthetic=scorecard["synthetic"],
        aggregates={
            "method": scorecard["method"],
            "month": str(scorecard["wave"]["closed"])[:7],
            "respondents": scorecard["population"]["usable"],
            "factors": [_aggregate(factor) for factor in scorecard["factors"]],
            **member.facets,
        },
    )


def _aggregate(factor: dict[str, Any]) -> dict[str, Any]:
    """What the pool keeps of a factor: how many, the mean and the variance. No name, no answer."""
    sd = factor["sd"]
    variance = None if sd is None else sd**2
    return {"code": factor["code"], "n": factor["n"], "mean": factor["score"], "variance": variance}


def _pseudonym(secret: bytes, kind: str, name: str) -> str:
    return hmac.new(secret, f"{kind}:{name}".encode(), hashlib.sha256).hexdigest()
