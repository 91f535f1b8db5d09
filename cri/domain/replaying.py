"""Where something made again differs from what was made: reports by manifests, documents by their parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, Final

Document = Mapping[str, Any]

FIGURES: Final = "figures"
PLACES: Final = frozenset({"schema", "file", "inputs", "peers", "pack_sha256", "sha256", FIGURES})
"""Of a manifest: where things lie, and what is compared in its own way."""
NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that was shown otherwise than it comes out now."""

    what: str
    shown: str
    rebuilt: str

    def __str__(self) -> str:
        return f"{self.what}: shown {self.shown}, rebuilt {self.rebuilt}"


def manifest_differences(shown: Document, rebuilt: Document) -> tuple[Difference, ...]:
    """Compare two manifests of a report: figures first, then what it was made with, then its bytes.

    A figure is named by where it stands and its kind. Figures are aligned by their order, so that one that
    is missing does not make all later ones differ.
    """
    keys = sorted((shown.keys() | rebuilt.keys()) - PLACES)
    return (
        *_figure_differences(shown.get(FIGURES, ()), rebuilt.get(FIGURES, ())),
        *(one for key in keys for one in document_differences(shown.get(key), rebuilt.get(key), key)),
        *document_differences(shown.get("sha256"), rebuilt.get("sha256"), "bytes of the report (sha256)"),
    )


def document_differences(shown: Any, rebuilt: Any, where: str = "") -> tuple[Difference, ...]:
    """Compare two JSON values leaf by leaf; a leaf is named by its path, as in sections[2].row.score."""
    if isinstance(shown, Mapping) and isinstance(rebuilt, Mapping):
        keys = [*shown, *(key for key in rebuilt if key not in shown)]
        pairs = [(f"{where}.{key}".lstrip("."), shown.get(key), rebuilt.get(key)) for key in keys]
    elif isinstance(shown, list) and isinstance(rebuilt, list) and len(shown) == len(rebuilt):
        pairs = [
            (f"{where}[{place}]", old, new)
            for place, (old, new) in enumerate(zip(shown, rebuilt, strict=True))
        ]
    else:
        same = shown == rebuilt and isinstance(shown, bool) == isinstance(rebuilt, bool)
        return () if same else (Difference(where, _told(shown), _told(rebuilt)),)
    return tuple(found for path, old, new in pairs for found in document_differences(old, new, path))


def _figure_differences(shown: Sequence[Document], rebuilt: Sequence[Document]) -> list[Difference]:
    before, after = [[_exact(figure) for figure in figures] for figures in (shown, rebuilt)]
    found = []
    steps = SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()
    for step, start, end, new_start, new_end in steps:
        if step == "equal":
            continue
        old, new = shown[start:end], rebuilt[new_start:new_end]
        found += [_figure_difference(*pair) for pair in zip_longest(old, new)]
    return found


def _figure_difference(old: Document | None, new: Document | None) -> Difference:
    named = old or new or {}
    what = f"figure in {named['where']} ({named['kind']})"
    if old and new and (old["where"], old["kind"]) != (new["where"], new["kind"]):
        what += f", now in {new['where']} ({new['kind']})"
    values = bool(old and new and old["text"] == new["text"])
    return Difference(what, *(_figure_told(figure, value=values) for figure in (old, new)))


def _figure_told(figure: Document | None, *, value: bool) -> str:
    if figure is None:
        return NOTHING
    return f"{figure['text']} (value {figure['value']})" if value else str(figure["text"])


def _exact(figure: Document) -> tuple[str, str, str, str]:
    return figure["where"], figure["kind"], repr(float(figure["value"])), figure["text"]


def _told(value: Any) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, list):
        return f"{len(value)} entries"
    return "several values" if isinstance(value, Mapping) else str(value)
