"""Joining, leaving and losing a link while a wave is open; and that none of it tells who has answered."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import select, text, update

from cri.adapters.embedded_postgres import EmbeddedPostgres
from cri.db.models import Draft, Invitation, InvitationCode, Person, Wave
from cri.db.roles import APPLICATION, derive_passwords, make_database
from cri.db.session import enter_agency, make_engine, make_sessions
from cri.domain.wave import Answers
from cri.services import codes, wave_people
from cri.services.context import Actor, Context
from cri.services.invitations import personal_link_count, personal_links, wave_rates
from cri.services.links import personal_token
from cri.services.responses import LinkUnusableError, find_questionnaire
from cri.services.rosters import import_tree_and_roster
from cri.services.submissions import submit
from cri.services.wave_people import NoLinkError, replace_link
from cri.services.waves import close_wave, create_wave, find_wave, open_wave
from tests.conftest import SECRET, TEMPLATE
from tests.database_fixtures import make_agency
from tests.services.conftest import NOW
from tests.services.test_rosters import HEAD, TREE_TEXT, people

DURING = NOW + timedelta(days=1)


def opened(ctx: Context, *numbers: int) -> uuid.UUID:
    import_tree_and_roster(ctx, TREE_TEXT, people(*numbers))
    wave_id = create_wave(
        ctx, "Autumn", languages=["en"], noun="residents", closes_at=NOW + timedelta(days=9)
    )
    open_wave(ctx, wave_id)
    return wave_id


def invitations(ctx: Context, wave_id: uuid.UUID) -> dict[str, Invitation]:
    ctx.session.expire_all()
    rows = ctx.session.execute(
        select(Person.email, Invitation)
        .join(Invitation, Invitation.person_id == Person.id)
        .where(Invitation.wave_id == wave_id)
    )
    return {row.email.partition("@")[0]: row.Invitation for row in rows}


def token(ctx: Context, wave_id: uuid.UUID, name: str) -> str:
    return personal_token(ctx.parts.secrets, invitations(ctx, wave_id)[name].id)


def works(ctx: Context, link: str) -> bool:
    try:
        find_questionnaire(ctx.session, ctx.parts.secrets, link, DURING)
    except LinkUnusableError:
        return False
    return True


def answer(ctx: Context, link: str) -> None:
    submit(ctx.session, find_questionnaire(ctx.session, ctx.parts.secrets, link, DURING), Answers())


def test_a_late_joiner_is_invited_where_the_wave_knows_their_unit(ctx: Context) -> None:
    wave_id = opened(ctx, 1, 2)
    tree = TREE_TEXT + "north-new,north,A new team\nwest,,West\n".replace("west,,", "west,all,")
    joiners = "Cleo,cleo@example.org,north-new,en\nDan,dan@example.org,west,en\n"
    import_tree_and_roster(ctx, tree, people(1, 2) + joiners)
    found = invitations(ctx, wave_id)
    assert {name: one.unit_code for name, one in found.items()} == {
        "p1": "north",
        "p2": "north",
        "cleo": "north",
        "dan": "all",
    }
    assert works(ctx, token(ctx, wave_id, "cleo"))


MANY = 600


@pytest.fixture
def unknown(ctx: Context, postgres: EmbeddedPostgres, worker_id: str) -> Iterator[Context]:
    """As `ctx`, in a database of its own, in which nothing was ever counted: the planner knows nothing."""
    name = f"cri_new_{worker_id}"
    make_database(postgres.superuser_url, name, template=TEMPLATE)
    engine = make_engine(postgres.url(APPLICATION, derive_passwords(SECRET).application, name))
    made = make_agency(make_sessions(engine))
    with make_sessions(engine)() as session:
        enter_agency(session, made)
        yield replace(ctx, session=session, agency_id=made, actor=Actor(None, "administrator"))
    engine.dispose()
    with psycopg.connect(postgres.superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {}").format(Identifier(name)))


def people_read(ctx: Context) -> int:
    """How many rows of the roster this transaction has read, one after the other or by an index."""
    counted = text(
        "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::bigint"
        " FROM pg_stat_xact_user_tables WHERE relname = 'person'"
    )
    return int(ctx.session.scalar(counted) or 0)


def read_while_many_come(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> int:
    """Rows of the roster read while MANY join an open wave, in two batches."""
    monkeypatch.setattr(wave_people, "_BATCH", MANY // 2)
    wave_id = opened(ctx, 1)
    before = people_read(ctx)
    import_tree_and_roster(ctx, "", people(*range(1, MANY + 1)))
    assert personal_link_count(ctx, wave_id) == MANY
    return people_read(ctx) - before


def test_of_many_who_join_at_once_each_is_read_a_few_times(
    unknown: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A third of them leave, and come back: that is not more either."""
    assert read_while_many_come(unknown, monkeypatch) < 10 * MANY
    before = people_read(unknown)
    import_tree_and_roster(unknown, "", people(*range(1, 2 * MANY // 3)))
    import_tree_and_roster(unknown, "", people(*range(1, MANY + 1)))
    assert people_read(unknown) - before < 20 * MANY


def test_control_with_a_second_key_that_leads_with_the_agency_everybody_is_read_for_each(
    unknown: Context, monkeypatch: pytest.MonkeyPatch, postgres: EmbeddedPostgres
) -> None:
    """As the key of the addresses was before migration 0020."""
    database = unknown.session.connection().engine.url.database or ""
    unknown.session.rollback()
    address = postgres.url("postgres", postgres.password, database).replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as superuser:
        superuser.execute("CREATE UNIQUE INDEX as_it_was ON person (agency_id, email)")
    assert read_while_many_come(unknown, monkeypatch) > 100 * MANY


def test_who_moves_keeps_the_unit_of_the_opening_and_the_link(ctx: Context) -> None:
    wave_id = opened(ctx, 1, 2)
    before = {name: (one.id, one.unit_code) for name, one in invitations(ctx, wave_id).items()}
    import_tree_and_roster(ctx, "", people(1, 2, unit="south"))
    assert {name: (one.id, one.unit_code) for name, one in invitations(ctx, wave_id).items()} == before


def test_who_leaves_has_a_dead_link_and_who_is_back_the_same_one(ctx: Context) -> None:
    wave_id = opened(ctx, 1, 2, 3)
    link = token(ctx, wave_id, "p3")
    import_tree_and_roster(ctx, "", people(1, 2))
    assert not works(ctx, link)
    assert [one.email for one in personal_links(ctx, wave_id)] == ["p1@example.org", "p2@example.org"]
    assert personal_link_count(ctx, wave_id) == 2
    import_tree_and_roster(ctx, "", people(1, 2, 3))
    assert works(ctx, link)


def test_leaving_looks_the_same_whether_somebody_answered_or_not(ctx: Context) -> None:
    """Rates, lists, links and rows: what differs between the two is `used` alone, as before they left."""
    wave_id = opened(ctx, *range(14))
    answer(ctx, token(ctx, wave_id, "p1"))
    before = wave_rates(ctx, find_wave(ctx, wave_id))
    links = {name: token(ctx, wave_id, name) for name in ("p1", "p2")}
    import_tree_and_roster(ctx, "", people(*(n for n in range(14) if n not in (1, 2))))
    assert wave_rates(ctx, find_wave(ctx, wave_id)) == before
    found = invitations(ctx, wave_id)
    assert (found["p1"].used, found["p2"].used) == (True, False)
    for name, link in links.items():
        assert found[name].token_digest is None
        with pytest.raises(LinkUnusableError) as refused:
            find_questionnaire(ctx.session, ctx.parts.secrets, link, DURING)
        assert type(refused.value) is LinkUnusableError  # not "already used"
        with pytest.raises(NoLinkError):
            replace_link(ctx, wave_id, found[name].person_id or uuid.uuid4())


def test_taking_only_unused_invitations_away_would_tell(ctx: Context) -> None:
    """The control: the obvious way, by which the rate gives away who had answered."""
    wave_id = opened(ctx, *range(14))
    answer(ctx, token(ctx, wave_id, "p1"))
    wave = find_wave(ctx, wave_id)
    found = invitations(ctx, wave_id)

    def rate_without(name: str) -> int:
        with ctx.session.begin_nested() as attempt:
            naive = update(Invitation).where(Invitation.id == found[name].id, Invitation.used.is_(False))
            ctx.session.execute(naive.values(person_id=None, unit_code=None))
            count = wave_rates(ctx, wave).invited
            attempt.rollback()
        return count

    assert (rate_without("p1"), rate_without("p2")) == (14, 13)


def test_a_replaced_link_kills_the_old_one_and_its_code_at_once(ctx: Context) -> None:
    wave_id = opened(ctx, 1, 2)
    old = invitations(ctx, wave_id)["p1"]
    old_id, link = old.id, token(ctx, wave_id, "p1")
    code = codes.read_code(codes.show_code(ctx, old_id))
    assert code is not None
    assert codes.try_code(ctx.session, ctx.parts.secrets, code, "", DURING) == link
    url = replace_link(ctx, wave_id, old.person_id or uuid.uuid4())
    assert not works(ctx, link)
    assert codes.try_code(ctx.session, ctx.parts.secrets, code, "", DURING) is None
    assert ctx.session.scalars(select(InvitationCode)).all() == []
    new = token(ctx, wave_id, "p1")
    assert url.endswith(f"/s/{new}")
    assert works(ctx, new)
    assert works(ctx, token(ctx, wave_id, "p2"))


def test_what_was_begun_stays_with_the_invitation_whose_link_is_replaced(ctx: Context) -> None:
    wave_id = opened(ctx, 1)
    old = invitations(ctx, wave_id)["p1"]
    key = {"agency_id": ctx.agency_id, "wave_id": wave_id, "key_digest": b"k" * 32}
    ctx.session.add(Draft(**key, invitation_id=old.id, ciphertext=b"secret", answered=True))
    ctx.session.flush()
    replace_link(ctx, wave_id, old.person_id or uuid.uuid4())
    new = invitations(ctx, wave_id)["p1"]
    assert ctx.session.scalars(select(Draft.invitation_id)).all() == [new.id]


def test_a_used_link_is_replaced_like_any_other(ctx: Context) -> None:
    """Whoever asks for it learns nothing; the new link is as used as the old one was."""
    wave_id = opened(ctx, 1, 2)
    answer(ctx, token(ctx, wave_id, "p1"))
    for name in ("p1", "p2"):
        person = invitations(ctx, wave_id)[name].person_id
        assert replace_link(ctx, wave_id, person or uuid.uuid4()).startswith("http")
    assert [works(ctx, token(ctx, wave_id, name)) for name in ("p1", "p2")] == [False, True]


def test_no_link_of_a_closed_wave_a_stranger_or_another_agency_is_replaced(ctx: Context) -> None:
    wave_id = opened(ctx, 1)
    person = invitations(ctx, wave_id)["p1"].person_id or uuid.uuid4()
    with pytest.raises(NoLinkError):
        replace_link(ctx, wave_id, uuid.uuid4())
    with pytest.raises(NoLinkError):
        replace_link(replace(ctx, agency_id=uuid.uuid4()), wave_id, person)
    close_wave(ctx, wave_id)
    with pytest.raises(NoLinkError):
        replace_link(ctx, wave_id, person)


def test_a_wave_that_closes_meanwhile_and_a_practice_wave_take_nobody_in(ctx: Context) -> None:
    wave_id = opened(ctx, 1)
    close_wave(ctx, wave_id)
    import_tree_and_roster(ctx, "", HEAD + "New,new@example.org,north,en\nPerson 1,p1@example.org,north,en\n")
    assert set(invitations(ctx, wave_id)) == {"p1"}
    assert wave_people.open_waves(ctx) == ()
    assert ctx.session.scalar(select(Wave.state).where(Wave.id == wave_id)) == "closing"
