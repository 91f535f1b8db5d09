"""A wave in words and steps, ready for its pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from cri.db.models import Wave
from cri.db.queries.consents import standing_consent
from cri.domain.wave import GRACE
from cri.domain.wave_plan import Missing
from cri.domain.wave_schedule import Moment
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.instruments import texts_nearest
from cri.services.packs import LEADER, find_report
from cri.services.practice import was_tried_out
from cri.services.wave_log import Entry, Event, log_of
from cri.web.language import current_language, language_name
from cri.web.pool_words import RELATIONSHIPS
from cri.web.texts import moment, number, short_moment

STATES = {
    "draft": (_l("Draft"), "grey"),
    "open": (_l("Open"), "solid"),
    "closing": (_l("Closing"), "orange"),
    "sealed": (_l("Sealed"), "blue"),
    "scored": (_l("Scored"), "blue"),
    "discarded": (_l("Thrown away"), "grey"),
}
EVENTS = {
    Event.SCHEDULED: _l("Time of opening changed"),
    Event.NOT_OPENED: _l("Not opened: something was missing"),
    Event.OPENED: _l("Opened"),
    Event.EXTENDED: _l("Extended"),
    Event.CLOSED_EARLY: _l("Closed early"),
    Event.CLOSED: _l("Closed"),
    Event.DISCARDED: _l("Answers thrown away"),
    Event.SHOWN_TO_STAFF: _l("Results shown to staff"),
    Event.TAKEN_FROM_STAFF: _l("Results taken from staff again"),
}
MISSING = {
    Missing.TREE: _l("units"),
    Missing.ROSTER: _l("people"),
    Missing.CLOSING_TIME: _l("closing time"),
    Missing.CLOSING_TIME_PAST: _l("closing time"),
}


def state_tag(state: str) -> dict[str, str]:
    """What a wave's state is called, and how its tag looks."""
    text, kind = STATES[state]
    return {"text": str(text), "kind": kind}


def wave_facts(wave: Wave, time_zone: str) -> list[dict[str, str]]:
    """What has been settled about a wave, as rows {key, value}."""
    texts = texts_nearest(wave.instrument_code, wave.instrument_version, current_language())
    asked = [f"{texts.title}, {wave.instrument_version}"]
    if wave.companion_code and wave.companion_version:
        companion = texts_nearest(wave.companion_code, wave.companion_version, current_language())
        asked.append(f"{companion.title}, {wave.companion_version}")
    ends = wave.closed_at or wave.closes_at
    facts = [
        (_("Questionnaire"), "; ".join(asked)),
        (_("Languages"), _(", ").join(language_name(code) for code in wave.languages)),
        (_("People you serve"), texts.nouns[wave.noun]["name"]),
        (_("Smallest group in any result"), _("%(number)s people", number=number(wave.minimum))),
        (_("Fewest for comments"), _("%(number)s people", number=number(wave.comments_minimum))),
    ]
    if wave.relationship:
        facts.append((_("Compared with those who serve"), str(RELATIONSHIPS[wave.relationship])))
    if wave.opened_at:
        facts.append((_("Opened"), moment(wave.opened_at, time_zone)))
    elif wave.opens_at:
        facts.append((_("Opens by itself"), moment(wave.opens_at, time_zone)))
    if ends:
        facts.append((_("Closed") if wave.closed_at else _("Closes"), moment(ends, time_zone)))
    return [{"key": key, "value": value} for key, value in facts]


def draft_steps(ctx: Context, wave: Wave, missing: Sequence[Missing]) -> list[dict[str, Any]]:
    """The checklist that becomes the wave: what must be, what is missing of it, and what may be."""
    edit, people = url_for("waves.edit", wave_id=wave.id), url_for("roster_import.start")
    agency, zone = this_agency(ctx), this_agency(ctx).time_zone
    tree, roster = Missing.TREE in missing, Missing.ROSTER in missing
    closing = Missing.CLOSING_TIME in missing or Missing.CLOSING_TIME_PAST in missing
    mapped = bool(agency.service_lines)
    steps = [
        _step(_("Name, languages and words"), edit),
        _step(
            _("Whom you serve, in each line of service"),
            url_for("service_lines.show", wave=wave.id),
            _("Counted as: %(kind)s", kind=str(RELATIONSHIPS[agency.relationship_type])),
            may=not mapped,
        ),
        _step(_("Units of the organisation"), people, tree and _("Bring in the tree of units."), must=tree),
        _step(_("People on the roster"), people, roster and _("Bring in who works where."), must=roster),
        _step(
            _("Breakdowns and smallest groups"),
            url_for("wave_setup.groups", wave_id=wave.id),
            groups_line(wave),
        ),
        _step(
            _("Closing time and what happens by itself"),
            edit if closing else url_for("wave_setup.schedule", wave_id=wave.id),
            _("Choose a closing time in the future.") if closing else _schedule_line(wave, zone),
            must=closing,
        ),
        _step(_("Texts of the messages, and a test"), url_for("messages.show", wave_id=wave.id), may=True),
        _step(
            _("Try it out as staff will see it"),
            url_for("wave_setup.try_out", wave_id=wave.id),
            _("The whole questionnaire; answers are thrown away."),
            may=not was_tried_out(ctx, wave.id),
        ),
    ]
    if not wave.practice and not agency.synthetic:
        agreed = standing_consent(ctx.session, ctx.agency_id) is not None
        hint = (
            _("Your agency takes part: figures of a large enough survey are added.")
            if agreed
            else _("Not agreed. The survey can open without it; its results stay with you.")
        )
        steps.append(_step(_("Taking part in the pool"), url_for("taking_part.show"), hint, may=not agreed))
    first = next((step for step in steps if step["status"] == "todo"), None)
    if first is not None:
        first["status"] = "current"
    return steps


def _step(
    title: str, href: str, hint: str | bool | None = None, *, must: bool = False, may: bool = False
) -> dict[str, Any]:
    status = "todo" if must else "optional" if may else "done"
    return {"title": title, "href": href, "hint": hint or None, "status": status}


def groups_line(wave: Wave) -> str:
    """The smallest groups of a wave in a line."""
    return str(
        _(
            "%(number)s people for a result, %(comments)s for comments",
            number=number(wave.minimum),
            comments=number(wave.comments_minimum),
        )
    )


def _schedule_line(wave: Wave, zone: str) -> str:
    if wave.opens_at is None:
        return str(_("You open it by hand."))
    return str(_("Opens by itself: %(moment)s", moment=moment(wave.opens_at, zone)))


def waiting_steps(wave: Wave, now: datetime, zone: str) -> list[dict[str, Any]] | None:
    """Steps of a wave whose time is over while those in the middle may still send; None where that is not."""
    if wave.state != "open" or wave.closes_at is None or wave.closes_at > now:
        return None
    until = short_moment(wave.closes_at + GRACE, zone)
    waiting = {
        "title": _("Waiting for those who have begun"),
        "hint": _(
            "Nobody can begin any more. Pages that are open can still be sent until %(time)s.", time=until
        ),
        "status": "running",
    }
    return [waiting, *_steps(-1)]


def closing_steps(wave: Wave, done: bool) -> list[dict[str, Any]]:
    """How far a closed wave has come."""
    if wave.practice:
        over = wave.state == "discarded"
        hint = _("Answers, drafts, links and the key are destroyed. Nothing was read.")
        return [
            {"title": _("Closed"), "hint": _("No more answers come in."), "status": "done"},
            {"title": _("Thrown away"), "hint": hint, "status": "done" if over else "running"},
        ]
    return _steps({"closing": 1, "sealed": 2, "scored": 3}[wave.state] + done)


def _steps(reached: int) -> list[dict[str, Any]]:
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
    """Whether there is nothing more to wait for: the report in each language, or a practice wave's end."""
    return wave.state == "discarded" or (
        wave.state == "scored"
        and all(find_report(ctx, wave.id, LEADER, language) is not None for language in wave.languages)
    )


def log_rows(ctx: Context, wave: Wave, zone: str) -> list[dict[str, str]]:
    """What was done to the wave as a whole, the newest first: rows {at, what, who, why}."""
    return [
        {
            "at": short_moment(entry.at, zone),
            "what": _happened(entry, zone),
            "who": entry.who or str(_("by itself")),
            "why": entry.reason,
        }
        for entry in log_of(ctx, wave.id)
    ]


def _step_of(details: Mapping[str, str]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(details["from"]), datetime.fromisoformat(details["to"])


def _happened(entry: Entry, zone: str) -> str:
    text, told = str(EVENTS[entry.event]), _told(entry.details, zone)
    return f"{text}: {told}" if told else text


def reminder_step(moment: Moment, was: datetime, to: datetime, zone: str) -> str:
    """A reminder that moves, in a line."""
    titles = {Moment.FIRST_REMINDER: _("First reminder"), Moment.SECOND_REMINDER: _("Second reminder")}
    return f"{titles[moment]}: {_step_told(was, to, zone)}"


def _step_told(was: datetime, to: datetime, zone: str) -> str:
    return str(_("from %(was)s to %(now)s", was=short_moment(was, zone), now=short_moment(to, zone)))


def _told(details: Mapping[str, Any], zone: str) -> str:
    if "to" in details:
        lines = [_step_told(*_step_of(details), zone)]
        for name, step in sorted(details.get("reminders", {}).items()):
            lines.append(reminder_step(Moment(name), *_step_of(step), zone))
        return "; ".join(lines)
    if details.get("opens_at"):
        return short_moment(datetime.fromisoformat(details["opens_at"]), zone)
    if "opens_at" in details:
        return str(_("by hand"))
    lacking = dict.fromkeys(str(MISSING[Missing(one)]) for one in details.get("missing", ()))
    return str(_(", ")).join(lacking)
