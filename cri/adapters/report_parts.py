"""Parts that several pages of a report share: claims, pictures, the marks of an axis."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cri.adapters.report_figures import Drawing
from cri.adapters.report_files import data_url
from cri.adapters.report_text import ReportText

View = dict[str, Any]


def claim_views(text: ReportText, keys: Iterable[str]) -> list[View]:
    """Return claims by id as a page prints them: sentence, verdict and reason."""
    found = [text.pack["claims"][key] for key in keys]
    return [
        {
            "sentence": text.sentence(claim),
            "verdict": claim["verdict"],
            "verdict_word": text.verdict(claim),
            "reason": text.reason(claim),
        }
        for claim in found
    ]


def picture(drawing: Drawing, svg: bytes, alt: str) -> View:
    """Return a figure as an image: its source as a data: address, its size in px, its text."""
    return {
        "source": data_url("image/svg+xml", svg),
        "width": round(drawing.canvas.width),
        "height": round(drawing.canvas.height),
        "alt": alt,
    }


def ticks(text: ReportText, axis: tuple[float, float]) -> list[View]:
    """Return the marks of an axis in tens: {at: per cent of the width, text}."""
    marks = range(int(axis[0]), int(axis[1]) + 1, 10)
    return [{"at": along(axis, mark), "text": text.tick(mark)} for mark in marks]


def along(axis: tuple[float, float], value: float) -> float:
    """Return where a value lies on an axis, in per cent of its width."""
    return round(100 * (value - axis[0]) / (axis[1] - axis[0]), 3)


def interval_of(text: ReportText, kind: str, ends: Sequence[float] | None) -> str:
    """Return the two ends of an interval, or an en dash."""
    if ends is None:
        return text.number(kind, None)
    return text.word("report.interval", low=text.number(kind, ends[0]), high=text.number(kind, ends[1]))


def claim_about(text: ReportText, subject: str, kind: str) -> Mapping[str, Any]:
    """Return the claim of a kind ("position", "reliability", ...) about a subject."""
    return next(
        claim
        for claim in text.pack["claims"].values()
        if claim["subject"] == subject and claim["text_key"].startswith(f"{kind}.")
    )
