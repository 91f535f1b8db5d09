"""The fetcher of the PDF: our own assets and inline images, and nothing else by any way that HTML knows."""

import base64
from pathlib import Path

import pytest
from pypdf import PdfReader
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError

from cri.adapters.pdf import Asset, AssetFetcher, RefusedAddressError, render_pdf

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0,0H9V9H0Z"/></svg>'
PAGE = '<html lang="en"><head><title>t</title>{head}</head><body><h1>t</h1>{body}</body></html>'


def inline(svg: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"


@pytest.fixture
def secret(tmp_path: Path) -> str:
    """The address of a file that no report may hold."""
    path = tmp_path / "secret.txt"
    path.write_text("CANARY")
    return path.as_uri()


REACHING = {
    "image": ("", '<img alt="" src="{url}">'),
    "style sheet": ('<link rel="stylesheet" href="{url}">', ""),
    "import": ("<style>@import url('{url}');</style>", ""),
    "font": (
        "<style>@font-face {{ font-family: x; src: url('{url}') }} p {{ font-family: x }}</style>",
        "<p>x</p>",
    ),
    "background": ("<style>p {{ background: url('{url}') }}</style>", "<p>x</p>"),
    "attachment": ('<link rel="attachment" href="{url}">', ""),
    "attachment in a link": ("", '<a rel="attachment" href="{url}">x</a>'),
    "object": ("", '<object data="{url}"></object>'),
    "embed": ("", '<embed src="{url}">'),
}


@pytest.mark.parametrize("way", REACHING)
@pytest.mark.parametrize("scheme", ["file", "http", "ftp", "asset"])
def test_every_way_to_every_address_is_refused(way: str, scheme: str, secret: str) -> None:
    addresses = {
        "file": secret,
        "http": "http://169.254.169.254/latest/meta-data/",
        "ftp": "ftp://127.0.0.1/x",
        "asset": "asset:other",
    }
    head, body = (part.format(url=addresses[scheme]) for part in REACHING[way])
    with pytest.raises(RefusedAddressError, match="refused"):
        render_pdf(PAGE.format(head=head, body=body), {})


def test_an_image_inside_the_page_cannot_reach_out_either(secret: str) -> None:
    svg = SVG.replace(b"<path", f'<image href="{secret}" width="9" height="9"/><path'.encode())
    with pytest.raises(RefusedAddressError):
        render_pdf(PAGE.format(head="", body=f'<img alt="x" src="{inline(svg)}">'), {})


@pytest.mark.parametrize("inner", ["<style>@import url('{url}');</style>", '<use href="{url}#a"/>'])
def test_other_addresses_in_an_image_are_not_even_asked_for(inner: str, secret: str) -> None:
    svg = SVG.replace(b"<path", inner.format(url=secret).encode() + b"<path")
    fetcher = AssetFetcher({})
    HTML(string=f'<img alt="x" src="{inline(svg)}">', url_fetcher=fetcher).write_pdf()
    assert fetcher.refused == []


def test_only_images_may_be_inline(secret: str) -> None:
    fetcher = AssetFetcher({})
    for url in ("data:text/html;base64,eA==", "data:text/css,x", "data:image/svg+xml;base64,%%%", secret):
        with pytest.raises(FatalURLFetchingError):
            fetcher.fetch(url)
    assert len(fetcher.refused) == 4


def test_our_own_assets_and_inline_images_are_used(tmp_path: Path) -> None:
    body = f'<img alt="x" src="{inline(SVG)}"><img alt="y" src="asset:mark">'
    pdf = render_pdf(PAGE.format(head="", body=body), {"mark": Asset("image/svg+xml", SVG)})
    path = tmp_path / "page.pdf"
    path.write_bytes(pdf)
    assert len(PdfReader(path).pages) == 1
    assert "EmbeddedFiles" not in pdf.decode("latin-1")
