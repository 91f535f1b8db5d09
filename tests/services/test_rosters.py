"""Trees and rosters against a real database: previewed, accepted once, never deleting anybody."""

import uuid
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.roster_files import table_from_text
from cri.db.models import Invitation, MessageBatch, OrganisationUnit, Person
from cri.db.queries.messages import add_messages
from cri.db.queries.organisation import people_per_unit, present_organisation, present_units
from cri.db.session import enter_agency
from cri.domain.roster_problems import ROSTER, TREE
from cri.domain.sheet import Unit
from cri.services.accounts import create_account
from cri.services.context import Actor, Context
from cri.services.invitations import personal_link_count
from cri.services.letters import files_to_unreached, letters_by_unit, letters_pdf
from cri.services.rosters import (
    ManyLeaveError,
    Preview,
    PreviewGoneError,
    RosterError,
    accept,
    discard,
    import_tree_and_roster,
    pending,
    preview,
    read_organisation,
)
from cri.services.waves import create_wave, open_wave
from tests.services.conftest import NOW, PASSWORD

TREE_TEXT = "code,parent,name\nall,,The agency\nnorth,all,North\nsouth,all,South\n"
HEAD = "name,email,unit,language\n"


def people(*numbers: int, unit: str = "north") -> str:
    return HEAD + "".join(f"Person {n},p{n}@example.org,{unit},en\n" for n in numbers)


def look(ctx: Context, tree: str = "", roster: str = "") -> tuple[str, Preview]:
    tables = [
        table_from_text(part, text) if text else None for part, text in ((TREE, tree), (ROSTER, roster))
    ]
    return preview(ctx, read_organisation(ctx, *tables))


def active(ctx: Context) -> set[str]:
    return {one.row.email for one in present_organisation(ctx.session, ctx.agency_id).people if one.active}


def test_a_preview_stores_nothing_of_the_organisation_and_accepting_stores_exactly_it(ctx: Context) -> None:
    key, shown = look(ctx, TREE_TEXT, people(1, 2))
    assert [unit.code for unit in shown.change.units_added] == ["all", "north", "south"]
    assert len(shown.change.people_added) == 2
    assert present_units(ctx.session, ctx.agency_id) == ()
    assert active(ctx) == set()
    assert accept(ctx, key, shown.digest, sure=False) == shown.change
    assert present_units(ctx.session, ctx.agency_id) == (
        Unit("all", None, "The agency"),
        Unit("north", "all", "North"),
        Unit("south", "all", "South"),
    )
    assert active(ctx) == {"p1@example.org", "p2@example.org"}
    assert pending(ctx, key) is None


def test_staff_without_email_are_invited_and_get_no_message(ctx: Context) -> None:
    roster = HEAD.replace("language", "number") + "Ida Berg,,north,4711\nAna,ana@example.org,north,12\n"
    import_tree_and_roster(ctx, TREE_TEXT, roster)
    assert active(ctx) == {"#4711", "ana@example.org"}
    assert import_tree_and_roster(ctx, "", roster).is_empty  # the number says that it is the same person
    closes_at = ctx.now + timedelta(days=14)
    wave_id = create_wave(ctx, "Autumn", languages=("en",), noun="residents", closes_at=closes_at)
    open_wave(ctx, wave_id)
    assert personal_link_count(ctx, wave_id) == 2
    ctx.session.add(MessageBatch(agency_id=ctx.agency_id, wave_id=wave_id, kind="invitation", day=NOW.date()))
    ctx.session.flush()
    assert add_messages(ctx.session, ctx.agency_id, wave_id, "invitation") == 1
    assert files_to_unreached(ctx, wave_id) == 1
    pdf = letters_pdf(ctx, wave_id, None, 1)
    assert pdf is not None
    (page,) = PdfReader(BytesIO(pdf)).pages
    assert "Ida Berg" in page.extract_text()
    (letters,) = [unit for unit in letters_by_unit(ctx, wave_id) if unit.code == "north"]
    assert letters.people == 2


def test_a_preview_is_accepted_once_and_by_whoever_made_it(ctx: Context) -> None:
    key, shown = look(ctx, TREE_TEXT, people(1))
    account = create_account(ctx.session, ctx.parts.secrets, f"{uuid.uuid4().hex}@example.org", PASSWORD)
    colleague = replace(ctx, actor=Actor(account, "administrator"))
    with pytest.raises(PreviewGoneError):
        accept(colleague, key, shown.digest, sure=True)
    accept(ctx, key, shown.digest, sure=False)
    with pytest.raises(PreviewGoneError):
        accept(ctx, key, shown.digest, sure=True)


def test_what_changed_meanwhile_is_shown_again_before_it_is_accepted(ctx: Context) -> None:
    import_tree_and_roster(ctx, TREE_TEXT, people(1, 2, 3))
    key, shown = look(ctx, roster=people(1, 2, 3, 4))
    import_tree_and_roster(ctx, "", people(1, 2))
    with pytest.raises(PreviewGoneError):
        accept(ctx, key, shown.digest, sure=True)
    again = pending(ctx, key)
    assert again is not None
    assert len(again.change.people_back) == 1
    accept(ctx, key, again.digest, sure=False)
    assert len(active(ctx)) == 4


def test_a_forged_digest_and_a_discarded_preview_change_nothing(ctx: Context) -> None:
    key, shown = look(ctx, TREE_TEXT, people(1))
    with pytest.raises(PreviewGoneError):
        accept(ctx, key, "0" * 64, sure=True)
    discard(ctx)
    with pytest.raises(PreviewGoneError):
        accept(ctx, key, shown.digest, sure=True)
    assert present_units(ctx.session, ctx.agency_id) == ()


def test_sending_again_updates_adds_and_deactivates(ctx: Context) -> None:
    import_tree_and_roster(ctx, TREE_TEXT, people(1, 2, 3, 4, 5))
    tree = "code,parent,name\nall,,The whole agency\nsouth,all,South\nwest,south,West\n"
    change = import_tree_and_roster(ctx, tree, people(1, 2, 3, 6, unit="west"))
    assert [unit.code for unit in change.units_added] == ["west"]
    assert [unit.name for unit in change.units_changed] == ["The whole agency"]
    assert change.units_removed == ("north",)
    assert len(change.people_changed) == 3
    assert {person.email for person in change.people_deactivated} == {"p4@example.org", "p5@example.org"}
    assert people_per_unit(ctx.session, ctx.agency_id) == {"west": 4}
    assert ctx.session.scalar(select(func.count()).select_from(Person)) == 6
    ctx.session.commit()  # the deferred foreign keys hold


def test_somebody_with_an_invitation_is_deactivated_not_deleted_and_comes_back_as_themselves(
    ctx: Context,
) -> None:
    import_tree_and_roster(ctx, TREE_TEXT, people(1, 2, 3))
    wave_id = create_wave(
        ctx, "Autumn", languages=["en"], noun="residents", closes_at=NOW + timedelta(days=9)
    )
    open_wave(ctx, wave_id)
    before = ctx.session.scalars(select(Invitation.person_id).order_by(Invitation.id)).all()
    import_tree_and_roster(ctx, "", people(1, 2))
    assert active(ctx) == {"p1@example.org", "p2@example.org"}
    change = import_tree_and_roster(ctx, "", people(1, 2, 3))
    assert [person.email for person in change.people_back] == ["p3@example.org"]
    assert ctx.session.scalars(select(Invitation.person_id).order_by(Invitation.id)).all() == before


def test_a_change_that_loses_two_in_five_people_asks_first(ctx: Context) -> None:
    import_tree_and_roster(ctx, TREE_TEXT, people(*range(10)))
    key, shown = look(ctx, roster=people(0, 1, 2, 3, 4))
    assert shown.change.deactivates_many
    with pytest.raises(ManyLeaveError):
        accept(ctx, key, shown.digest, sure=False)
    assert len(active(ctx)) == 10
    accept(ctx, key, shown.digest, sure=True)
    assert len(active(ctx)) == 5
    assert not look(ctx, roster=people(0, 1, 2))[1].change.deactivates_many  # two of five: exactly 40 %


def test_a_new_tree_may_not_lose_a_unit_that_people_are_in(ctx: Context) -> None:
    import_tree_and_roster(ctx, TREE_TEXT, people(1, 2))
    with pytest.raises(RosterError) as refused:
        import_tree_and_roster(ctx, "code,parent,name\nall,,The agency\n", "")
    assert [row.kind for row in refused.value.rows] == ["unit_in_use"]
    assert "“north” is missing, but 2 people" in str(refused.value)
    assert len(present_units(ctx.session, ctx.agency_id)) == 3


def test_mistakes_in_both_tables_come_together_and_nothing_is_stored(ctx: Context) -> None:
    with pytest.raises(RosterError) as refused:
        look(ctx, "code,parent,name\nall,,A\nx,nowhere,X\n", HEAD + "Ana,ana,north,en\n")
    assert [(row.part, row.kind) for row in refused.value.rows] == [
        (TREE, "unknown_parent"),
        (ROSTER, "bad_email"),
        (ROSTER, "unknown_unit"),
    ]
    assert ctx.parts.blobs.keys("upload") == []
    assert ctx.session.scalar(select(func.count()).select_from(OrganisationUnit)) == 0


def test_sending_the_same_again_changes_nothing(ctx: Context) -> None:
    import_tree_and_roster(ctx, TREE_TEXT, people(1, 2))
    assert look(ctx, TREE_TEXT, people(1, 2))[1].change.is_empty
    text = "name,email,unit\nPerson 1,p1@example.org,north\nPerson 2,P2@EXAMPLE.ORG,north\n"
    assert look(ctx, roster=text)[1].change.is_empty


def test_another_agencys_preview_is_not_there(ctx: Context, sessions: sessionmaker[Session]) -> None:
    from tests.database_fixtures import make_agency

    key, shown = look(ctx, TREE_TEXT, people(1))
    ctx.session.commit()
    other = make_agency(sessions, "Other")
    with sessions() as session:
        enter_agency(session, other)
        elsewhere = replace(ctx, session=session, agency_id=other)
        assert pending(elsewhere, key) is None
        with pytest.raises(PreviewGoneError):
            accept(elsewhere, key, shown.digest, sure=True)
