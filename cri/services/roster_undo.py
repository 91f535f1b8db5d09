"""The last accepted import, taken back: what it changed is put as it was, if it still is as it was left."""

import json
import uuid
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, func, select, update

from cri.db.models import Invitation, Person, RosterImport, UnitEvent
from cri.domain.documents import digest_of
from cri.domain.errors import CriError
from cri.domain.roster import PersonRow
from cri.domain.roster_change import MANY, Change, Present
from cri.domain.sheet import Unit
from cri.services import roster_rows, wave_people
from cri.services.context import Context


class UndoGoneError(CriError):
    """There is nothing to undo: it was undone already, or another import came after it."""


class ChangedSinceError(CriError):
    """What the import wrote has been changed since, or is needed: undoing would lose that."""


class ManyLeaveError(CriError):
    """The change would deactivate over 40 % of the people, and nobody has said that this is meant."""


@dataclass(frozen=True, slots=True)
class Undo:
    """What undoing an import puts back, and takes away again."""

    units_back: tuple[Unit, ...]
    units_gone: tuple[str, ...]
    people_back: tuple[tuple[PersonRow, bool], ...]
    people_gone: tuple[str, ...]
    left_as: str

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "units_back": [[unit.code, unit.parent, unit.name] for unit in self.units_back],
            "units_gone": self.units_gone,
            "people_back": [
                [row.name, row.email, row.unit, row.language, active] for row, active in self.people_back
            ],
            "people_gone": self.people_gone,
            "left_as": self.left_as,
        }


def remember(ctx: Context, present: Present, change: Change) -> uuid.UUID:
    """Keep what undoes a change that has just been written, in place of the last; returns the import's id.

    present: the organisation before it.
    """
    newest = (RosterImport.agency_id == ctx.agency_id, RosterImport.undo.is_not(None))
    ctx.session.execute(update(RosterImport).where(*newest).values(undo=None))
    made = RosterImport(
        agency_id=ctx.agency_id,
        id=uuid.uuid4(),
        accepted_at=ctx.now,
        accepted_by=ctx.actor.account_id,
        changes=counts(change),
    )
    undo = _undo_of(present, change)
    after = roster_rows.present(ctx)
    made.undo = zlib.compress(json.dumps(replace(undo, left_as=_digest(undo, after)).document()).encode())
    ctx.session.add(made)
    ctx.session.flush()
    return made.id


def counts(change: Change) -> dict[str, int]:
    """How much a change changes, by kind."""
    units = ("units_added", "units_changed", "units_removed")
    people = ("people_added", "people_changed", "people_back", "people_deactivated")
    return {kind: len(getattr(change, kind)) for kind in (*units, *people)}


def last_import(ctx: Context) -> RosterImport | None:
    """The import that can be undone, None if there is none."""
    return ctx.session.scalars(
        select(RosterImport).where(RosterImport.agency_id == ctx.agency_id, RosterImport.undo.is_not(None))
    ).one_or_none()


def leaving(ctx: Context, made: RosterImport) -> tuple[int, bool]:
    """How many would leave the roster if it were undone, and whether that is over 40 % of those on it."""
    undo = _read(made)
    stay = {row.email for row, active in undo.people_back if active}
    gone = {*undo.people_gone, *(row.email for row, active in undo.people_back if not active)} - stay
    here = {person.row.email for person in roster_rows.present(ctx).people if person.active}
    return len(gone & here), len(gone & here) > MANY * len(here)


def undo_import(ctx: Context, import_id: uuid.UUID, *, sure: bool) -> None:
    """Put everything that the import changed as it was before.

    People whom it added are deleted, unless they have been invited to a survey: then they are deactivated.
    Raises UndoGoneError, ChangedSinceError, and ManyLeaveError unless `sure`; then nothing has changed.
    """
    present = roster_rows.lock_organisation(ctx)
    made = last_import(ctx)
    if made is None or made.id != import_id:
        raise UndoGoneError
    undo = _read(made)
    if _digest(undo, present) != undo.left_as:
        raise ChangedSinceError
    if leaving(ctx, made)[1] and not sure:
        raise ManyLeaveError
    top = _top_before(undo, present)
    invited = _invited(ctx, undo.people_gone)
    if _still_needed(undo, present) or (top is None and invited):
        raise ChangedSinceError
    wave_people.let_go(
        ctx, [*undo.people_gone, *(row.email for row, active in undo.people_back if not active)]
    )
    _write(ctx, undo, top, invited)
    ctx.session.execute(
        delete(UnitEvent).where(UnitEvent.agency_id == ctx.agency_id, UnitEvent.import_id == made.id)
    )
    made.undo, made.undone_at = None, ctx.now
    roster_rows.settle(ctx)
    wave_people.let_in(ctx, [row.email for row, active in undo.people_back if active])


def _write(ctx: Context, undo: Undo, top: str | None, invited: set[str]) -> None:
    roster_rows.put_units(ctx, undo.units_back)
    for active in (True, False):
        rows = [row for row, was_active in undo.people_back if was_active is active]
        roster_rows.put_people(ctx, rows, active=active)
    roster_rows.deactivate(ctx, sorted(invited))
    here = Person.agency_id == ctx.agency_id
    ctx.session.execute(
        delete(Person)
        .where(here, Person.email.in_(sorted(set(undo.people_gone) - invited)))
        .execution_options(synchronize_session=False)
    )
    if undo.units_gone:
        if top is not None:
            ctx.session.execute(
                update(Person)
                .where(here, Person.unit_code.in_(undo.units_gone), Person.active.is_(False))
                .values(unit_code=top)
                .execution_options(synchronize_session=False)
            )
        roster_rows.remove_units(ctx, undo.units_gone)


def _undo_of(present: Present, change: Change) -> Undo:
    touched = {unit.code for unit in change.units_changed} | set(change.units_removed)
    removed = frozenset(change.units_removed)
    rows = (*change.people_changed, *change.people_back, *change.people_deactivated)
    people = {row.email for row in rows} | {
        person.row.email
        for person in present.people
        if person.row.unit in removed and not person.active  # these have been put at the top
    }
    return Undo(
        units_back=tuple(unit for unit in present.units if unit.code in touched),
        units_gone=tuple(unit.code for unit in change.units_added),
        people_back=tuple(
            (person.row, person.active) for person in present.people if person.row.email in people
        ),
        people_gone=tuple(row.email for row in change.people_added),
        left_as="",
    )


def _read(made: RosterImport) -> Undo:
    document = json.loads(zlib.decompress(made.undo or b""))
    return Undo(
        units_back=tuple(Unit(*row) for row in document["units_back"]),
        units_gone=tuple(document["units_gone"]),
        people_back=tuple((PersonRow(*row[:4]), row[4]) for row in document["people_back"]),
        people_gone=tuple(document["people_gone"]),
        left_as=document["left_as"],
    )


def _digest(undo: Undo, now: Present) -> str:
    """Of the rows that the import wrote, as they are now."""
    codes = {unit.code for unit in undo.units_back} | set(undo.units_gone)
    emails = {row.email for row, _ in undo.people_back} | set(undo.people_gone)
    units = [[unit.code, unit.parent, unit.name] for unit in now.units if unit.code in codes]
    people = [
        [person.row.name, person.row.email, person.row.unit, person.row.language, person.active]
        for person in now.people
        if person.row.email in emails
    ]
    return digest_of({"units": units, "people": people})


def _still_needed(undo: Undo, now: Present) -> bool:
    """Whether others came into a unit that would go: people, or units below it."""
    gone = frozenset(undo.units_gone)
    mine = {row.email for row, _ in undo.people_back} | set(undo.people_gone)
    back = {unit.code for unit in undo.units_back}
    return any(
        person.active and person.row.unit in gone and person.row.email not in mine for person in now.people
    ) or any(unit.parent in gone and unit.code not in gone | back for unit in now.units)


def _top_before(undo: Undo, now: Present) -> str | None:
    back = {unit.code: unit for unit in undo.units_back}
    gone = frozenset(undo.units_gone)
    units: Iterable[Unit] = (
        *back.values(),
        *(unit for unit in now.units if unit.code not in gone | back.keys()),
    )
    return next((unit.code for unit in units if unit.parent is None), None)


def _invited(ctx: Context, emails: Sequence[str]) -> set[str]:
    """Of these people, those who have an invitation to some survey: they stay known."""
    rows = ctx.session.execute(
        select(Person.email)
        .join(Invitation, (Invitation.agency_id == Person.agency_id) & (Invitation.person_id == Person.id))
        .where(Person.agency_id == ctx.agency_id, Person.email.in_(emails))
        .group_by(Person.email)
        .having(func.count() > 0)
    )
    return set(rows.scalars())
