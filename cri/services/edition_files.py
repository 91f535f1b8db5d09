"""Editions as files: one that was published elsewhere is taken in only if it is whole and of our kind."""

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any

from cri.adapters.document_schemas import validate
from cri.db.models import EditionImport
from cri.db.queries import benchmark_pool as pool
from cri.domain.documents import holds_nul, readable_json
from cri.domain.edition_soundness import contradictions
from cri.domain.errors import InputError
from cri.domain.norms import INDEX, check_edition
from cri.domain.pool_problems import PoolProblem, pool_problem
from cri.domain.scorecard import METHOD
from cri.services.context import Parts
from cri.services.instruments import released_instrument

SCHEMA = "cri.edition/1"
MOST_BYTES = 20 * 1024 * 1024


def edition_file(document: dict[str, Any]) -> bytes:
    """The edition as a JSON file, as it was published."""
    return readable_json(document).encode()


def import_edition(
    parts: Parts, data: bytes, where: str, *, steward: uuid.UUID, now: datetime
) -> dict[str, Any]:
    """Take an edition in from a file, and put on record who did; returns its document.

    One steward is enough, since nothing is ever placed in it unless somebody chooses it by hand. Raises
    InputError, one line for each thing wrong: not JSON or not an edition, content that does not match its
    digest, another instrument or method than ours, what an edition of ours never holds, a number that is
    taken. Nothing is stored then.
    """
    document = _read(data, where)
    validate(document, where)
    try:
        check_edition(document, where)
    except ValueError:  # Python reads NaN and 1e999, which JSON does not know and a schema lets pass
        raise InputError([pool_problem("no_json", where, schema=SCHEMA)]) from None
    problems = _foreign(document, where) or contradictions(document, where)
    if problems:
        raise InputError(problems)
    number, code = document["edition"], document["instrument"]["code"]
    record = EditionImport(
        number=number,
        instrument_code=code,
        imported_by=steward,
        imported_at=now,
        file_sha256=hashlib.sha256(data).hexdigest(),
        file_bytes=len(data),
    )
    with parts.pool_sessions.begin() as session:
        pool.wait_to_publish(session, code)
        if pool.find_edition(session, number, code) is not None:
            raise InputError([pool_problem("edition_there", where, code=code, number=number)])
        pool.add_imported(session, document, record)
    return document


def find_import(parts: Parts, code: str, number: str) -> EditionImport | None:
    """Who took an edition in from a file, when, and the file's digest; None for one that was made here."""
    with parts.pool_sessions() as session:
        return pool.find_import(session, number, code)


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


def _foreign(document: dict[str, Any], where: str) -> list[PoolProblem]:
    """Another instrument than any of ours, or scores by another method."""
    told = document["instrument"]
    named = f"{told['code']} {told['version']}"
    problems = []
    try:
        instrument = released_instrument(told["code"], told["version"])
    except InputError:
        problems.append(pool_problem("unknown_instrument", where, named=named))
    else:
        if instrument.sha256 != told["sha256"]:
            problems.append(pool_problem("other_instrument", where, named=named, sha256=instrument.sha256))
        known = {INDEX, *(factor.code for factor in instrument.factors)}
        strange = sorted({cell["factor"] for cell in document["cells"]} - known)
        if strange:
            problems.append(pool_problem("strange_factors", where, factors=", ".join(strange), named=named))
    if document["method"] != METHOD:
        problems.append(pool_problem("other_method", where, method=document["method"], ours=METHOD))
    return problems
