"""Letters with a code and a picture to scan, and posters: PDF for people without e-mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from cri.adapters.message_files import OurWords
from cri.adapters.pdf import OURS, Asset, render_pdf
from cri.adapters.report_files import REPORTS, data_url, font_faces, fonts, unpacked
from cri.domain.message_text import fill, one_line

FOLDER = REPORTS / "letters"
COLOUR = "AGENCY_COLOUR"


@dataclass(frozen=True)
class Sheet:
    """What all letters or posters of a wave share. address: what people type; closes: by language."""

    agency: str
    survey: str
    colour: str
    address: str
    closes: dict[str, str]


@dataclass(frozen=True)
class PersonalLetter:
    """One person's letter."""

    name: str
    unit: str
    code: str
    link: str
    words: OurWords


def print_letters(sheet: Sheet, letters: Sequence[PersonalLetter]) -> bytes:
    """One PDF/UA-1 with a page for each letter, in their order. There must be one at least."""
    pages = [
        {
            "name": one_line(one.name),
            "unit": one_line(one.unit),
            "code": one.code,
            "link": one.link,
            "qr": _picture(one.link),
            "words": one.words,
            **_filled(sheet, one.words, one.words.letter),
        }
        for one in letters
    ]
    return _print("letters.html", sheet, letters=pages)


def print_poster(sheet: Sheet, link: str, unit: str, languages: Sequence[OurWords]) -> bytes:
    """One PDF/UA-1 with a page in each language. unit: empty for the whole agency."""
    pages = [{"words": words, **_filled(sheet, words, words.poster)} for words in languages]
    return _print("poster.html", sheet, pages=pages, link=link, qr=_picture(link), unit=one_line(unit))


def _filled(sheet: Sheet, words: OurWords, part: Any) -> dict[str, str]:
    values = {"agency": one_line(sheet.agency), "closes": sheet.closes[words.locale]}
    return {"about": fill(part["about"], values), "open_until": fill(part["open_until"], values)}


def _picture(link: str) -> str:
    """The link as a picture to scan; a quarter of it may be dirty."""
    svg = segno.make(link, error="q", micro=False).svg_inline(border=0, omitsize=True, dark="#000000")
    named = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return data_url("image/svg+xml", named.encode())


def _print(template: str, sheet: Sheet, **view: Any) -> bytes:
    # All that people typed passes through here: always escaped, and a template only reads what it is fed.
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
    )
    address = {font.path: f"{OURS}{font.path.name}" for font in fonts()}
    assets = {font.path.name: Asset("font/ttf", unpacked(font.path)) for font in fonts()}
    style = (FOLDER / "letters.css").read_text(encoding="utf-8").replace(COLOUR, sheet.colour)
    page = environment.get_template(template).render(
        agency=one_line(sheet.agency),
        survey=one_line(sheet.survey),
        address=sheet.address,
        style=f"{font_faces(address)}\n{style}",
        **view,
    )
    return render_pdf(page, assets)
