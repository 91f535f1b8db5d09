"""The organisation tree and the roster: checked, previewed, and only then accepted."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from cri.adapters.roster_files import UnreadableTableError, table_from_text
from cri.db.models import Agency, OrganisationUnit, Person, RosterDraft
from cri.db.queries.organisation import present_organisation
from cri.domain.documents import digest_of
from cri.domain.errors import CriError, InputError
from cri.domain.roster import Organisation, PersonRow, Table, in_order, read_people, read_units
from cri.domain.roster_change import Change, Present, plan_change, units_missed
from cri.domain.roster_problems import ROSTER, TREE, RowProblem
from cri.domain.sheet import Unit
from cri.services.context import Context
from cri.services.instruments import offered_languages


class RosterError(InputError):
    """A tree or roster that cannot be used; `rows` are all problems, in the order of the table."""

    def __init__(self, rows: Iterable[RowProblem]) -> None:
        self.rows = in_order(tuple(rows))
        super().__init__(row.as_input_problem() for row in self.rows)


class PreviewGoneError(CriError):
    """What was previewed is no longer what would happen: accepted or replaced meanwhile. Preview it again."""


class ManyLeaveError(CriError):
    """The change would deactivate over 40 % of the people, and nobody has said that this is meant."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What accepting would change, and the digest that accepts exactly this."""

    digest: str
    change: Change


def import_tree_and_roster(ctx: Context, tree: str, roster: str) -> Change:
    """Read and accept at once, for commands: texts as pasted; an empty one leaves its part alone.

    Raises RosterError with every problem; then nothing has changed.
    """
    given = {part: text for part, text in ((TREE, tree), (ROSTER, roster)) if text.strip()}
    tables, problems = {}, []
    for part, text in given.items():
        try:
            tables[part] = table_from_text(part, text)
        except UnreadableTableError as error:
            problems.append(error.problem)
    if problems:
        raise RosterError(problems)
    coming = read_organisation(ctx, tables.get(TREE), tables.get(ROSTER))
    present = _lock_and_load(ctx)
    change = plan_change(present, coming, offered_languages()[0])
    _apply(ctx, change)
    return change


def read_organisation(ctx: Context, tree: Table | None, roster: Table | None) -> Organisation:
    """Both tables, checked against each other and what is there. Raises RosterError with every problem."""
    present = present_organisation(ctx.session, ctx.agency_id)
    problems: list[RowProblem] = []
    units: tuple[Unit, ...] | None = None
    people: tuple[PersonRow, ...] | None = None
    if tree is not None:
        units, found = read_units(tree)
        problems += found
    if roster is not None:
        codes = [unit.code for unit in (present.units if units is None else units)]
        people, found = read_people(roster, codes, offered_languages())
        problems += found
    coming = Organisation(units, people)
    if not problems:
        problems += units_missed(present, coming)
    if problems:
        raise RosterError(problems)
    return coming


def preview(ctx: Context, coming: Organisation) -> Preview:
    """Work out the change; keep what was read until it is accepted, in place of this account's last."""
    present = present_organisation(ctx.session, ctx.agency_id)
    made = _preview(present, coming)
    content = zlib.compress(json.dumps(asdict(coming), ensure_ascii=False).encode())
    statement = upsert(RosterDraft).values(
        agency_id=ctx.agency_id, account_id=ctx.actor.account_id, sha256=made.digest, content=content
    )
    ctx.session.execute(
        statement.on_conflict_do_update(
            index_elements=[RosterDraft.agency_id, RosterDraft.account_id],
            set_={"sha256": statement.excluded.sha256, "content": statement.excluded.content},
        )
    )
    return made


def accept(ctx: Context, digest: str, *, sure: bool) -> Change:
    """Make the change that was previewed under `digest`, and no other.

    Raises PreviewGoneError when it is not this account's latest preview, or the roster has changed since;
    ManyLeaveError when over 40 % would be deactivated and `sure` is not given.
    """
    draft = ctx.session.scalar(select(RosterDraft).where(*_own_draft(ctx)))
    if draft is None or draft.sha256 != digest:
        raise PreviewGoneError
    present = _lock_and_load(ctx)
    made = _preview(present, _organisation(json.loads(zlib.decompress(draft.content))))
    if made.digest != digest:
        raise PreviewGoneError
    if made.change.deactivates_many and not sure:
        raise ManyLeaveError
    _apply(ctx, made.change)
    discard(ctx)
    return made.change


def pending(ctx: Context) -> Preview | None:
    """The account's own preview, worked out against the roster as it is now; None when there is none."""
    draft = ctx.session.scalar(select(RosterDraft).where(*_own_draft(ctx)))
    if draft is None:
        return None
    present = present_organisation(ctx.session, ctx.agency_id)
    made = _preview(present, _organisation(json.loads(zlib.decompress(draft.content))))
    draft.sha256 = made.digest
    return made


def discard(ctx: Context) -> None:
    """Forget this account's preview."""
    ctx.session.execute(delete(RosterDraft).where(*_own_draft(ctx)))


def _own_draft(ctx: Context) -> tuple[Any, Any]:
    return (RosterDraft.agency_id == ctx.agency_id, RosterDraft.account_id == ctx.actor.account_id)


def _preview(present: Present, coming: Organisation) -> Preview:
    change = plan_change(present, coming, offered_languages()[0])
    return Preview(digest_of(json.loads(json.dumps(asdict(change)))), change)


def _organisation(document: dict[str, Any]) -> Organisation:
    units, people = document["units"], document["people"]
    return Organisation(
        None if units is None else tuple(Unit(**unit) for unit in units),
        None if people is None else tuple(PersonRow(**person) for person in people),
    )


def _lock_and_load(ctx: Context) -> Present:
    """The organisation as it is, and nobody else changes it until this transaction ends."""
    ctx.session.execute(select(Agency.agency_id).where(Agency.agency_id == ctx.agency_id).with_for_update())
    return present_organisation(ctx.session, ctx.agency_id)


def _apply(ctx: Context, change: Change) -> None:
    session, agency_id = ctx.session, ctx.agency_id
    changed_units = (*change.units_added, *change.units_changed)
    if changed_units:
        rows = [
            {"agency_id": agency_id, "code": unit.code, "parent_code": unit.parent, "name": unit.name}
            for unit in changed_units
        ]
        units = upsert(OrganisationUnit)
        keep = {"parent_code": units.excluded.parent_code, "name": units.excluded.name}
        key = [OrganisationUnit.agency_id, OrganisationUnit.code]
        session.execute(units.on_conflict_do_update(index_elements=key, set_=keep), rows)
    _apply_people(ctx, change)
    if change.units_removed:
        removed = list(change.units_removed)
        # Only people who have left are still in these units; the waves keep their own copy of the tree.
        session.execute(
            update(Person)
            .where(Person.agency_id == agency_id, Person.unit_code.in_(removed), Person.active.is_(False))
            .values(unit_code=change.top)
        )
        session.execute(
            delete(OrganisationUnit).where(
                OrganisationUnit.agency_id == agency_id, OrganisationUnit.code.in_(removed)
            )
        )
    session.flush()


def _apply_people(ctx: Context, change: Change) -> None:
    session, agency_id = ctx.session, ctx.agency_id
    here = (*change.people_added, *change.people_changed, *change.people_back)
    if here:
        rows = [
            {
                "agency_id": agency_id,
                "name": person.name,
                "email": person.email,
                "unit_code": person.unit,
                "language": person.language,
                "active": True,
            }
            for person in here
        ]
        people = upsert(Person)
        kept = {name: people.excluded[name] for name in ("name", "unit_code", "language", "active")}
        key = [Person.agency_id, Person.email]
        session.execute(people.on_conflict_do_update(index_elements=key, set_=kept), rows)
    if change.people_deactivated:
        gone = [person.email for person in change.people_deactivated]
        session.execute(
            update(Person)
            .where(Person.agency_id == agency_id, Person.email.in_(gone))
            .values(active=False)
            .execution_options(synchronize_session=False)
        )
