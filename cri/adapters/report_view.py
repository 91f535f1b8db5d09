"""What the templates of a pack are fed: words, numbers already written, images with their texts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from cri.adapters.report_block_view import BlockViews
from cri.adapters.report_factor_view import factor_view
from cri.adapters.report_figures import Drawing, cell_height
from cri.adapters.report_guide_view import runsheet_view, step_view
from cri.adapters.report_parts import (
    claim_about,
    claim_views,
    facts_of,
    interval_of,
    norm_facts,
    picture,
    rate_of,
    response_of,
    ticks,
)
from cri.adapters.report_quality_view import quality_view
from cri.adapters.report_text import ReportText, direction_of
from cri.domain.document_blocks import PAGE
from cri.domain.pack import section_of

Document = Mapping[str, Any]
View = dict[str, Any]

LONG_NAME: Final = 45  # characters from which the cover sets a name smaller
SHORT: Final = 60  # characters of the name in the running head
VERY_LONG_NAME: Final = 120


def view_of(text: ReportText, drawings: Mapping[str, Drawing], svgs: Mapping[str, bytes]) -> View:
    """Return the whole view of a pack: primitives only, in the order of its pages."""
    pack = text.pack
    show = _shower(text, drawings, svgs)
    sections: list[View] = []
    for section in pack["sections"]:
        text.where = section["id"]
        sections.append(show(section))
    text.where = "footer"
    agency = pack["agency"] or text.word("report.agency_unnamed")
    return {
        "lang": text.locale,
        "direction": text.direction,
        "title": f"{agency} · {text.word('report.title')}",
        "agency": agency,
        "agency_direction": direction_of(agency),
        "agency_short": agency if len(agency) <= SHORT else f"{agency[:SHORT].rstrip()}\u2026",
        "synthetic": pack["synthetic"],
        "words": text.page_words(),
        "footer": _footer(text),
        "sections": sections,
    }


def _shower(
    text: ReportText, drawings: Mapping[str, Drawing], svgs: Mapping[str, bytes]
) -> Callable[[Document], View]:
    """Return what makes the view of a section, whether it is a page of its own or shown within one."""
    makers: dict[str, Callable[[Document], View]] = {
        "cover": lambda _: _cover(text, drawings, svgs),
        "summary": lambda one: _summary(text, one, drawings["summary"], svgs["summary"]),
        "factor": lambda one: factor_view(text, one, _place(text, one), drawings, svgs),
        "quality": lambda one: quality_view(text, one, section_of(text.pack, "summary")["rows"][1:]),
        PAGE: lambda one: BlockViews(text, drawings, svgs).page(one),
        "method": lambda _: _method(text),
        "runsheet": lambda one: runsheet_view(text, one),
        "guide": lambda one: step_view(text, one, show),
    }

    def show(section: Document) -> View:
        return {"key": section["key"], "id": section["id"], **makers[section["key"]](section)}

    return show


def _place(text: ReportText, factor: Document) -> tuple[int, int]:
    """Which factor it is, and of how many; the index is the first of the rows."""
    codes = [row["code"] for row in section_of(text.pack, "summary")["rows"]]
    return codes.index(factor["id"]), len(codes) - 1


def _footer(text: ReportText) -> View:
    norm = text.pack["norm"]
    return {
        "people": text.word("footer.people", n=text.number("people", text.pack["population"]["responses"])),
        "dates": dates_of(text),
        "norm": text.word("footer.norm", edition=norm["edition"]) if norm else text.word("footer.no_norm"),
    }


def dates_of(text: ReportText) -> str:
    """Return from when to when a wave was open, or that it is not known."""
    wave = text.pack["wave"]
    if not (wave["opened"] and wave["closed"]):
        return text.word("report.dates_unknown")
    # Where answers were collected elsewhere, each page says so: this is in every footer.
    key = "report.dates_elsewhere" if wave.get("collected") else "report.dates"
    return text.word(key, opened=text.day(wave["opened"]), closed=text.day(wave["closed"]))


def _cover(text: ReportText, drawings: Mapping[str, Drawing], svgs: Mapping[str, bytes]) -> View:
    name, wave = text.pack["agency"] or "", text.pack["wave"]
    size = "very-long" if len(name) > VERY_LONG_NAME else "long" if len(name) > LONG_NAME else ""
    low, high = (text.tick(end) for end in text.pack["axis"])
    with_pool = any(row["strip"] for row in section_of(text.pack, "summary")["rows"])
    key = "report.cover_figure_pool" if with_pool else "report.cover_figure"
    return {
        "size": size,
        "wave": wave["label"] or text.word("report.wave_unnamed"),
        "dates": dates_of(text),
        "figure": picture(drawings["cover"], svgs["cover"], text.word(key, low=low, high=high)),
        "facts": facts_of(
            [
                (text.word("facts.response"), response_of(text)),
                (text.word("facts.rate"), rate_of(text)),
                *norm_facts(text),
            ]
        ),
    }


def _summary(text: ReportText, section: Document, drawing: Drawing, svg: bytes) -> View:
    claims = text.pack["claims"]
    said = _summary_claims(section["claims"], claims)
    index = [claims[key] for key in section["claims"] if claims[key]["subject"] == "index"]
    has_norm = any(row["strip"] for row in section["rows"])
    title = "summary.strip" if has_norm else "summary.strip_no_norm"
    return {
        "score": text.number("score", section["rows"][0]["score"]),
        "claims": claim_views(text, said),
        "rows": [
            _summary_row(text, row, cell_height(drawing, number))
            for number, row in enumerate(section["rows"])
        ],
        "strip_title": text.word(title),
        "ticks": ticks(text, drawing.axis),
        "figure": picture(drawing, svg, " ".join(text.spoken(claim) for claim in index)),
        "has_norm": has_norm,
        "has_quarters": any(row["strip"] and row["strip"]["quartiles"] for row in section["rows"]),
        "has_place": text.pack["norm"] is not None,
        "strengths": claim_views(text, section["strengths"]),
        "gaps": claim_views(text, section["gaps"]),
        "no_picks": text.word("summary.no_picks"),
        "facts": facts_of(
            [
                (text.word("facts.response"), response_of(text)),
                (text.word("facts.rate"), rate_of(text)),
                *norm_facts(text),
            ]
        ),
    }


def _summary_claims(keys: Sequence[str], claims: Document) -> list[str]:
    """At most three: score, position and response; the norm in place of a position that it does not give."""
    if any(claims[key]["text_key"] == "response.few" for key in keys):
        return [key for key in keys if claims[key]["subject"] == "wave"]
    norm_says = all(claims[key]["verdict"] == "say" for key in keys if claims[key]["subject"] == "norm")
    silent = any(claims[key]["text_key"] == "position.none" for key in keys)
    left_out = "position." if silent else "norm." if norm_says else " "
    kept = [key for key in keys if not claims[key]["text_key"].startswith(left_out)]
    return sorted(kept, key=lambda key: claims[key]["subject"] != "index")


def _summary_row(text: ReportText, row: Document, height: float) -> View:
    place = row["place"]
    claim = claim_about(text, row["code"], "position")
    silent = claim["text_key"] == "position.none"
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
        "interval": interval_of(text, "score", row["interval"]) if place is None else "",
        "band": text.word("bands.none") if silent else text.word(f"bands.{place['band']}"),
        "detail": detail,
        "height": height,
    }


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
