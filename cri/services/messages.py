"""A wave's messages as a whole: how far each kind has come, what one looks like, a test to oneself."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select

from cri.adapters.mail import LINK, Letterbox, Look, Mail, compose
from cri.adapters.mail_routes import PATIENCE_SECONDS, MailRoute, hand_over_soon
from cri.adapters.message_files import our_words
from cri.adapters.smtp import Handover
from cri.adapters.spoken_dates import spoken_moment
from cri.db.models import Agency, BadAddress, Invitation, Message, Wave
from cri.db.queries.messages import Waiting
from cri.db.queries.participation import invited_count
from cri.domain.message_plan import Kind
from cri.domain.message_text import MessageWords, fill
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.deliveries import MailMissingError, begun_kinds, schedule_of
from cri.services.links import link_url, personal_token
from cri.services.message_keys import MessageKey, message_id, stop_token, stop_url
from cri.services.message_texts import wave_texts
from cri.services.waves import find_wave

NOWHERE = "this-is-a-test"
"""Where a link would hold its token: a test message is nobody's."""


@dataclass(frozen=True, slots=True)
class KindProgress:
    """How far messages of a kind have come. begins: by itself, None if by hand; day: on which it began.

    Counts are None where they could tell who has answered: of reminders, and of a staff under the minimum.
    """

    kind: Kind
    begins: datetime | None
    day: date | None
    sent: int | None
    waiting: int | None
    failed: int | None
    unsure: int
    trouble: str


class Composer:
    """Makes the messages of one wave. All is read at once: it goes on when the transaction is over."""

    def __init__(self, ctx: Context, wave: Wave, route: MailRoute) -> None:
        self._parts, self._now, self._route = ctx.parts, ctx.now, route
        self._agency_id, self._languages = ctx.agency_id, tuple(wave.languages)
        self._texts = wave_texts(ctx, wave)
        agency = this_agency(ctx)
        self._looks = {language: _look(agency, wave, language, route.sender) for language in self._languages}

    def message(self, one: Waiting, at: datetime) -> Mail:
        """The message to one person, in their language or the wave's first. Raises AddressError."""
        language = one.language if one.language in self._languages else self._languages[0]
        words, secrets = self._texts[Kind(one.kind), language], self._parts.secrets
        agency_id = self._agency_id
        box = Letterbox(
            name=one.name,
            email=one.email,
            link=link_url(self._parts.external_url, personal_token(secrets, one.invitation_id)),
            message_id=message_id(
                secrets, MessageKey(agency_id, one.invitation_id, Kind(one.kind)), self._domain
            ),
            opt_out=stop_url(self._parts.external_url, stop_token(secrets, agency_id, one.person_id)),
        )
        return compose(words.subject, words.body, box, self._looks[language], our_words(language), at)

    def test(self, words: MessageWords, language: str, name: str, email: str) -> Mail:
        """A message to whoever is trying it out, with a link that leads nowhere. Raises AddressError."""
        box = Letterbox(
            name, email, link_url(self._parts.external_url, NOWHERE), f"{uuid.uuid4().hex}@{self._domain}"
        )
        return compose(words.subject, words.body, box, self._looks[language], our_words(language), self._now)

    @property
    def _domain(self) -> str:
        return self._route.sender.rpartition("@")[2]


def _look(agency: Agency, wave: Wave, language: str, sender: str) -> Look:
    return Look(
        agency=agency.name,
        survey=wave.label,
        closes=spoken_moment(wave.closes_at, agency.time_zone, language) if wave.closes_at else "\u2013",
        colour=agency.colour,
        sender=sender,
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as its reader will see it: subject, then paragraphs; None for a link on its own."""

    sender: str
    subject: str
    paragraphs: tuple[str | None, ...]
    button: str
    link: str
    below: str


def preview(ctx: Context, wave: Wave, words: MessageWords, language: str, name: str) -> Preview:
    """A text filled in for a made-up link. The text must be without problems."""
    look, ours = _look(this_agency(ctx), wave, language, ""), our_words(language)
    link = link_url(ctx.parts.external_url, NOWHERE)
    values = {"name": name, "agency": look.agency, "survey": look.survey, "closes": look.closes}
    return Preview(
        sender=look.agency,
        subject=fill(words.subject, values),
        paragraphs=tuple(
            None if part.strip() == LINK else fill(part, {**values, "link": link})
            for part in words.body.split("\n\n")
        ),
        button=ours.footer["button"],
        link=link,
        below=fill(ours.footer["reason"], values),
    )


def progress(ctx: Context, wave: Wave) -> tuple[KindProgress, ...]:
    """How far the messages of each kind have come."""
    begun = begun_kinds(ctx, wave.id)
    counted = _counts(ctx, wave.id)
    invited = invited_count(ctx.session, ctx.agency_id, wave.id)
    schedule = schedule_of(wave, this_agency(ctx)) if wave.closes_at else None
    found = []
    for kind in Kind:
        batch = begun.get(kind)
        # How many reminders went out, beside the rate and the number of those whom mail does not reach, says
        # who of these has answered: no minimum helps, since anybody can be reported as not reached.
        told = kind is Kind.INVITATION and invited >= wave.minimum
        kept = batch is not None and batch.sent is not None
        sent = batch.sent if batch is not None and kept else counted.get((kind, "sent"), 0)
        failed = batch.failed if batch is not None and kept else counted.get((kind, "failed"), 0)
        waiting = counted.get((kind, "waiting"), 0) + counted.get((kind, "handed"), 0)
        found.append(
            KindProgress(
                kind=kind,
                begins=schedule.begins(kind) if schedule else None,
                day=batch.day if batch else None,
                sent=sent if told else None,
                waiting=waiting if told else None,
                failed=failed if told else None,
                unsure=counted.get((kind, "unsure"), 0),
                trouble=batch.trouble if batch else "",
            )
        )
    return tuple(found)


def _counts(ctx: Context, wave_id: uuid.UUID) -> dict[tuple[Kind, str], int]:
    rows = ctx.session.execute(
        select(Message.kind, Message.state, func.count().label("number"))
        .where(Message.agency_id == ctx.agency_id, Message.wave_id == wave_id)
        .group_by(Message.kind, Message.state)
    )
    return {(Kind(row.kind), row.state): row.number for row in rows}


def send_test(
    ctx: Context,
    wave_id: uuid.UUID,
    words: MessageWords,
    language: str,
    name: str,
    email: str,
    patience: float = PATIENCE_SECONDS,
) -> Handover:
    """Send a text to oneself at once. Raises MailMissingError, MailServerError, AddressError.

    patience: seconds after which there is an answer in any case; UNSURE when the server has not said one.
    """
    route = ctx.parts.mail
    if route is None:
        raise MailMissingError
    mail = Composer(ctx, find_wave(ctx, wave_id), route).test(words, language, name, email)
    return hand_over_soon(route, ctx.agency_id, mail, patience)


def forget_messages(ctx: Context, wave_id: uuid.UUID) -> bool:
    """After sealing: keep how many there were, destroy which; whether there were any."""
    counted = _counts(ctx, wave_id)
    if not counted:
        return False
    for kind, batch in begun_kinds(ctx, wave_id).items():
        batch.sent = counted.get((kind, "sent"), 0) + counted.get((kind, "unsure"), 0)
        batch.failed = counted.get((kind, "failed"), 0)
        batch.trouble = ""
    ctx.session.flush()
    of_reminders = (
        select(Invitation.person_id)
        .join(Message, (Message.agency_id == Invitation.agency_id) & (Message.invitation_id == Invitation.id))
        .where(Invitation.agency_id == ctx.agency_id, Invitation.wave_id == wave_id)
        .where(Message.kind != Kind.INVITATION.value, Message.state == "failed")
    )
    ctx.session.execute(  # the next wave would list them, and tell who had not answered this one by then
        delete(BadAddress).where(
            BadAddress.agency_id == ctx.agency_id, BadAddress.person_id.in_(of_reminders)
        )
    )
    ctx.session.execute(delete(Message).where(Message.agency_id == ctx.agency_id, Message.wave_id == wave_id))
    return True
