"""What messages are called on pages."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from cri.adapters.spoken_dates import spoken_day
from cri.domain.message_plan import Kind
from cri.domain.message_text import MESSAGES, TextProblem
from cri.services.messages import KindProgress
from cri.web.language import current_language
from cri.web.texts import moment, number

KINDS = {
    Kind.INVITATION: _l("Invitation"),
    Kind.FIRST_REMINDER: _l("First reminder"),
    Kind.SECOND_REMINDER: _l("Second reminder"),
}
PLACEHOLDERS = {
    "name": _l("the name of the person"),
    "agency": _l("the name of your agency"),
    "survey": _l("the name of the survey"),
    "link": _l("the link of the person; it must be there"),
    "closes": _l("when the survey closes"),
}


def placeholder_rows() -> list[dict[str, str]]:
    """What may stand in braces: {word, meaning}."""
    return [{"word": f"{{{word}}}", "meaning": str(meaning)} for word, meaning in PLACEHOLDERS.items()]


def said_of(problem: TextProblem) -> str:
    """A problem of a text in the reader's language."""
    return str(_(MESSAGES[problem.kind], **problem.values))


def progress_row(one: KindProgress, time_zone: str) -> dict[str, Any]:
    """How far a kind has come: {kind, title, when, sent, waiting, failed, unsure, trouble}."""
    if one.day is not None:
        when = _("Begun on %(day)s", day=spoken_day(one.day, current_language()))
    elif one.begins is not None:
        when = moment(one.begins, time_zone)
    else:
        when = _("By hand")
    hidden = _("not shown")
    return {
        "kind": one.kind.value,
        "title": str(KINDS[one.kind]),
        "when": when,
        "begun": one.day is not None,
        "sent": hidden if one.sent is None else number(one.sent),
        "waiting": hidden if one.waiting is None else number(one.waiting),
        "failed": hidden if one.failed is None else number(one.failed),
        "unsure": number(one.unsure) if one.unsure else "",
        "trouble": one.trouble,
    }
