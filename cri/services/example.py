"""The example agency of a demonstration: made-up people, made-up answers, labelled synthetic everywhere.

It comes about through the same use cases as a real agency's: its answers are submitted, mixed, sealed
and scored. Only their source is a random generator.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import select

from cri.db.models import Agency, Invitation, OrganisationUnit, Person, Wave, WaveUnit
from cri.domain.instrument import Instrument
from cri.domain.peers import PEER_GROUPS
from cri.domain.sheet import NO_OPTION, UNANSWERED, AnswerSheet, Unit
from cri.domain.synthetic import synthetic_answers, synthetic_pool, with_earlier_waves
from cri.domain.wave import SLOWEST_PACE, Answers
from cri.services import waves
from cri.services.accounts import create_account, grant_membership
from cri.services.agencies import create_agency
from cri.services.benchmarks import edition_for_instrument, publish_edition
from cri.services.context import Context, Parts
from cri.services.instruments import OFFERED, released_instrument
from cri.services.links import digest_of_token, personal_token
from cri.services.responses import find_questionnaire, submit
from cri.services.rosters import import_tree_and_roster

AGENCY_ID = uuid.UUID("5d1f3f0e-6a0e-4c57-9b5e-0d2a6f1c7e11")
AGENCY_NAME = "Northmoor Water (example)"
INSTRUMENT = OFFERED[0]
EDITION = "2026.2"
POOL_AGENCIES = 60
PEERS = PEER_GROUPS[:5]  # the pool and one attribute: pairs take minutes to audit and hardly ever pass at 60
SEED = 20_261_101
SCORED_SHARE, OPEN_SHARE = 0.76, 0.31

UNITS = (
    ("all", "", "Northmoor Water"),
    ("ops", "all", "Operations"),
    ("ops-net", "ops", "Network and repairs"),
    ("ops-plant", "ops", "Treatment works"),
    ("ops-lab", "ops", "Laboratory"),
    ("cust", "all", "Customer services"),
    ("cust-call", "cust", "Contact centre"),
    ("cust-bill", "cust", "Billing and debt"),
    ("cust-field", "cust", "Field visits"),
    ("eng", "all", "Engineering and projects"),
    ("corp", "all", "Corporate services"),
    ("corp-fin", "corp", "Finance"),
    ("corp-hr", "corp", "People and learning"),
    ("corp-leg", "corp", "Legal and regulation"),
)
PEOPLE_IN = {
    "ops-net": 64,
    "ops-plant": 41,
    "ops-lab": 9,
    "cust-call": 48,
    "cust-bill": 22,
    "cust-field": 14,
    "eng": 31,
    "corp-fin": 16,
    "corp-hr": 12,
    "corp-leg": 7,
}
EFFECT = {
    "insight": 7.0,
    "foresight": -6.0,
    "peripheral": -1.0,
    "empowerment": -8.0,
    "collaboration": 1.0,
    "alignment": 6.0,
}
GIVEN = "Amal Ben Chloe Dina Emil Farah Gwen Hana Ivo Jana Karim Lena Musa"
FAMILY = "Adler Byrne Costa Diallo Evans Fischer Grant Haddad Ito Jansen Kovac"


ROLES = ("administrator", "leader", "viewer")


@dataclass(frozen=True)
class SignIn:
    """An account of the example agency."""

    role: str
    email: str
    password: str


def seed_pool(parts: Parts, today: datetime) -> None:
    """Publish a synthetic edition of made-up agencies, once."""
    if edition_for_instrument(parts, *INSTRUMENT, synthetic=True) is None:
        instrument = released_instrument(*INSTRUMENT)
        members = with_earlier_waves(synthetic_pool(instrument, POOL_AGENCIES, SEED, today.date()), SEED)
        publish_edition(parts, members, EDITION, PEERS)


def seed_agency(context: Context, sign_ins: Sequence[SignIn]) -> None:
    """Make the example agency with its tree, roster and accounts, unless it is there."""
    session = context.session
    if session.get(Agency, AGENCY_ID) is not None:
        return
    create_agency(
        session,
        AGENCY_NAME,
        agency_id=AGENCY_ID,
        synthetic=True,
        noun="customers",
        sector="water",
        country="northland",
        relationship_type="citizen",
    )
    for sign_in in sign_ins:
        name = f"Example {sign_in.role}"
        account = create_account(session, context.parts.secrets, sign_in.email, sign_in.password, name)
        grant_membership(session, AGENCY_ID, account, sign_in.role)
    tree = "\n".join(["code,parent,name", *(",".join(unit) for unit in UNITS)])
    import_tree_and_roster(context, tree, "\n".join(["name,email,unit,language", *_roster()]))


def seed_waves(context: Context) -> None:
    """A closed wave on its way to being scored, and an open one with some answers, unless they are there."""
    if context.session.scalar(select(Wave.id).where(Wave.agency_id == AGENCY_ID)) is not None:
        return
    spring = replace(context, now=context.now - timedelta(days=190))
    wave_id = _open_wave(spring, "Spring survey", days=21)
    _answer(spring, wave_id, SCORED_SHARE, SEED)
    waves.close_wave(replace(context, now=spring.now + timedelta(days=21)), wave_id)
    autumn = replace(context, now=context.now - timedelta(days=4))
    _answer(autumn, _open_wave(autumn, "Autumn survey", days=25), OPEN_SHARE, SEED + 1)


def example_waves(context: Context) -> list[Wave]:
    """The example agency's waves, the oldest first."""
    return list(
        context.session.scalars(select(Wave).where(Wave.agency_id == AGENCY_ID).order_by(Wave.opened_at))
    )


def add_people(context: Context, wave_id: uuid.UUID, count: int) -> list[str]:
    """Invite `count` more made-up people to an open example wave; returns their links' tokens.

    They belong to a unit of the wave, and to one of the organisation as it is now: it may have changed.
    """
    session = context.session
    of_wave = session.scalars(
        select(WaveUnit.code)
        .where(WaveUnit.agency_id == AGENCY_ID, WaveUnit.wave_id == wave_id)
        .order_by(WaveUnit.position.desc())
        .limit(1)
    ).one()
    of_today = session.scalars(select(OrganisationUnit.code).order_by(OrganisationUnit.code).limit(1)).one()
    tokens = []
    for number in range(count):
        person, invitation = uuid.uuid4(), uuid.uuid4()
        tokens.append(personal_token(context.parts.secrets, invitation))
        session.add(
            Person(
                agency_id=AGENCY_ID,
                id=person,
                name=f"Late joiner {number + 1}",
                email=f"{person.hex}@example.org",
                unit_code=of_today,
            )
        )
        session.flush()
        session.add(
            Invitation(
                agency_id=AGENCY_ID,
                id=invitation,
                wave_id=wave_id,
                person_id=person,
                unit_code=of_wave,
                token_digest=digest_of_token(context.parts.secrets, tokens[-1]),
            )
        )
    session.flush()
    return tokens


def _open_wave(context: Context, label: str, days: int) -> uuid.UUID:
    closes_at = (context.now + timedelta(days=days)).replace(hour=17, minute=0, second=0, microsecond=0)
    wave_id = waves.create_wave(
        context, label, languages=("en", "ar"), noun="customers", closes_at=closes_at, instrument=INSTRUMENT
    )
    waves.open_wave(context, wave_id)
    return wave_id


def _answer(context: Context, wave_id: uuid.UUID, share: float, seed: int) -> None:
    """Let a share of those invited answer, each through the link that was made for them."""
    session, secrets = context.session, context.parts.secrets
    invitations = list(
        session.scalars(
            select(Invitation)
            .where(Invitation.agency_id == AGENCY_ID, Invitation.wave_id == wave_id)
            .order_by(Invitation.unit_code, Invitation.id)
        )
    )
    instrument = released_instrument(*INSTRUMENT)
    draw = np.random.default_rng(seed)
    chosen = [one for one in invitations if draw.random() < share]
    codes = [code for code, _, _ in UNITS]
    units = tuple(Unit(code, parent or None, name, PEOPLE_IN.get(code)) for code, parent, name in UNITS)
    sheet = synthetic_answers(instrument, len(chosen) * 3, units, EFFECT, seed)
    rows = {code: list(np.flatnonzero(sheet.unit == place)) for place, code in enumerate(codes)}
    spare = list(range(sheet.respondents))
    for invitation in chosen:
        of_unit = rows.get(str(invitation.unit_code)) or spare
        row = of_unit.pop()
        token = personal_token(secrets, invitation.id)
        questionnaire = find_questionnaire(session, secrets, token, context.now)
        seconds = min(int(draw.lognormal(1.9, 0.5)), SLOWEST_PACE)
        submit(session, questionnaire, _answers(instrument, sheet, int(row)), seconds)


def _answers(instrument: Instrument, sheet: AnswerSheet, row: int) -> Answers:
    """One row of a made-up sheet as its respondent would have sent it."""
    assert sheet.outcomes is not None
    assert sheet.profile is not None
    points = zip(
        (*instrument.items, *instrument.outcomes), (*sheet.answers[row], *sheet.outcomes[row]), strict=True
    )
    options = zip(instrument.profile, sheet.profile[row], strict=True)
    return Answers(
        items={item.code: int(point) for item, point in points if point != UNANSWERED},
        profile={asked.code: asked.options[place] for asked, place in options if place != NO_OPTION},
    )


def _roster() -> list[str]:
    rows: list[str] = []
    given_names, family_names = GIVEN.split(), FAMILY.split()
    for unit, people in PEOPLE_IN.items():
        for number in range(people):
            given = given_names[(number * 7 + len(unit)) % len(given_names)]
            family = family_names[(number * 5 + len(rows)) % len(family_names)]
            language = "ar" if number % 9 == 0 else "en"
            email = f"{given}.{family}.{len(rows)}@example.org".lower()
            rows.append(f"{given} {family},{email},{unit},{language}")
    return rows
