"""Reading documents (scorecards, editions, placements) from files."""

import json
import math
from pathlib import Path
from typing import Any

from cri.adapters.document_schemas import validate
from cri.domain.errors import InputError, InputProblem


def read_document(path: Path, *schemas: str) -> dict[str, Any]:
    """The document in a JSON file, checked against its schema, which has to be one of `schemas`.

    Raises InputError that names the file, the line or the place inside, and what was expected there.
    """
    expected = f"a {' or '.join(schemas)} document"
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError([InputProblem(f"cannot be read ({error.strerror})", str(path))]) from None
    except UnicodeDecodeError:
        raise InputError([InputProblem("is not UTF-8", str(path), expected)]) from None
    try:
        document = json.loads(text, parse_constant=_no_such_number, parse_float=_finite)
    except json.JSONDecodeError as error:
        where = f"{path}: line {error.lineno}"
        raise InputError([InputProblem(f"is not JSON ({error.msg})", where, expected)]) from None
    except (ValueError, RecursionError) as error:
        raise InputError([InputProblem(f"is not JSON ({error})", str(path), expected)]) from None
    found = document.get("schema") if isinstance(document, dict) else None
    if found not in schemas:
        what = f"has the schema {found}" if found else "has no schema"
        raise InputError([InputProblem(what, str(path), expected)])
    validate(document, str(path))
    return dict(document)


def _finite(text: str) -> float:
    """The number; what is too large for one would be infinite."""
    number = float(text)
    return number if math.isfinite(number) else _no_such_number(text)


def _no_such_number(name: str) -> float:
    raise ValueError(f"{name} is not a number in JSON")
