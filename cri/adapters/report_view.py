"""What the templates of a pack are fed: words, numbers already written, images with their texts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from cri.adapters.report_factor_view import factor_view
from cri.adapters.report_figures import Drawing, cell_height
from cri.adapters.report_parts import claim_views, interval_of, picture, ticks
from cri.adapters.report_text import ReportText

Document = Mapping[str, Any]
View = dict[str, Any]

LONG_NAME: Final = 45  # characters from which the cover sets a name smaller
VERY_LONG_NAME: Final = 120
MOST_HIDDEN: Final = 12  # units kept back that are named one by one


def view_of(text: ReportText, drawings: Mapping[str, Drawing], svgs: Mapping[str, bytes]) -> View:
    """Return the whole view of a pack: primitives only, in the order of its pages."""
    pack = text.pack
    factors = [section for section in pack["sections"] if section["key"] == "factor"]
    sections: list[View] = []
    for section in pack["sections"]:
        text.where = section["id"]
        if section["key"] == "cover":
            body = _cover(text, drawings, svgs)
        elif section["key"] == "summary":
            body = _summary(text, section, drawings["summary"], svgs["summary"])
        elif section["key"] == "factor":
            body = factor_view(text, section, (factors.index(section) + 1, len(factors)), drawings, svgs)
        elif section["key"] == "quality":
            body = _quality(text, section, factors)
        else:
            body = _method(text)
        sections.append({"key": section["key"], "id": section["id"], **body})
    text.where = "footer"
    agency = pack["agency"] or text.word("report.agency_unnamed")
    return {
        "lang": text.locale,
        "direction": text.direction,
        "title": f"{agency} · {text.word('report.title')}",
        "agency": agency,
        "synthetic": pack["synthetic"],
        "words": text.page_words(),
        "footer": _footer(text),
        "sections": sections,
    }


def _footer(text: ReportText) -> View:
    norm = text.pack["norm"]
    return {
        "people": text.word("footer.people", n=text.number("people", text.pack["population"]["responses"])),
        "dates": _dates(text),
        "norm": text.word("footer.norm", edition=norm["edition"]) if norm else text.word("footer.no_norm"),
    }


def _dates(text: ReportText) -> str:
    wave = text.pack["wave"]
    if not (wave["opened"] and wave["closed"]):
        return text.word("report.dates_unknown")
    return text.word("report.dates", opened=text.day(wave["opened"]), closed=text.day(wave["closed"]))


def _facts(pairs: Iterable[tuple[str, str]]) -> list[View]:
    return [{"label": label, "value": value} for label, value in pairs]


def _response(text: ReportText) -> str:
    population = text.pack["population"]
    n = text.number("people", population["responses"])
    if population["headcount"] is None:
        return n
    return text.word("facts.response_value", n=n, headcount=text.number("people", population["headcount"]))


def _rate(text: ReportText) -> str:
    rate = text.pack["population"]["response_rate"]
    return text.word("facts.unknown") if rate is None else text.number("share", rate)


def _norm_facts(text: ReportText) -> list[tuple[str, str]]:
    norm = text.pack["norm"]
    if norm is None:
        return [(text.word("facts.edition"), text.word("facts.none"))]
    agencies = text.word("facts.none") if norm["agencies"] is None else text.number("count", norm["agencies"])
    return [
        (text.word("facts.edition"), norm["edition"]),
        (text.word("facts.peers"), text.peers(norm["peers"])),
        (text.word("facts.agencies"), agencies),
    ]


def _cover(text: ReportText, drawings: Mapping[str, Drawing], svgs: Mapping[str, bytes]) -> View:
    name, wave = text.pack["agency"] or "", text.pack["wave"]
    size = "very-long" if len(name) > VERY_LONG_NAME else "long" if len(name) > LONG_NAME else ""
    low, high = (text.tick(end) for end in text.pack["axis"])
    with_pool = any(row["strip"] for row in text.pack["sections"][1]["rows"])
    key = "report.cover_figure_pool" if with_pool else "report.cover_figure"
    return {
        "size": size,
        "wave": wave["label"] or text.word("report.wave_unnamed"),
        "dates": _dates(text),
        "figure": picture(drawings["cover"], svgs["cover"], text.word(key, low=low, high=high)),
        "facts": _facts(
            [
                (text.word("facts.response"), _response(text)),
                (text.word("facts.rate"), _rate(text)),
                *_norm_facts(text),
            ]
        ),
    }


def _summary(text: ReportText, section: Document, drawing: Drawing, svg: bytes) -> View:
    claims = text.pack["claims"]
    norm_claims = [key for key in section["claims"] if claims[key]["subject"] == "norm"]
    said = [key for key in section["claims"] if key not in norm_claims or claims[key]["verdict"] != "say"]
    index = [claims[key] for key in section["claims"] if claims[key]["subject"] == "index"]
    has_norm = any(row["strip"] for row in section["rows"])
    title = "summary.strip" if has_norm else "summary.strip_no_norm"
    return {
        "score": text.number("score", section["rows"][0]["score"]),
        "claims": claim_views(text, _index_first(said, claims)),
        "rows": [
            _summary_row(text, row, cell_height(drawing, number))
            for number, row in enumerate(section["rows"])
        ],
        "strip_title": text.word(title),
        "ticks": ticks(text, drawing.axis),
        "figure": picture(drawing, svg, " ".join(text.spoken(claim) for claim in index)),
        "has_norm": has_norm,
        "strengths": claim_views(text, section["strengths"]),
        "gaps": claim_views(text, section["gaps"]),
        "no_picks": text.word("summary.no_picks"),
        "facts": _facts(
            [
                (text.word("facts.response"), _response(text)),
                (text.word("facts.rate"), _rate(text)),
                *_norm_facts(text),
            ]
        ),
    }


def _index_first(keys: Sequence[str], claims: Document) -> list[str]:
    return sorted(keys, key=lambda key: claims[key]["subject"] != "index")


def _summary_row(text: ReportText, row: Document, height: float) -> View:
    place = row["place"]
    claim = next(
        claim for claim in text.pack["claims"].values()
        if claim["subject"] == row["code"] and claim["text_key"].startswith("position.")
    )  # fmt: skip
    silent = claim["text_key"] == "position.none"
    no_band = "bands.no_norm" if place is None else "bands.none"
    detail = ""
    if place and not silent and place["percentile"] is not None and place["band"] != "cannot_tell":
        low, high = place["interval80"]
        detail = text.word(
            "summary.percentile",
            percentile=text.number("rank", place["percentile"]),
            low=text.number("rank", low),
            high=text.number("rank", high),
        )
    return {
        "name": text.factor_name(row["code"]),
        "is_index": row["code"] == "index",
        "score": text.number("score", row["score"]),
        "band": text.word(no_band) if silent else text.word(f"bands.{place['band']}"),
        "detail": detail,
        "height": height,
    }


def _quality(text: ReportText, section: Document, factors: Sequence[Document]) -> View:
    population, claims = text.pack["population"], text.pack["claims"]
    unknown = text.word("facts.unknown")
    headcount = population["headcount"]
    rows = [factor["row"] for factor in factors]
    return {
        "numbers": _facts(
            [
                (text.word("quality.invited"), unknown if headcount is None else text.number("people", headcount)),
                (text.word("quality.answered"), text.number("people", population["responses"])),
                (text.word("quality.rate"), _rate(text)),
                (text.word("quality.usable"), text.number("people", population["usable"])),
                (text.word("quality.excluded"), text.number("people", population["excluded"])),
            ]
        ),
        "claims": claim_views(text, [key for key in claims if claims[key]["subject"] in {"wave", "norm"}]),
        "factors": [_reliability_row(text, row) for row in rows],
        "hidden": _hidden(text, section, population),
        "norm": _facts([*_norm_facts(text), *_window(text)] if text.pack["norm"] else []),
        "norm_lines": _norm_lines(text),
    }


def _reliability_row(text: ReportText, row: Document) -> View:
    claims = text.pack["claims"].values()
    claim = next(
        found for found in claims
        if found["subject"] == row["code"] and found["text_key"].startswith("reliability.")
    )  # fmt: skip
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
    for unit in section["hidden"][:MOST_HIDDEN]:
        lines.append(text.word(f"quality.{unit['suppressed']}", name=text.unit_name(unit["code"])))
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


def _method(text: ReportText) -> View:
    pack = text.pack
    return {
        "check": text.word(
            "method.check_text",
            method=pack["method"],
            instrument=pack["instrument"]["code"],
            version=pack["instrument"]["version"],
            template=pack["template"],
        )
    }
