"""What a machine needs beyond Python packages, looked for one by one."""

import ctypes.util
import shutil

from cri.db.migrate import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
BUILT = ("cri/web/static/built", "reports/fonts")


def missing_parts() -> list[str]:
    """One line for each thing that is not there, with what to do about it."""
    lines = [
        f"library {name}: not found; apt-get install {package}"
        for name, package in LIBRARIES.items()
        if ctypes.util.find_library(name) is None
    ]
    if not any(shutil.which(name) for name in BROWSERS):
        lines.append("Chromium or Chrome: not found; apt-get install chromium")
    lines += [f"{folder}: not built; run make setup" for folder in BUILT if not (ROOT / folder).is_dir()]
    return lines
