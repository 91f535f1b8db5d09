"""The process that speaks with the mail server: one at a time on the whole installation.

It is not the worker, which starts it and goes on with other work: a slow mail server holds nothing else up,
and a worker that is killed takes no message with it. docs/decisions/messages.md says why.
"""

import logging
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

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

KEEP_TRYING_SECONDS = 60.0
PREDECESSOR_SECONDS = 3.0
POSTMAN = Actor(account_id=None, role="worker")

log = logging.getLogger(__name__)


class Postman:
    """Sends what waits until nothing does, or until `gone()`: then only the message in hand is finished."""

    def __init__(self, parts: Parts, engine: Engine, route: MailRoute, gone: Callable[[], bool]) -> None:
        self._parts, self._engine, self._route, self._gone = parts, engine, route, gone
        self._office = PostOffice(route)
        self._earliest = 0.0

    def run(self) -> int:
        """Send what waits; how many were accepted. Nothing while another process is at it.

        All but outcomes go over the connection that holds the lock: who has lost the lock can claim nothing.
        """
        with self._engine.connect() as connection:
            connection.detach()  # closed at the end, not kept: the lock must not outlive its holder
            if not _hold_alone(connection):
                return 0
            try:
                return self._rounds(_sessions_on(connection))
            except MailServerError as error:
                log.warning("the mail server takes nothing: %s", error)
                return 0
            finally:
                self._office.close()

    def _rounds(self, sessions: sessionmaker[Session]) -> int:
        accepted = 0
        while not self._gone():
            with sessions() as session:
                waves = mixing.waves_in(session, "open")
            turns = [self._turn(sessions, agency_id, wave_id) for agency_id, wave_id in waves]
            outcomes = [outcome for turn in turns for outcome in turn]
            accepted += outcomes.count(Outcome.ACCEPTED)
            if not outcomes:
                break
        return accepted

    def _turn(
        self, sessions: sessionmaker[Session], agency_id: uuid.UUID, wave_id: uuid.UUID
    ) -> list[Outcome]:
        """One wave's turn: what became of its next messages. Raises MailServerError when nothing is taken."""
        with self._transaction(sessions, agency_id) as ctx:
            deliveries.find_out_unsure(ctx, wave_id)
            waiting: Sequence[Waiting] = deliveries.can_be_sent(ctx, wave_id, AT_A_TURN)
            composer = Composer(ctx, find_wave(ctx, wave_id), self._route) if waiting else None
        outcomes: list[Outcome] = []
        for one in waiting:
            assert composer is not None
            if self._gone():
                break
            self._wait()
            try:
                handover = self._hand_over(sessions, agency_id, composer, one)
            except MailServerError as error:
                with self._transaction(sessions, agency_id) as ctx:
                    deliveries.note_trouble(ctx, wave_id, str(error))
                raise
            if handover.outcome is not Outcome.NOT_CLAIMED:
                self._settle(sessions, agency_id, one, handover)
                if not outcomes:
                    with self._transaction(sessions, agency_id) as ctx:
                        deliveries.note_trouble(ctx, wave_id, "")
            outcomes.append(handover.outcome)
        return outcomes

    def _hand_over(
        self, sessions: sessionmaker[Session], agency_id: uuid.UUID, composer: Composer, one: Waiting
    ) -> Handover:
        def claim() -> bool:
            with self._transaction(sessions, agency_id) as ctx:
                return deliveries.claim(ctx, one)

        try:
            mail = composer.message(one, datetime.now(UTC))
        except AddressError as error:
            return Handover(Outcome.REFUSED, str(error))
        post = self._office.post_of(agency_id)
        return post.hand_over(mail, self._route.sender, claim)

    def _settle(
        self, sessions: sessionmaker[Session], agency_id: uuid.UUID, one: Waiting, handover: Handover
    ) -> None:
        """Write the outcome down; over new connections for a minute, should the database be restarting."""
        deadline = time.monotonic() + KEEP_TRYING_SECONDS
        while True:
            try:
                with self._transaction(sessions, agency_id) as ctx:
                    deliveries.settle(ctx, one, handover)
            except DBAPIError:
                if time.monotonic() > deadline:
                    raise
                log.warning("the database is away; trying again to write down what became of a message")
                time.sleep(0.5)
                sessions = make_sessions(self._engine)
            else:
                return

    def _wait(self) -> None:
        """Keep to the rate: so many messages a minute, evenly."""
        if self._route.per_minute:
            time.sleep(max(0.0, self._earliest - time.monotonic()))
            self._earliest = time.monotonic() + 60.0 / self._route.per_minute

    @contextmanager
    def _transaction(self, sessions: sessionmaker[Session], agency_id: uuid.UUID) -> Iterator[Context]:
        with sessions.begin() as session:
            enter_agency(session, agency_id)
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
    connection.commit()
    return True


def _sessions_on(connection: Connection) -> sessionmaker[Session]:
    """Sessions that all use one connection, one after the other."""
    sessions = make_sessions(connection.engine)
    sessions.configure(bind=connection)
    return sessions
