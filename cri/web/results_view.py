"""A pack in words, marks and numbers, ready for its pages: text and rounding of the printed report."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask_babel import gettext as _

from cri.adapters.report_figures import item_note
from cri.adapters.report_parts import along, claim_about, claim_views, interval_of
from cri.adapters.report_text import ReportText
from cri.domain.pack import section_of
from cri.services.instruments import texts_nearest
from cri.web.language import current_language

Document = Mapping[str, Any]
View = dict[str, Any]

PICK_KINDS: Final = {"say": "solid", "care": "orange", "dont": "quiet"}
DEEPEST: Final = 4


def text_of(pack: Document) -> ReportText:
    """The pack's words and numbers in the language of this request."""
    locale, instrument = current_language(), pack["instrument"]
    return ReportText(pack, locale, texts_nearest(instrument["code"], instrument["version"], locale))


def headline(pack: Document) -> list[View]:
    """The few numbers that stand first: index, answers, norm; each {label, value, note}."""
    text = text_of(pack)
    text.where = "summary"
    index, population, norm = section_of(pack, "summary")["rows"][0], pack["population"], pack["norm"]
    few = index["score"] is None
    facts = [
        {
            "label": text.word("summary.index"),
            "value": text.word("summary.few") if few else text.number("score", index["score"]),
            "note": _interval_note(text, index) if not few else None,
        },
        {
            "label": text.word("facts.response"),
            "value": _answered(text, population),
            "note": None if population["response_rate"] is None else _rate(text, population),
        },
    ]
    if norm is not None:
        facts.append(
            {
                "label": text.word("facts.edition"),
                "value": norm["edition"],
                "note": _compared_with(text, norm),
            }
        )
    return facts


def _interval_note(text: ReportText, row: Document) -> str | None:
    if row["interval"] is None:
        return None
    low, high = (text.number("score", end) for end in row["interval"])
    return text.word("factor.interval", low=low, high=high)


def _answered(text: ReportText, population: Document) -> str:
    answered = text.number("people", population["responses"])
    if population["headcount"] is None:
        return answered
    return text.word(
        "facts.response_value", n=answered, headcount=text.number("people", population["headcount"])
    )


def _rate(text: ReportText, population: Document) -> str:
    return f"{text.word('facts.rate')}{_(': ')}{text.number('share', population['response_rate'])}"


def _compared_with(text: ReportText, norm: Document) -> str:
    if norm["agencies"] is None:
        return text.peers(norm["peers"])
    return f"{text.peers(norm['peers'])}{_(': ')}{text.number('count', norm['agencies'])}"


def first_page(pack: Document) -> View:
    """The first results page: claims of the index, a row a factor, strengths and gaps, dates."""
    text = text_of(pack)
    text.where = "summary"
    summary = section_of(pack, "summary")
    claims = pack["claims"]
    wave = pack["wave"]
    dates = text.word("report.dates_unknown")
    if wave["opened"] and wave["closed"]:
        dates = text.word("report.dates", opened=text.day(wave["opened"]), closed=text.day(wave["closed"]))
    said = sorted(summary["claims"], key=lambda key: claims[key]["subject"] != "index")
    return {
        "words": text.page_words(),
        "dates": dates,
        "claims": _claims(text, said),
        "rows": [_place_row(text, pack, row) for row in summary["rows"]],
        "has_norm": any(row["strip"] for row in summary["rows"]),
        "ends": [text.tick(end) for end in pack["axis"]],
        "strengths": _claims(text, summary["strengths"]),
        "gaps": _claims(text, summary["gaps"]),
        "shown": text.shown,
    }


def _claims(text: ReportText, keys: list[str]) -> list[View]:
    return [
        {**view, "kind": PICK_KINDS[view["verdict"]], "subject": text.pack["claims"][key]["subject"]}
        for key, view in zip(keys, claim_views(text, keys), strict=True)
    ]


def said_about(
    text: ReportText, claims: Sequence[Document], subjects: Sequence[str], *starts: str
) -> list[View]:
    """Claims of a scorecard about some subjects, of the kinds asked for, each with verdict and reason."""
    found = [
        claim
        for subject in subjects
        for claim in claims
        if claim["subject"] == subject and claim["text_key"].startswith(starts)
    ]
    return [
        {
            "sentence": text.sentence(claim),
            "verdict": claim["verdict"],
            "verdict_word": text.verdict(claim),
            "reason": text.reason(claim),
            "kind": PICK_KINDS[claim["verdict"]],
        }
        for claim in found
    ]


def _place_row(text: ReportText, pack: Document, row: Document) -> View:
    position = claim_about(text, row["code"], "position")
    score = claim_about(text, row["code"], "score")
    place, silent = row["place"], position["text_key"] == "position.none"
    band = text.word("bands.none")
    detail = ""
    if place is not None and not silent:
        band = text.word(f"bands.{place['band']}")
        if place["percentile"] is not None and place["band"] != "cannot_tell":
            low, high = (text.number("rank", end) for end in place["interval80"])
            percentile = text.number("rank", place["percentile"])
            detail = text.word("summary.percentile", percentile=percentile, low=low, high=high)
    return {
        "code": row["code"],
        "is_index": row["code"] == "index",
        "name": text.factor_name(row["code"]),
        "few": row["score"] is None,
        "score": text.number("score", row["score"]),
        "interval": interval_of(text, "score", row["interval"]),
        "band": band,
        "detail": detail,
        "at": strip_marks((float(pack["axis"][0]), float(pack["axis"][1])), row),
        "spoken": f"{text.spoken(score)} {text.spoken(position)}",
    }


def strip_marks(axis: tuple[float, float], row: Document) -> View | None:
    """Where the parts of a strip stand, in per cent of its width; None where no score may be shown."""
    if row["score"] is None:
        return None
    strip = row["strip"]
    quartiles = (strip and strip["quartiles"]) or (None, strip["median"] if strip else None, None)
    low, high = row["interval"] or (None, None)
    marks = {
        "lowest": strip["lowest"]["mean"] if strip else None,
        "q1": quartiles[0],
        "median": quartiles[1],
        "q3": quartiles[2],
        "best": strip["best"]["mean"] if strip else None,
        "low": low,
        "high": high,
        "score": row["score"],
    }
    return {name: None if value is None else along(axis, value) for name, value in marks.items()}


def factor_page(pack: Document, code: str, units: Sequence[Document]) -> View:
    """A factor's page: what it means, its score, items and units. KeyError for a factor that is not there.

    units: rows of all units, as of `cri.domain.pack_rows.unit_rows`.
    """
    text = text_of(pack)
    text.where = code
    section = section_of(pack, code)
    if section["key"] != "factor":
        raise KeyError(code)
    words, row = text.factor(code), section["row"]
    position = claim_about(text, code, "position")["id"]
    score = claim_about(text, code, "score")["id"]
    return {
        "words": text.page_words(),
        "name": text.factor_name(code),
        "meaning": words.meaning if words else "",
        "strong": words.strong if words else "",
        "weak": words.weak if words else "",
        "card": text.instrument.cards.get(code) if text.instrument else None,
        "few": row["score"] is None,
        "any_item": any(item["favourable"] is not None for item in section["items"]),
        "row": _place_row(text, pack, row),
        "n": text.number("people", row["n"] if row["score"] is not None else None),
        "ends": [text.tick(end) for end in pack["axis"]],
        "has_norm": row["strip"] is not None,
        "claims": _claims(text, [score, position, *section["claims"]]),
        "items": [_item_row(text, item) for item in section["items"]],
        "units": [_unit_row(text, unit) for unit in units],
        "shown": text.shown,
    }


def _item_row(text: ReportText, row: Document) -> View:
    enough = row["n"] >= text.pack["minimum"]
    hidden = None
    if row["favourable"] is not None:
        favourable = text.number("share", row["favourable"])
    elif row["favourable_limit"]:
        favourable = text.limit(row["favourable_limit"])
    else:
        hidden = favourable = text.word("factor.item_alike" if enough else "factor.item_few")
    return {
        "statement": text.statement(row["code"]),
        "note": item_note(text, row),
        "n": text.number("people", row["n"] if enough else None),
        "dont_know": text.number("people", row["dont_know"] if enough else None),
        "favourable": favourable,
        "hidden": hidden,
        "bands": None if row["favourable"] is None else _bars(row),
    }


def _bars(row: Document) -> list[View]:
    """The three bands of an item's bar, one after the other, in per cent of its width."""
    bars, x = [], 0.0
    for band in ("favourable", "neutral", "unfavourable"):
        width = 100 * (row[band] or 0.0)
        bars.append({"name": band, "x": round(x, 3), "width": round(width, 3)})
        x += width
    return bars


def _unit_row(text: ReportText, row: Document) -> View:
    why = {"small": "factor.unit_few", "complementary": "factor.unit_complementary"}
    hidden = row["suppressed"]
    return {
        "name": text.unit_name(row["code"]),
        "depth": min(row["depth"], DEEPEST),
        "hidden": text.word(why[hidden]) if hidden else None,
        "n": "" if hidden else text.number("group", row["n"]),
        "score": "" if hidden else text.number("score", row["score"]),
        "interval": "" if hidden else interval_of(text, "score", row["interval"]),
    }
