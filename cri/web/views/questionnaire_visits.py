"""One request of a respondent: which questionnaire, how far they have come, and the cookie that knows."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, cast

from flask import Response, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import Conflict

from cri.adapters.envelopes import read_resume_code
from cri.db.session import current_agency, enter_agency
from cri.domain.instrument import Instrument
from cri.domain.sections import PROMISES, Section, sections_of
from cri.domain.wave import GRACE
from cri.services.drafts import DraftMovedError, Progress
from cri.services.following import hold_along, read_along
from cri.services.responses import LinkUnusableError, Questionnaire
from cri.settings import Settings
from cri.web.database import alone, db
from cri.web.language import offer_languages
from cri.web.parts import now, parts

COOKIE = "draft"
"""On a link of somebody's own: the resume code. On an open link: the token of the link its start made."""

RECEIPT = "receipt"
"""In the session: which link this browser has submitted through, and whether more than once."""

LINK = "link"
"""On a tablet for all: the token of the link that is being answered, until the tablet is cleared."""

TABLET = "kiosk"
"""In an address, in the place of a token: whatever link the tablet's cookie holds."""

TABLET_MINUTES = 15
"""A tablet that nobody touches for so long has forgotten the link, script or no script."""

CLOSING, CHECK = "closing", "check"
BACK = "back"
"""In an address, with or without a value: Next leads back to the checking page."""

_MOST_TABS = 50
"""Of so many savings at the same moment at least one gets through each time; nobody has as many tabs."""

_TOKEN = re.compile(r"[a-z2-7]{26}")


class TabletClearedError(LinkUnusableError):
    """The tablet holds no link any more: the next person's code is awaited."""


@dataclass(frozen=True)
class Visit:
    """A good link being followed. `code` and `progress` are None where this device has no draft.

    `token`: what stands for the link in this visit's addresses; on a tablet for all that is TABLET.
    """

    token: str
    questionnaire: Questionnaire
    code: str | None = None
    progress: Progress | None = None

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """Names of the pages between welcome and receipt, in order: "1" to "6", "closing", "check".

        First of all the promises, if there are any.
        """
        return _steps(self.questionnaire.asked)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The numbered pages: those of the instrument, then those of its companion."""
        own, companion = self.questionnaire.instrument, self.questionnaire.companion
        return sections_of(own) if companion is None else (*sections_of(own), *sections_of(companion))

    def section(self, step: str) -> Section | None:
        """What a numbered step asks; None for the others."""
        return self.sections[int(step) - 1] if step.isdigit() else None

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


@lru_cache(100)
def _steps(asked: tuple[Instrument, ...]) -> tuple[str, ...]:
    own, first = asked[0], [PROMISES for one in asked if one.code == PROMISES]
    pages = sum(len(sections_of(one)) for one in asked if one.code != PROMISES)
    numbers = (str(number) for number in range(1, pages + 1))
    more = own.outcomes or own.profile or any(one.questions for one in asked)
    return (*first, *numbers, *([CLOSING] if more else []), CHECK)


def arrive(token: str, *, to_save: bool = False, to_ask_more: bool = False) -> Visit:
    """Follow a link; from here on the page speaks one of its wave's languages.

    `to_save`: the draft is locked until this request ends. `to_ask_more`: the session's transaction begins
    here, for whoever asks more than where the link leads. Raises LinkUnusableError and its kinds.
    """
    secrets, link, code = parts().secrets, link_of(token), read_resume_code(request.cookies.get(COOKIE, ""))
    if to_save or to_ask_more:
        questionnaire, progress = hold_along(db.session, secrets, link, code, now(), saving=to_save)
    else:
        questionnaire, progress = read_along(alone(), secrets, link, code, now())
    offer_languages(questionnaire.languages)
    visit = Visit(token, questionnaire, code if progress else None, progress)
    if progress is not None:
        g.visit = visit
    return visit


def enter(visit: Visit) -> Session:
    """The request's session as the agency's, for what a single statement does not do."""
    if current_agency(db.session) != visit.questionnaire.agency_id:
        enter_agency(db.session, visit.questionnaire.agency_id)
    return db.session


def until_saved(work: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Read, change and save, from the beginning again as often as another tab saved in between."""
    for _ in range(_MOST_TABS):
        try:
            return work()
        except DraftMovedError:
            continue
    raise Conflict


def link_of(token: str) -> str:
    """The link's own token; `token` may be TABLET. Raises TabletClearedError where the tablet has none."""
    if token != TABLET:
        return token
    held = request.cookies.get(LINK, "")
    if not _TOKEN.fullmatch(held):
        raise TabletClearedError
    return held


def returning() -> bool:
    """Whether this page was opened from the checking page, to which Next then leads back."""
    return BACK in request.values


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
    expires = questionnaire.closes_at + GRACE if until_closed and token != TABLET else None
    _set_cookie(response, COOKIE, value, token, expires)


def keep_longer(response: Response) -> None:
    """What this device holds lasts as long as it should from now on: a wave may be extended meanwhile."""
    visit: Visit | None = g.get("visit")
    changed = any(cookie.startswith(f"{COOKIE}=") for cookie in response.headers.getlist("Set-Cookie"))
    if visit is None or visit.code is None or changed:
        return
    if visit.token == TABLET:
        keep_on_tablet(response, link_of(TABLET))
        keep_on_device(response, TABLET, visit.code, visit.questionnaire)
    elif request.method == "POST":
        keep_on_device(response, visit.token, visit.code, visit.questionnaire)


def keep_on_tablet(response: Response, link: str) -> None:
    """Let a tablet for all know which link is being answered on it."""
    _set_cookie(response, LINK, link, TABLET, None)


def clear_tablet(response: Response) -> None:
    """Nothing of anybody is left on a tablet for all."""
    for name in (LINK, COOKIE):
        response.delete_cookie(name, path=url_for("questionnaire.welcome", token=TABLET), httponly=True)


def _set_cookie(response: Response, name: str, value: str, token: str, expires: datetime | None) -> None:
    """A cookie for one link's pages only; on a tablet for all it lasts some minutes."""
    response.set_cookie(
        name,
        value,
        expires=expires,
        max_age=TABLET_MINUTES * 60 if token == TABLET else None,
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
    session[RECEIPT] = {"link": _trace(link_of(token)), "again": again}
    return cast("Response", redirect(url_for("questionnaire.receipt", token=token)))


def receipt_mark(token: str) -> bool | None:
    """Whether the receipt of this link says "again"; None in a browser that did not submit through it."""
    mark = session.get(RECEIPT, {})
    return bool(mark["again"]) if mark.get("link") == _trace(link_of(token)) else None


def _trace(token: str) -> str:
    """Enough to know the link by; a session cookie should not hold the link itself."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]
