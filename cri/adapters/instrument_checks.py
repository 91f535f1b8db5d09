"""What an instrument's files must hold: first their shape, by schema, then their meaning."""

import json
import string
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from cri.adapters.instrument_translations import text_entries
from cri.adapters.schema_problems import described
from cri.adapters.yaml_files import LocatedYaml
from cri.domain.errors import InputProblem
from cri.domain.instrument import Instrument

SCHEMA = Path(__file__).parents[2] / "instruments" / "instrument.schema.json"
FEWEST_POINTS = 2
RESERVED = ("unit", "seconds", "late")
"""Columns that a table of answers has besides those that the instrument names."""

NEEDS = {"prefer_not_to_say": "profile questions", "attention": "an attention item"}

WITH_NOUNS = ("items", "outcomes", "nouns")
"""Parts that may name the people served; a noun's own forms are checked where they are used."""

Place = tuple[str | int, ...]


def instrument_problems(source: LocatedYaml) -> list[InputProblem]:
    """Everything wrong with an instrument.yaml: shape, or if that is right, meaning."""
    return _shape_problems(source, "instrument") or list(_meaning_problems(source))


def text_problems(source: LocatedYaml, instrument: Instrument) -> list[InputProblem]:
    """Everything wrong with a text/LOCALE.yaml of that instrument."""
    return _shape_problems(source, "texts") or list(_text_meaning_problems(source, instrument))


@cache
def _validator(part: str) -> Draft202012Validator:
    schema = json.loads(SCHEMA.read_bytes())
    return Draft202012Validator({**schema, "$ref": f"#/$defs/{part}"})


def _shape_problems(source: LocatedYaml, part: str) -> list[InputProblem]:
    errors = sorted(_validator(part).iter_errors(source.data), key=lambda error: list(map(str, error.path)))
    return [source.problem(*described(error)) for error in errors]


def _meaning_problems(source: LocatedYaml) -> Iterator[InputProblem]:
    data = source.data
    scale = data["scale"]
    points = scale["max"] - scale["min"] + 1
    if points < FEWEST_POINTS:
        yield source.problem(("scale", "max"), f"{scale['max']} is not above min", f"over {scale['min']}")
    elif 2 * scale["favourable"] > points:
        yield source.problem(
            ("scale", "favourable"),
            f"{scale['favourable']} of {points} points would be favourable and as many unfavourable",
            f"at most {points // 2}",
        )
    for f, factor in enumerate(data["factors"]):
        if factor["code"] == "index":
            what = "index is the name of the factors' mean"
            yield source.problem(("factors", f, "code"), what, "another code")
    yield from _repeated(source, [(("factors", f), x["code"]) for f, x in enumerate(data["factors"])])
    yield from _repeated(
        source, [(("questions", q), x["code"]) for q, x in enumerate(_parts(data, "questions"))]
    )
    yield from _column_problems(source)
    attention = data.get("attention")
    if attention and not scale["min"] <= attention["expected"] <= scale["max"]:
        what = f"{attention['expected']} is not on the scale"
        yield source.problem(("attention", "expected"), what, f"{scale['min']} to {scale['max']}")
    for place, version in enumerate(data.get("comparable_with", ())):
        if _numbers(version) >= _numbers(data["version"]):
            yield source.problem(("comparable_with", place), f"{version} is not older", "older versions only")


def _parts(data: Mapping[str, Any], key: str) -> list[Any]:
    found: list[Any] = data.get(key, [])
    return found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def _column_problems(source: LocatedYaml) -> Iterator[InputProblem]:
    """Items, outcomes, profile questions and the attention item are columns of one table of answers."""
    data = source.data
    columns: list[tuple[Place, str]] = [
        (("factors", f, "items", i, "code"), item["code"])
        for f, factor in enumerate(data["factors"])
        for i, item in enumerate(factor["items"])
    ]
    for key in ("outcomes", "profile"):
        columns += [((key, place, "code"), part["code"]) for place, part in enumerate(_parts(data, key))]
    if "attention" in data:
        columns.append((("attention", "code"), data["attention"]["code"]))
    for where, code in columns:
        if code in RESERVED:
            yield source.problem(where, f"{code} is a column of its own in the answers", "another code")
    yield from _repeated(source, columns)
    for place, question in enumerate(_parts(data, "profile")):
        options = [(("profile", place, "options", o), code) for o, code in enumerate(question["options"])]
        yield from _repeated(source, options)


def _repeated(source: LocatedYaml, codes: Iterable[tuple[Place, str]]) -> Iterator[InputProblem]:
    seen: set[str] = set()
    for where, code in codes:
        if code in seen:
            yield source.problem(where, f"the code {code} comes twice", "unique codes")
        seen.add(code)


def _text_meaning_problems(source: LocatedYaml, instrument: Instrument) -> Iterator[InputProblem]:
    data = source.data
    if data["locale"] != source.path.stem:
        yield source.problem(("locale",), f"{data['locale']} in {source.path.name}", source.path.stem)
    if len(data["scale"]) != instrument.scale.points:
        what = f"{len(data['scale'])} labels for {instrument.scale.points} points"
        yield source.problem(("scale",), what, f"{instrument.scale.points} labels")
    wanted = {
        "factors": [factor.code for factor in instrument.factors],
        "items": [item.code for item in instrument.items],
        "questions": [question.code for question in instrument.questions],
        "outcomes": [outcome.code for outcome in instrument.outcomes],
        "profile": [question.code for question in instrument.profile],
    }
    if "cards" in data:
        wanted["cards"] = wanted["factors"]
    for key, codes in wanted.items():
        yield from _coverage(source, (key,), codes)
    yield from _optional_text_problems(source, instrument)
    yield from _placeholder_problems(source)
    for entry in text_entries(data):
        if entry.where[0] not in WITH_NOUNS and set(entry.text) & set("{}"):
            yield source.problem(entry.where, "has a brace", "placeholders in items and outcomes only")


def _optional_text_problems(source: LocatedYaml, instrument: Instrument) -> Iterator[InputProblem]:
    """Texts that only an instrument with profile questions or an attention item needs."""
    data = source.data
    for question in instrument.profile:
        if question.code in data.get("profile", {}):
            yield from _coverage(source, ("profile", question.code, "options"), list(question.options))
    for key, needed in (("prefer_not_to_say", instrument.profile), ("attention", instrument.attention)):
        if needed and key not in data:
            yield source.problem((), f"{key} missing", f"a text, since the instrument has {NEEDS[key]}")


def _coverage(source: LocatedYaml, at: Place, codes: list[str]) -> Iterator[InputProblem]:
    """Every code of the instrument has a text, and no text lacks its code."""
    present: Mapping[str, Any] = source.data
    for step in at:
        present = present.get(str(step), {})
    for code in codes:
        if code not in present:
            yield source.problem(at, f"{code} has no text", "a text for each code of the instrument")
    for code in present:
        if code not in codes:
            yield source.problem(
                (*at, code), f"{code} is not in the instrument", "only codes of the instrument"
            )


def _placeholder_problems(source: LocatedYaml) -> Iterator[InputProblem]:
    """Every placeholder of every item and outcome exists in every noun."""
    nouns: Mapping[str, Mapping[str, str]] = source.data.get("nouns", {})
    statements = [
        (key, code, text) for key in ("items", "outcomes") for code, text in source.data.get(key, {}).items()
    ]
    for key, code, statement in statements:
        try:
            fields = [field for _, field, _, _ in string.Formatter().parse(statement) if field is not None]
        except ValueError as error:
            yield source.problem((key, code), f"has a stray brace ({error})", "placeholders like {plural}")
            continue
        for field in fields:
            lacking = [noun for noun, forms in nouns.items() if field not in forms]
            if lacking or not nouns:
                expected = f"that form in every noun; it lacks in {', '.join(lacking) or 'all'}"
                yield source.problem((key, code), f"uses {{{field}}}", expected)
