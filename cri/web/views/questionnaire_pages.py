"""The first and the last pages of the questionnaire: everything ready to be read, nothing left to compute."""

from datetime import timedelta
from typing import Any

from flask import render_template

from cri.domain.crockford import show_code
from cri.domain.sections import minutes_for
from cri.domain.wave import GRACE
from cri.services.drafts import has_draft
from cri.services.links import link_url
from cri.services.responses import Questionnaire
from cri.services.smallest_group import smallest_group
from cri.web.database import db
from cri.web.parts import now, parts
from cri.web.texts import moment, number, time_of_day
from cri.web.views.questionnaire_visits import Visit

SOON = timedelta(hours=1)
"""So long before a survey closes, each page says so."""


def show_welcome(
    visit: Visit, *, lost: bool = False, stopped: bool = False, code: str = "", error: str | None = None
) -> str:
    """Who asks, what for, who will see what; Start, or the code from another device.

    `lost`: answers were looked for here and not found. `stopped`: the form came without its token.
    """
    questionnaire, closing = visit.questionnaire, visit.questionnaire.closing
    statements = sum(len(section.factor.items) for section in visit.sections) + len(closing.outcomes)
    group = smallest_group(db.session, questionnaire)
    return render_page(
        "welcome",
        questionnaire,
        lost=lost,
        begun=has_draft(db.session, questionnaire),
        stopped=stopped,
        code=code,
        error=error,
        minutes=minutes_for(*questionnaire.asked),
        statements=number(statements),
        promises=len(questionnaire.promises),
        profile=len(closing.profile),
        questions=len(closing.questions),
        until=_until(questionnaire),
        minimum=number(questionnaire.minimum),
        comments_minimum=number(questionnaire.comments_minimum),
        group=group and {"name": group.name, "people": number(group.headcount or 0)},
    )


def show_later(visit: Visit, code: str) -> str:
    """The resume code, and how to come back with it."""
    questionnaire = visit.questionnaire
    return render_page(
        "later",
        questionnaire,
        code=show_code(code),
        until=_until(questionnaire),
        # A letter or message holds a personal link; who came by a poster has nothing but the poster.
        address=None if questionnaire.personal else link_url(parts().external_url, visit.token),
    )


def show_receipt(questionnaire: Questionnaire, *, again: bool) -> str:
    """The end. `again`: this was not the first time these answers arrived."""
    return render_page(
        "receipt",
        questionnaire,
        again=again,
        until=_until(questionnaire),
        minimum=number(questionnaire.minimum),
    )


def render_page(page: str, questionnaire: Questionnaire, **shown: Any) -> str:
    """One of the questionnaire's templates, under its agency's name."""
    shown["closing_soon"] = closing_soon(questionnaire)
    return render_template(f"views/questionnaire/{page}.html", agency=agency_of(questionnaire), **shown)


def agency_of(questionnaire: Questionnaire) -> dict[str, Any]:
    """What the head of a page tells of the agency."""
    return {
        "name": questionnaire.agency_name,
        "colour": questionnaire.colour,
        "synthetic": questionnaire.synthetic,
        "practice": questionnaire.practice,
    }


def closing_soon(questionnaire: Questionnaire) -> dict[str, str] | None:
    """Until when one may start and submit, as times of day; None while there is more than an hour left."""
    ends = questionnaire.closes_at
    if now() + SOON < ends:
        return None
    zone = questionnaire.time_zone
    return {"starts": time_of_day(ends, zone), "ends": time_of_day(ends + GRACE, zone)}


def _until(questionnaire: Questionnaire) -> str:
    return moment(questionnaire.closes_at, questionnaire.time_zone)
