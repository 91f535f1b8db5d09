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
from cri.domain.rounding import rounded

Document = Mapping[str, Any]

FORMATS: Final = ("pdf", "html")
MANIFEST: Final = "cri.manifest/1"


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
) -> Report:
    """Print a pack in a language as PDF or as one self-contained HTML file.

    texts: the instrument's in that language, None for an instrument without. chart_cache: folder of drawn
    figures, made if missing. The same inputs give the same bytes. Raises InputError for an unknown locale.
    """
    text = ReportText(pack, locale, texts)
    drawings = plan_drawings(text, load_layout(), load_palette())
    svgs = draw_charts({key: drawing.figure for key, drawing in drawings.items()}, chart_cache, browser)
    view = view_of(text, drawings, svgs)
    if file_format == "pdf":
        address = {font.path: f"{OURS}{font.path.name}" for font in fonts()}
        assets = {font.path.name: Asset("font/ttf", unpacked(font.path)) for font in fonts()}
        data = render_pdf(_page(view, font_faces(address)), assets)
    else:
        address = {font.path: data_url("font/woff2", font.path.read_bytes()) for font in fonts()}
        data = _page(view, font_faces(address)).encode()
    return Report(data, _manifest(pack, text, data, file_format))


def _page(view: Document, faces: str) -> str:
    # All that people typed passes through here: always escaped, and a template only reads what it is fed.
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(REPORTS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("sections/pack.html")
    return template.render(view, style=f"{faces}\n{load_style()}")


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
