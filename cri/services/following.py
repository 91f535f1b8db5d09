"""Following a link on a device that may hold a draft: one statement tells all, or reads and locks all."""

import uuid
from collections import OrderedDict
from datetime import datetime
from threading import Lock

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from cri.adapters.envelopes import draft_key
from cri.adapters.secret_files import Secrets
from cri.db.session import note_agency
from cri.services.drafts import Progress, load_draft, read_progress
from cri.services.links import digest_of_token
from cri.services.responses import Questionnaire, questionnaire_of, read_link
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
    connection: Connection, secrets: Secrets, token: str, code: str | None, now: datetime
) -> Followed:
    """What a link leads to and what is kept under `code`, to be shown. Errors as `find_questionnaire`.

    `connection`: may commit each statement by itself. Where the wave is not known yet, it takes two.
    """
    followed, known = _follow(connection, secrets, token, code, now, saving=False)
    return followed if known else _follow(connection, secrets, token, code, now, saving=False)[0]


def hold_along(session: Session, secrets: Secrets, token: str, code: str | None, now: datetime) -> Followed:
    """The same, to be saved: neither the wave's sealing nor another tab goes on before this transaction ends.

    Errors as `find_questionnaire`. The session enters the agency.
    """
    (questionnaire, progress), known = _follow(session.connection(), secrets, token, code, now, saving=True)
    note_agency(session, questionnaire.agency_id)
    note_held(session, questionnaire)
    if not known and code is not None:
        progress = load_draft(session, secrets, questionnaire, code, lock=True)
    return questionnaire, progress


def _follow(
    connection: Connection, secrets: Secrets, token: str, code: str | None, now: datetime, *, saving: bool
) -> tuple[Followed, bool]:
    """What was found, and whether a draft was looked for where there could be one."""
    waves = _KNOWN.ids() if code is not None else []
    drafts = {wave: draft_key(secrets.draft, code or "", wave.bytes) for wave in waves}
    digests = [digest for _key, digest in drafts.values()]
    row = read_link(connection, digest_of_token(secrets, token), waves=waves, drafts=digests, saving=saving)
    questionnaire = questionnaire_of(row, now)
    if code is None or row.invitation_id is None:
        return (questionnaire, None), True
    if not row.draft_sought:
        _KNOWN.add(row.wave_id)
        return (questionnaire, None), False
    return (questionnaire, read_progress(drafts[row.wave_id][0], row.draft)), True
