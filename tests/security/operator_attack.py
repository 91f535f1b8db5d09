"""What somebody who may read every row, and every system column, tries in order to link people to answers.

Every attack returns, for each answer, the invitations that it could belong to. The attacker is given
the wave's private key as well: the promise must hold even then for everything that has been mixed.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import psycopg

Opener = Callable[[bytes], str]


@dataclass(frozen=True)
class Arrival:
    """An invitation that was used, with all that the database knows of the moment."""

    invitation: uuid.UUID
    xmin: int
    ctid: str


@dataclass(frozen=True)
class Stored:
    """A stored answer, told apart by the pattern that only its author gave."""

    answer: str
    row: uuid.UUID
    xmin: int
    ctid: str
    size: int


@dataclass(frozen=True)
class Sight:
    """All that there is to see of one wave."""

    arrivals: Sequence[Arrival]
    stored: Sequence[Stored]


def look(connection: psycopg.Connection, wave_id: uuid.UUID, table: str, opened: Opener) -> Sight:
    """Read both sides with their system columns. `opened` decrypts an envelope."""
    arrivals = connection.execute(
        "SELECT id, xmin::text::bigint, ctid::text FROM invitation WHERE wave_id = %s AND used", [wave_id]
    ).fetchall()
    stored = connection.execute(
        f"SELECT id, xmin::text::bigint, ctid::text, ciphertext FROM {table} WHERE wave_id = %s",
        [wave_id],  # type: ignore[arg-type]  # a constant table name
    ).fetchall()
    return Sight(
        [Arrival(*row) for row in arrivals],
        [Stored(opened(bytes(row[3])), row[0], row[1], row[2], len(row[3])) for row in stored],
    )


def by_shared_values(sight: Sight) -> dict[str, set[uuid.UUID]]:
    """Join on any equal id."""
    known = {arrival.invitation for arrival in sight.arrivals}
    return {entry.answer: {entry.row} & known for entry in sight.stored}


def by_transaction(sight: Sight) -> dict[str, set[uuid.UUID]]:
    """Join on xmin: what was written in one transaction belongs together."""
    written: dict[int, set[uuid.UUID]] = {}
    for arrival in sight.arrivals:
        written.setdefault(arrival.xmin, set()).add(arrival.invitation)
    return {entry.answer: written.get(entry.xmin, set()) for entry in sight.stored}


def by_neighbouring_transaction(sight: Sight) -> dict[str, set[uuid.UUID]]:
    """Join each answer to the last arrival at or before its own transaction."""
    ordered = sorted(sight.arrivals, key=lambda arrival: arrival.xmin)
    found = {}
    for entry in sight.stored:
        before = [arrival for arrival in ordered if arrival.xmin <= entry.xmin]
        found[entry.answer] = {before[-1].invitation} if before else set()
    return found


def by_window(sight: Sight) -> dict[str, set[uuid.UUID]]:
    """Each answer came from an arrival after the batch before its own, and not after its own."""
    batches = sorted({entry.xmin for entry in sight.stored})
    found = {}
    for entry in sight.stored:
        place = batches.index(entry.xmin)
        since = batches[place - 1] if place else -1
        found[entry.answer] = {
            arrival.invitation for arrival in sight.arrivals if since < arrival.xmin <= entry.xmin
        }
    return found


def by_order(sight: Sight) -> dict[str, dict[str, set[uuid.UUID]]]:
    """The n-th answer is the n-th arrival, in every order that can be had on either side."""
    arrival_orders = {
        "xmin": sorted(sight.arrivals, key=lambda arrival: arrival.xmin),
        "ctid": sorted(sight.arrivals, key=lambda arrival: _place(arrival.ctid)),
        "id": sorted(sight.arrivals, key=lambda arrival: arrival.invitation),
    }
    stored_orders = {
        "xmin, ctid": sorted(sight.stored, key=lambda entry: (entry.xmin, _place(entry.ctid))),
        "id": sorted(sight.stored, key=lambda entry: (entry.xmin, entry.row)),
        "size": sorted(sight.stored, key=lambda entry: (entry.xmin, entry.size)),
    }
    return {
        f"{left} / {right}": {
            entry.answer: {arrival.invitation} for arrival, entry in zip(arrivals, stored, strict=False)
        }
        for left, arrivals in arrival_orders.items()
        for right, stored in stored_orders.items()
    }


def linked(claims: Mapping[str, set[uuid.UUID]], truth: Mapping[str, uuid.UUID]) -> int:
    """How many answers the attack pins, correctly, on one single person."""
    return sum(1 for answer, people in claims.items() if people == {truth[answer]})


def _place(ctid: str) -> tuple[int, int]:
    page, line = ctid.strip("()").split(",")
    return int(page), int(line)
