"""What somebody who may read every row, and every system column, tries in order to link people to answers.

Every attack returns, for each answer, the invitations that it could belong to. The attacker is given
the wave's private key as well: even then everything that has been mixed has ten candidates, as far as
their units do not tell them apart.
"""

import struct
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import psycopg
from nacl.exceptions import CryptoError

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
        [wave_id],
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


def dead_submissions(connection: psycopg.Connection, opened: Opener) -> dict[str, int]:
    """Answers in the mailbox's pages on disk, deleted rows included, and the transaction that wrote each."""
    connection.execute("CHECKPOINT")
    row = connection.execute(
        "SELECT pg_read_binary_file(pg_relation_filepath(reltoastrelid)) FROM pg_class "
        "WHERE oid = 'mailbox_entry'::regclass"
    ).fetchone()
    assert row is not None
    chunks: dict[tuple[int, int], dict[int, bytes]] = {}
    for start in range(0, len(row[0]), 8192):
        for xmin, chunk, place, data in _toast_rows(row[0][start : start + 8192]):
            chunks.setdefault((xmin, chunk), {})[place] = data
    found = {}
    for (xmin, _), parts in chunks.items():
        try:
            found[opened(b"".join(parts[place] for place in sorted(parts)))] = xmin
        except (CryptoError, ValueError):
            continue  # of another wave
    return found


def _toast_rows(page: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """(xmin, value, place in it, bytes) of each row on a page of the overflow table, dead or alive."""
    (end,) = struct.unpack_from("<H", page, 12)
    for pointer in range(24, end, 4):
        (line,) = struct.unpack_from("<I", page, pointer)
        if line >> 15 & 3 == 1:
            item = page[line & 0x7FFF : (line & 0x7FFF) + (line >> 17)]
            (xmin,) = struct.unpack_from("<I", item)
            body = item[item[22] :]
            value, place = struct.unpack_from("<Ii", body)
            yield xmin, value, place, body[9:] if body[8] & 1 else body[12:]
