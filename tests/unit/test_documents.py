import hashlib
import json
import math
import struct

import numpy as np
import pytest

from cri.domain.documents import canonical_json, digest_of, readable_json

# RFC 8785, appendix B: IEEE 754 bits and their text.
RFC_NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "text"), RFC_NUMBERS.items())
def test_numbers_are_written_as_rfc_8785_lists_them(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical_json(number) == text.encode()


def test_the_rfcs_example_of_sorting() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = canonical_json(dict.fromkeys(keys, 0)).decode()
    order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(written)) == order


def test_text_is_utf8_with_only_the_necessary_escapes() -> None:
    assert canonical_json("\u20ac$\u000f\nA'B\"\\/").decode() == '"\u20ac$\\u000f\\nA\'B\\"\\\\/"'


def test_whole_numbers_have_one_form_however_they_were_stored() -> None:
    assert digest_of({"n": 50}) == digest_of({"n": 50.0})


def test_the_digest_is_of_the_canonical_bytes() -> None:
    document = {"b": [1, None, True], "a": "x"}
    assert canonical_json(document) == b'{"a":"x","b":[1,null,true]}'
    assert digest_of(document) == hashlib.sha256(b'{"a":"x","b":[1,null,true]}').hexdigest()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2**53 + 1])
def test_what_json_has_no_number_for_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json([value])


@pytest.mark.parametrize("value", [np.int64(1), np.float64(1.5), {1, 2}, b"x"])
def test_only_plain_values_are_documents(value: object) -> None:
    with pytest.raises(TypeError, match="not JSON"):
        canonical_json({"value": value})


def test_the_readable_form_has_the_same_digest_when_read_back() -> None:
    document = {"z": 1 / 3, "a": [1e-7, 123456789.125, "\u0645"], "m": None}
    text = readable_json(document)
    assert text.endswith("\n")
    assert text.index('"z"') < text.index('"a"')
    assert digest_of(json.loads(text)) == digest_of(document)
