"""Addresses of the built style sheets, scripts and fonts, by their logical names."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask

YEAR_SECONDS = 365 * 24 * 3600
BUILT = Path(__file__).parent / "static" / "built"


@dataclass(frozen=True)
class Assets:
    """What set-up built: logical name ("app.css") to file name ("app.1f0c2d9e.css").

    The file's name holds a digest of its bytes, so an address may be cached for ever.
    """

    files: dict[str, str]
    prefix: str = "/static/built/"

    def url(self, name: str) -> str:
        """Path of the address of one asset; KeyError names the asset that was not built."""
        return self.prefix + self.files[name]


def read_assets(built: Path = BUILT, prefix: str = "/static/built/") -> Assets:
    """Read the manifest that `setup/build-assets` wrote; FileNotFoundError says what to run."""
    manifest = built / "manifest.json"
    if not manifest.is_file():
        raise FileNotFoundError(f"{manifest}: not built yet; expected after `make setup`")
    return Assets(files=json.loads(manifest.read_text(encoding="utf-8")), prefix=prefix)


def init_assets(app: Flask) -> None:
    """Give templates `asset(name)`; what it names may be kept for a year.

    The manifest is read when the first page needs it.
    """
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR_SECONDS
    app.jinja_env.globals["asset"] = cache(lambda name: read_assets().url(name))
