"""A real headless browser for pages."""

import os
import shutil

import pytest
from playwright.sync_api import expect

expect.set_options(timeout=30_000)
"""Milliseconds, as for everything else that a page is waited for: a busy machine is no finding."""

_ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-gpu",
]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Debian's Chromium, or any other found; as root it needs --no-sandbox."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("no Chromium or Chrome found; run make setup")
    arguments = [*_ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else _ARGUMENTS
    return {"executable_path": found, "args": arguments}
