"""Reading instruments from their folders, and saying everything that is wrong with one."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cri.adapters.instrument_checks import instrument_problems, text_problems
from cri.adapters.instrument_releases import lock_problems
from cri.adapters.instrument_translations import SOURCE, translation_problems
from cri.adapters.wording_lint import keying_problems, wording_problems
from cri.adapters.yaml_files import LocatedYaml, read_yaml
from cri.domain.errors import InputError, InputProblem
from cri.domain.instrument import (
    AttentionItem,
    Factor,
    Instrument,
    Item,
    OpenQuestion,
    ProfileQuestion,
    Scale,
)

INSTRUMENTS = Path(__file__).parents[2] / "instruments"
FILE_NAME = "instrument.yaml"


@dataclass(frozen=True, slots=True)
class FactorText:
    """What a factor is called and what it looks like when strong and when weak."""

    name: str
    short: str
    meaning: str
    strong: str
    weak: str


@dataclass(frozen=True, slots=True)
class QuestionText:
    """An open question as asked, and a note beneath it."""

    prompt: str
    hint: str


@dataclass(frozen=True, slots=True)
class ProfileText:
    """A question about the respondent as asked, and what each option is called (by its code)."""

    prompt: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LearningCard:
    """With a factor's meaning, strong and weak: what a team can do about it and should beware of."""

    monday: tuple[str, ...]
    discuss: tuple[str, ...]
    caution: str


@dataclass(frozen=True, slots=True)
class InstrumentTexts:
    """Everything one language needs to ask an instrument and to explain its factors."""

    locale: str
    title: str
    stem: str
    instruction: str
    scale_labels: tuple[str, ...]
    dont_know: str
    factors: Mapping[str, FactorText]
    items: Mapping[str, str]
    questions: Mapping[str, QuestionText]
    nouns: Mapping[str, Mapping[str, str]]
    outcomes: Mapping[str, str] = field(default_factory=dict)
    profile: Mapping[str, ProfileText] = field(default_factory=dict)
    prefer_not_to_say: str = ""
    attention: str = ""
    cards: Mapping[str, LearningCard] = field(default_factory=dict)

    def statement(self, item_code: str, noun_code: str) -> str:
        """The item or outcome with the agency's noun for the people it serves. KeyError if unknown.

        An instrument whose items name nobody needs no nouns.
        """
        wording = self.outcomes[item_code] if item_code in self.outcomes else self.items[item_code]
        return wording.format_map(self.nouns[noun_code] if self.nouns else {})


def find_instrument(code_or_dir: str | Path) -> Path:
    """Folder (or single file) of an instrument: a path, or a code like "cri" or "cri/1.0.0".

    A folder of versions, and a code without one, mean the newest version. Raises InputError.
    """
    for path in (Path(code_or_dir), INSTRUMENTS / code_or_dir):
        if path.is_file() or (path / FILE_NAME).is_file():
            return path
        if path.is_dir() and (versions := [child.parent for child in path.glob(f"*/{FILE_NAME}")]):
            return max(versions, key=_version_order)
    known = ", ".join(sorted({path.parts[-3] for path in INSTRUMENTS.glob(f"*/*/{FILE_NAME}")})) or "none"
    raise InputError(
        [
            InputProblem(
                "no such instrument",
                str(code_or_dir),
                f"a folder with {FILE_NAME}, such a file, or one of the codes: {known}",
            )
        ]
    )


def load_instrument(path: Path) -> Instrument:
    """The instrument at `path` (folder or file), checked for shape and meaning. Raises InputError."""
    source = _instrument_yaml(path)
    if problems := instrument_problems(source):
        raise InputError(problems)
    data = source.data
    return Instrument(
        code=data["code"],
        version=data["version"],
        sha256=hashlib.sha256(source.raw).hexdigest(),
        scale=Scale(data["scale"]["min"], data["scale"]["max"], data["scale"]["favourable"]),
        factors=tuple(_factor(factor) for factor in data["factors"]),
        questions=tuple(OpenQuestion(q["code"], q["max_length"]) for q in data.get("questions", ())),
        outcomes=tuple(Item(outcome["code"]) for outcome in data.get("outcomes", ())),
        profile=tuple(ProfileQuestion(q["code"], tuple(q["options"])) for q in data.get("profile", ())),
        attention=AttentionItem(**data["attention"]) if "attention" in data else None,
        ranked=data.get("ranked", True),
        comparable_with=tuple(data.get("comparable_with", ())),
    )


def load_texts(path: Path, locale: str) -> InstrumentTexts:
    """The texts of the instrument at `path` in one language, checked. Raises InputError."""
    instrument = load_instrument(path)
    source = read_yaml(_folder(path) / "text" / f"{locale}.yaml")
    if problems := text_problems(source, instrument):
        raise InputError(problems)
    data = source.data
    return InstrumentTexts(
        locale=data["locale"],
        title=data["title"],
        stem=data["stem"],
        instruction=data["instruction"],
        scale_labels=tuple(data["scale"]),
        dont_know=data["dont_know"],
        factors={code: FactorText(**text) for code, text in data["factors"].items()},
        items=data["items"],
        questions={code: QuestionText(**text) for code, text in data.get("questions", {}).items()},
        nouns=data.get("nouns", {}),
        outcomes=data.get("outcomes", {}),
        profile={code: ProfileText(**text) for code, text in data.get("profile", {}).items()},
        prefer_not_to_say=data.get("prefer_not_to_say", ""),
        attention=data.get("attention", ""),
        cards={code: _card(text) for code, text in data.get("cards", {}).items()},
    )


def check_instrument(path: Path) -> list[InputProblem]:
    """Read everything in an instrument's folder (or one file); InputError names all that is wrong.

    Shape, then meaning, of instrument.yaml; every text/LOCALE.yaml against it and against the English
    it was made from; and, where the folder lies beside a releases.lock.json two levels up, that nothing
    released has changed. What the house rules have against its wording is wrong in an instrument of
    ours; of another's it is returned, for its author to judge.
    """
    problems = lock_problems(path) if path.is_dir() else []
    try:
        source = _instrument_yaml(path)
        instrument = load_instrument(path)
    except InputError as error:
        raise InputError([*error.problems, *problems]) from None
    texts, text_faults = _read_texts(path, instrument) if path.is_dir() else ({}, [])
    problems += text_faults
    for locale, text in texts.items():
        if locale != SOURCE and SOURCE in texts:
            problems += translation_problems(texts[SOURCE], text)
    notes = keying_problems(source, instrument) if texts else []
    for text in texts.values():
        notes += wording_problems(text, instrument)
    if path.resolve().is_relative_to(INSTRUMENTS):
        problems, notes = problems + notes, []
    if problems:
        raise InputError(problems)
    return notes


def _read_texts(path: Path, instrument: Instrument) -> tuple[dict[str, LocatedYaml], list[InputProblem]]:
    """The languages whose shape and meaning are right, and what is wrong with the others."""
    texts: dict[str, LocatedYaml] = {}
    problems: list[InputProblem] = []
    for file in sorted((path / "text").glob("*.yaml")):
        try:
            source = read_yaml(file)
        except InputError as error:
            problems += error.problems
            continue
        if found := text_problems(source, instrument):
            problems += found
        else:
            texts[file.stem] = source
    return texts, problems


def _factor(data: Mapping[str, Any]) -> Factor:
    return Factor(data["code"], tuple(Item(i["code"], i.get("reversed", False)) for i in data["items"]))


def _card(text: Mapping[str, Any]) -> LearningCard:
    return LearningCard(tuple(text["monday"]), tuple(text["discuss"]), text["caution"])


def _instrument_yaml(path: Path) -> LocatedYaml:
    return read_yaml(path / FILE_NAME if path.is_dir() else path)


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _version_order(folder: Path) -> tuple[tuple[int, ...], str]:
    """1.10.0 comes after 1.9.0."""
    return tuple(int(part) for part in re.findall(r"\d+", folder.name)), folder.name
