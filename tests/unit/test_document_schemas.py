import copy
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cri.adapters.document_schemas import known_schemas, validate
from cri.domain.errors import InputError
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.sheet import Unit
from tests.engine_examples import make_instrument, make_sheet


@pytest.fixture
def scorecard() -> dict[str, Any]:
    rows = [[row % 7 + 1, row % 5 + 2] for row in range(50)]
    sheet = make_sheet(rows, [0] * 45 + [1] * 5, (Unit("a", None, "A"), Unit("b", None, "B")))
    return build_scorecard(make_instrument(["a", "b"]), sheet, WaveFacts())


@pytest.mark.parametrize("name", ["cri.scorecard/1", "cri.edition/1", "cri.placement/1"])
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(known_schemas()[name].read_bytes()))


def test_a_scorecard_keeps_to_its_schema_also_after_a_round_trip(scorecard: dict[str, Any]) -> None:
    validate(scorecard)
    validate(json.loads(json.dumps(scorecard)))


def test_later_fields_are_present_and_null(scorecard: dict[str, Any]) -> None:
    scorecard.pop("agreement")
    with pytest.raises(InputError, match="agreement missing"):
        validate(scorecard)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (
            ("factors", 0, "score"),
            "50",
            "f.json: factors[0].score: 50 is the wrong kind; expected a number or nothing",
        ),
        (("factors", 0, "items", 1, "favourable"), 1.2, "factors[0].items[1].favourable: 1.2 is too large"),
        (
            ("units", 1, "suppressed"),
            "hidden",
            "units[1].suppressed: hidden is not allowed; expected nothing or small",
        ),
        (("units", 1, "n"), 5, "units[1].n: 5 is the wrong kind; expected nothing"),
        (("wave", "minimum"), 9, "wave.minimum: 9 is too small; expected at least 10"),
        (("instrument", "sha256"), "x", "has the wrong form; expected 64 hexadecimal digits"),
        (("surplus",), 1, "f.json: surplus unknown"),
    ],
)
def test_what_does_not_fit_is_named(
    scorecard: dict[str, Any], path: tuple[Any, ...], value: object, words: str
) -> None:
    document = copy.deepcopy(scorecard)
    inner: Any = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(InputError) as caught:
        validate(document, "f.json")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("document", "words"),
    [({"schema": "cri.other/1"}, "has the schema cri.other/1"), ({}, "has no schema"), ([], "has no schema")],
)
def test_an_unknown_schema_is_refused(document: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        validate(document)
