"""Parts that several pages of a report share: claims, pictures, the marks of an axis."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cri.adapters.report_figures import Drawing
from cri.adapters.report_files import data_url
from cri.adapters.report_text import ReportText
from cri.domain.figures import ticks_of

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
    """Return the marks of an axis: {at: per cent of the width, text}."""
    return [{"at": along(axis, mark), "text": text.tick(mark)} for mark in ticks_of(axis)]


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


def facts_of(pairs: Iterable[tuple[str, str]]) -> list[View]:
    """Return labelled values: {label, value, is_word: whether the value holds no number}."""
    return [
        {"label": label, "value": value, "is_word": not any(sign.isdigit() for sign in value)}
        for label, value in pairs
    ]


def response_of(text: ReportText) -> str:
    """Return how many answered, of how many where that is known."""
    population = text.pack["population"]
    n = text.number("people", population["responses"])
    if population["headcount"] is None:
        return n
    return text.word("facts.response_value", n=n, headcount=text.number("people", population["headcount"]))


def rate_of(text: ReportText) -> str:
    """Return the response rate, or that it is not known."""
    rate = text.pack["population"]["response_rate"]
    return text.word("facts.unknown") if rate is None else text.number("share", rate)


def norm_facts(text: ReportText) -> list[tuple[str, str]]:
    """Return edition, peer group and number of agencies with their labels, or that there is no edition."""
    norm = text.pack["norm"]
    if norm is None:
        return [(text.word("facts.edition"), text.word("facts.none"))]
    agencies = text.word("facts.none") if norm["agencies"] is None else text.number("count", norm["agencies"])
    return [
        (text.word("facts.edition"), norm["edition"]),
        (text.word("facts.peers"), text.peers(norm["peers"])),
        (text.word("facts.agencies"), agencies),
    ]
