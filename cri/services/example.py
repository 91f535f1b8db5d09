"""The example agency of a demonstration: made-up people, made-up answers, labelled synthetic everywhere.

It comes about through the same use cases as a real agency's: its answers are submitted, mixed, sealed
and scored. Only their source is a random generator.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from cri.db.models import Agency, Invitation, Membership, OrganisationUnit, Person, Wave, WaveUnit
from cri.domain.access import Role
from cri.domain.peers import PEER_GROUPS
from cri.domain.relationships import ServiceLine
from cri.domain.synthetic import synthetic_pool, with_earlier_waves
from cri.domain.wave_schedule import Schedule
from cri.services import waves
from cri.services.accounts import create_account, grant_membership
from cri.services.agencies import create_agency
from cri.services.benchmarks import edition_for_instrument, publish_edition
from cri.services.closing_early import extend_wave
from cri.services.context import Actor, Context, Parts
from cri.services.example_answers import AGENCY_ID, INSTRUMENT, PEOPLE_IN, UNITS, answer_some
from cri.services.instruments import COMPANIONS, released_instrument
from cri.services.links import digest_of_token, personal_token
from cri.services.rosters import import_tree_and_roster
from cri.services.service_lines import draw_map
from cri.services.wave_setup import change_companion, change_schedule

AGENCY_NAME = "Northmoor Water (example)"
EDITION = "2026.2"
POOL_AGENCIES = 60
PEERS = PEER_GROUPS[:5]  # the pool and one attribute: pairs take minutes to audit and hardly ever pass at 60
SEED = 20_261_101
SCORED_SHARE, OPEN_SHARE, REHEARSAL_SHARE = 0.76, 0.31, 0.1

SERVICE_LINES = (
    ServiceLine("Water supply and drainage", "citizen"),
    ServiceLine("Bulk supply to industry", "customer"),
    ServiceLine("Licences to discharge", "regulated"),
)
GIVEN = "Amal Ben Chloe Dina Emil Farah Gwen Hana Ivo Jana Karim Lena Musa"
FAMILY = "Adler Byrne Costa Diallo Evans Fischer Grant Haddad Ito Jansen Kovac"


LANGUAGES = ("en", "ar", "es", "fr")
TWO_LANGUAGES = LANGUAGES[:2]
"""Of the wave that is scored when a demonstration begins: a report is printed in each."""
SPOKEN = {0: "ar", 3: "es", 6: "fr"}
"""Which of nine people wants which language; the others want English."""

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
    draw_map(context, SERVICE_LINES)
    tree = "\n".join(["code,parent,name", *(",".join(unit) for unit in UNITS)])
    import_tree_and_roster(context, tree, "\n".join(["name,email,unit,language", *_roster()]))


def seed_waves(context: Context) -> None:
    """A closed wave, an open one, a draft that opens by itself, one for practice; unless they are there.

    The closed one is on its way to being scored, the open one has some answers.
    """
    if context.session.scalar(select(Wave.id).where(Wave.agency_id == AGENCY_ID)) is not None:
        return
    context = replace(context, actor=_administrator(context))
    spring = replace(context, now=context.now - timedelta(days=190))
    wave_id = _open_wave(spring, "Spring survey", TWO_LANGUAGES, days=21)
    answer_some(spring, wave_id, SCORED_SHARE, SEED)
    waves.close_wave(replace(context, now=spring.now + timedelta(days=21)), wave_id)
    autumn = replace(context, now=context.now - timedelta(days=4))
    wave_id = _open_wave(autumn, "Autumn survey", LANGUAGES, days=21)
    answer_some(autumn, wave_id, OPEN_SHARE, SEED + 1)
    closes_at = waves.find_wave(context, wave_id).closes_at
    assert closes_at is not None
    why = "The treatment works change shifts in the last week"
    extend_wave(
        replace(context, now=context.now - timedelta(days=1)), wave_id, closes_at + timedelta(days=4), why
    )
    _rehearse(replace(context, now=context.now - timedelta(days=12)))
    _prepare_next(context)
    _reorganise(replace(context, now=context.now - timedelta(days=2)))


def _reorganise(context: Context) -> None:
    """While the autumn survey is open: a unit has another name, two people join, one leaves, one moves."""
    tree = "\n".join(["code,parent,name", *(",".join(unit) for unit in UNITS)])
    _leaver, mover, *others = _roster()
    joiners = [f"{name},{name}.new@example.org,eng,en" for name in ("Noor", "Olav")]
    rows = ["name,email,unit,language", mover.replace(",ops-net,", ",ops-plant,"), *others, *joiners]
    import_tree_and_roster(context, tree.replace("Billing and debt", "Billing and payments"), "\n".join(rows))


def example_waves(context: Context) -> list[Wave]:
    """The example agency's waves that were opened, practice left aside, the oldest first."""
    opened = (Wave.agency_id == AGENCY_ID, Wave.opened_at.is_not(None), Wave.practice.is_(False))
    return list(context.session.scalars(select(Wave).where(*opened).order_by(Wave.opened_at)))


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


def _open_wave(context: Context, label: str, languages: Sequence[str], days: int) -> uuid.UUID:
    closes_at = (context.now + timedelta(days=days)).replace(hour=17, minute=0, second=0, microsecond=0)
    wave_id = waves.create_wave(
        context, label, languages=languages, noun="customers", closes_at=closes_at, instrument=INSTRUMENT
    )
    waves.open_wave(context, wave_id)
    return wave_id


def _administrator(context: Context) -> Actor:
    """The example's administrator, in whose name its waves are run; the worker while there is none."""
    account = context.session.scalar(
        select(Membership.account_id).where(
            Membership.agency_id == AGENCY_ID, Membership.role == Role.ADMINISTRATOR
        )
    )
    return context.actor if account is None else Actor(account, Role.ADMINISTRATOR)


def _rehearse(context: Context) -> None:
    """A practice wave from beginning to end."""
    wave_id = waves.create_wave(
        context,
        "Rehearsal with team leads",
        languages=("en",),
        noun="customers",
        closes_at=context.now + timedelta(days=2),
        instrument=INSTRUMENT,
        practice=True,
    )
    waves.open_wave(context, wave_id)
    answer_some(context, wave_id, REHEARSAL_SHARE, SEED + 2)
    waves.close_wave(replace(context, now=context.now + timedelta(days=1)), wave_id)


def _prepare_next(context: Context) -> None:
    """A draft for half a year from now: it opens, invites and reminds by itself, and asks the companion."""
    day = (context.now + timedelta(days=180)).replace(hour=9, minute=0, second=0, microsecond=0)
    closes_at = day + timedelta(days=21, hours=8)
    wave_id = waves.create_wave(
        context, "Next spring", languages=LANGUAGES, noun="customers", closes_at=closes_at
    )
    moments = (day, day, day + timedelta(days=7), day + timedelta(days=14))
    change_schedule(context, wave_id, Schedule(*moments, closes_at))
    change_companion(context, wave_id, COMPANIONS[0])


def _roster() -> list[str]:
    rows: list[str] = []
    given_names, family_names = GIVEN.split(), FAMILY.split()
    for unit, people in PEOPLE_IN.items():
        for number in range(people):
            given = given_names[(number * 7 + len(unit)) % len(given_names)]
            family = family_names[(number * 5 + len(rows)) % len(family_names)]
            language = SPOKEN.get(number % 9, "en")
            email = f"{given}.{family}.{len(rows)}@example.org".lower()
            rows.append(f"{given} {family},{email},{unit},{language}")
    return rows
