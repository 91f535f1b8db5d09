"""HTML to PDF by WeasyPrint: tagged, fonts embedded, the same bytes each time, and nothing fetched."""

import base64
import binascii
import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from cri.adapters.pdf_tags import complete_tags

OURS: Final = "asset:"
IMAGES: Final = ("data:image/svg+xml;base64,", "data:image/png;base64,")


class RefusedAddressError(RuntimeError):
    """A page asked for something that is not its own."""


@dataclass(frozen=True)
class Asset:
    """A file that a page may use under "asset:NAME"."""

    kind: str
    data: bytes


@dataclass
class AssetFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint is not typed
    """Answers for the assets it was given and for images inside the page; anything else ends the rendering.

    WeasyPrint swallows errors of single addresses, inside images most of all, so each refusal is also kept.
    """

    assets: Mapping[str, Asset]
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:  # noqa: ARG002  WeasyPrint's signature
        """Return the asset or inline image. Raises FatalURLFetchingError for every other address."""
        if url.startswith(OURS) and (asset := self.assets.get(url.removeprefix(OURS))):
            return URLFetcherResponse(url, asset.data, {"Content-Type": asset.kind})
        for start in IMAGES:
            if url.startswith(start):
                try:
                    data = base64.b64decode(url.removeprefix(start), validate=True)
                except binascii.Error:
                    break
                kind = start.removeprefix("data:").removesuffix(";base64,")
                return URLFetcherResponse(url, data, {"Content-Type": kind})
        self.refused.append(url[:200])
        raise FatalURLFetchingError(f"refused: {url[:200]}")


def render_pdf(html: str, assets: Mapping[str, Asset]) -> bytes:
    """Return the PDF/UA-1 of a page. Raises RefusedAddressError if it asks for anything but its assets.

    Deterministic: WeasyPrint writes neither date nor identifier unless told to.
    """
    fetcher = AssetFetcher(assets)
    try:
        with _uncollected():
            document = HTML(string=html, base_url="asset:page", url_fetcher=fetcher)
            pdf = document.write_pdf(pdf_variant="pdf/ua-1", finisher=complete_tags)
    except FatalURLFetchingError as error:
        raise RefusedAddressError(str(error)) from None
    if fetcher.refused:
        raise RefusedAddressError(f"refused: {', '.join(fetcher.refused)}")
    return bytes(pdf)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the collector of cycles rest: it would walk all boxes again and again, a fifth of the time.

    What a rendering leaves behind goes with the collections after it; the peak is the same.
    """
    resting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if resting:
            gc.enable()
