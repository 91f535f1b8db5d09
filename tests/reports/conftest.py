"""One browser and one folder of drawn figures for the tests of reports; each report made once."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cri.adapters.charts import ChartBrowser
from cri.adapters.instrument_files import find_instrument, load_texts
from cri.adapters.report_print import Report, print_pack
from tests.reports.documents import make_kind

MakeReport = Callable[..., tuple[dict[str, Any], Report]]


@pytest.fixture(scope="session")
def chart_browser() -> Iterator[ChartBrowser]:
    """A started-when-needed browser."""
    with ChartBrowser() as started:
        yield started


@pytest.fixture(scope="session")
def chart_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of drawn figures, empty at the start of the run."""
    return tmp_path_factory.mktemp("charts")


@pytest.fixture(scope="session")
def make_report(
    chart_browser: ChartBrowser, chart_cache: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> MakeReport:
    """Return make(case, locale, file_format, kind) -> (pack, report). Parallel workers print each once."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "printed-packs"
    folder.mkdir(exist_ok=True)

    @cache
    def make(
        case: str, locale: str = "en", file_format: str = "pdf", kind: str = "leader"
    ) -> tuple[dict[str, Any], Report]:
        pack = make_kind(kind, case)
        kept = folder / f"{kind}-{case}-{locale}.{file_format}"
        told = kept.with_name(f"{kept.name}.json")
        if not told.is_file():
            texts = load_texts(find_instrument("cri"), locale)
            report = print_pack(
                pack,
                locale=locale,
                texts=texts,
                browser=chart_browser,
                chart_cache=chart_cache,
                file_format=file_format,
            )
            for path, data in ((kept, report.data), (told, json.dumps(report.manifest).encode())):
                aside = path.with_name(f"{path.name}.{worker_id}")
                aside.write_bytes(data)
                aside.replace(path)
        return pack, Report(kept.read_bytes(), json.loads(told.read_bytes()))

    return make
