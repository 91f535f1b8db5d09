"""The first and the last pages of the questionnaire: everything ready to be read, nothing left to compute."""

from typing import Any

from flask import request, url_for

from cri.domain.crockford import show_code
from cri.domain.sections import minutes_for
from cri.services.drafts import has_draft
from cri.services.links import link_url
from cri.services.responses import Questionnaire
from cri.services.smallest_group import smallest_group
from cri.web.parts import parts
from cri.web.texts import number
from cri.web.views.questionnaire_frame import open_until, render_page
from cri.web.views.questionnaire_kept import is_ordinary, receipt_from_kept, welcome_from_kept
from cri.web.views.questionnaire_visits import Visit, enter


def show_welcome(
    visit: Visit, *, lost: bool = False, stopped: bool = False, code: str = "", error: str | None = None
) -> str:
    """Who asks, what for, who will see what; Start, or the code from another device.

    `lost`: answers were looked for here and not found. `stopped`: the form came without its token.
    """
    questionnaire = visit.questionnaire
    session = enter(visit)
    found = smallest_group(session, questionnaire)
    group = {"name": found.name, "people": number(found.headcount or 0)} if found else None
    begun = has_draft(session, questionnaire)
    frame = {
        "action": url_for("questionnaire.start", token=visit.token),
        "resume": url_for("questionnaire.resume", token=visit.token),
    }
    if is_ordinary(visit.token, lost, stopped, code, error, request.args):
        return welcome_from_kept(visit, frame, _welcome_shown, begun=begun, group=group)
    told = {"lost": lost, "stopped": stopped, "code": code, "error": error, "begun": begun, "group": group}
    return render_page("welcome", questionnaire, **frame, **told, **_welcome_shown(visit))


def _welcome_shown(visit: Visit) -> dict[str, Any]:
    """What this wave's first page tells everybody."""
    questionnaire, closing = visit.questionnaire, visit.questionnaire.closing
    statements = sum(len(section.factor.items) for section in visit.sections) + len(closing.outcomes)
    return {
        "minutes": minutes_for(*questionnaire.asked),
        "statements": number(statements),
        "promises": len(questionnaire.promises),
        "profile": len(closing.profile),
        "questions": len(closing.questions),
        "until": open_until(questionnaire),
        "minimum": number(questionnaire.minimum),
        "comments_minimum": number(questionnaire.comments_minimum),
    }


def show_later(visit: Visit, code: str) -> str:
    """The resume code, and how to come back with it."""
    questionnaire = visit.questionnaire
    return render_page(
        "later",
        questionnaire,
        code=show_code(code),
        until=open_until(questionnaire),
        # A letter or message holds a personal link; who came by a poster has nothing but the poster.
        address=None if questionnaire.personal else link_url(parts().external_url, visit.token),
    )


def show_receipt(questionnaire: Questionnaire, token: str, *, again: bool) -> str:
    """The end. `again`: this was not the first time these answers arrived."""
    if is_ordinary(token, request.args):
        return receipt_from_kept(questionnaire, _receipt_shown, again=again)
    return render_page("receipt", questionnaire, again=again, **_receipt_shown(questionnaire))


def _receipt_shown(questionnaire: Questionnaire) -> dict[str, Any]:
    return {"until": open_until(questionnaire), "minimum": number(questionnaire.minimum)}
