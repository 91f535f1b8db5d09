"""What the service writes to people by itself: `reports/messages/LOCALE.yaml`, as data."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from cri.adapters.report_files import REPORTS
from cri.domain.message_plan import Kind
from cri.domain.message_text import MessageWords, tidy_words

FOLDER = REPORTS / "messages"


@dataclass(frozen=True)
class OurWords:
    """One language's words. messages: the texts that agencies may change; the rest stays."""

    locale: str
    direction: str
    messages: Mapping[Kind, MessageWords]
    footer: Mapping[str, str]
    letter: Mapping[str, str]
    poster: Mapping[str, str]


@cache
def our_words(locale: str) -> OurWords:
    """The words in `locale`, or in English where they have not been translated."""
    told = _read(locale if (FOLDER / f"{locale}.yaml").is_file() else "en")
    return OurWords(
        told["locale"],
        told["direction"],
        {Kind(kind): tidy_words(words["subject"], words["body"]) for kind, words in told["messages"].items()},
        told["footer"],
        told["letter"],
        told["poster"],
    )


def message_locales() -> tuple[str, ...]:
    """The languages that messages come in, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def english_digest() -> str:
    """The sha256 of the English words by content, which each translation names as what it was made from."""
    exact = json.dumps(_read("en"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(exact.encode()).hexdigest()


def stamp_of(locale: str) -> str:
    """The digest of the English words that a translation was made from."""
    return str(_read(locale)["source_sha256"])


def _read(locale: str) -> dict[str, Any]:
    told = yaml.safe_load((FOLDER / f"{locale}.yaml").read_text(encoding="utf-8"))
    if not isinstance(told, dict):
        raise TypeError(f"{locale}.yaml holds no mapping")
    return told
