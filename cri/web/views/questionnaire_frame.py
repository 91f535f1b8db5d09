"""What stands around every page of the questionnaire: whose survey it is, and that it closes soon."""

from datetime import timedelta
from typing import Any

from flask import render_template

from cri.domain.wave import GRACE
from cri.services.responses import Questionnaire
from cri.web.parts import now
from cri.web.texts import moment, time_of_day

SOON = timedelta(hours=1)
"""So long before a survey closes, each page says so."""


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


def open_until(questionnaire: Questionnaire) -> str:
    """The moment at which the survey closes, on the agency's wall clock."""
    return moment(questionnaire.closes_at, questionnaire.time_zone)
