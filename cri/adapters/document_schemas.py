"""The JSON Schemas of the documents we publish, and whether a document keeps to its own."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from cri.adapters.schema_problems import described
from cri.domain.errors import InputError, InputProblem

SCHEMAS = Path(__file__).parents[2] / "reports" / "schemas"


def validate(document: Any, where: str = "document") -> None:
    """Raise InputError, naming `where` and the path inside, unless `document` keeps to its schema.

    The document says which in its field `schema`: "cri.scorecard/1" is scorecard.schema.json.
    """
    name = document.get("schema") if isinstance(document, Mapping) else None
    if name not in known_schemas():
        expected = f"a document whose schema is one of {', '.join(sorted(known_schemas()))}"
        raise InputError(
            [InputProblem(f"has the schema {name}" if name else "has no schema", where, expected)]
        )
    problems = []
    for error in sorted(_validator(name).iter_errors(document), key=lambda error: list(map(str, error.path))):
        path, what, expected = described(error)
        inside = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
        problems.append(InputProblem(what, f"{where}: {inside}" if inside else where, expected))
    if problems:
        raise InputError(problems)


@cache
def known_schemas() -> Mapping[str, Path]:
    """Schema name to file: each file says its name in properties.schema.const."""
    files = sorted(SCHEMAS.glob("*.schema.json"))
    return {json.loads(file.read_bytes())["properties"]["schema"]["const"]: file for file in files}


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(known_schemas()[name].read_bytes()))
