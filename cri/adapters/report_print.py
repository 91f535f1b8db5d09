"""A pack document printed: figures drawn, templates filled, PDF or HTML made, its manifest written."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from cri.adapters.charts import ChartBrowser, draw_charts
from cri.adapters.instrument_files import InstrumentTexts
from cri.adapters.number_sheets import number_sheets_of
from cri.adapters.pdf import OURS, Asset, render_pdf
from cri.adapters.report_figures import plan_drawings
from cri.adapters.report_files import (
    REPORTS,
    data_url,
    font_faces,
    fonts,
    load_layout,
    load_palette,
    load_style,
    reports_digest,
    unpacked,
)
from cri.adapters.report_text import ReportText, ShownFigure
from cri.adapters.report_view import view_of
from cri.adapters.slides import slides_of
from cri.domain.brand import Brand, branded
from cri.domain.errors import InputError, InputProblem
from cri.domain.rounding import rounded

Document = Mapping[str, Any]

PAGES: Final = ("pdf", "html")
EDITABLE: Final = ("pptx", "xlsx")
FORMATS: Final = (*PAGES, *EDITABLE)
EDITABLE_KINDS: Final = ("leader", "workshop")
"""Of packs that people go on working with; the others are finished as they are."""
MANIFEST: Final = "cri.manifest/1"
HOUSE: Final = Brand()
"""The look of an agency that has none of its own."""
LOGO: Final = "logo.png"


@dataclass(frozen=True)
class Report:
    """A printed pack: its bytes, and its manifest without the inputs' places, which only the edge knows."""

    data: bytes
    manifest: dict[str, Any]


def print_pack(
    pack: Document,
    *,
    locale: str,
    texts: InstrumentTexts | None,
    browser: ChartBrowser,
    chart_cache: Path,
    file_format: str = "pdf",
    brand: Brand = HOUSE,
    paper: str = "a4",
) -> Report:
    """Print a pack in a language as PDF, as one self-contained HTML file, or to go on working with.

    texts: the instrument's in that language, None for an instrument without. chart_cache: folder of drawn
    figures, made if missing. brand: the agency's colour and logo. paper: one of PAPERS. The same inputs give
    the same bytes. Raises InputError for an unknown locale, and for a kind that has no such format.
    """
    check_format(pack["kind"], file_format)
    text = ReportText(pack, locale, texts)
    palette = branded(load_palette(), brand)
    look = {"brand": brand.document(), "paper": paper}
    if file_format in EDITABLE:
        data = _editable(text, file_format, palette, brand)
        return Report(data, {**_manifest(pack, text, data, file_format), **look})
    drawings = plan_drawings(text, load_layout(), palette)
    svgs = draw_charts({key: drawing.figure for key, drawing in drawings.items()}, chart_cache, browser)
    view = view_of(text, drawings, svgs)
    style = load_style(palette, paper)
    if file_format == "pdf":
        address = {font.path: f"{OURS}{font.path.name}" for font in fonts()}
        assets = {font.path.name: Asset("font/ttf", unpacked(font.path)) for font in fonts()}
        logo = _logo_view(brand, f"{OURS}{LOGO}")
        if brand.logo:
            assets[LOGO] = Asset("image/png", brand.logo.png)
        data = render_pdf(_page({**view, "logo": logo}, f"{font_faces(address)}\n{style}"), assets)
    else:
        address = {font.path: data_url("font/woff2", font.path.read_bytes()) for font in fonts()}
        logo = _logo_view(brand, data_url("image/png", brand.logo.png) if brand.logo else "")
        data = _page({**view, "logo": logo}, f"{font_faces(address)}\n{style}").encode()
    return Report(data, {**_manifest(pack, text, data, file_format), **look})


def check_format(kind: str, file_format: str) -> None:
    """Raise InputError where a kind of pack is not made in a format, naming what there is."""
    if file_format in EDITABLE and kind not in EDITABLE_KINDS:
        what = f"a {kind} pack is not made as {file_format}"
        known = f"{' or '.join(PAGES)}, or a {' or '.join(EDITABLE_KINDS)} pack"
        raise InputError([InputProblem(what, "--format", known)])


def _editable(text: ReportText, file_format: str, palette: Mapping[str, str], brand: Brand) -> bytes:
    """The formats without drawn figures: their charts are native, or there are none."""
    if file_format == "xlsx":
        return number_sheets_of(text)
    return slides_of(text, palette, brand.logo)


def _logo_view(brand: Brand, source: str) -> dict[str, Any] | None:
    """Where the logo is found and the class of the ground that it needs."""
    if brand.logo is None:
        return None
    return {"source": source, "ground": "dark" if brand.logo.is_light else "light"}


def _page(view: Document, style: str) -> str:
    # All that people typed passes through here: always escaped, and a template only reads what it is fed.
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(REPORTS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("sections/pack.html")
    return template.render(view, style=style)


def _manifest(pack: Document, text: ReportText, data: bytes, file_format: str) -> dict[str, Any]:
    seen = list(dict.fromkeys(text.shown))
    return {
        "schema": MANIFEST,
        "kind": pack["kind"],
        "format": file_format,
        "locale": text.locale,
        "sha256": hashlib.sha256(data).hexdigest(),
        "method": pack["method"],
        "template": {"name": pack["template"], "sha256": reports_digest()},
        "instrument": dict(pack["instrument"]),
        "noun": pack["noun"],
        "synthetic": pack["synthetic"],
        "figures": [{**asdict(figure), "value": _as_told(figure)} for figure in seen],
    }


def _as_told(figure: ShownFigure) -> float:
    """The number that the text shows: a manifest goes with its report, and has no more digits than it."""
    told = float(rounded(figure.kind, figure.value))
    return told / 100 if figure.kind == "share" else told
