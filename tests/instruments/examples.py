"""A small instrument with everything that one can have, and its texts, to change one thing at a time."""

import copy
import json
from pathlib import Path
from typing import Any

import yaml

INSTRUMENT: dict[str, Any] = {
    "code": "small",
    "version": "1.1.0",
    "comparable_with": ["1.0.0"],
    "scale": {"min": 1, "max": 5, "favourable": 2},
    "factors": [{"code": "first", "items": [{"code": "a"}, {"code": "b", "reversed": True}]}],
    "outcomes": [{"code": "overall"}],
    "profile": [{"code": "work", "options": ["front", "back"]}],
    "questions": [{"code": "easier", "max_length": 500}],
    "attention": {"code": "attend", "expected": 2},
}
ENGLISH: dict[str, Any] = {
    "locale": "en",
    "title": "A small one",
    "stem": "In this agency ...",
    "instruction": "Choose one answer.",
    "scale": ["Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"],
    "dont_know": "Don't know",
    "nouns": {
        "residents": {"plural": "residents", "plural_start": "Residents"},
        "patients": {"plural": "patients", "plural_start": "Patients"},
    },
    "factors": {"first": dict.fromkeys(("name", "short", "meaning", "strong", "weak"), "Words.")},
    "items": {"a": "We ask {plural} first.", "b": "{plural_start} wait too long."},
    "outcomes": {"overall": "We give {plural} a good service."},
    "prefer_not_to_say": "Prefer not to say",
    "profile": {
        "work": {"prompt": "What do you do?", "options": {"front": "Front line", "back": "The rest"}}
    },
    "questions": {"easier": {"prompt": "What would be easier?", "hint": ""}},
    "attention": "Choose disagree here.",
    "cards": {
        "first": {
            "monday": ["Ask.", "Listen.", "Answer."],
            "discuss": ["Who?", "What?", "When?"],
            "caution": "Beware.",
        }
    },
}


def english(**changes: Any) -> dict[str, Any]:
    """The English texts with some parts put in place of others."""
    return copy.deepcopy(ENGLISH) | changes


def write_folder(root: Path, instrument: dict[str, Any] | None = None, **texts: dict[str, Any]) -> Path:
    """ROOT/small/1.1.0 with its instrument.yaml and a text file for each language given."""
    folder = root / "small" / "1.1.0"
    (folder / "text").mkdir(parents=True, exist_ok=True)
    _write(folder / "instrument.yaml", instrument or INSTRUMENT)
    for locale, data in texts.items():
        _write(folder / "text" / f"{locale}.yaml", data)
    return folder


def _write(path: Path, data: dict[str, Any]) -> None:
    unshared = json.loads(json.dumps(data))  # parts used twice would be written as references
    path.write_text(yaml.safe_dump(unshared, allow_unicode=True, sort_keys=False), encoding="utf-8")
