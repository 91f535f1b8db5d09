"""Taking the last accepted import back: everything as it was, or nothing changed and a reason."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cri.db.models import Invitation, OrganisationUnit, Person, RosterImport
from cri.services import lineage, roster_rows
from cri.services.context import Context
from cri.services.roster_undo import (
    ChangedSinceError,
    ManyLeaveError,
    UndoGoneError,
    last_import,
    leaving,
    undo_import,
)
from cri.services.rosters import import_tree_and_roster
from cri.services.waves import create_wave, open_wave
from tests.services.conftest import NOW
from tests.services.test_rosters import TREE_TEXT, active, people

WEST = "code,parent,name\nall,,The whole agency\nsouth,all,South\nwest,south,West\n"


def rows(ctx: Context) -> tuple[object, object]:
    now = roster_rows.present(ctx)
    return now.units, [person for person in now.people if person.active]


def undo(ctx: Context, *, sure: bool = False) -> None:
    made = last_import(ctx)
    assert made is not None
    undo_import(ctx, made.id, sure=sure)
    ctx.session.flush()


def test_undoing_puts_units_people_and_places_back(ctx: Context) -> None:
    import_tree_and_roster(ctx, TREE_TEXT, people(1, 2, 3, 4, 5))
    import_tree_and_roster(ctx, "", people(1, 2, 3, 4))
    before = rows(ctx)
    import_tree_and_roster(ctx, WEST, people(1, 2, 3, 6, unit="west"))
    assert rows(ctx) != before
    undo(ctx)
    assert rows(ctx) == before
    left = ctx.session.scalars(select(Person).where(Person.active.is_(False))).all()
    assert [(one.email, one.unit_code) for one in left] == [("p5@example.org", "north")]
    assert lineage.events(ctx) == ()
    ctx.session.commit()  # the deferred foreign keys hold


def test_it_is_done_once_and_only_of_the_last_import(ctx: Context) -> None:
    import_tree_and_roster(ctx, TREE_TEXT, people(1, 2, 3))
    first = last_import(ctx)
    import_tree_and_roster(ctx, "", people(1, 2, 3, 4))
    assert first is not None
    with pytest.raises(UndoGoneError):
        undo_import(ctx, first.id, sure=True)
    second = last_import(ctx)
    undo(ctx)
    assert last_import(ctx) is None
    with pytest.raises(UndoGoneError):
        undo_import(ctx, second.id if second else first.id, sure=True)
    kept = ctx.session.scalars(select(RosterImport).order_by(RosterImport.accepted_at)).all()
    assert [one.undo for one in kept] == [None, None]
    assert sorted(one.undone_at is not None for one in kept) == [False, True]


def test_what_was_changed_since_is_not_lost(ctx: Context) -> None:
    import_tree_and_roster(ctx, TREE_TEXT, people(1, 2, 3))
    import_tree_and_roster(ctx, "", people(1, 2, 3, 4))
    ctx.session.execute(update(Person).where(Person.email == "p4@example.org").values(name="Married"))
    before = rows(ctx)
    with pytest.raises(ChangedSinceError):
        undo(ctx, sure=True)
    assert rows(ctx) == before


def test_a_unit_that_somebody_has_joined_since_is_not_taken_away(ctx: Context) -> None:
    import_tree_and_roster(ctx, TREE_TEXT, people(1, 2, 3))
    import_tree_and_roster(ctx, TREE_TEXT + "west,all,West\n", "")
    ctx.session.add(
        Person(agency_id=ctx.agency_id, name="New", email="new@example.org", unit_code="west", language="en")
    )
    ctx.session.flush()
    with pytest.raises(ChangedSinceError):
        undo(ctx, sure=True)


def test_undoing_the_first_import_asks_and_leaves_nobody_behind(ctx: Context) -> None:
    import_tree_and_roster(ctx, TREE_TEXT, people(1, 2, 3))
    made = last_import(ctx)
    assert made is not None
    assert leaving(ctx, made) == (3, True)
    with pytest.raises(ManyLeaveError):
        undo(ctx)
    undo(ctx, sure=True)
    assert ctx.session.scalars(select(Person)).all() == []
    assert ctx.session.scalars(select(OrganisationUnit)).all() == []


def test_somebody_who_was_invited_meanwhile_is_kept_and_their_link_is_dead(ctx: Context) -> None:
    import_tree_and_roster(ctx, TREE_TEXT, people(1, 2, 3))
    import_tree_and_roster(ctx, "", people(1, 2, 3, 4))
    wave_id = create_wave(
        ctx, "Autumn", languages=["en"], noun="residents", closes_at=NOW + timedelta(days=9)
    )
    open_wave(ctx, wave_id)
    undo(ctx)
    assert active(ctx) == {"p1@example.org", "p2@example.org", "p3@example.org"}
    found = ctx.session.execute(
        select(Person.email)
        .join(Invitation, Invitation.person_id == Person.id)
        .where(Invitation.token_digest.is_(None))
    )
    assert found.scalars().all() == ["p4@example.org"]
