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
from cri.web.kept_pages import WHICHEVER, KeptPage, Shelf, blank, make_page, make_part, render_part
from cri.web.language import PARAMETER, current_language, direction_of, language_name, offered_languages
from cri.web.views.questionnaire_frame import agency_of, closing_soon
from cri.web.views.questionnaire_visits import TABLET, Visit
from cri.web.views.questionnaire_wording import as_typed, in_order

PAGES, ITEMS = Shelf(500), Shelf(5_000)
"""Some kilobytes a page and two an item, in each web process."""

_WELCOME, _SECTION, _CLOSING, _CHECK, _RECEIPT, _ANSWERS = (
    f"views/questionnaire/{page}.html"
    for page in ("welcome", "section", "closing", "check", "receipt", "_answers")
)

ShownFor = Callable[[Visit, Mapping[str, str]], dict[str, Any]]


def is_ordinary(token: str, *told: object) -> bool:
    """Whether a page is shown on a device of one's own, with nothing of what could be `told` besides."""
    return token != TABLET and not any(told)


def welcome_from_kept(
    visit: Visit,
    frame: Mapping[str, Any],
    shown_for: Callable[[Visit], dict[str, Any]],
    *,
    begun: bool,
    group: Mapping[str, str] | None,
) -> str:
    """The first page. `group`: name and people of the smallest group, of which neither is kept."""
    questionnaire = visit.questionnaire

    def make() -> KeptPage:
        told: dict[str, Any] = {"lost": False, "stopped": False, "code": "", "error": None, "begun": begun}
        holes = {name: blank(name) for name in group} if group else None
        resume, shown = blank("resume"), shown_for(_nobodys(questionnaire))
        return _make(_WELCOME, questionnaire, **told, **shown, group=holes, resume=resume)

    key = (_WELCOME, _about(questionnaire), _times_and_minimums(questionnaire), _asked(questionnaire))
    page = PAGES.take((*key, begun, group is None), make)
    forms = {"action": frame["action"], "resume": frame["resume"], "csrf": generate_csrf()}
    return page.fill({**forms, **(group or {})}, {})


def section_from_kept(visit: Visit, number: int, section: Section, frame: dict[str, Any], spent: int) -> str:
    """A page of statements. `spent`: seconds, or -1 where these are not known."""
    questionnaire, instrument = visit.questionnaire, section.instrument
    release = (instrument.code, instrument.version)
    about = (_about(questionnaire), *_buttons(frame).values())
    total, opens, timed = len(visit.sections), section.opens, spent >= 0

    def make() -> KeptPage:
        texts = released_texts(*release, current_language())
        return _make(
            _SECTION,
            questionnaire,
            **_buttons(frame),
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
        holes: dict[str, str] = dict.fromkeys(codes, WHICHEVER)
        holes |= {one.code: blank(one.code) for one in closing.questions}
        shown = shown_for(_nobodys(questionnaire), holes)
        return _make(_CLOSING, questionnaire, **_buttons(frame), **shown)

    key = (
        *(_CLOSING, _about(questionnaire), *_buttons(frame).values()),
        *(questionnaire.noun, questionnaire.minimum, _asked(questionnaire)),
    )
    comments = {one.code: progress.answers.comments.get(one.code, "") for one in closing.questions}
    return PAGES.take(key, make).fill({**comments, **_request(frame)}, as_typed(progress))


def check_from_kept(visit: Visit, frame: dict[str, Any], answers: Mapping[str, Any]) -> str:
    """The page to check everything on. `answers`: what is made anew at each request, for nobody else."""
    questionnaire = visit.questionnaire

    def make() -> KeptPage:
        return _make(_CHECK, questionnaire, **_buttons(frame), kept_answers=blank("answers"))

    page = PAGES.take((_CHECK, _about(questionnaire), *_buttons(frame).values()), make)
    return page.fill({**_request(frame), "answers": render_part(_ANSWERS, answers)}, {})


def receipt_from_kept(
    questionnaire: Questionnaire, shown_for: Callable[[Questionnaire], dict[str, Any]], *, again: bool
) -> str:
    """The end, which is the same for everybody."""
    key = (_RECEIPT, _about(questionnaire), _times_and_minimums(questionnaire), again)
    return PAGES.take(
        key, lambda: _make(_RECEIPT, questionnaire, **shown_for(questionnaire), again=again)
    ).fill({}, {})


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


def _buttons(frame: dict[str, Any]) -> dict[str, bool]:
    """What decides which buttons a page has, and what they say."""
    return {"first": frame["first"], "returning": frame["returning"]}


def _nobodys(questionnaire: Questionnaire) -> Visit:
    return Visit("", replace(questionnaire, invitation_id=None, unit_code=None, mailbox_key=b""))


def _asked(questionnaire: Questionnaire) -> Hashable:
    """Which questions there are, the ones that a wave chooses for itself among them."""
    closing = questionnaire.closing
    chosen = (*(one.code for one in closing.outcomes), *(one.code for one in closing.profile))
    return (*((one.code, one.version) for one in questionnaire.asked), *chosen, len(questionnaire.promises))


def _times_and_minimums(questionnaire: Questionnaire) -> Hashable:
    minimums = questionnaire.minimum, questionnaire.comments_minimum
    return (questionnaire.closes_at, questionnaire.time_zone, *minimums)


def _about(questionnaire: Questionnaire) -> Hashable:
    """Everything that the head and the foot of a page are made from."""
    soon = closing_soon(questionnaire)
    return (
        current_language(),
        questionnaire.languages,
        *agency_of(questionnaire).values(),
        None if soon is None else tuple(soon.values()),
    )


def _make(template: str, questionnaire: Questionnaire, **shown: Any) -> KeptPage:
    language = current_language()
    languages = [
        {
            "code": code,
            "name": language_name(code),
            "current": code == language,
            "href": f"?{PARAMETER}={code}",
        }
        for code in offered_languages()
    ]
    shared: dict[str, Any] = {
        "locale": language,
        "direction": direction_of(language),
        "languages": languages,
        "kiosk": None,
        "agency": agency_of(questionnaire),
        "closing_soon": closing_soon(questionnaire),
        "action": blank("action"),
        "autosave_url": blank("autosave"),
    }
    return make_page(template, {**shared, **shown})
