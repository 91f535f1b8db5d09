"""Plotly figures drawn as SVG by plotly.js in one headless Chromium page, all of a pack in one round trip.

Kaleido's own call per figure reloads the page each time; here its engine is used directly. An SVG is cached
by the digest of its figure and of plotly.js, so that a replay draws nothing twice. Nothing is fetched: the
page is a file, and the browser's only way out is a proxy that is not there.
"""

import asyncio
import hashlib
import json
import os
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from xml.etree import ElementTree as ET

import plotly
from kaleido import Kaleido

Figure = Mapping[str, Any]

NOWHERE: Final = "http://127.0.0.1:9"  # the discard port: any request but for a file fails at once
TIMEOUT: Final = 120.0  # seconds for all figures of one pack; a cold browser on a busy machine takes a few
DRAW: Final = """async function(figures) {
  const drawn = [];
  for (const figure of figures) {
    const {width, height} = figure.layout;
    drawn.push(await Plotly.toImage(figure, {format: 'svg', width, height, imageDataOnly: true}));
  }
  return JSON.stringify(drawn);
}"""
SVG: Final = "http://www.w3.org/2000/svg"
DRAWN: Final = {"d", "transform", "x", "y", "width", "height", "viewBox", "fill-rule"}
PAINT: Final = {
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-opacity",
    "stroke-dasharray",
    "opacity",
}
PLAIN: Final = {("opacity", "1"), ("fill-opacity", "1"), ("stroke-opacity", "1")}


class ChartError(RuntimeError):
    """The browser could not draw a figure."""


@cache
def plotly_js_digest() -> str:
    """Return the sha256 of the plotly.js that draws, part of every cached chart's name."""
    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return hashlib.sha256(script.read_bytes()).hexdigest()


class ChartBrowser:
    """A headless Chromium page that is started at the first figure and kept: one for each worker process.

    Safe to call from several threads: calls wait for each other on the browser's own event loop.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._kaleido: Any = None
        self._page: Any = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def draw(self, figures: Sequence[Figure]) -> list[str]:
        """Draw figures as raw SVG texts, in their order. Raises ChartError where plotly.js refuses one."""
        with self._lock:
            if self._loop is None:
                self._start_thread()
            assert self._loop is not None
            try:
                return asyncio.run_coroutine_threadsafe(self._draw(figures), self._loop).result(TIMEOUT)
            except BaseException:
                self._stop()  # a broken page is not reused; the next call starts a fresh one
                raise

    def close(self) -> None:
        """End the browser, if it was started."""
        with self._lock:
            self._stop()

    def _start_thread(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="charts", daemon=True)
        self._thread.start()

    def _stop(self) -> None:
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()
        self._loop = self._thread = self._kaleido = self._page = None

    async def _open(self) -> None:
        self._kaleido = Kaleido(n=1, mathjax=False, proxy_server=NOWHERE)
        await self._kaleido.open()
        self._page = (await self._kaleido.tabs_ready.get()).tab

    async def _close(self) -> None:
        if self._kaleido is not None:
            await self._kaleido.close()

    async def _draw(self, figures: Sequence[Figure]) -> list[str]:
        if self._page is None:
            await self._open()
        window = await self._page.send_command("Runtime.evaluate", params={"expression": "window"})
        answer = await self._page.send_command(
            "Runtime.callFunctionOn",
            params={
                "functionDeclaration": DRAW,
                "objectId": window["result"]["result"]["objectId"],
                "arguments": [{"value": list(figures)}],
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        result = answer.get("result", {})
        if "exceptionDetails" in result or "value" not in result.get("result", {}):
            raise ChartError(f"plotly.js could not draw a figure: {json.dumps(answer)[:500]}")
        drawn: list[str] = json.loads(result["result"]["value"])
        return drawn


def draw_charts(figures: Mapping[str, Figure], folder: Path, browser: ChartBrowser) -> dict[str, bytes]:
    """Return the SVG of each figure, from the cache `folder` where it is there, else drawn in one round trip.

    A damaged or half-written file cannot be met: files are written aside and moved to their name.
    """
    names = {key: folder / f"{_digest(figure)}.svg" for key, figure in figures.items()}
    missing = [key for key, path in names.items() if not path.is_file()]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        for key, drawn in zip(missing, browser.draw([figures[key] for key in missing]), strict=True):
            _write(names[key], clean_svg(drawn))
    return {key: path.read_bytes() for key, path in names.items()}


def clean_svg(drawn: str) -> bytes:
    """Return plotly's SVG without random ids, clip paths, invisible boxes and what only a screen needs.

    A figure's axis always holds its values, so that nothing needs clipping and no id is left to renumber.
    """
    root = ET.fromstring(drawn)  # noqa: S314  # nosec B314 - our own browser drew it
    for element in root.iter():
        style = _style(element)
        kept = {name: value for name, value in element.attrib.items() if name in DRAWN}
        element.attrib.clear()
        element.attrib.update(kept | ({"style": style} if style else {}))
    _prune(root)
    ET.register_namespace("", SVG)
    return bytes(ET.tostring(root, encoding="utf-8"))


def _style(element: ET.Element) -> str:
    pairs = [part.split(":", 1) for part in element.get("style", "").split(";") if ":" in part]
    kept = {name.strip(): value.strip() for name, value in pairs if name.strip() in PAINT}
    for paint in ("fill", "stroke"):
        unseen = kept.get(f"{paint}-opacity") == "0" or kept.get(f"{paint}-width") in {"0", "0px"}
        if unseen:
            kept = {name: value for name, value in kept.items() if not name.startswith(paint)}
            kept[paint] = "none"
    return ";".join(f"{name}:{value}" for name, value in kept.items() if (name, value) not in PLAIN)


def _prune(element: ET.Element) -> None:
    for child in list(element):
        _prune(child)
        tag = child.tag.removeprefix(f"{{{SVG}}}")
        if tag == "defs" or (tag == "g" and len(child) == 0) or _is_nothing(tag, child):
            element.remove(child)


def _is_nothing(tag: str, element: ET.Element) -> bool:
    if tag == "rect":
        return "fill:none" in element.get("style", "")
    return tag == "path" and element.get("d", "M0,0") == "M0,0"


def _digest(figure: Figure) -> str:
    exact = json.dumps(figure, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(f"{plotly_js_digest()}\n{exact}".encode()).hexdigest()


def _write(path: Path, data: bytes) -> None:
    handle, aside = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(aside).replace(path)
