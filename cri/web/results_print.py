"""A figure of the results by itself, for a file: in the report's colours, saying what it is."""

import textwrap
from collections.abc import Mapping
from typing import Any, Final

from cri.adapters.report_files import load_palette
from cri.web.results_figures import GAP, PALETTE, WIDTH, Figure, plain

FONT: Final = "IBM Plex Sans, IBM Plex Sans Arabic, Arial, sans-serif"
HEAD_ROOM: Final = 52  # px above and below, for its title and its source
FOOT_ROOM: Final = 52
SMALL_CHARACTER: Final = 8.0  # px, for 12 px type of whatever font there is


def as_print(figure: Figure, title: str, source: str) -> Figure:
    """The figure by itself, for a file: the report's colours, its title above, where it comes from below."""
    layout = figure["layout"]
    margin = layout["margin"]
    above, below = margin["t"] + HEAD_ROOM, margin["b"] + FOOT_ROOM
    height = layout["height"] + HEAD_ROOM + FOOT_ROOM
    inside = height - above - below
    mirrored = layout["yaxis"].get("side") == "right"
    edge = 1 + (margin["r"] - GAP) / WIDTH if mirrored else (GAP - margin["l"]) / WIDTH
    side = {"x": edge, "xanchor": "right" if mirrored else "left", "xref": "paper"}
    # Aligned to where it begins: where the reader's machine lacks the font, the text only grows to one side.
    words = {**side, "align": side["xanchor"], "yref": "paper", "yanchor": "middle", "showarrow": False}
    lines = textwrap.wrap(source, round((WIDTH + margin["l"] + margin["r"]) / SMALL_CHARACTER))
    notes = [
        {**words, "text": plain(title), "y": 1 + (above - 18) / inside, "font": {"size": 17, "weight": 600}},
        {**words, "text": "<br>".join(map(plain, lines)), "y": -(below - 18) / inside, "font": {"size": 12}},
    ]
    palette = load_palette()
    known = {name: palette[role] for role, name in PALETTE.items()} | {"--ink": palette["ink"]}
    made: Figure = _painted(figure, known)
    made["layout"] |= {
        "width": WIDTH + margin["l"] + margin["r"],
        "height": height,
        "margin": {**margin, "t": above, "b": below},
        "annotations": [*made["layout"].get("annotations", ()), *notes],
        "paper_bgcolor": palette["paper"],
        "font": {"family": FONT, "size": 14, "color": palette["ink"]},
    }
    return made


def _painted(part: Any, known: Mapping[str, str]) -> Any:
    """Colours in place of the names of the page's custom properties. KeyError for one that has none."""
    if isinstance(part, Mapping):
        return {key: _painted(value, known) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_painted(value, known) for value in part]
    return known[part] if isinstance(part, str) and part.startswith("--") else part
