"""The views of the facilitator's guide: its plans, and each step beside the participants' pages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cri.adapters.report_parts import claim_views
from cri.adapters.report_text import ReportText
from cri.domain.pack import section_of

Document = Mapping[str, Any]
View = dict[str, Any]

FEW_LINES, MANY_LINES = 4, 8  # to write on, below much text and below little


def runsheet_view(text: ReportText, section: Document) -> View:
    """Return both plans: {title, rows [{minutes, title, pages}]}, and whether pages have numbers."""
    pages = [page for plan in section["plans"].values() for row in plan for page in row["pages"]]
    plans = [
        {
            "title": text.word(f"guide.{name}"),
            "rows": [
                {
                    "minutes": _minutes(text, row["minutes"]),
                    "title": text.word(f"steps.{row['key']}.title"),
                    "pages": [_named(text, page) for page in row["pages"]],
                }
                for row in section["plans"][name]
            ],
        }
        for name in ("half_day", "two_hours")
    ]
    return {"plans": plans, "numbered": all(page["number"] for page in pages)}


def step_view(text: ReportText, section: Document, show: Callable[[Document], View]) -> View:
    """Return a step: what is said and done, its figures, and its pages. show: the view of a section."""
    words: Any = text.page_words()["steps"][section["step"]]
    return {
        "time": _time(text, section),
        "title": words["title"],
        "say": words["say"],
        "do": words["do"],
        "listen": words["listen"],
        "claims": claim_views(text, section["claims"]),
        "traps": [_trap(text, key) for key in section["traps"]],
        "notes": list(range(FEW_LINES if section["claims"] or section["traps"] else MANY_LINES)),
        "facing": [
            {
                "number": text.word("guide.page", number=text.tick(page["number"])) if page["number"] else "",
                "title": _title(text, page["id"]),
                "section": show(section_of(text.pack, page["id"])) if page["number"] else None,
            }
            for page in section["facing"]
        ],
    }


def _minutes(text: ReportText, ends: Sequence[int]) -> str:
    return "\u2013".join(text.tick(end) for end in ends)


def _time(text: ReportText, section: Document) -> str:
    start, end = (text.tick(minute) for minute in section["half_day"])
    if section["two_hours"] is None:
        return text.word("guide.time", **{"from": start, "to": end})
    first, last = (text.tick(minute) for minute in section["two_hours"])
    ends = {"from": start, "to": end, "short_from": first, "short_to": last}
    return text.word("guide.time_both", **ends)


def _named(text: ReportText, page: Document) -> str:
    return f"{text.tick(page['number'])} {_title(text, page['id'])}" if page["number"] else _title(
        text, page["id"]
    )  # fmt: skip


def _title(text: ReportText, name: str) -> str:
    """What a participants' page is called on it."""
    section = section_of(text.pack, name)
    if section["key"] == "factor":
        return text.factor_name(name)
    if section["key"] != "page":
        return text.word(f"{section['key']}.title")
    title = text.word(section["title"])
    return f"{text.factor_name(section['factor'])}: {title}" if section["factor"] else title


def _trap(text: ReportText, key: str) -> dict[str, str]:
    return {part: text.word(f"{key}.{part}") for part in ("title", "question")}
