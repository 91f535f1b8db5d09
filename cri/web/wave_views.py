"""A wave in words and bars, ready for its pages."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from cri.db.models import Wave
from cri.domain.rates import Step, UnitRate
from cri.domain.wave_plan import Missing
from cri.services.context import Context
from cri.services.instruments import texts_nearest
from cri.services.invitations import wave_rates
from cri.services.packs import LEADER, find_report
from cri.web.language import current_language, language_name
from cri.web.texts import moment, number, per_cent, taken_part

STATES = {
    "draft": (_l("Draft"), "grey"),
    "open": (_l("Open"), "solid"),
    "closing": (_l("Closing"), "orange"),
    "sealed": (_l("Sealed"), "blue"),
    "scored": (_l("Scored"), "blue"),
}
STEPS = {
    Step.FEW: _l("few or none"),
    Step.SOME: _l("some"),
    Step.MOST: _l("most"),
    Step.HIDDEN: _l("too few to show"),
}
DEEPEST = 4


def state_tag(state: str) -> dict[str, str]:
    """What a wave's state is called, and how its tag looks."""
    text, kind = STATES[state]
    return {"text": str(text), "kind": kind}


def wave_facts(wave: Wave, time_zone: str) -> list[dict[str, str]]:
    """What has been settled about a wave, as rows {key, value}."""
    texts = texts_nearest(wave.instrument_code, wave.instrument_version, current_language())
    ends = wave.closed_at or wave.closes_at
    facts = [
        (_("Questionnaire"), f"{texts.title}, {wave.instrument_version}"),
        (_("Languages"), _(", ").join(language_name(code) for code in wave.languages)),
        (_("People you serve"), texts.nouns[wave.noun]["name"]),
        (_("Smallest group in any result"), _("%(number)s people", number=number(wave.minimum))),
    ]
    if wave.opened_at:
        facts.append((_("Opened"), moment(wave.opened_at, time_zone)))
    if ends:
        facts.append((_("Closed") if wave.closed_at else _("Closes"), moment(ends, time_zone)))
    return [{"key": key, "value": value} for key, value in facts]


def draft_steps(wave: Wave, missing: Sequence[Missing]) -> list[dict[str, Any]]:
    """The checklist that becomes the wave."""
    edit = url_for("waves.edit", wave_id=wave.id)
    people = url_for("roster_import.start")
    steps = [
        (_("Name, languages and words"), edit, None, ()),
        (_("Units of the organisation"), people, _("Bring in the tree of units."), (Missing.TREE,)),
        (_("People on the roster"), people, _("Bring in who works where."), (Missing.ROSTER,)),
        (
            _("Closing time"),
            edit,
            _("Choose a closing time in the future."),
            (Missing.CLOSING_TIME, Missing.CLOSING_TIME_PAST),
        ),
    ]
    made: list[dict[str, Any]] = []
    for title, href, hint, needs in steps:
        lacking = any(need in missing for need in needs)
        first = lacking and not any(step["status"] == "current" for step in made)
        status = ("current" if first else "todo") if lacking else "done"
        made.append({"title": title, "href": href, "hint": hint if lacking else None, "status": status})
    return made


def closing_steps(wave: Wave, done: bool) -> list[dict[str, Any]]:
    """How far a closed wave has come."""
    reached = {"closing": 1, "sealed": 2, "scored": 3}[wave.state] + done
    steps = [
        (_("Closed"), _("No more answers come in.")),
        (
            _("Sealed"),
            _("Answers are shuffled, stored without any trace of whose they are, and all else is destroyed."),
        ),
        (_("Scored"), _("The scores are worked out, and what could single somebody out is kept back.")),
        (_("Report ready"), _("The report for leaders is printed in each language.")),
    ]
    return [
        {
            "title": title,
            "hint": hint,
            "status": "done" if place < reached else "running" if place == reached else "todo",
        }
        for place, (title, hint) in enumerate(steps)
    ]


def report_ready(ctx: Context, wave: Wave) -> bool:
    """Whether the leaders' report is printed in each of the wave's languages."""
    return wave.state == "scored" and all(
        find_report(ctx, wave.id, LEADER, language) is not None for language in wave.languages
    )


def rates_view(ctx: Context, wave: Wave) -> dict[str, Any]:
    """Who has taken part: {total, share, open_answers, bars}."""
    rates = wave_rates(ctx, wave)
    return {
        "total": _(
            "%(used)s of %(invited)s", used=number(rates.count.used), invited=number(rates.count.invited)
        )
        if rates.count
        else str(STEPS[rates.step or Step.HIDDEN]),
        "share": per_cent(rates.count.rate) if rates.count else None,
        "open_answers": number(rates.open_answers),
        "any_step": any(unit.count is None for unit in rates.units),
        "bars": [_bar(unit, wave) for unit in rates.units],
    }


def _bar(unit: UnitRate, wave: Wave) -> dict[str, Any]:
    if unit.count is None:
        text = str(STEPS[unit.step or Step.HIDDEN])
        if unit.step is not Step.HIDDEN:
            text = _("%(step)s of %(invited)s", step=text, invited=number(unit.invited))
        percent = None
    else:
        text, percent = taken_part(unit.count), round(100 * unit.count.rate, 1)
    return {
        "label": unit.name,
        "level": min(unit.depth, DEEPEST),
        "percent": percent,
        "text": text,
        "warn": _forecast(unit, wave),
    }


def _forecast(unit: UnitRate, wave: Wave) -> str | None:
    """What keeps a unit from a result of its own, while it can still be helped."""
    if unit.invited < wave.minimum:
        return str(_("Too small for a result of its own: counted in the unit above."))
    if unit.count is not None and unit.count.used < wave.minimum and wave.state == "open":
        short = wave.minimum - unit.count.used
        return str(_("%(number)s more needed for a result of its own.", number=number(short)))
    return None
