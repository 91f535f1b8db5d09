"""One way to write a document down, so that its digest means something.

The canonical form is RFC 8785 (JSON Canonicalization Scheme): keys in order, no spaces, numbers as
ECMAScript writes them. It makes 50 and 50.0, which JSON does not tell apart, the same bytes, so a
digest survives a database column and can be checked in any language.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

_PLAIN_BELOW = 21  # ECMAScript writes 1e21 and above with an exponent
_PLAIN_ABOVE = -7  # ... and 1e-7 and below as well
_EXACT = 1 << 53  # whole numbers that every reader of JSON understands alike


def canonical_json(document: Any) -> bytes:
    """Write `document` (dicts with text keys, lists, text, numbers, booleans, None) as RFC 8785 bytes.

    Raises ValueError for a number JSON does not have (NaN, infinity) and TypeError for anything else
    that is not JSON, numpy scalars included: a document holds plain values only.
    """
    return _written(document).encode()


def digest_of(document: Any) -> str:
    """SHA-256 of the canonical form, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(document)).hexdigest()


def readable_json(document: Any) -> str:
    """The same document for people: keys in the order of the method, indented, newline at the end."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def holds_nul(value: Any) -> bool:
    """Whether a text in the document, a key included, has the character U+0000, which PostgreSQL refuses."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Mapping):
        return any(holds_nul(key) or holds_nul(item) for key, item in value.items())
    return isinstance(value, list | tuple) and any(map(holds_nul, value))


def _written(value: Any) -> str:
    if value is None or value is True or value is False or isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        if abs(value) > _EXACT:
            raise ValueError(f"{value} is too large a whole number for JSON")
        return str(value)
    if type(value) is float:
        return _number(value)
    if isinstance(value, Mapping):
        # RFC 8785 sorts by UTF-16 code units.
        pairs = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be"))
        return "{" + ",".join(f"{_written(key)}:{_written(item)}" for key, item in pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_written, value)) + "]"
    raise TypeError(f"{type(value).__name__} is not JSON")


def _number(value: float) -> str:
    """ECMAScript's shortest form of a double (Number::toString)."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number in JSON")
    if value == 0:
        return "0"
    mantissa, _, power = repr(value).partition("e")
    sign, mantissa = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    mantissa = mantissa.removesuffix(".0")
    if not power:
        return sign + mantissa
    exponent, digits = int(power), mantissa.replace(".", "")
    if exponent > 0:
        plain = exponent < _PLAIN_BELOW
        return f"{sign}{digits.ljust(exponent + 1, '0') if plain else f'{mantissa}e+{exponent}'}"
    plain = exponent > _PLAIN_ABOVE
    return f"{sign}{'0.' + '0' * (-exponent - 1) + digits if plain else f'{mantissa}e{exponent}'}"
