"""What a JSON Schema validator found, in words a person can act on."""

from collections.abc import Callable, Sequence
from typing import Any

from jsonschema import ValidationError

_LONGEST = 60

_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def described(error: ValidationError) -> tuple[Sequence[str | int], str, str]:
    """(path into the data, what is wrong, what was expected) of one schema violation."""
    wording = _WORDINGS.get(str(error.validator))
    if wording is None:
        return list(error.absolute_path), error.message, ""
    what, expected = wording(error.instance, error.validator_value, error.schema)
    return list(error.absolute_path), what, expected


def _missing(value: Any, limit: Any, _schema: Any) -> tuple[str, str]:
    return f"{' and '.join(key for key in limit if key not in value)} missing", ""


def _unknown(value: Any, _limit: Any, schema: Any) -> tuple[str, str]:
    allowed = schema.get("properties", {})
    return f"{' and '.join(str(key) for key in value if key not in allowed)} unknown", (
        f"only {', '.join(allowed)}"
    )


def _wrong_type(value: Any, limit: Any, _schema: Any) -> tuple[str, str]:
    kinds = limit if isinstance(limit, list) else [limit]
    return f"{_shown(value)} is the wrong kind", " or ".join(_TYPES[kind] for kind in kinds)


def _wrong_form(value: Any, limit: Any, schema: Any) -> tuple[str, str]:
    return f"{_shown(value)} has the wrong form", schema.get("description", limit)


def _not_among(value: Any, limit: Any, _schema: Any) -> tuple[str, str]:
    allowed = limit if isinstance(limit, list) else [limit]
    return f"{_shown(value)} is not allowed", " or ".join(map(_shown, allowed))


def _too_small(value: Any, limit: Any, _schema: Any) -> tuple[str, str]:
    return f"{_shown(value)} is too small", f"at least {limit}"


def _too_large(value: Any, limit: Any, _schema: Any) -> tuple[str, str]:
    return f"{_shown(value)} is too large", f"at most {limit}"


def _too_short(value: Any, limit: Any, _schema: Any) -> tuple[str, str]:
    return "is too short" if value else "is empty", f"at least {limit}"


def _too_long(_value: Any, limit: Any, _schema: Any) -> tuple[str, str]:
    return "is too long", f"at most {limit}"


_WORDINGS: dict[str, Callable[[Any, Any, Any], tuple[str, str]]] = {
    "required": _missing,
    "additionalProperties": _unknown,
    "type": _wrong_type,
    "pattern": _wrong_form,
    "enum": _not_among,
    "const": _not_among,
    "minimum": _too_small,
    "maximum": _too_large,
    "minItems": _too_short,
    "minLength": _too_short,
    "minProperties": _too_short,
    "maxItems": _too_long,
    "maxLength": _too_long,
}


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
