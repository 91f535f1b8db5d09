"""Published results of other bodies: kept with their provenance, shown beside the pool, never part of it."""

import json
from typing import Any

from sqlalchemy import select

from cri.adapters.document_schemas import validate
from cri.db.models import ReferenceEdition
from cri.domain.errors import InputError
from cri.domain.norms import check_edition
from cri.domain.pool_problems import pool_problem
from cri.domain.reference_editions import SCHEMA, place_in_reference
from cri.services.context import Parts
from cri.services.editions import Steward

MOST_BYTES = 20 * 1024 * 1024


def add_reference(parts: Parts, data: bytes, where: str, steward: Steward) -> dict[str, Any]:
    """Store a reference edition from a file, and who added it; returns its document.

    Raises InputError, and stores nothing, for what is no such document, for content that does not match its
    digest, and for a name that is taken.
    """
    document = _read(data, where)
    validate(document, where)
    check_edition(document, where)
    name = str(document["reference"])
    with parts.pool_sessions.begin() as session:
        if session.get(ReferenceEdition, name) is not None:
            raise InputError([pool_problem("reference_there", where, name=name)])
        session.add(
            ReferenceEdition(
                name=name,
                instrument_code=document["instrument"]["code"],
                sha256=document["sha256"],
                document=document,
                added_by=steward.account_id,
                added_at=steward.now,
            )
        )
    return document


def list_references(parts: Parts) -> list[ReferenceEdition]:
    """All of them: by instrument, then the newest year first."""
    with parts.pool_sessions() as session:
        found = session.scalars(select(ReferenceEdition)).all()
    return sorted(found, key=lambda one: (one.instrument_code, -one.document["year"], one.name))


def beside(parts: Parts, scorecard: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """(reference, placement) for each reference edition of the scorecard's own questions; else none of it.

    Different questions are not compared, whatever they are called.
    """
    code = scorecard["instrument"]["code"]
    found = []
    for reference in list_references(parts):
        if reference.instrument_code == code:
            try:
                found.append((reference.document, place_in_reference(scorecard, reference.document)))
            except InputError:
                continue  # another version of the instrument, or no factor in both
    return found


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
    return dict(document)
