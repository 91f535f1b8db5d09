"""Which messages wait, and handing them over: each statement asks anew who may still be written to."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

# Somebody who can get mail: they work here, and want it.
_WANTED = """
    i.token_digest IS NOT NULL AND p.active AND position('@' in p.email) > 1
    AND NOT EXISTS (SELECT FROM opt_out o WHERE o.agency_id = p.agency_id AND o.person_id = p.id)
"""
_BAD = """
    EXISTS (SELECT FROM bad_address b
        WHERE b.agency_id = p.agency_id AND b.person_id = p.id AND b.address = p.email)
"""
_MAY_BE_WRITTEN = f"NOT i.used AND {_WANTED} AND NOT {_BAD}"
# One person an invitation, looked up by key whatever the planner believes. Of an agency whose roster has just
# come in it believes there are one or two rows, and would compare everybody with everybody: 25 s at 5,000.
_OF_PERSON = """
    CROSS JOIN LATERAL (
        SELECT * FROM person WHERE agency_id = i.agency_id AND id = i.person_id LIMIT 1
    ) p
"""
_JOINED = f"""
    FROM (SELECT * FROM invitation WHERE agency_id = :agency_id AND wave_id = :wave_id OFFSET 0) i
    {_OF_PERSON} WHERE true
"""  # noqa: S608  # nosec B608 - of constants of this file

# To who has answered already as well: a row that is missing, or a count without them, would tell.
# An address that failed in an earlier wave has failed in this one: it stands in the list to be mended.
_ADD_INVITATIONS = text(f"""
    INSERT INTO message (agency_id, invitation_id, kind, wave_id, state, tries, reply)
    SELECT i.agency_id, i.id, 'invitation', i.wave_id,
        CASE WHEN {_BAD} THEN 'failed' ELSE 'waiting' END, 0, ''
    {_JOINED} AND {_WANTED}
    ON CONFLICT DO NOTHING
""")  # nosec B608 - of constants of this file

# To those who were invited by mail, if anybody was; else links went out in another way, and all are reminded.
_ADD_REMINDERS = text(f"""
    INSERT INTO message (agency_id, invitation_id, kind, wave_id, state, tries, reply)
    SELECT i.agency_id, i.id, :kind, i.wave_id, 'waiting', 0, '' {_JOINED} AND {_MAY_BE_WRITTEN}
    AND (EXISTS (SELECT FROM message m WHERE m.agency_id = i.agency_id AND m.invitation_id = i.id
            AND m.kind = 'invitation' AND m.state IN ('sent', 'unsure'))
        OR NOT EXISTS (SELECT FROM message_batch b WHERE b.agency_id = i.agency_id
            AND b.wave_id = i.wave_id AND b.kind = 'invitation'))
    ON CONFLICT DO NOTHING
""")  # noqa: S608  # nosec B608 - of constants of this file

_DROP_USED = text("""
    DELETE FROM message m USING invitation i
    WHERE m.agency_id = :agency_id AND m.wave_id = :wave_id AND m.state = 'waiting' AND m.kind <> 'invitation'
    AND i.agency_id = m.agency_id AND i.id = m.invitation_id AND i.used
""")

_PASS_OVER_USED = text("""
    UPDATE message m SET state = 'sent', retry_at = NULL, reply = '' FROM invitation i
    WHERE m.agency_id = :agency_id AND m.wave_id = :wave_id AND m.state = 'waiting' AND m.kind = 'invitation'
    AND i.agency_id = m.agency_id AND i.id = m.invitation_id AND i.used
""")

# Sorted before anybody is looked up: who comes after the last that is wanted is not looked up at all.
_NEXT = text(f"""
    SELECT m.invitation_id, m.kind, m.tries, p.id AS person_id, p.name, p.email, p.language
    FROM (SELECT * FROM message WHERE agency_id = :agency_id AND wave_id = :wave_id AND state = 'waiting'
        AND (retry_at IS NULL OR retry_at <= :now) ORDER BY kind, invitation_id) m
    CROSS JOIN LATERAL (
        SELECT * FROM invitation WHERE agency_id = m.agency_id AND id = m.invitation_id LIMIT 1
    ) i {_OF_PERSON}
    WHERE {_MAY_BE_WRITTEN}
    ORDER BY m.kind, m.invitation_id LIMIT :most
""")  # noqa: S608  # nosec B608 - of constants of this file

_CLAIM = text(f"""
    UPDATE message m SET state = 'handed', tries = m.tries + 1, retry_at = NULL
    FROM invitation i, person p, wave w
    WHERE m.agency_id = :agency_id AND m.invitation_id = :invitation_id AND m.kind = :kind
    AND m.state = 'waiting' AND i.agency_id = m.agency_id AND i.id = m.invitation_id
    AND p.agency_id = i.agency_id AND p.id = i.person_id AND p.email = :email
    AND w.agency_id = i.agency_id AND w.id = i.wave_id AND w.state = 'open' AND w.closes_at > :now
    AND {_MAY_BE_WRITTEN}
    RETURNING m.tries
""")  # noqa: S608  # nosec B608 - of constants of this file

_SETTLE = text("""
    UPDATE message SET state = :state, reply = :reply, retry_at = :retry_at,
        tries = tries + CASE WHEN state = 'waiting' AND :counts THEN 1 ELSE 0 END
    WHERE agency_id = :agency_id AND invitation_id = :invitation_id AND kind = :kind
    AND state = ANY(:before)
""")

_MARK_UNSURE = text("""
    UPDATE message SET state = 'unsure', reply = ''
    WHERE agency_id = :agency_id AND wave_id = :wave_id AND state = 'handed'
""")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that can be sent now, and to whom."""

    invitation_id: uuid.UUID
    kind: str
    tries: int
    person_id: uuid.UUID
    name: str
    email: str
    language: str


def add_messages(session: Session, agency_id: uuid.UUID, wave_id: uuid.UUID, kind: str) -> int:
    """Let a message of this kind wait for everybody who is due one and has none; how many were added."""
    statement = _ADD_INVITATIONS if kind == "invitation" else _ADD_REMINDERS
    values = {"agency_id": agency_id, "wave_id": wave_id, "kind": kind}
    if kind == "invitation":
        del values["kind"]
    return int(session.execute(statement, values).rowcount)  # type: ignore[attr-defined]  # of an INSERT


def drop_used(session: Session, agency_id: uuid.UUID, wave_id: uuid.UUID) -> None:
    """Forget waiting reminders to people who have answered meanwhile: no trace that one was meant for them.

    An invitation that they need not get any more counts as sent, as if they had not answered.
    """
    for statement in (_DROP_USED, _PASS_OVER_USED):
        session.execute(statement, {"agency_id": agency_id, "wave_id": wave_id})


def next_messages(
    session: Session, agency_id: uuid.UUID, wave_id: uuid.UUID, now: datetime, most: int
) -> Sequence[Waiting]:
    """At most so many messages of a wave that can be sent now, in the order of invitations' random ids."""
    rows = session.execute(_NEXT, {"agency_id": agency_id, "wave_id": wave_id, "now": now, "most": most})
    return [Waiting(*row) for row in rows]


def claim_message(session: Session, agency_id: uuid.UUID, one: Waiting, now: datetime) -> bool:
    """Take a message for sending, if it still waits and its recipient may still be written to: one statement.

    Once this has committed nobody else can take it, and whoever finds it so later does not send it again.
    """
    values = {"agency_id": agency_id, "invitation_id": one.invitation_id, "kind": one.kind}
    claimed = session.execute(_CLAIM, {**values, "email": one.email, "now": now})
    return claimed.one_or_none() is not None


def settle_message(
    session: Session,
    agency_id: uuid.UUID,
    invitation_id: uuid.UUID,
    kind: str,
    state: str,
    *,
    before: Sequence[str],
    reply: str = "",
    retry_at: datetime | None = None,
    counts: bool = True,
) -> bool:
    """Write down what became of a message that is in one of the states `before`; whether it was.

    counts: whether what happened before a claim was a try of the message.
    """
    values = {"agency_id": agency_id, "invitation_id": invitation_id, "kind": kind, "state": state}
    done = session.execute(
        _SETTLE, {**values, "reply": reply, "retry_at": retry_at, "before": list(before), "counts": counts}
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]  # of an UPDATE


def mark_unsure(session: Session, agency_id: uuid.UUID, wave_id: uuid.UUID) -> int:
    """Messages whose sender died in the instant of handing over. Only for whoever sends alone."""
    done = session.execute(_MARK_UNSURE, {"agency_id": agency_id, "wave_id": wave_id})
    return int(done.rowcount)  # type: ignore[attr-defined]  # of an UPDATE
