"""The process that speaks with the mail server: one at a time on the whole installation.

It is not the worker, which starts it and goes on with other work: a slow mail server holds nothing else up,
and a worker that is killed takes no message with it. docs/decisions/messages.md says why.
"""

import logging
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cri.adapters.mail import AddressError
from cri.adapters.mail_routes import MailRoute, PostOffice
from cri.adapters.smtp import Handover, MailServerError, Outcome
from cri.db.queries.messages import Waiting
from cri.db.session import enter_agency, make_sessions
from cri.services import deliveries, mixing
from cri.services.context import Actor, Context, Parts
from cri.services.messages import Composer
from cri.services.waves import find_wave

LOCK = 7_241_009
AT_A_TURN = 50
"""Messages of one wave before it is another wave's turn: a large agency does not hold up a small one."""

MOST_LOST = 3
"""So often in a row may the line be lost: each time one message stands back and the next one is tried."""

KEEP_TRYING_SECONDS = 60.0
PREDECESSOR_SECONDS = 3.0
_ENTER = text("SELECT set_config('app.agency_id', :agency_id, false)")
POSTMAN = Actor(account_id=None, role="worker")

log = logging.getLogger(__name__)


class Postman:
    """Sends what waits until nothing does, or until `gone()`: then only the message in hand is finished."""

    def __init__(self, parts: Parts, engine: Engine, route: MailRoute, gone: Callable[[], bool]) -> None:
        self._parts, self._engine, self._route, self._gone = parts, engine, route, gone
        self._sessions = make_sessions(engine)
        self._office = PostOffice(route)
        self._earliest = 0.0
        self._lost = 0

    def run(self) -> int:
        """Send what waits; how many were accepted. Nothing while another process is at it.

        Claims go over the connection that holds the lock: who has lost the lock claims nothing. Each is one
        statement that commits by itself, as is writing down that a message was accepted.
        """
        with self._engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.detach()  # closed at the end, not kept: lock and tenant must not outlive their holder
            if not _hold_alone(alone):
                return 0
            try:
                return self._rounds(alone)
            except MailServerError as error:
                log.warning("the mail server takes nothing: %s", error)
                return 0
            finally:
                self._office.close()

    def _rounds(self, alone: Connection) -> int:
        accepted = 0
        while not self._gone():
            with self._sessions() as session:
                waves = mixing.waves_in(session, "open")
            turns = [self._turn(alone, agency_id, wave_id) for agency_id, wave_id in waves]
            outcomes = [outcome for turn in turns for outcome in turn]
            accepted += outcomes.count(Outcome.ACCEPTED)
            if not outcomes:
                break
        return accepted

    def _turn(self, alone: Connection, agency_id: uuid.UUID, wave_id: uuid.UUID) -> list[Outcome]:
        """One wave's turn: what became of its next messages. Raises MailServerError when nothing is taken."""
        alone.execute(_ENTER, {"agency_id": str(agency_id)})
        with self._at_once(alone, agency_id) as ctx:
            deliveries.find_out_unsure(ctx, wave_id)
        with self._transaction(agency_id) as ctx:
            waiting: Sequence[Waiting] = deliveries.can_be_sent(ctx, wave_id, AT_A_TURN)
            composer = Composer(ctx, find_wave(ctx, wave_id), self._route) if waiting else None
        outcomes: list[Outcome] = []
        for one in waiting:
            assert composer is not None
            if self._gone():
                break
            self._wait()
            try:
                outcomes.append(self._send(alone, agency_id, composer, one))
            except MailServerError as error:
                with self._transaction(agency_id) as ctx:
                    deliveries.note_trouble(ctx, wave_id, str(error))
                raise
            if outcomes[-1] is Outcome.ACCEPTED and Outcome.ACCEPTED not in outcomes[:-1]:
                with self._transaction(agency_id) as ctx:
                    deliveries.note_trouble(ctx, wave_id, "")
        return outcomes

    def _send(self, alone: Connection, agency_id: uuid.UUID, composer: Composer, one: Waiting) -> Outcome:
        handover = self._hand_over(alone, agency_id, composer, one)
        if handover.outcome is not Outcome.NOT_CLAIMED:
            self._settle(alone, agency_id, one, handover)
        self._heed(handover)
        return handover.outcome

    def _heed(self, handover: Handover) -> None:
        """Raise MailServerError when the line was lost several times in a row: not because of one message."""
        self._lost = self._lost + 1 if handover.outcome is Outcome.BROKEN else 0
        if self._lost >= MOST_LOST:
            raise MailServerError(handover.reply)

    def _hand_over(
        self, alone: Connection, agency_id: uuid.UUID, composer: Composer, one: Waiting
    ) -> Handover:
        def claim() -> bool:
            with self._at_once(alone, agency_id) as ctx:
                return deliveries.claim(ctx, one)

        try:
            mail = composer.message(one, datetime.now(UTC))
        except AddressError as error:
            return Handover(Outcome.REFUSED, str(error))
        return self._office.post_of(agency_id).hand_over(mail, self._route.sender, claim)

    def _settle(self, alone: Connection, agency_id: uuid.UUID, one: Waiting, handover: Handover) -> None:
        """Write the outcome down; over new connections for a minute, should the database be restarting."""
        if handover.outcome is Outcome.ACCEPTED:
            with suppress(DBAPIError), self._at_once(alone, agency_id) as ctx:
                deliveries.settle(ctx, one, handover)
                return
        deadline = time.monotonic() + KEEP_TRYING_SECONDS
        while True:
            try:
                with self._transaction(agency_id) as ctx:
                    deliveries.settle(ctx, one, handover)
            except DBAPIError:
                if time.monotonic() > deadline:
                    raise
                log.warning("the database is away; trying again to write down what became of a message")
                time.sleep(0.5)
            else:
                return

    def _wait(self) -> None:
        """Keep to the rate: so many messages a minute, evenly."""
        if self._route.per_minute:
            time.sleep(max(0.0, self._earliest - time.monotonic()))
            self._earliest = time.monotonic() + 60.0 / self._route.per_minute

    @contextmanager
    def _transaction(self, agency_id: uuid.UUID) -> Iterator[Context]:
        """Several statements, all or none."""
        with self._sessions.begin() as session:
            enter_agency(session, agency_id)
            yield Context(session, agency_id, POSTMAN, datetime.now(UTC), self._parts)

    @contextmanager
    def _at_once(self, alone: Connection, agency_id: uuid.UUID) -> Iterator[Context]:
        """One statement on the connection that holds the lock, which commits by itself."""
        with Session(bind=alone) as session:
            yield Context(session, agency_id, POSTMAN, datetime.now(UTC), self._parts)


def _hold_alone(connection: Connection) -> bool:
    """Be the only postman for as long as the connection lasts; False where another is.

    A killed one's connection takes the database an instant to notice.
    """
    deadline = time.monotonic() + PREDECESSOR_SECONDS
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
