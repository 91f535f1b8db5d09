"""The pages that nearly everybody sees, filled in rather than made: see cri/web/kept_pages.py.

Whatever is out of the ordinary (an error, a notice, a prompt, a tablet for all) is made at the request.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any

from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from cri.domain.sections import Section
from cri.services.instruments import released_texts
from cri.services.responses import Questionnaire
from cri.web.kept_pages import WHICHEVER, KeptPage, Shelf, blank, make_page, make_part
from cri.web.language import current_language, direction_of, language_name, offered_languages
from cri.web.views.questionnaire_pages import agency_of, closing_soon
from cri.web.views.questionnaire_visits import TABLET, Visit
from cri.web.views.questionnaire_wording import as_typed, in_order

PAGES, ITEMS = Shelf(500), Shelf(5_000)
"""Some kilobytes a page and two an item, in each web process."""

_SECTION, _CLOSING = "views/questionnaire/section.html", "views/questionnaire/closing.html"

ShownFor = Callable[[Visit, Mapping[str, str]], dict[str, Any]]


def is_ordinary(visit: Visit, frame: dict[str, Any]) -> bool:
    """Whether the page as it was left is shown, on a device of one's own, with nothing to say about it."""
    return visit.token != TABLET and not frame["notice"]


def section_from_kept(visit: Visit, number: int, section: Section, frame: dict[str, Any], spent: int) -> str:
    """A page of statements. `spent`: seconds, or -1 where these are not known."""
    questionnaire, instrument = visit.questionnaire, section.instrument
    release, about = (instrument.code, instrument.version), _about(questionnaire, frame)
    total, opens, timed = len(visit.sections), section.opens, spent >= 0

    def make() -> KeptPage:
        texts = released_texts(*release, current_language())
        return _make(
            _SECTION,
            questionnaire,
            frame,
            number=number,
            total=total,
            stem=texts.stem,
            instruction=texts.instruction if opens else None,
            items=(),
            statements=blank("statements"),
            spent=blank("spent") if timed else None,
        )

    page = PAGES.take((_SECTION, about, release, number, total, opens, timed), make)
    given = as_typed(frame["progress"])
    noun, language = questionnaire.noun, current_language()
    statements = (
        _item(section, item, noun, language).fill({"number": str(place)}, given)
        for place, item in enumerate(in_order(visit, section.factor), start=1)
    )
    shown = Markup("\n" + "\n".join(statements))  # noqa: S704  # nosec B704 - each of them is Markup
    return page.fill({**_request(frame), "statements": shown, "spent": str(spent)}, {})


def closing_from_kept(visit: Visit, frame: dict[str, Any], shown_for: ShownFor) -> str:
    """The page about one's work. `shown_for`: what the template shows, for a visit and what is answered."""
    questionnaire, progress = visit.questionnaire, frame["progress"]
    closing = questionnaire.closing
    codes = [*(one.code for one in closing.outcomes), *(one.code for one in closing.profile)]

    def make() -> KeptPage:
        nobody = Visit("", replace(questionnaire, invitation_id=None, unit_code=None, mailbox_key=b""))
        holes: dict[str, str] = dict.fromkeys(codes, WHICHEVER)
        holes |= {one.code: blank(one.code) for one in closing.questions}
        return _make(_CLOSING, questionnaire, frame, **shown_for(nobody, holes))

    key = (
        *(_CLOSING, _about(questionnaire, frame), questionnaire.noun, questionnaire.minimum),
        *((one.code, one.version) for one in questionnaire.asked),
        *codes,
    )
    comments = {one.code: progress.answers.comments.get(one.code, "") for one in closing.questions}
    return PAGES.take(key, make).fill({**comments, **_request(frame)}, as_typed(progress))


def _item(section: Section, item: str, noun: str, language: str) -> KeptPage:
    """One statement and its choices."""
    instrument = section.instrument
    release = (instrument.code, instrument.version)

    def make() -> KeptPage:
        texts = released_texts(*release, language)
        return make_part(
            "components/item.html",
            "item_fieldset",
            *(item, blank("number"), texts.statement(item, noun), texts.scale_labels, texts.dont_know),
            *(WHICHEVER, None, instrument.scale.minimum),
        )

    return ITEMS.take((release, item, noun, language), make)


def _request(frame: dict[str, Any]) -> dict[str, str]:
    """What is of this request, on every page with a form."""
    return {"action": frame["action"], "autosave": frame["autosave_url"], "csrf": generate_csrf()}


def _about(questionnaire: Questionnaire, frame: dict[str, Any]) -> Hashable:
    """Everything that the head and the foot of a page are made from."""
    soon = closing_soon(questionnaire)
    return (
        current_language(),
        questionnaire.languages,
        *agency_of(questionnaire).values(),
        None if soon is None else tuple(soon.values()),
        frame["first"],
        frame["returning"],
    )


def _make(template: str, questionnaire: Questionnaire, frame: dict[str, Any], **shown: Any) -> KeptPage:
    language = current_language()
    languages = [
        {"code": code, "name": language_name(code), "current": code == language}
        for code in offered_languages()
    ]
    shared: dict[str, Any] = {
        "locale": language,
        "direction": direction_of(language),
        "languages": languages,
        "kiosk": None,
        "agency": agency_of(questionnaire),
        "closing_soon": closing_soon(questionnaire),
        "first": frame["first"],
        "returning": frame["returning"],
        "action": blank("action"),
        "autosave_url": blank("autosave"),
    }
    return make_page(template, {**shared, **shown})
