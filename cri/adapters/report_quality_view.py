"""The view of the page on data quality: who answered, reliability, what is not shown, the norm."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cri.adapters.report_parts import claim_about, claim_views, facts_of, interval_of, norm_facts, rate_of
from cri.adapters.report_text import ReportText

Document = Mapping[str, Any]
View = dict[str, Any]

MOST_HIDDEN: Final = 8  # units kept back that are named one by one; more run over the page


def quality_view(text: ReportText, section: Document, rows: Sequence[Document]) -> View:
    """Return the page on data quality. section: the pack's; rows: results of its factors."""
    population = text.pack["population"]
    unknown = text.word("facts.unknown")
    headcount = population["headcount"]
    return {
        "numbers": facts_of(
            [
                (
                    text.word("quality.invited"),
                    unknown if headcount is None else text.number("people", headcount),
                ),
                (text.word("quality.answered"), text.number("people", population["responses"])),
                (text.word("quality.rate"), rate_of(text)),
                (text.word("quality.usable"), text.number("people", population["usable"])),
                (text.word("quality.excluded"), text.number("people", population["excluded"])),
            ]
        ),
        "claims": claim_views(text, section["claims"]),
        "factors": [_reliability_row(text, row) for row in rows],
        "hidden": _hidden(text, section, population),
        "norm": facts_of([*norm_facts(text), *_window(text)] if text.pack["norm"] else []),
        "norm_lines": _norm_lines(text),
    }


def _reliability_row(text: ReportText, row: Document) -> View:
    claim = claim_about(text, row["code"], "reliability")
    alpha = row["alpha"] if claim["verdict"] != "dont" else None
    return {
        "name": text.factor_name(row["code"]),
        "n": text.number("people", row["n"] if row["score"] is not None else None),
        "alpha": text.number("coefficient", alpha["value"] if alpha else None),
        "interval": interval_of(text, "coefficient", alpha["interval"] if alpha else None),
        "verdict": claim["verdict"],
        "verdict_word": text.verdict(claim),
        "reason": text.reason(claim),
    }


def _hidden(text: ReportText, section: Document, population: Document) -> list[str]:
    lines = []
    if population["usable"] < text.pack["minimum"]:
        lines.append(text.word("quality.hidden_people"))
    named = section["hidden"][:MOST_HIDDEN]
    lines += [text.word(f"quality.{unit['suppressed']}", name=text.unit_name(unit["code"])) for unit in named]
    more = len(section["hidden"]) - MOST_HIDDEN
    if more > 0:
        lines.append(text.word("quality.hidden_more", count=text.number("count", more)))
    if section["items_hidden"] and population["usable"] >= text.pack["minimum"]:
        lines.append(text.word("quality.hidden_items", count=text.number("count", section["items_hidden"])))
    return lines or [text.word("quality.hidden_none")]


def _norm_lines(text: ReportText) -> list[str]:
    norm = text.pack["norm"]
    if norm is None:
        return [text.word("quality.norm_none")]
    return [text.word("quality.norm_synthetic")] if norm["synthetic"] else []


def _window(text: ReportText) -> list[tuple[str, str]]:
    norm = text.pack["norm"]
    if norm is None or not norm["window"]["from"]:
        return []
    first, last = (text.month(norm["window"][end]) for end in ("from", "to"))
    months = first if first == last else text.word("quality.window_value", first=first, last=last)
    return [(text.word("quality.window"), months)]
