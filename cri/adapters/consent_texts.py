"""The text that an agency agrees to before it contributes: data, one folder a version, never changed."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

CONSENT = Path(__file__).parents[2] / "reports" / "consent"
VERSION = "1.0.0"
"""The text that is shown now. Earlier ones stay: consents name them."""


@dataclass(frozen=True)
class ConsentText:
    """A text in one language. sha256: of the file, as a consent records it."""

    version: str
    locale: str
    title: str
    paragraphs: tuple[str, ...]
    sha256: str


@cache
def consent_text(locale: str, version: str = VERSION) -> ConsentText:
    """The text in `locale`, or in English where it has not been translated. Raises FileNotFoundError."""
    path = CONSENT / version / f"{locale}.yaml"
    if not path.is_file():
        path = CONSENT / version / "en.yaml"
    data = path.read_bytes()
    told = yaml.safe_load(data)
    return ConsentText(
        version, path.stem, told["title"], tuple(told["paragraphs"]), hashlib.sha256(data).hexdigest()
    )
