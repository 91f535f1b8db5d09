"""An agency that sends through a real mail server."""

import uuid
from dataclasses import replace

import psycopg
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from cri.app import make_postman
from cri.db.models import Invitation, Person
from cri.domain.message_plan import Kind
from cri.jobs.tasks import Workshop
from cri.services import deliveries
from cri.services.context import Parts
from cri.settings import Settings
from tests.factories import OpenedWave
from tests.jobs.mailing import MailServer, invite

Sessions = sessionmaker[Session]
INVITATION, FIRST, SECOND = Kind


class Mailing:
    """An agency that sends through a mail server."""

    def __init__(self, settings: Settings, server: MailServer, workshop: Workshop) -> None:
        self.settings, self.server, self.workshop = settings, server, workshop

    def begin(self, wave: OpenedWave, kind: Kind = INVITATION) -> None:
        with self.workshop.transaction(wave.agency_id) as ctx:
            deliveries.begin_by_hand(ctx, wave.wave_id, kind)

    def plan(self, wave: OpenedWave) -> bool:
        with self.workshop.transaction(wave.agency_id) as ctx:
            return deliveries.plan_messages(ctx, wave.wave_id)

    def send(self, **changed: object) -> int:
        route = replace(self.settings.mail, **changed) if changed else self.settings.mail  # type: ignore[type-var]  # given
        postman = make_postman(replace(self.settings, mail=route), lambda: False)
        assert postman is not None
        try:
            return postman.run()
        finally:
            postman._engine.dispose()
            postman._parts.pool_sessions.kw["bind"].dispose()

    def answer(self, wave: OpenedWave, address: str) -> None:
        with self.workshop.transaction(wave.agency_id) as ctx:
            person = ctx.session.scalars(select(Person).where(Person.email == address)).one()
            ctx.session.execute(update(Invitation).where(Invitation.person_id == person.id).values(used=True))

    def reached(self) -> dict[str, int]:
        return {address.partition("@")[0]: times for address, times in self.server.reached().items()}


def made(
    superuser: psycopg.Connection, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, **people: int
) -> OpenedWave:
    named = {name.replace("_", "-"): count for name, count in people.items()}
    return invite(superuser, sessions, parts, agency_id, named)
