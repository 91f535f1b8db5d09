"""The operator, reading everything, tries to link answers to invitations; the naive ways are caught."""

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.answer_sheets import decode_sheet
from cri.adapters.envelopes import unseal_answers
from cri.app import make_workshop
from cri.db.models import Invitation, MixedEntry, OrganisationUnit, Person, Wave, WaveUnit
from cri.db.session import enter_agency
from cri.domain.wave import Answers, answers_from_document
from cri.jobs import tasks
from cri.services.context import Actor, Context, Parts
from cri.services.drafts import Progress, save_draft, start_draft
from cri.services.instruments import OFFERED, released_instrument
from cri.services.links import digest_of_token, personal_token
from cri.services.mixing import mix
from cri.services.responses import Questionnaire, find_questionnaire
from cri.services.sealing import forget_wave, seal_wave
from cri.services.sheets import sheet_key
from cri.services.submissions import submit
from cri.settings import Settings
from tests.database_fixtures import make_agency
from tests.security import operator_attack as attack

PEOPLE = 200
BATCH = 20
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
CHANCE = 8  # correct guesses by luck: about Poisson(1) for one shuffled batch, so 8 has odds of 1 in 100,000


@dataclass(frozen=True)
class Field:
    """An open wave with an invitation for each person, and what each will answer."""

    sessions: sessionmaker[Session]
    parts: Parts
    agency_id: uuid.UUID
    wave_id: uuid.UUID
    tokens: dict[uuid.UUID, str]
    answers: dict[uuid.UUID, Answers]

    @property
    def truth(self) -> dict[str, uuid.UUID]:
        """Pattern of answers -> the invitation it came through: what no attack may find out."""
        return {pattern(answers): invitation for invitation, answers in self.answers.items()}

    def opened(self, ciphertext: bytes) -> str:
        """The operator has the key too, while it exists."""
        private = self.parts.wave_keys.private(str(self.wave_id))
        return pattern(answers_from_document(unseal_answers(private, ciphertext)))

    def mix(self) -> int:
        with self.sessions.begin() as session:
            enter_agency(session, self.agency_id)
            return mix(session, self.parts.wave_keys, self.agency_id, self.wave_id)

    def questionnaire(self, session: Session, invitation: uuid.UUID) -> Questionnaire:
        return find_questionnaire(session, self.parts.secrets, self.tokens[invitation], NOW)

    def answer(self, invitation: uuid.UUID) -> None:
        """One person: a draft first, then the submission, each in its own transaction, as in the browser."""
        with self.sessions.begin() as session:
            questionnaire = self.questionnaire(session, invitation)
            code = start_draft(session, self.parts.secrets, questionnaire)
        with self.sessions.begin() as session:
            questionnaire = self.questionnaire(session, invitation)
            save_draft(session, self.parts.secrets, questionnaire, code, Progress(self.answers[invitation]))
            seconds = len(self.answers[invitation].comments["easier"]) % 11
            submit(session, questionnaire, self.answers[invitation], seconds or None)


def pattern(answers: Answers) -> str:
    """A respondent's answers as one string; in these tests nobody else's are the same."""
    return "".join(str(answers.items[code]) for code in sorted(answers.items))


@pytest.fixture
def field(sessions: sessionmaker[Session], parts: Parts) -> Field:
    """200 invited people in one unit, the wave open, nobody has answered."""
    agency_id, wave_id = make_agency(sessions), uuid.uuid4()
    tokens, answers = {}, {}
    chosen = random.Random(1)
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        wave = Wave(
            agency_id=agency_id,
            id=wave_id,
            label="Autumn",
            instrument_code=OFFERED[0][0],
            instrument_version=OFFERED[0][1],
            languages=["en"],
            noun="residents",
            synthetic=False,
            opened_at=NOW - timedelta(days=1),
            closes_at=NOW + timedelta(days=10),
            mailbox_key=parts.wave_keys.make(str(wave_id)),
        )
        session.add_all([OrganisationUnit(agency_id=agency_id, code="all", name="All"), wave])
        session.flush()
        of_wave = {"agency_id": agency_id, "wave_id": wave_id}
        session.add(WaveUnit(**of_wave, code="all", name="All", headcount=PEOPLE, position=0))
        session.flush()
        session.add(
            WaveUnit(**of_wave, code="board", parent_code="all", name="Board", headcount=1, position=1)
        )
        session.flush()
        wave.state = "open"
        session.flush()
        for number in range(PEOPLE):
            person, invitation = uuid.uuid4(), uuid.uuid4()
            tokens[invitation] = personal_token(parts.secrets, invitation)
            answers[invitation] = Answers(
                items={
                    f"{factor}{item}": chosen.randint(1, 7)
                    for factor in (
                        "insight",
                        "foresight",
                        "peripheral",
                        "empowerment",
                        "collaboration",
                        "alignment",
                    )
                    for item in range(1, 7)
                },
                comments={"easier": "x" * chosen.randint(1, 900)},
                profile=chosen.choice([{}, {"work": "support", "manages": "manages_nobody"}]),
            )
            session.add(
                Person(
                    agency_id=agency_id,
                    id=person,
                    name=f"P{number}",
                    email=f"p{number}@example.org",
                    unit_code="all",
                )
            )
            session.flush()
            session.add(
                Invitation(
                    agency_id=agency_id,
                    id=invitation,
                    wave_id=wave_id,
                    person_id=person,
                    unit_code="all",
                    token_digest=digest_of_token(parts.secrets, tokens[invitation]),
                )
            )
    return Field(sessions, parts, agency_id, wave_id, tokens, answers)


def shuffled(field: Field) -> list[uuid.UUID]:
    """People answer in no order of the roster."""
    people = list(field.answers)
    random.Random(2).shuffle(people)
    return people


def test_mixed_answers_have_at_least_ten_candidates(field: Field, superuser: psycopg.Connection) -> None:
    for number, invitation in enumerate(shuffled(field), start=1):
        field.answer(invitation)
        if number % BATCH == 0:
            assert field.mix() == BATCH
    sight = attack.look(superuser, field.wave_id, "mixed_entry", field.opened)
    assert len(sight.stored) == len(sight.arrivals) == PEOPLE
    assert attack.linked(attack.by_shared_values(sight), field.truth) == 0
    assert attack.linked(attack.by_transaction(sight), field.truth) == 0
    assert attack.linked(attack.by_neighbouring_transaction(sight), field.truth) <= PEOPLE // BATCH
    candidates = attack.by_window(sight)
    assert all(len(people) >= 10 and field.truth[answer] in people for answer, people in candidates.items())
    assert len({entry.size for entry in sight.stored}) == 1
    batches = PEOPLE // BATCH
    for name, claims in attack.by_order(sight).items():
        assert attack.linked(claims, field.truth) <= batches + 5 * batches**0.5, name


def test_what_was_mixed_is_not_left_on_the_pages_it_came_from(
    field: Field, settings: Settings, superuser: psycopg.Connection
) -> None:
    """Deleted rows keep the transaction they came in. The control: without vacuuming all 30 are linked."""
    superuser.execute("ALTER TABLE mailbox_entry SET (toast.autovacuum_enabled = off)")  # not by chance
    for invitation in shuffled(field)[:30]:
        field.answer(invitation)
    assert field.mix() == 30
    sight = attack.look(superuser, field.wave_id, "mixed_entry", field.opened)
    came = {arrival.xmin: {arrival.invitation} for arrival in sight.arrivals}
    dead = attack.dead_submissions(superuser, field.opened)
    assert attack.linked({answer: came[xmin] for answer, xmin in dead.items()}, field.truth) == 30

    for invitation in shuffled(field)[30:50]:
        field.answer(invitation)
    workshop = make_workshop(settings)
    job = SimpleNamespace(additional_context={tasks.WORKSHOP: workshop})
    tasks.mix.func(cast("Any", job), timestamp=0)
    workshop.close()
    assert len(attack.look(superuser, field.wave_id, "mixed_entry", field.opened).stored) == 50
    assert attack.dead_submissions(superuser, field.opened) == {}


def test_fewer_than_ten_are_never_mixed(field: Field, superuser: psycopg.Connection) -> None:
    for invitation in shuffled(field)[:9]:
        field.answer(invitation)
    assert field.mix() == 0
    assert attack.look(superuser, field.wave_id, "mixed_entry", field.opened).stored == []
    assert len(attack.look(superuser, field.wave_id, "mailbox_entry", field.opened).stored) == 9


def test_before_mixing_only_the_key_outside_the_database_protects(
    field: Field, superuser: psycopg.Connection
) -> None:
    """docs/anonymity.md says so: until mixing, whoever holds both the database and the key could link."""
    for invitation in shuffled(field)[:30]:
        field.answer(invitation)
    sight = attack.look(superuser, field.wave_id, "mailbox_entry", field.opened)
    assert attack.linked(attack.by_transaction(sight), field.truth) == 30
    without_key = attack.look(superuser, field.wave_id, "mailbox_entry", lambda ciphertext: ciphertext.hex())
    assert not {entry.answer for entry in without_key.stored} & set(field.truth)
    assert len({entry.size for entry in without_key.stored}) == 1


def test_units_narrow_what_whoever_holds_the_key_may_guess(
    field: Field, superuser: psycopg.Connection
) -> None:
    """docs/anonymity.md says so: the unit is in the envelope, which only the key opens."""
    alone = shuffled(field)[0]
    with field.sessions.begin() as session:
        enter_agency(session, field.agency_id)
        session.execute(update(Invitation).where(Invitation.id == alone).values(unit_code="board"))
    for invitation in shuffled(field)[:BATCH]:
        field.answer(invitation)
    assert field.mix() == BATCH
    key = field.parts.wave_keys.private(str(field.wave_id))
    rows = superuser.execute(
        "SELECT ciphertext FROM mixed_entry WHERE wave_id = %s", [field.wave_id]
    ).fetchall()
    documents = [unseal_answers(key, bytes(row[0])) for row in rows]
    found = [answers_from_document(one) for one in documents if one["unit"] == "board"]
    assert found == [field.answers[alone]]
    assert len({len(row[0]) for row in rows}) == 1
    assert not any(b"board" in bytes(row[0]) for row in rows)


def test_the_naive_way_links_everybody(field: Field, superuser: psycopg.Connection) -> None:
    """The control: both rows in one transaction. The same attack finds 200 of 200."""
    for invitation in shuffled(field):
        with field.sessions.begin() as session:
            questionnaire = field.questionnaire(session, invitation)
            submit_naively(session, questionnaire, field.answers[invitation])
    sight = attack.look(superuser, field.wave_id, "mixed_entry", field.opened)
    assert attack.linked(attack.by_transaction(sight), field.truth) == PEOPLE


def test_the_less_naive_way_links_everybody_too(field: Field, superuser: psycopg.Connection) -> None:
    """The second control: two transactions, but in the order of arrival. Order alone links them all."""
    for invitation in shuffled(field):
        with field.sessions.begin() as session:
            questionnaire = field.questionnaire(session, invitation)
            session.execute(update(Invitation).where(Invitation.id == invitation).values(used=True))
        with field.sessions.begin() as session:
            enter_agency(session, field.agency_id)
            session.add(entry_for(questionnaire, field.answers[invitation]))
    sight = attack.look(superuser, field.wave_id, "mixed_entry", field.opened)
    assert attack.linked(attack.by_transaction(sight), field.truth) == 0
    assert attack.linked(attack.by_neighbouring_transaction(sight), field.truth) == PEOPLE
    assert attack.linked(attack.by_order(sight)["xmin / xmin, ctid"], field.truth) == PEOPLE


def submit_naively(session: Session, questionnaire: Questionnaire, answers: Answers) -> None:
    """What anybody would write first."""
    session.execute(update(Invitation).where(Invitation.id == questionnaire.invitation_id).values(used=True))
    session.add(entry_for(questionnaire, answers))


def entry_for(questionnaire: Questionnaire, answers: Answers) -> MixedEntry:
    from cri.adapters.envelopes import seal_answers
    from cri.domain.wave import Submission

    document = Submission(answers, questionnaire.unit_code, open_link=False).to_document()
    return MixedEntry(
        agency_id=questionnaire.agency_id,
        wave_id=questionnaire.wave_id,
        ciphertext=seal_answers(questionnaire.mailbox_key, document, 8192),
    )


def test_after_sealing_nothing_links(field: Field, superuser: psycopg.Connection) -> None:
    people = shuffled(field)
    for invitation in people[:150]:
        field.answer(invitation)
    field.mix()
    for invitation in people[150:]:
        field.answer(invitation)
    before = attack.look(superuser, field.wave_id, "mailbox_entry", field.opened)
    stolen = superuser.execute(
        "SELECT ciphertext FROM mailbox_entry WHERE wave_id = %s", [field.wave_id]
    ).fetchall()
    assert len(before.stored) == 50
    assert len(stolen) == 50
    sheet_patterns = seal(field)
    assert sorted(sheet_patterns) == sorted(field.truth)
    for table in ("mailbox_entry", "mixed_entry", "draft"):
        left = superuser.execute(f"SELECT count(*) FROM {table} WHERE wave_id = %s", [field.wave_id])
        assert left.fetchone() == (0,)
    after = attack.look(superuser, field.wave_id, "mixed_entry", field.opened)
    # rewritten by sealing: no order of arrival left
    assert len({arrival.xmin for arrival in after.arrivals}) == 1
    for arrivals in (before.arrivals, after.arrivals):
        for name, claims in attack.by_order(attack.Sight(arrivals, rows_of(sheet_patterns))).items():
            assert attack.linked(claims, field.truth) <= CHANCE, name
    with pytest.raises(FileNotFoundError):  # a backup of the mailbox can never be opened again
        field.opened(bytes(stolen[0][0]))
    tokens = superuser.execute(
        "SELECT count(token_digest) FROM invitation WHERE wave_id = %s", [field.wave_id]
    ).fetchone()
    assert tokens == (0,)


def test_a_sheet_in_order_of_arrival_would_link_everybody(
    field: Field, superuser: psycopg.Connection
) -> None:
    """The control of the sealing test: without a change of order, an old copy of the invitations suffices."""
    people = shuffled(field)
    for invitation in people:
        field.answer(invitation)
    before = attack.look(superuser, field.wave_id, "mailbox_entry", field.opened)
    naive_sheet = [pattern(field.answers[invitation]) for invitation in people]
    claims = attack.by_order(attack.Sight(before.arrivals, rows_of(naive_sheet)))
    assert attack.linked(claims["xmin / xmin, ctid"], field.truth) == PEOPLE


def rows_of(patterns: list[str]) -> list[attack.Stored]:
    """The sheet's rows, whose only trace is their order."""
    return [
        attack.Stored(answer, uuid.UUID(int=place), 0, f"(0,{place})", 0)
        for place, answer in enumerate(patterns)
    ]


def seal(field: Field) -> list[str]:
    """Close and seal as the worker does; returns the sheet's rows as patterns, in the sheet's order."""
    with field.sessions.begin() as session:
        enter_agency(session, field.agency_id)
        session.execute(update(Wave).where(Wave.id == field.wave_id).values(state="closing", closed_at=NOW))
    with field.sessions.begin() as session:
        enter_agency(session, field.agency_id)
        context = Context(session, field.agency_id, Actor(None, "worker"), NOW, field.parts)
        seal_wave(context, field.wave_id)
    with field.sessions() as session:
        enter_agency(session, field.agency_id)
        sha256 = session.scalars(select(Wave.sheet_sha256).where(Wave.id == field.wave_id)).one()
    assert sha256 is not None
    forget_wave(field.parts.wave_keys, field.parts.blobs, field.agency_id, field.wave_id, sha256)
    instrument = released_instrument(*OFFERED[0])
    sheet = decode_sheet(field.parts.blobs.get(sheet_key(field.agency_id, field.wave_id, sha256)), instrument)
    codes = [item.code for item in instrument.items]
    return [
        pattern(Answers(items=dict(zip(codes, (int(value) for value in row), strict=True))))
        for row in sheet.answers
    ]
