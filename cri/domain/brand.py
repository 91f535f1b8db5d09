"""An agency's look on its documents: its colour, kept readable, and its logo.

A colour is darkened, its hue kept, until white text on it and its text on white can be read, and until it
stands out from the band of the other agencies. Contrast: WCAG 2.2, relative luminance of sRGB.
"""

import colorsys
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cri.domain.errors import InputError, InputProblem

PAPERS: Final = ("a4", "letter")
READABLE: Final = 5.0  # contrast with paper: over the 4.5 that small text needs
APART: Final = 3.0  # contrast of a mark with the band behind it
SMALL_TEXT: Final = 4.5
STEP: Final = 0.01  # of lightness
COLOUR: Final = re.compile(r"#[0-9a-f]{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo made ready to print: PNG without anything but its pixels. is_light: made for dark grounds."""

    png: bytes
    width: int
    height: int
    is_light: bool


@dataclass(frozen=True, slots=True)
class Brand:
    """What is an agency's own on its documents. colour: #rrggbb in lower case, None for the house's."""

    colour: str | None = None
    logo: Logo | None = None

    def document(self) -> dict[str, Any] | None:
        """Return what a manifest says of it: {colour, logo_sha256}; None where there is nothing to say."""
        if self == Brand():
            return None
        logo = hashlib.sha256(self.logo.png).hexdigest() if self.logo else None
        return {"colour": self.colour, "logo_sha256": logo}


def colour_of(typed: str, where: str) -> str:
    """Return a typed colour as #rrggbb. Raises InputError, naming `where`, for anything else."""
    found = typed.strip().lower()
    if not COLOUR.fullmatch(found):
        shown = f"{typed[:40]!r} is no colour"
        raise InputError([InputProblem(shown, where, 'a colour as "#12436d"')])
    return found


def branded(palette: Mapping[str, str], brand: Brand) -> dict[str, str]:
    """Return a palette with the colours that stand for the agency made from its own."""
    if brand.colour is None:
        return dict(palette)
    paper = palette["paper"]
    own = readable(brand.colour, palette)
    return {
        **palette,
        "agency": own,
        "unit": _marked(own, paper),
        "cover": own,
        "cover_grid": mixed(own, paper, 0.05),
        "cover_pool": mixed(own, paper, 0.12),
        "cover_middle": mixed(own, paper, 0.24),
        "cover_tick": _legible(own, paper),
    }


def readable(colour: str, palette: Mapping[str, str]) -> str:
    """Return the colour, or the lightest darker one of its hue that can be read and stands out."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    found = colour
    while contrast(found, palette["paper"]) < READABLE or contrast(found, palette["pool_middle"]) < APART:
        lightness = max(0.0, lightness - STEP)
        found = _written(colorsys.hls_to_rgb(hue, lightness, saturation))
    return found


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """Return a colour with a share (0 to 1) of another in it."""
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return _written([own + (its - own) * share for own, its in pairs])


def _marked(own: str, paper: str) -> str:
    """A lighter tone for units, which still is a mark on paper."""
    tones = (mixed(own, paper, share / 100) for share in range(30, -1, -5))
    return next((tone for tone in tones if contrast(tone, paper) >= SMALL_TEXT), own)


def _legible(own: str, paper: str) -> str:
    """A tone between paper and the colour in which small text can be read on the colour."""
    tones = (mixed(own, paper, share / 100) for share in range(55, 100, 5))
    return next((tone for tone in tones if contrast(tone, own) >= SMALL_TEXT), paper)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def _written(parts: Any) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
