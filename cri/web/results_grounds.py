"""What stands behind the results: how good the answers are, and how the numbers are made.

Everything here is read from the same pack and scorecard as the reports; nothing is computed on the way.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from cri.adapters.report_parts import norm_facts, response_of
from cri.adapters.report_quality_view import quality_view
from cri.adapters.report_text import ReportText
from cri.db.models import Wave
from cri.domain.change import SMALLEST_POINTS
from cri.domain.claims import LOW_RATE, RELIABILITY_NEEDS, RELIABLE, WIDE
from cri.domain.pack import section_of
from cri.domain.screening import FLAGS_TO_EXCLUDE
from cri.web.results_cells import Cell, interval_cells, name_cell, number_cell, why_cell, word_cell
from cri.web.results_shown import Results
from cri.web.results_view import said_about

Document = Mapping[str, Any]
View = dict[str, Any]


def quality_page(found: Results) -> View:
    """Who answered, the screening, early beside late answers, and what is kept back."""
    text, card = found.text, found.scorecard
    summary = section_of(found.pack, "summary")
    factors = [row for row in summary["rows"] if row["code"] != "index"]
    quality = card["quality"]
    enough = found.pack["population"]["usable"] >= found.pack["minimum"]
    view = quality_view(text, section_of(found.pack, "quality"), factors)
    return {
        **view,
        "reliability": _reliability(text, view["factors"]),
        "words": text.page_words(),
        "flags": _flags(found, quality["screening"]) if quality and enough else [],
        "left_out": _left_out(found, quality) if quality and enough else None,
        "halves": _halves(found, quality) if quality else None,
        "halves_claims": said_about(text, card["claims"], [*found.factors, "wave"], "early_late."),
        "weights_claims": said_about(text, card["claims"], ["wave"], "weights."),
    }


def method_page(found: Results, wave: Wave) -> View:
    """How the numbers are made: the report's own text, by which questionnaire and edition, and the limits."""
    text, pack = found.text, found.pack
    title = text.instrument.title if text.instrument else pack["instrument"]["code"]
    return {
        "words": text.page_words(),
        "facts": [
            (_("Questionnaire"), f"{title} {pack['instrument']['version']}"),
            (_("Method"), pack["method"]),
            (text.word("facts.response"), response_of(text)),
            *norm_facts(text),
        ],
        "limits": _limits(text, wave),
        "check": text.word(
            "method.check_text",
            method=pack["method"],
            instrument=pack["instrument"]["code"],
            version=pack["instrument"]["version"],
            template=pack["template"],
        ),
    }


def _limits(text: ReportText, wave: Wave) -> list[tuple[str, str]]:
    return [
        (_("Fewest people a figure is shown for"), text.number("count", wave.minimum)),
        (_("Fewest people a question's comments are kept for"), text.number("count", wave.comments_minimum)),
        (
            _("Smallest difference between units, groups or surveys that matters"),
            _points(text, SMALLEST_POINTS),
        ),
        (_("Interval that asks for care, either side"), _points(text, WIDE)),
        (_("Response rate that asks for care, below"), text.number("share", LOW_RATE)),
        (_("Fewest people for alpha"), text.number("count", RELIABILITY_NEEDS)),
        (_("Alpha from which statements hold together"), text.number("coefficient", RELIABLE)),
        (
            _("Signs of careless answers for which somebody is left out"),
            text.number("count", FLAGS_TO_EXCLUDE),
        ),
    ]


def _flags(found: Results, screening: Document) -> list[tuple[str, str]]:
    """Why answers were looked at twice. Of fewer than the smallest group it is not told how many they are."""
    names = {
        "fast": _("Answered faster than one can read"),
        "long_string": _("Gave the same answer to more than half of a page in a row"),
        "low_variability": _("Gave nearly the same answer throughout"),
        "outlier": _("Answers that fit nobody else's pattern"),
        "failed_attention": _("Failed the statement that checks attention"),
    }
    few, minimum = found.text.word("summary.few"), found.pack["minimum"]
    return [
        (name, few if 0 < count < minimum else found.text.number("people", count))
        for code, name in names.items()
        if (count := screening["flags"][code]) is not None
    ]


def _reliability(text: ReportText, rows: Sequence[View]) -> View:
    columns = [text.word(f"quality.{one}") for one in ("factor", "n", "alpha", "interval", "verdict")]
    cells = [
        [
            name_cell(row["name"]),
            *(number_cell(row[one]) for one in ("n", "alpha", "interval")),
            word_cell(row["verdict_word"]),
        ]
        for row in rows
    ]
    return {"title": text.word("quality.factors"), "head": columns, "rows": cells}


def _left_out(found: Results, quality: Document) -> View | None:
    """Scores without and with those who were left out, where they are too many to be found out by that."""
    beside = quality["with_excluded"]
    if beside is None or not quality["screening"]["excluded"]:
        return None
    text = found.text
    rows = []
    for code in found.factors:
        figures = beside["factors"][code]
        told = [why_cell(text, "complementary")] * 2
        if figures is not None:
            told = [number_cell(text.number("score", figures[name]["score"])) for name in ("without", "with")]
        rows.append([name_cell(text.factor_name(code)), *told])
    head = [text.word("summary.factor"), _("Score without them"), _("Score with them")]
    return {"title": _("Scores without and with those left out, unweighted"), "head": head, "rows": rows}


def _halves(found: Results, quality: Document) -> View | None:
    """Early beside late answers; None where the time was not recorded."""
    halves = quality["early_late"]
    if not halves:
        return None
    text = found.text
    rows = []
    for code in found.factors:
        cells: list[Cell] = []
        for name in ("early", "late"):
            half = halves[name]
            why = why_cell(text, half["suppressed"]) if half["factors"] is None else None
            cells += [why, why] if why else interval_cells(text, half["factors"][code])
        rows.append([name_cell(text.factor_name(code)), *cells])
    interval = text.word("quality.interval")
    head = [text.word("summary.factor"), _("Early half"), interval, _("Late half"), interval]
    return {"title": _("Early and late answers"), "head": head, "rows": rows}


def _points(text: ReportText, value: float) -> str:
    return str(_("%(points)s points", points=text.number("count", value)))
