"""One worker process of the bench of packs: warms up, says so, and prints packs when told to.

python -m tests.performance.pack_worker PACKS FOLDER FIRST. Each pack is of other answers than all
before it, so that every figure is drawn. Prints a line of JSON when it is warm, and one when it is done.
"""

import io
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from cri.adapters.charts import ChartBrowser
from cri.adapters.instrument_files import InstrumentTexts, find_instrument, load_texts
from cri.adapters.report_print import Report, print_pack
from cri.domain.pack_workshop import workshop_pack
from cri.domain.placing import place
from tests.performance.process_trees import ProcessTree
from tests.reports.documents import cri_instrument, scorecard


@dataclass(frozen=True)
class Press:
    """What is the same for each pack: the edition, the texts, the browser, the folder of drawn figures."""

    norms: dict[str, Any]
    texts: InstrumentTexts
    browser: ChartBrowser
    cache: Path

    def print(self, card: dict[str, Any], file_format: str = "pdf") -> Report:
        """Place, build and print a workshop pack, as the service's job does."""
        norms = self.norms
        pack = workshop_pack(card, place(card, norms), norms, instrument=cri_instrument(), noun="residents")
        return print_pack(
            pack,
            locale="en",
            texts=self.texts,
            browser=self.browser,
            chart_cache=self.cache,
            file_format=file_format,
        )


def main() -> None:
    """Warm up with one pack, wait for a line, print the others, tell what it took."""
    packs, cache, first = int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    norms = json.loads((cache.parent / "edition.json").read_text(encoding="utf-8"))
    texts = load_texts(find_instrument("cri"), "en")
    cards = [scorecard(seed=seed) for seed in range(first, first + packs + 1)]
    tree = ProcessTree()
    with ChartBrowser() as browser:
        press = Press(norms, texts, browser, cache)
        warm = press.print(cards[0])
        html = press.print(cards[0], "html")
        (cache / f"{first}.html").write_bytes(html.data)
        drawn = len(list(cache.glob("*.svg")))
        pages = len(PdfReader(io.BytesIO(warm.data)).pages)
        say({"pages": pages, "charts": drawn, "html": str(cache / f"{first}.html")})
        sys.stdin.readline()
        before, own, start = tree.seconds(), time.process_time(), time.perf_counter()
        for card in cards[1:]:
            press.print(card)
        took, alone = tree.seconds() - before, time.process_time() - own
        wall = time.perf_counter() - start
        again = time.process_time()
        press.print(cards[-1])
        say(
            {
                "wall": wall,
                "cpu": took / packs,
                "own": alone / packs,
                "cached": time.process_time() - again,
                "memory": tree.own_peak(),
                "browser": tree.others_memory(),
            }
        )


def say(told: dict[str, Any]) -> None:
    """Print a line at once."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
