"""Logos as people send them, made into small plain PNG: looked at before they are unpacked, then drawn anew.

What is kept is only pixels. An SVG is a program as much as a picture (scripts, addresses, fonts): refused.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PIL import Image, ImageFile, ImageOps, ImageStat

from cri.domain.brand import Logo
from cri.domain.errors import InputError, InputProblem

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_SIDE: Final = 4000  # pixels
MOST_PIXELS: Final = 8_000_000  # unpacked 32 MB
LONGEST: Final = 10  # times as wide as high, or as high as wide
KEPT: Final = (640, 256)  # pixels: 54 x 22 mm at 300 to the inch
KINDS: Final = ("PNG", "JPEG")
COLOUR_MODES: Final = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"}
SEEN: Final = 16  # of 255: what is fainter is not there
LIGHT: Final = 200  # mean of 255 from which a logo is lost on white paper
EXPECTED: Final = f"a PNG or JPEG of at most {MOST_BYTES // 1024**2} MB and {MOST_SIDE} x {MOST_SIDE} pixels"

_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, MemoryError, struct.error, zlib.error)


def read_logo(data: bytes, where: str) -> Logo:
    """Return a sent logo ready to print: edges without anything cut off, made smaller, no metadata.

    Its size is read from its head and refused before a pixel is unpacked. Raises InputError, naming `where`.
    """
    if len(data) > MOST_BYTES:
        raise _refused(f"has {len(data):,} bytes", where)
    if b"<svg" in data[:4096].lower() or data.lstrip()[:1] == b"<":
        raise _refused("is an SVG or another text, which may hold programs and addresses", where)
    image = _opened(data, where)
    try:
        with _to_the_last_byte():
            plain = ImageOps.exif_transpose(image).convert("RGBA")
    except _UNREADABLE:
        raise _refused("is damaged", where) from None
    return _ready(plain, where)


@contextmanager
def _to_the_last_byte() -> Iterator[None]:
    """Half an image is none: WeasyPrint, once loaded, has Pillow fill up what is missing with grey."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def printed_logo(png: bytes) -> Logo:
    """Return a logo that was made ready before."""
    with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
        return Logo(png, image.width, image.height, _is_light(image))


def _opened(data: bytes, where: str) -> Image.Image:
    """The image, its head read and nothing unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the sizes below are stricter
            image = Image.open(io.BytesIO(data), formats=KINDS)
    except Image.DecompressionBombError:
        raise _refused("has more pixels than any logo", where) from None
    except _UNREADABLE:
        raise _refused("is no image that can be read", where) from None
    width, height = image.size
    if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
        raise _refused(f"has {width:,} x {height:,} pixels", where)
    if image.mode not in COLOUR_MODES:
        raise _refused(f"has colours of an unusual kind ({image.mode})", where)
    return image


def _ready(image: Image.Image, where: str) -> Logo:
    alpha = image.getchannel("A").point(lambda value: 255 if value >= SEEN else 0)
    box = alpha.getbbox()
    if box is None:
        raise _refused("shows nothing", where)
    cut = image.crop(box)
    if max(cut.size) > LONGEST * min(cut.size):
        raise _refused(f"is {cut.width} x {cut.height} pixels, a line rather than a logo", where)
    cut.thumbnail(KEPT, Image.Resampling.LANCZOS)
    # A picture of nothing but pixels: whatever else the file held is left behind.
    kept = Image.frombytes("RGBA", cut.size, cut.tobytes())
    out = io.BytesIO()
    kept.save(out, "PNG", optimize=True)
    return Logo(out.getvalue(), kept.width, kept.height, _is_light(kept))


def _is_light(image: Image.Image) -> bool:
    """Whether what is seen of it would be lost on white: a logo with a ground of its own never is."""
    alpha = image.getchannel("A")
    if ImageStat.Stat(alpha).extrema[0][0] >= SEEN:
        return False
    seen = alpha.point(lambda value: 255 if value >= 128 else 0)
    grey = ImageStat.Stat(image.convert("L"), mask=seen)
    return bool(grey.count[0]) and grey.mean[0] >= LIGHT


def _refused(what: str, where: str) -> InputError:
    return InputError([InputProblem(what, where, EXPECTED)])
