"""Logos as people send them: bombs, programs and rubbish are refused in one line; what is kept is pixels."""

import io
import struct
import time
import tracemalloc
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFile, PngImagePlugin

from cri.adapters.brand_files import read_brand
from cri.adapters.logos import KEPT, MOST_BYTES, read_logo
from cri.domain.errors import InputError


def drawn(
    size: tuple[int, int] = (300, 120), mode: str = "RGBA", kind: str = "PNG", colour: str = "#005e3c"
) -> bytes:
    """An image with a disc in a colour; without a ground where the mode has transparency."""
    image = Image.new(mode, size)
    if mode in {"RGB", "L", "CMYK"}:
        image.paste("white" if mode != "CMYK" else (0, 0, 0, 0), (0, 0, *size))
    fill = colour if mode in {"RGBA", "RGB"} else 1 if mode == "P" else 90 if mode == "L" else (90, 20, 10, 0)
    if mode == "P":
        image.putpalette([255, 255, 255, 0, 94, 60])
    ImageDraw.Draw(image).ellipse((10, 10, size[0] - 10, size[1] - 10), fill=fill)
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int, rows_there: int | None = None) -> bytes:
    """A PNG of some kilobytes whose rows unpack to all its pixels; only to the first rows where given."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + width)) for _ in range(rows_there or height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>fetch("/")</script></svg>'
SIXTEEN = io.BytesIO()
Image.new("I;16", (40, 40)).save(SIXTEEN, "PNG")
REFUSED = {
    "20,000 x 20,000 pixels": (bomb(20_000, 20_000, 200), "more pixels than any logo"),
    "over 4,000 pixels": (bomb(12_000, 8), "12,000 x 8 pixels"),
    "too many pixels": (bomb(3_900, 3_900), "3,900 x 3,900 pixels"),
    "too many bytes": (b"\x89PNG\r\n\x1a\n" + bytes(MOST_BYTES), "bytes"),
    "an SVG with a script": (SVG, "is an SVG"),
    "an SVG behind a mark and blanks": (b"\xef\xbb\xbf \n" + SVG, "is an SVG"),
    "a page": (b"<!doctype html><img src=file:///etc/passwd>", "is an SVG or another text"),
    "a GIF": (drawn(mode="P", kind="GIF"), "no image that can be read"),
    "a PDF": (b"%PDF-1.7\n", "no image that can be read"),
    "nothing": (b"", "no image that can be read"),
    "half a PNG": (drawn()[:400], "is damaged"),
    "nothing to see": (drawn(colour="#00000000"), "shows nothing"),
    "a line": (drawn((900, 24)), "a line rather than a logo"),
    "16 bits of grey": (SIXTEEN.getvalue(), "unusual kind"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("patient", [False, True])
def test_what_is_no_logo_is_refused_in_one_line(
    case: str, patient: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", patient)  # as it is once packs are printed
    data, what = REFUSED[case]
    with pytest.raises(InputError) as caught:
        read_logo(data, "logo")
    (problem,) = caught.value.problems
    assert what in problem.what
    assert problem.expected.startswith("a PNG or JPEG of at most 2 MB")
    assert patient == ImageFile.LOAD_TRUNCATED_IMAGES


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    data = bomb(3_900, 3_900)
    assert len(data) < 100_000
    tracemalloc.start()
    begun = time.process_time()
    with pytest.raises(InputError):
        read_logo(data, "logo")
    spent, (_, height) = time.process_time() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert height < 1_000_000
    with Image.open(io.BytesIO(data)) as naive:  # the control: the naive way unpacks all of it
        assert len(naive.tobytes()) == 3_900 * 3_900
    assert spent < 0.5


@pytest.mark.parametrize("mode", ["RGBA", "RGB", "L", "P"])
def test_what_is_a_logo_becomes_small_plain_and_always_the_same(mode: str) -> None:
    logo = read_logo(drawn((1400, 600), mode), "logo")
    assert logo == read_logo(drawn((1400, 600), mode), "logo")
    assert (logo.width, logo.height) <= KEPT
    assert logo.png.startswith(b"\x89PNG")
    assert not logo.is_light


def test_a_photograph_and_one_made_for_printers_are_taken() -> None:
    for mode in ("RGB", "CMYK"):
        assert read_logo(drawn(mode=mode, kind="JPEG"), "logo").width == 300


def test_nothing_but_pixels_is_kept() -> None:
    """Not what a camera or a program wrote beside them: places, names, colour profiles."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "CANARY")
    out = io.BytesIO()
    Image.open(io.BytesIO(drawn())).save(out, "PNG", pnginfo=notes, exif=Image.Exif())
    assert b"CANARY" in out.getvalue()
    kept = read_logo(out.getvalue() + b"CANARY after the end", "logo").png
    assert b"CANARY" not in kept
    kinds = {kept[place : place + 4] for place in (12,)} | {b"IDAT"}
    assert kinds <= {b"IHDR", b"IDAT"}
    assert not any(name in kept for name in (b"tEXt", b"iTXt", b"eXIf", b"iCCP"))


def test_empty_edges_are_cut_off_and_a_light_logo_is_known() -> None:
    logo = read_logo(drawn(colour="#ffffff"), "logo")
    assert (logo.width, logo.height) == (281, 101)
    assert logo.is_light
    assert not read_logo(drawn(mode="RGB", colour="#ffffff"), "logo").is_light  # has a ground of its own


def test_a_brand_is_a_small_file_with_its_logo_beside_it(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(drawn())
    path = tmp_path / "brand.yaml"
    path.write_text('colour: "#12436D"\nlogo: logo.png\n', encoding="utf-8")
    brand = read_brand(path)
    assert brand.colour == "#12436d"
    assert brand.logo is not None
    path.write_text('{"colour": "#12436d"}', encoding="utf-8")
    assert read_brand(path).logo is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "is no brand"),
        ("[1]", "is no brand"),
        ("font: Comic", "is no brand"),
        ("colour: blue", "no colour"),
        ("colour: 1", "no colour"),
        ("logo: missing.png", "cannot be read"),
        ("logo: ''", "cannot be read"),
        ('logo: "a\\0b"', "cannot be read"),
        ("logo: /etc/passwd", "lies elsewhere"),
        ("logo: ../secret.png", "lies elsewhere"),
        ("logo: link.png", "lies elsewhere"),
        ("logo: file:///etc/passwd", "cannot be read"),
        ("logo: https://example.org/logo.png", "cannot be read"),
    ],
)
def test_a_brand_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path, text: str, what: str) -> None:
    folder = tmp_path / "brand"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(drawn())
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "brand.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_brand(folder / "brand.yaml")
    (problem,) = caught.value.problems
    assert what in problem.what
    assert str(folder) in problem.where
