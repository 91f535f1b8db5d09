"""Published results of other bodies: kept with their provenance, shown beside the pool, never part of it."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from cri.adapters.document_schemas import validate
from cri.db.models import ReferenceEdition
from cri.domain.documents import holds_nul
from cri.domain.errors import InputError
from cri.domain.norms import check_edition
from cri.domain.pool_problems import pool_problem
from cri.domain.reference_editions import SCHEMA, place_in_reference
from cri.domain.reference_soundness import contradictions
from cri.services.context import Parts
from cri.services.editions import Steward

MOST_BYTES = 20 * 1024 * 1024


def add_reference(parts: Parts, data: bytes, where: str, steward: Steward) -> dict[str, Any]:
    """Store a reference edition from a file, and who added it; returns its document.

    Raises InputError, and stores nothing, for what is no such document, for content that does not match its
    digest, for what does not follow from its own figures, and for a name that is taken, be it this moment.
    """
    document = _read(data, where)
    validate(document, where)
    check_edition(document, where)
    problems = contradictions(document, where)
    if problems:
        raise InputError(problems)
    name = str(document["reference"])
    adding = insert(ReferenceEdition).values(
        name=name,
        instrument_code=document["instrument"]["code"],
        sha256=document["sha256"],
        document=document,
        added_by=steward.account_id,
        added_at=steward.now,
    )
    with parts.pool_sessions.begin() as session:  # whoever comes second waits for the first, and is told
        added = session.scalar(adding.on_conflict_do_nothing().returning(ReferenceEdition.name))
    if added is None:
        raise InputError([pool_problem("reference_there", where, name=name)])
    return document


def list_references(parts: Parts) -> list[ReferenceEdition]:
    """All of them: by instrument, then the newest year first."""
    return _stored(parts)


def beside(parts: Parts, scorecard: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """(reference, placement) for each reference edition of the scorecard's own questions; else none of it.

    Different questions are not compared, whatever they are called.
    """
    code = scorecard["instrument"]["code"]
    found = []
    for reference in _stored(parts, code):
        try:
            found.append((reference.document, place_in_reference(scorecard, reference.document)))
        except InputError:
            continue  # another version of the instrument, or no factor in both
    return found


def _stored(parts: Parts, instrument_code: str | None = None) -> list[ReferenceEdition]:
    """All of them, or those of an instrument: a document may be large, so that no other is read."""
    asked = select(ReferenceEdition)
    if instrument_code is not None:
        asked = asked.where(ReferenceEdition.instrument_code == instrument_code)
    with parts.pool_sessions() as session:
        found = session.scalars(asked).all()
    return sorted(found, key=lambda one: (one.instrument_code, -one.document["year"], one.name))


def _read(data: bytes, where: str) -> dict[str, Any]:
    if len(data) > MOST_BYTES:
        problem = pool_problem("file_too_large", where, bytes=f"{len(data):,}", most=f"{MOST_BYTES:,}")
        raise InputError([problem])
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise InputError([pool_problem("no_json", where, schema=SCHEMA)]) from None
    found = document.get("schema") if isinstance(document, dict) else None
    if found is None:
        raise InputError([pool_problem("no_schema", where, schema=SCHEMA)])
    if found != SCHEMA:
        raise InputError([pool_problem("other_schema", where, found=found, schema=SCHEMA)])
    if holds_nul(document):
        raise InputError([pool_problem("nul_character", where)])
    return dict(document)
