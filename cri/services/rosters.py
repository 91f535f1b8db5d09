"""The organisation tree and the roster: checked, previewed, and only then accepted."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from cri.adapters.roster_files import UnreadableTableError, table_from_text
from cri.domain.documents import digest_of
from cri.domain.errors import CriError, InputError
from cri.domain.roster import Organisation, PersonRow, Table, in_order, read_people, read_units
from cri.domain.roster_change import Change, Present, UnitCount, count_by_unit, moved_people, plan_change
from cri.domain.roster_change import units_missed as missed
from cri.domain.roster_problems import ROSTER, TREE, RowProblem
from cri.domain.sheet import Unit
from cri.domain.unit_events import Proposal, likely_events, plain_events
from cri.services import lineage, roster_rows, roster_undo, uploads, wave_people
from cri.services.context import Context
from cri.services.instruments import offered_languages
from cri.services.roster_undo import ManyLeaveError

__all__ = ["ManyLeaveError", "Preview", "PreviewGoneError", "RosterError"]

TABLES: Final = "tables"
PREVIEW: Final = "preview"


class RosterError(InputError):
    """A tree or roster that cannot be used; `rows` are all problems, in the order of the table."""

    def __init__(self, rows: Iterable[RowProblem]) -> None:
        self.rows = in_order(tuple(rows))
        super().__init__(row.as_input_problem() for row in self.rows)


class PreviewGoneError(CriError):
    """What was previewed is no longer what would happen: accepted or replaced meanwhile. Preview it again."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What accepting would change, and the digest that accepts exactly this.

    likely: what units seem to have become, for a person to confirm; moved: who would be in another unit.
    """

    digest: str
    change: Change
    units: tuple[UnitCount, ...]
    likely: tuple[Proposal, ...]
    moved: tuple[PersonRow, ...]
    present: Present


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
    made = _preview(roster_rows.lock_organisation(ctx), coming)
    _accept(ctx, made, (), lineage.local_day(ctx))
    return made.change


def read_organisation(ctx: Context, tree: Table | None, roster: Table | None) -> Organisation:
    """Both tables, checked against each other and what is there. Raises RosterError with every problem."""
    present = roster_rows.present(ctx)
    problems: list[RowProblem] = []
    units: tuple[Unit, ...] | None = None
    people: tuple[PersonRow, ...] | None = None
    if tree is not None:
        units, found = read_units(tree)
        problems += found
    if roster is not None:
        known = present.units if units is None else units
        people, found = read_people(roster, known, offered_languages())
        problems += found
    coming = Organisation(units, people)
    if not problems:
        problems += missed(present, coming)
    if problems:
        raise RosterError(problems)
    return coming


def keep_tables(ctx: Context, tables: Mapping[str, Table]) -> str:
    """Keep tables whose columns a person has to choose; returns the key that finds them."""
    return uploads.keep_upload(ctx, TABLES, json.dumps([asdict(table) for table in tables.values()]).encode())


def kept_tables(ctx: Context, key: str | None) -> dict[str, Table] | None:
    """The tables whose columns are to be chosen; None without them, or after an hour."""
    found = uploads.find_upload(ctx, TABLES, key)
    if found is None:
        return None
    tables = [
        Table(one["part"], tuple(one["header"]), tuple((row, tuple(cells)) for row, cells in one["rows"]))
        for one in json.loads(found)
    ]
    return {table.part: table for table in tables}


def preview(ctx: Context, coming: Organisation) -> tuple[str, Preview]:
    """Work out the change, and keep what was read until it is accepted; (the key that finds it, the preview).

    Tables that were kept are dropped: with them the columns that nobody chose.
    """
    made = _preview(roster_rows.present(ctx), coming)
    uploads.drop_upload(ctx, TABLES)
    return uploads.keep_upload(ctx, PREVIEW, json.dumps(asdict(coming)).encode()), made


def pending(ctx: Context, key: str | None) -> Preview | None:
    """The account's own preview, worked out against the roster as it is now; None when there is none."""
    coming = _coming(ctx, key)
    return None if coming is None else _preview(roster_rows.present(ctx), coming)


def accept(
    ctx: Context,
    key: str | None,
    digest: str,
    *,
    sure: bool,
    record: Collection[str] = (),
    day: date | None = None,
) -> Change:
    """Make the change that was previewed under `digest`, and no other; open waves follow it.

    record: keys of those likely events that really happened, on `day` (today). Raises PreviewGoneError when
    it is not this account's latest preview, or the roster has changed since; ManyLeaveError when over 40 %
    would be deactivated and `sure` is not given.
    """
    coming = _coming(ctx, key)
    if coming is None:
        raise PreviewGoneError
    made = _preview(roster_rows.lock_organisation(ctx), coming)
    if made.digest != digest:
        raise PreviewGoneError
    if made.change.deactivates_many and not sure:
        raise ManyLeaveError
    _accept(ctx, made, [one for one in made.likely if one.key in record], day or lineage.local_day(ctx))
    uploads.drop_upload(ctx, PREVIEW)
    return made.change


def discard(ctx: Context) -> None:
    """Forget what this account has sent in."""
    uploads.drop_upload(ctx, PREVIEW)
    uploads.drop_upload(ctx, TABLES)


def _accept(ctx: Context, made: Preview, happened: Iterable[Proposal], day: date) -> None:
    change = made.change
    if change.is_empty:
        return
    roster_rows.apply_change(ctx, change)
    import_id = roster_undo.remember(ctx, made.present, change)
    names = {unit.code: unit for unit in made.present.units}, _units_after(made)
    for event in (*plain_events(made.present, change), *happened):
        lineage.write_event(ctx, event.kind, event.pairs, day, *names, import_id=import_id)
    wave_people.let_go(ctx, [row.email for row in change.people_deactivated])
    wave_people.let_in(ctx, [row.email for row in (*change.people_added, *change.people_back)])


def _units_after(made: Preview) -> dict[str, Unit]:
    units = {unit.code: unit for unit in made.present.units}
    units |= {unit.code: unit for unit in (*made.change.units_changed, *made.change.units_added)}
    return {code: unit for code, unit in units.items() if code not in made.change.units_removed}


def _preview(present: Present, coming: Organisation) -> Preview:
    change = plan_change(present, coming, offered_languages()[0])
    return Preview(
        digest=digest_of(json.loads(json.dumps(asdict(change)))),
        change=change,
        units=count_by_unit(present, change),
        likely=likely_events(present, change),
        moved=moved_people(present, change),
        present=present,
    )


def _coming(ctx: Context, key: str | None) -> Organisation | None:
    found = uploads.find_upload(ctx, PREVIEW, key)
    if found is None:
        return None
    document: dict[str, Any] = json.loads(found)
    units, people = document["units"], document["people"]
    return Organisation(
        None if units is None else tuple(Unit(**unit) for unit in units),
        None if people is None else tuple(PersonRow(**person) for person in people),
    )
