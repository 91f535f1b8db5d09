"""Finding and reading what a report looks like and says: `reports/` as data."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import yaml
from fontTools.ttLib import woff2

from cri.domain.errors import InputError, InputProblem

REPORTS = Path(__file__).parents[2] / "reports"
STYLES = ("page.css", "type.css", "parts.css", "sections.css", "blocks.css")
PAPER_STYLES: Final = {"letter": ("letter.css",)}
"""What a size of paper changes; the pages are drawn for A4."""


@dataclass(frozen=True)
class Font:
    """One weight of a family as an @font-face needs it."""

    family: str
    weight: int
    path: Path


RESTS_ON = {"facilitator": "workshop"}
"""Kinds of pack that show pages of another kind, and so need its words too."""


def load_report_words(locale: str, kind: str | None = None) -> dict[str, Any]:
    """Return the words of `reports/text/LOCALE.yaml`, with those that a kind of pack has of its own.

    Raises InputError naming the locales that exist.
    """
    path = REPORTS / "text" / f"{locale}.yaml"
    if not path.is_file():
        known = " or ".join(report_locales())
        raise InputError([InputProblem(f"no report texts for locale {locale!r}", "--locale", known)])
    if kind not in worded_kinds():
        return _yaml(path)
    words = load_report_words(locale, RESTS_ON.get(kind))
    own = _words_path(locale, kind)
    if not own.is_file():
        known = " or ".join(sorted(found.stem for found in own.parent.glob("*.yaml")))
        raise InputError([InputProblem(f"no {kind} texts for locale {locale!r}", "--locale", known)])
    return _joined(words, _yaml(own))


def report_locales() -> tuple[str, ...]:
    """Return the locales that reports exist in, sorted."""
    return tuple(sorted(path.stem for path in (REPORTS / "text").glob("*.yaml")))


def words_digest(locale: str, kind: str | None = None) -> str:
    """Return the sha256 of a locale's words by content: comments and line breaks in the file do not count.

    kind: of the words that only this kind of pack has; without it of those that all packs share.
    """
    exact = json.dumps(load_own_words(locale, kind), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(exact.encode()).hexdigest()


def load_own_words(locale: str, kind: str | None = None) -> dict[str, Any]:
    """Return the words of one file: of a kind of pack alone, or without it those that all packs share."""
    return _yaml(_words_path(locale, kind))


def worded_kinds() -> tuple[str, ...]:
    """Return the kinds of pack that have words of their own, sorted."""
    return tuple(sorted(path.name for path in (REPORTS / "text").iterdir() if path.is_dir()))


def _words_path(locale: str, kind: str | None) -> Path:
    folder = REPORTS / "text"
    return folder / f"{locale}.yaml" if kind is None else folder / kind / f"{locale}.yaml"


def _joined(words: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Words with more of them: a mapping of both is joined, of any other key the second one counts."""
    both = {
        key: _joined(words[key], more[key])
        for key in words.keys() & more.keys()
        if _are_maps(words, more, key)
    }
    return {**words, **more, **both}


def _are_maps(words: dict[str, Any], more: dict[str, Any], key: str) -> bool:
    return isinstance(words[key], dict) and isinstance(more[key], dict)


def load_palette() -> dict[str, str]:
    """Return the colours of all figures and styles by their role, as #RRGGBB."""
    return dict(_yaml(REPORTS / "styles" / "palette.yaml"))


def load_layout() -> dict[str, Any]:
    """Return sizes of the figures of packs: widths and row heights in CSS pixels."""
    return _yaml(REPORTS / "styles" / "layout.yaml")


def load_style(palette: Mapping[str, str], paper: str = "a4") -> str:
    """Return the style sheet of packs with the palette's colours put in, for a size of paper.

    WeasyPrint knows custom properties, but not inside images; one palette.yaml feeds both.
    """
    names = (*STYLES, *PAPER_STYLES.get(paper, ()))
    paths = [REPORTS / "styles" / name for name in names]
    style = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    for role, colour in palette.items():
        style = style.replace(f"var(--{role})", colour)
    return style


def fonts() -> tuple[Font, ...]:
    """Return the fonts that set-up puts into `reports/fonts`. Raises InputError naming a missing one."""
    found = []
    for entry in json.loads((REPORTS / "fonts" / "fonts.json").read_text(encoding="utf-8")):
        path = REPORTS / "fonts" / entry["as"]
        if not path.is_file():
            raise InputError([InputProblem("font is missing", str(path), "a file put there by `make setup`")])
        found.append(Font(entry["family"], entry["weight"], path))
    return tuple(found)


@cache
def unpacked(path: Path) -> bytes:
    """Return a compressed font's plain form, kept: unpacking eight took a sixth of a report's time."""
    plain = BytesIO()
    woff2.decompress(BytesIO(path.read_bytes()), plain)
    return plain.getvalue()


def font_faces(url_of: Mapping[Path, str]) -> str:
    """Return @font-face rules; `url_of` says under what address each font file is found."""
    return "\n".join(
        f'@font-face {{ font-family: "{font.family}"; font-weight: {font.weight}; '
        f'src: url("{url_of[font.path]}"); }}'
        for font in fonts()
    )


def data_url(kind: str, data: bytes) -> str:
    """Return data as a data: address of a media type."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


@cache
def reports_digest() -> str:
    """Return the sha256 over every file in `reports/` that shapes a pack, fonts included."""
    whole = hashlib.sha256()
    for folder in ("sections", "components", "styles", "slides", "fonts", "text"):
        for path in sorted((REPORTS / folder).rglob("*")):
            if path.is_file():
                whole.update(f"{path.relative_to(REPORTS).as_posix()}\n".encode())
                whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def _yaml(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise InputError([InputProblem("not a mapping", str(path), "a mapping of keys to texts")])
    return data
