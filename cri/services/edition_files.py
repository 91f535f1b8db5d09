"""Editions as files: one that was published elsewhere is taken in only if it is whole and of our kind."""

import json
from typing import Any

from cri.adapters.document_schemas import validate
from cri.db.queries import benchmark_pool as pool
from cri.domain.documents import readable_json
from cri.domain.errors import InputError, InputProblem
from cri.domain.microaggregation import LEAST_OWNERS
from cri.domain.norms import INDEX, check_edition
from cri.domain.peers import fallbacks
from cri.domain.scorecard import METHOD
from cri.services.context import Parts
from cri.services.instruments import released_instrument

SCHEMA = "cri.edition/1"
MOST_BYTES = 20 * 1024 * 1024


def edition_file(document: dict[str, Any]) -> bytes:
    """The edition as a JSON file, as it was published."""
    return readable_json(document).encode()


def import_edition(parts: Parts, data: bytes, where: str) -> dict[str, Any]:
    """Take an edition in from a file; returns its document.

    Raises InputError, one line for each thing wrong: not JSON or not an edition, content that does not match
    its digest, another instrument or method than ours, a cell that an edition never has, a number that is
    taken. Nothing is stored then.
    """
    document = _read(data, where)
    validate(document, where)
    check_edition(document, where)
    problems = [*_foreign(document, where), *_impossible(document, where)]
    if problems:
        raise InputError(problems)
    number, code = document["edition"], document["instrument"]["code"]
    with parts.pool_sessions.begin() as session:
        pool.wait_to_publish(session, code)
        if pool.find_edition(session, number, code) is not None:
            raise InputError(
                [InputProblem(f"{code} has an edition {number} already", where, "another number")]
            )
        pool.add_imported(session, document)
    return document


def _read(data: bytes, where: str) -> dict[str, Any]:
    expected = f"a {SCHEMA} document as JSON"
    if len(data) > MOST_BYTES:
        raise InputError([InputProblem(f"{len(data):,} bytes", where, f"at most {MOST_BYTES:,}")])
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise InputError([InputProblem("is not JSON", where, expected)]) from None
    found = document.get("schema") if isinstance(document, dict) else None
    if found != SCHEMA:
        what = f"has the schema {found}" if found else "has no schema"
        raise InputError([InputProblem(what, where, expected)])
    return dict(document)


def _foreign(document: dict[str, Any], where: str) -> list[InputProblem]:
    """Another instrument than any of ours, or scores by another method."""
    told = document["instrument"]
    named = f"{told['code']} {told['version']}"
    problems = []
    try:
        instrument = released_instrument(told["code"], told["version"])
    except InputError:
        problems.append(InputProblem(f"instrument {named} is not known here", where, "a released instrument"))
    else:
        if instrument.sha256 != told["sha256"]:
            what = f"another instrument than ours is called {named}"
            problems.append(InputProblem(what, where, f"sha256 {instrument.sha256}"))
        known = {INDEX, *(factor.code for factor in instrument.factors)}
        strange = sorted({cell["factor"] for cell in document["cells"]} - known)
        if strange:
            what = f"{', '.join(strange)} in the cells"
            problems.append(InputProblem(what, where, f"factors of {named}"))
    if document["method"] != METHOD:
        problems.append(InputProblem(f"method {document['method']}", where, METHOD))
    return problems


def _impossible(document: dict[str, Any], where: str) -> list[InputProblem]:
    """Cells that an edition never has: too small a group, or a peer group by an unknown attribute."""
    problems = []
    smallest = min(
        (group["size"] for cell in document["cells"] for group in cell["groups"]), default=LEAST_OWNERS
    )
    if smallest < LEAST_OWNERS:
        problems.append(InputProblem(f"a group of {smallest}", where, f"at least {LEAST_OWNERS} in each"))
    for peers in sorted({cell["peers"] for cell in document["cells"]}):
        try:
            fallbacks(peers)
        except InputError as error:
            problems += [InputProblem(one.what, where, one.expected) for one in error.problems]
    return problems
