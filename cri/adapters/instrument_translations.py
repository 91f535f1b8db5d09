"""Which English each translated text was made from.

A translation keeps, under `made_from`, the first 16 digits of the SHA-256 of the English text for each
text that somebody has confirmed. So a comma changed in one English label makes one text stale, not all.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from cri.adapters.yaml_files import LocatedYaml, read_yaml
from cri.domain.errors import InputError, InputProblem

SOURCE = "en"
DIGITS = 16
SHOWN = 5
NOT_TEXT = ("locale", "made_from", "source_sha256")
STAMPS = "made_from:"
HEADER = "# Written by `cri instrument stamp`: the English that each text above was made from.\n"


@dataclass(frozen=True, slots=True)
class TextEntry:
    """One text of a language: its place in the file and what stands there."""

    where: tuple[str | int, ...]
    text: str

    @property
    def key(self) -> str:
        """The place as one word: items.insight1, scale.1, cards.insight.monday.2 (lists count from 1)."""
        return ".".join(str(step + 1) if isinstance(step, int) else step for step in self.where)

    @property
    def digest(self) -> str:
        """The first 16 digits of the text's SHA-256."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:DIGITS]


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A text whose translation is not known to say what the English says now. `stale`: it once did."""

    english: TextEntry
    stale: bool


def text_entries(data: Mapping[str, Any]) -> Iterator[TextEntry]:
    """Every text of a language, in the file's order; the forms of a noun are one text."""
    for key, value in data.items():
        if key == "nouns":
            for noun, forms in value.items():
                yield TextEntry((key, noun), json.dumps(forms, sort_keys=True, ensure_ascii=False))
        elif key not in NOT_TEXT:
            yield from _entries((key,), value)


def unconfirmed(english: Mapping[str, Any], translation: Mapping[str, Any]) -> list[Unconfirmed]:
    """The texts that a translator has still to look at, in the order of the English."""
    stamps = translation.get("made_from", {})
    return [
        Unconfirmed(entry, stale=entry.key in stamps)
        for entry in text_entries(english)
        if stamps.get(entry.key) != entry.digest
    ]


def translation_problems(english: LocatedYaml, translation: LocatedYaml) -> list[InputProblem]:
    """What is missing, left over or stale in a translation. Both files have passed the check of shape."""
    if "source_sha256" in translation.data:  # 1.0.0 of cri names the English as a whole
        if translation.data["source_sha256"] == hashlib.sha256(english.raw).hexdigest():
            return []
        return [
            translation.problem(("source_sha256",), "is stale", f"made from the present {english.path.name}")
        ]
    wanted = {entry.key: entry for entry in text_entries(english.data)}
    present = {entry.key: entry for entry in text_entries(translation.data)}
    problems = [
        translation.problem(
            wanted[key].where, f"{key} is not translated", f"a text, as in {english.path.name}"
        )
        for key in wanted
        if key not in present
    ]
    problems += [
        translation.problem(present[key].where, f"{key} is not in {english.path.name}", "only texts that are")
        for key in present
        if key not in wanted
    ]
    waiting = [text for text in unconfirmed(english.data, translation.data) if text.english.key in present]
    problems += [
        translation.problem(
            text.english.where,
            f"{text.english.key} is stale: the English has changed",
            "a look at it, then `cri instrument stamp`",
        )
        for text in waiting
        if text.stale
    ]
    if new := [text.english.key for text in waiting if not text.stale]:
        some = ", ".join(new[:SHOWN]) + (" ..." if len(new) > SHOWN else "")
        what = f"{len(new)} texts have not been confirmed: {some}"
        problems.append(translation.problem(("made_from",), what, "`cri instrument stamp` for each"))
    problems += [
        translation.problem(("made_from", key), f"{key} is not in {english.path.name}", "only texts that are")
        for key in translation.data.get("made_from", {})
        if key not in wanted
    ]
    return problems


def awaiting_texts(folder: Path, locale: str) -> list[Unconfirmed]:
    """What a translator into `locale` has still to look at in an instrument's folder. Raises InputError."""
    english = read_yaml(folder / "text" / f"{SOURCE}.yaml")
    return unconfirmed(english.data, read_yaml(folder / "text" / f"{locale}.yaml").data)


def stamp_texts(folder: Path, locale: str, patterns: Sequence[str]) -> list[str]:
    """Record that the texts matching `patterns` (items.insight1, cards.*) say what the English says now.

    Rewrites only the `made_from` part at the end of text/LOCALE.yaml, and returns the keys stamped.
    Raises InputError for a pattern that matches nothing and for a text that is not there.
    """
    english = read_yaml(folder / "text" / f"{SOURCE}.yaml")
    translation = read_yaml(folder / "text" / f"{locale}.yaml")
    entries = {entry.key: entry for entry in text_entries(english.data)}
    present = {entry.key for entry in text_entries(translation.data)}
    chosen = [key for key in entries if any(fnmatchcase(key, pattern) for pattern in patterns)]
    problems = [
        InputProblem(f"{pattern} matches no text", str(english.path), "a key like items.insight1, or items.*")
        for pattern in patterns
        if not any(fnmatchcase(key, pattern) for key in entries)
    ]
    problems += [
        translation.problem(entries[key].where, f"{key} is not translated", "a text before its stamp")
        for key in chosen
        if key not in present
    ]
    if locale == SOURCE:
        problems.append(InputProblem("is the source itself", str(translation.path), "a translation"))
    if problems:
        raise InputError(problems)
    old = translation.data.get("made_from", {})
    stamps = {
        key: entry.digest if key in chosen else old[key]
        for key, entry in entries.items()
        if key in chosen or key in old
    }
    _write_stamps(translation, stamps)
    return chosen


def _write_stamps(translation: LocatedYaml, stamps: Mapping[str, str]) -> None:
    """Everything from the line `made_from:` on is ours; what people wrote above it stays to the letter."""
    lines = translation.raw.decode("utf-8-sig").splitlines(keepends=True)
    start = next((place for place, line in enumerate(lines) if line.startswith(STAMPS)), len(lines))
    after = [line for line in lines[start + 1 :] if line.strip() and not line.startswith((" ", "#"))]
    if after:
        raise InputError(
            [translation.problem(("made_from",), "is not the last part of the file", "the last part")]
        )
    written = "".join(lines[:start]).removesuffix(HEADER).rstrip("\n")
    body = "".join(f'  {key}: "{digest}"\n' for key, digest in stamps.items())
    text = f"{written}\n\n{HEADER}{STAMPS}\n{body}"
    if yaml.safe_load(text)["made_from"] != stamps:  # never write what would read otherwise
        raise InputError(
            [translation.problem(("made_from",), "cannot be rewritten", "a plain block at the end")]
        )
    translation.path.write_text(text, encoding="utf-8")


def _entries(where: tuple[str | int, ...], value: Any) -> Iterator[TextEntry]:
    if isinstance(value, str):
        yield TextEntry(where, value)
        return
    for step, part in enumerate(value) if isinstance(value, list) else value.items():
        yield from _entries((*where, step), part)
