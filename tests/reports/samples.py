"""Pages of packs as pictures, kept in reports/samples: `python -m tests.reports.samples` makes them anew."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PIL import Image

from cri.adapters.charts import ChartBrowser
from cri.adapters.instrument_files import find_instrument, load_texts
from cri.adapters.report_files import REPORTS
from cri.adapters.report_print import print_pack
from tests.reports.documents import make_kind

FOLDER: Final = REPORTS / "samples"
PAGES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("leader", "en"): ("cover", "summary", "insight"),
    ("leader", "ar"): ("summary", "insight"),
    ("workshop", "en"): ("wheel", "units", "debate"),
}
"""Kind and language of a pack of the example agency, and the sections whose pages are kept."""

SCALE: Final = 0.8  # 58 pixels to the inch
GREYS: Final = 16
TILE: Final = 12  # pixels, 5 mm
TOLERANCE: Final = 9.0
"""Of 255: what the mean grey of a tile may differ by. Rounding to 16 greys makes 4, a word is 20 and more."""


def picture_of(pdf: bytes, page: int) -> Image.Image:
    """Return a page (from 0) in 16 greys."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        whole: Image.Image = document[page].render(scale=SCALE, grayscale=True).to_pil().convert("L")
    finally:
        document.close()
    return whole.quantize(GREYS)


def changed_tiles(before: Image.Image, after: Image.Image) -> list[tuple[int, int]]:
    """Return (row, column) of tiles whose mean grey differs by over TOLERANCE; all where sizes differ."""
    first, second = _tiles(before), _tiles(after)
    if first.shape != second.shape:
        return [(int(row), int(column)) for row, column in np.ndindex(*first.shape)]
    return [(int(row), int(column)) for row, column in np.argwhere(np.abs(first - second) > TOLERANCE)]


def sample_path(kind: str, locale: str, section: str) -> Path:
    """Return where the picture of a page is kept."""
    return FOLDER / f"{kind}-{locale}-{section}.png"


def _tiles(image: Image.Image) -> NDArray[np.float64]:
    grey = np.asarray(image.convert("L"), dtype=np.float64)
    rows, columns = (side // TILE * TILE for side in grey.shape)
    cut = grey[:rows, :columns].reshape(rows // TILE, TILE, columns // TILE, TILE)
    return np.asarray(cut.mean(axis=(1, 3)))


def _renew() -> None:
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.png"):
        path.unlink()
    with ChartBrowser() as browser, tempfile.TemporaryDirectory() as charts:
        for (kind, locale), sections in PAGES.items():
            pack = make_kind(kind, "full")
            texts = load_texts(find_instrument("cri"), locale)
            made = print_pack(pack, locale=locale, texts=texts, browser=browser, chart_cache=Path(charts))
            ids = [section["id"] for section in pack["sections"]]
            for section in sections:
                picture_of(made.data, ids.index(section)).save(
                    sample_path(kind, locale, section), optimize=True
                )


if __name__ == "__main__":
    _renew()
