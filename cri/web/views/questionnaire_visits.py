"""One request of a respondent: which questionnaire, how far they have come, and the cookie that knows."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from flask import Response, current_app, redirect, request, session, url_for

from cri.adapters.envelopes import read_resume_code
from cri.domain.instrument import Factor
from cri.domain.wave import GRACE
from cri.services.drafts import Progress, load_draft
from cri.services.responses import LinkUnusableError, Questionnaire, find_questionnaire
from cri.settings import Settings
from cri.web.database import db
from cri.web.language import offer_languages
from cri.web.parts import now, parts

COOKIE = "draft"
"""On a link of somebody's own: the resume code. On an open link: the token of the link its start made."""

RECEIPT = "receipt"
"""In the session: which link this browser has submitted through, and whether more than once."""

CLOSING, CHECK = "closing", "check"
_TOKEN = re.compile(r"[a-z2-7]{26}")


@dataclass(frozen=True)
class Visit:
    """A good link being followed. `code` and `progress` are None where this device has no draft."""

    token: str
    questionnaire: Questionnaire
    code: str | None = None
    progress: Progress | None = None

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """Names of the pages between welcome and receipt, in order: "1" to "6", "closing", "check"."""
        instrument = self.questionnaire.instrument
        sections = tuple(str(number) for number, _ in enumerate(instrument.factors, start=1))
        more = instrument.outcomes or instrument.profile or instrument.questions
        return (*sections, CLOSING, CHECK) if more else (*sections, CHECK)

    def factor(self, step: str) -> Factor | None:
        """The factor whose items a step asks; None for the closing and the checking page."""
        return self.questionnaire.instrument.factors[int(step) - 1] if step.isdigit() else None

    def require_step(self, step: str) -> None:
        """Raise LinkUnusableError for a page that this questionnaire does not have."""
        if step not in self.steps:
            raise LinkUnusableError

    def after(self, step: str) -> str:
        """The step that comes next; the last one's next is itself."""
        return self.steps[min(self.steps.index(step) + 1, len(self.steps) - 1)]

    def before(self, step: str) -> str:
        """The step that comes before; the first one's is itself."""
        return self.steps[max(self.steps.index(step) - 1, 0)]

    def left_at(self) -> str:
        """The step to go on with: where they left, or the first."""
        page = self.progress.page if self.progress else ""
        return page if page in self.steps else self.steps[0]

    def url(self, step: str, **query: Any) -> str:
        """Address of one of the steps."""
        return url_for("questionnaire.show", token=self.token, step=step, **query)


def arrive(token: str, *, to_save: bool = False) -> Visit:
    """Follow a link; from here on the page speaks one of its wave's languages.

    `to_save`: the draft is locked until this request ends. Raises LinkUnusableError and its kinds.
    """
    secrets = parts().secrets
    questionnaire = find_questionnaire(db.session, secrets, token, now())
    offer_languages(questionnaire.languages)
    code = read_resume_code(request.cookies.get(COOKIE, ""))
    if code is None or questionnaire.invitation_id is None:
        return Visit(token, questionnaire)
    progress = load_draft(db.session, secrets, questionnaire, code, lock=to_save)
    return Visit(token, questionnaire, code if progress else None, progress)


def returning() -> bool:
    """Whether this page was opened from the checking page, to which Next then leads back."""
    return request.values.get("back") == CHECK


def own_link(visit: Visit) -> str | None:
    """Token of the link that this browser got when it came through this open link before."""
    held = request.cookies.get(COOKIE, "")
    return held if visit.questionnaire.invitation_id is None and _TOKEN.fullmatch(held) else None


def holds_draft() -> bool:
    """Whether this browser carries a resume code for the link it asks for, good or not."""
    return read_resume_code(request.cookies.get(COOKIE, "")) is not None


def keep_on_device(
    response: Response, token: str, value: str, questionnaire: Questionnaire, *, until_closed: bool = True
) -> None:
    """Let this browser resume by itself: a cookie for this link only, until the wave closes.

    Otherwise until the browser closes.
    """
    response.set_cookie(
        COOKIE,
        value,
        expires=questionnaire.closes_at + GRACE if until_closed else None,
        path=url_for("questionnaire.welcome", token=token),
        secure=cast("Settings", current_app.config["CRI_SETTINGS"]).secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def forget_on_device(response: Response, token: str) -> None:
    """Nothing of this link is left to resume."""
    response.delete_cookie(COOKIE, path=url_for("questionnaire.welcome", token=token), httponly=True)


def welcome_again(token: str) -> Response:
    """To the first page, which says that no answers were found here."""
    return cast("Response", redirect(url_for("questionnaire.welcome", token=token, lost=1)))


def to_receipt(token: str, *, again: bool) -> Response:
    """To the receipt, which this browser may see as long as it stays open. `again`: it was counted before."""
    session[RECEIPT] = {"link": _trace(token), "again": again}
    return cast("Response", redirect(url_for("questionnaire.receipt", token=token)))


def receipt_mark(token: str) -> bool | None:
    """Whether the receipt of this link says "again"; None in a browser that did not submit through it."""
    mark = session.get(RECEIPT, {})
    return bool(mark["again"]) if mark.get("link") == _trace(token) else None


def _trace(token: str) -> str:
    """Enough to know the link by; a session cookie should not hold the link itself."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]
