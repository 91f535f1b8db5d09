"""The staff's summary as a web page shows it: the same document, words and rounding as the printed one."""

from collections.abc import Mapping
from typing import Any

from cri.adapters.report_block_view import BlockViews
from cri.adapters.report_text import ReportText
from cri.domain.figures import axis_of
from cri.domain.pack import section_of
from cri.services.instruments import texts_nearest
from cri.web.language import current_language

Document = Mapping[str, Any]
View = dict[str, Any]

SCORES = "together.scores"


def staff_view(pack: Document) -> View:
    """Return what the page shows: its parts [{title, blocks}], scores with their strips, dates, words."""
    locale, instrument = current_language(), pack["instrument"]
    text = ReportText(pack, locale, texts_nearest(instrument["code"], instrument["version"], locale))
    views = BlockViews(text, {}, {})
    parts = [views.page(section_of(pack, name)) for name in ("together", "next")]
    wave = pack["wave"]
    return {
        "agency": pack["agency"] or text.word("report.agency_unnamed"),
        "title": text.word("report.title"),
        "label": wave["label"] or text.word("report.wave_unnamed"),
        "dates": text.word("report.dates", opened=text.day(wave["opened"]), closed=text.day(wave["closed"])),
        "synthetic": pack["synthetic"],
        "words": text.page_words(),
        "parts": parts,
        "scores": _scores(pack, text),
    }


def _scores(pack: Document, text: ReportText) -> View:
    """The table of scores with a strip for each; along one axis, in per cent of its width."""
    blocks = section_of(pack, "together")["blocks"]
    rows: list[list[Document]] = next((block["rows"] for block in blocks if block.get("key") == SCORES), [])
    values = [cell["value"] for row in rows for cell in row[1:] if cell["value"] is not None]
    low, high = axis_of(values) if values else (0.0, 100.0)

    def at(cell: Document) -> float | None:
        value = cell["value"]
        return None if value is None else round(100 * (value - low) / (high - low), 3)

    return {
        "ends": (text.tick(low), text.tick(high)),
        "rows": [
            {
                "name": text.factor_name(str(row[0]["value"])),
                "is_index": row[0]["value"] == "index",
                "score": text.number("score", row[1]["value"]),
                "interval": _interval(text, row),
                "at": {
                    **dict.fromkeys(("lowest", "q1", "median", "q3", "best")),
                    "score": at(row[1]),
                    "low": at(row[2]),
                    "high": at(row[3]),
                },
            }
            for row in rows
        ],
    }


def _interval(text: ReportText, row: list[Document]) -> str:
    if row[2]["value"] is None:
        return text.number("score", None)
    low, high = (text.number("score", row[place]["value"]) for place in (2, 3))
    return text.word("report.interval", low=low, high=high)
