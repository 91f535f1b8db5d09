"""Following a link on a device that may hold a draft: one statement tells all, or reads and locks all."""

import uuid
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from threading import Lock

from sqlalchemy.orm import Session

from cri.adapters.envelopes import draft_key
from cri.adapters.secret_files import Secrets
from cri.db.session import note_agency
from cri.db.single_statements import SingleStatements
from cri.services.drafts import Progress, load_draft, read_progress
from cri.services.links import digest_of_token
from cri.services.responses import (
    FollowedLink,
    Questionnaire,
    hold_link,
    questionnaire_of,
    read_link,
)
from cri.services.submissions import note_held

Followed = tuple[Questionnaire, Progress | None]


class KnownWaves:
    """Ids of waves that links led to lately. Which links, or when, is not kept."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._ids: OrderedDict[uuid.UUID, None] = OrderedDict()
        self._one_at_a_time = Lock()

    def ids(self) -> list[uuid.UUID]:
        """All that are known."""
        with self._one_at_a_time:
            return list(self._ids)

    def add(self, wave_id: uuid.UUID) -> None:
        """Know one more; where there is no room, the one that was learnt first is forgotten."""
        with self._one_at_a_time:
            self._ids[wave_id] = None
            while len(self._ids) > self._room:
                self._ids.popitem(last=False)


_KNOWN = KnownWaves(12)


def read_along(
    alone: SingleStatements, secrets: Secrets, token: str, code: str | None, now: datetime
) -> Followed:
    """What a link leads to and what is kept under `code`, to be shown or saved over.

    One statement; where the wave is not known yet, it takes two. Errors as `find_questionnaire`.
    """
    digest = digest_of_token(secrets, token)

    def follow() -> tuple[Followed, bool]:
        drafts = _possible_drafts(secrets, code)
        return _found(read_link(alone, digest, list(drafts), _digests(drafts)), drafts, code, now)

    followed, known = follow()
    return followed if known else follow()[0]


def hold_along(
    session: Session, secrets: Secrets, token: str, code: str | None, now: datetime, *, saving: bool = True
) -> Followed:
    """The same in the session's transaction, which enters the agency. Errors as `find_questionnaire`.

    `saving`: neither the wave's sealing nor another tab goes on before this transaction ends.
    """
    drafts = _possible_drafts(secrets, code)
    row = hold_link(session, digest_of_token(secrets, token), list(drafts), _digests(drafts), saving=saving)
    (questionnaire, progress), known = _found(row, drafts, code, now)
    note_agency(session, questionnaire.agency_id)
    if saving:
        note_held(session, questionnaire)
    if not known and code is not None:
        progress = load_draft(session, secrets, questionnaire, code, lock=saving)
    return questionnaire, progress


_Drafts = Mapping[uuid.UUID, tuple[bytes, bytes]]


def _possible_drafts(secrets: Secrets, code: str | None) -> _Drafts:
    """Key and digest that the draft under `code` has in each wave that is known."""
    if code is None:
        return {}
    return {wave: draft_key(secrets.draft, code, wave.bytes) for wave in _KNOWN.ids()}


def _digests(drafts: _Drafts) -> list[bytes]:
    return [digest for _key, digest in drafts.values()]


def _found(link: FollowedLink, drafts: _Drafts, code: str | None, now: datetime) -> tuple[Followed, bool]:
    """What was found, and whether a draft was looked for where there could be one."""
    questionnaire = questionnaire_of(link, now)
    if code is None or link.invitation_id is None:
        return (questionnaire, None), True
    if not link.draft_sought:
        _KNOWN.add(link.wave_id)
        return (questionnaire, None), False
    return (questionnaire, read_progress(drafts[link.wave_id][0], link.draft)), True
