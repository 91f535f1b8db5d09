"""Who sees it otherwise, and how alike: those who manage, answers by people's work, agreement of each factor.

Everything here is read from the same scorecard and by the same rules as the reports.
"""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext as _

from cri.adapters.report_text import ReportText
from cri.domain.claims import claim_document
from cri.domain.pack_benchmark import level_claims, level_scores
from cri.domain.pack_tables import agreement_table
from cri.services.instruments import texts_nearest
from cri.web.language import current_language
from cri.web.results_cells import (
    Cell,
    interval_cells,
    name_cell,
    number_cell,
    score_cell,
    why_cell,
    word_cell,
)
from cri.web.results_shown import Results
from cri.web.results_view import said_about

Document = Mapping[str, Any]
View = dict[str, Any]

MANAGES: Final = "manages"


def groups_page(found: Results) -> View:
    """Those who manage people beside the others, then every question about people's work by itself."""
    text, card = found.text, found.scorecard
    pairs = level_scores(card)
    head = [text.word("summary.factor")]
    for who in ("managing", "others"):
        head += [text.word(f"columns.{who}"), text.word("quality.interval")]
    rows = [
        [
            name_cell(text.factor_name(code)),
            *(cell for side in pairs[code] for cell in interval_cells(text, side)),
        ]
        for code in found.factors
        if code in pairs
    ]
    claims = [claim_document(claim) for claim in level_claims(card)]
    return {
        "levels": {"title": _("Those who manage people, and the others"), "head": head, "rows": rows}
        if rows
        else None,
        "claims": said_about(text, claims, ["wave", *found.factors], "levels."),
        "no_levels": text.word("differences.no_levels"),
        "questions": [_question(found, one) for one in card["profile"] or () if one["code"] != MANAGES],
        "rounded": text.word("factor.units_rounded"),
    }


def agreement_page(found: Results) -> View:
    """How alike people see each factor, as in the workshop pack, and in which units views differ."""
    text = _workshop_text(found)
    table = agreement_table(found.scorecard)
    rows = [
        [
            name_cell(text.factor_name(str(row[0].value))),
            *(number_cell(text.number(one.kind, _float(one.value))) for one in row[1:-1]),
            word_cell(text.word(str(row[-1].value))),
        ]
        for row in table.rows
    ]
    columns = [text.word(f"columns.{column}") for column in table.columns]
    return {
        "lead": text.word("agreement.lead"),
        "table": {
            "title": text.word("agreement.table"),
            "head": [text.word("summary.factor"), *columns],
            "rows": rows,
        },
        "claims": said_about(text, found.scorecard["claims"], found.factors, "agreement."),
        "units": _views_of_units(found, text),
    }


def _question(found: Results, question: Document) -> View:
    text = found.text
    known = text.instrument.profile.get(question["code"]) if text.instrument else None
    head = [_("Answer"), text.word("factor.n"), *(text.factor_name(code) for code in found.factors)]
    rows = []
    for option in question["options"]:
        name = known.options.get(option["code"], option["code"]) if known else option["code"]
        if option["factors"] is None:
            why = why_cell(text, option["suppressed"])
            rows.append([name_cell(name), *[why] * (len(found.factors) + 1)])
            continue
        scores = [score_cell(text, option["factors"][code]) for code in found.factors]
        rows.append([name_cell(name), number_cell(text.number("group", option["n"])), *scores])
    return {"title": known.prompt if known else question["code"], "head": head, "rows": rows}


def _views_of_units(found: Results, text: ReportText) -> View | None:
    """Units in which views of a factor are told; a unit that is kept back says so, with nothing of it."""
    units = found.scorecard["units"]
    if not any(unit["factors"] for unit in units):
        return None
    rows = []
    for unit in units:
        name = name_cell(text.unit_name(unit["code"]))
        if unit["factors"] is None:
            rows.append([name, *[why_cell(text, unit["suppressed"])] * len(found.factors)])
            continue
        rows.append([name, *(_view(text, unit["factors"][code]) for code in found.factors)])
    head = [text.word("factor.unit"), *(text.factor_name(code) for code in found.factors)]
    return {"title": _("How alike people of each unit see it"), "head": head, "rows": rows}


def _view(text: ReportText, figure: Document) -> Cell:
    if figure["suppressed"]:
        return why_cell(text, figure["suppressed"])
    mixed = figure["mixed_views"]
    return word_cell(text.word(f"agreement.{'unknown' if mixed is None else 'mixed' if mixed else 'shared'}"))


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _workshop_text(found: Results) -> ReportText:
    """The reader's language with the words that the workshop pack says the same things in."""
    pack, locale = {**found.pack, "kind": "workshop"}, current_language()
    instrument = pack["instrument"]
    return ReportText(pack, locale, texts_nearest(instrument["code"], instrument["version"], locale))
