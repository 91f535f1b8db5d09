"""Answers that were collected elsewhere, on paper or with another tool, brought as one sheet.

A wave is collected here or elsewhere, never both: docs/decisions/collected-elsewhere.md. Once accepted it
goes the way of every other wave: its answers are encrypted to the wave's key, in random order, and sealed,
scored and shown by the same steps under the same rules.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from secrets import SystemRandom
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from cri.adapters.answer_uploads import read_answer_upload
from cri.adapters.envelopes import seal_answers
from cri.db.models import CollectedElsewhere, MixedEntry, Wave
from cri.db.queries.organisation import people_per_unit, present_units
from cri.domain.errors import CriError, InputError, InputProblem
from cri.domain.instrument import Instrument
from cri.domain.sheet import NO_OPTION, NO_UNIT, UNANSWERED, AnswerSheet, Unit, answers_per_unit
from cri.domain.tree import counts_below, in_tree_order
from cri.domain.wave import Answers, Submission
from cri.services import uploads
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.instruments import asked_instrument
from cri.services.invitees import freeze_units
from cri.services.waves import WaveStateError, close_try_outs, find_draft, lock_in

FAST, NOT_FAST = 1, 2
"""Median seconds an item that stand for what a sheet says: under two, or not."""
_BATCH: Final = 2_000


class SheetGoneError(CriError):
    """What was previewed is not what would be taken in: accepted, discarded or replaced, or an hour old."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A sheet that can be taken in.

    units: (unit, depth, answers in and below it); people: who could have answered, None if not known.
    """

    digest: str
    answers: int
    without_unit: int
    units: tuple[tuple[Unit, int, int], ...]
    people: int | None
    began_on: date
    ended_on: date


def bring_sheet(
    ctx: Context, wave_id: uuid.UUID, data: bytes, began_on: date, ended_on: date
) -> tuple[str, Brought]:
    """Check a sheet for a draft wave, and keep it until it is accepted: (the key that finds it, what it is).

    Raises InputError with what is wrong, WaveStateError unless the wave is a draft.
    """
    wave = _draft(ctx, wave_id)
    _check_days(ctx, began_on, ended_on)
    about = {"began_on": began_on.isoformat(), "ended_on": ended_on.isoformat()}
    upload = json.dumps(about).encode() + b"\n" + data
    brought, _sheet = _read(ctx, wave, upload)
    return uploads.keep_upload(ctx, _kind(wave_id), upload), brought


def pending_sheet(ctx: Context, wave_id: uuid.UUID, key: str | None) -> Brought | None:
    """What was brought for a wave and not yet accepted, read again; None if there is none that fits."""
    upload = uploads.find_upload(ctx, _kind(wave_id), key)
    if upload is None:
        return None
    try:
        return _read(ctx, _draft(ctx, wave_id), upload)[0]
    except InputError:
        return None


def accept_sheet(ctx: Context, wave_id: uuid.UUID, key: str | None, digest: str) -> int:
    """Take in what was previewed under `digest`, and ask for sealing; returns how many answers there are.

    Raises SheetGoneError, WaveStateError unless the wave is a draft.
    """
    wave = lock_in(ctx, wave_id, "draft")
    upload = uploads.find_upload(ctx, _kind(wave_id), key)
    if upload is None or wave.practice:
        raise SheetGoneError
    try:
        brought, sheet = _read(ctx, wave, upload)
    except InputError:
        raise SheetGoneError from None
    if brought.digest != digest:
        raise SheetGoneError
    instrument = _instrument(wave)
    freeze_units(ctx, wave_id)
    _close_as_collected(ctx, wave, brought)
    _write_answers(ctx, wave, instrument, sheet)
    close_try_outs(ctx, wave_id)
    ctx.parts.defer(ctx.session, "seal", ctx.agency_id, wave_id)
    uploads.drop_upload(ctx, _kind(wave_id))
    return brought.answers


def discard_sheet(ctx: Context, wave_id: uuid.UUID) -> None:
    """Forget what was brought."""
    uploads.drop_upload(ctx, _kind(wave_id))


def collected_elsewhere(ctx: Context, wave_id: uuid.UUID) -> CollectedElsewhere | None:
    """What is known of a wave whose answers were brought as a sheet; None for all others."""
    return ctx.session.get(CollectedElsewhere, (ctx.agency_id, wave_id))


def expected_columns(wave: Wave) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(Columns that a sheet for this wave must have, those that it may have besides)."""
    instrument = _instrument(wave)
    must = tuple(item.code for item in instrument.items)
    may = (*(item.code for item in instrument.outcomes), *(one.code for one in instrument.profile))
    return must, ("unit", *may, "seconds", "late")


def _draft(ctx: Context, wave_id: uuid.UUID) -> Wave:
    wave = find_draft(ctx, wave_id)
    if wave.practice:
        raise WaveStateError("practice")
    return wave


def _instrument(wave: Wave) -> Instrument:
    return asked_instrument(wave.instrument_code, wave.instrument_version, wave.breakdowns)


def _kind(wave_id: uuid.UUID) -> str:
    return f"answers-{wave_id}"


def _check_days(ctx: Context, began_on: date, ended_on: date) -> None:
    today = ctx.now.astimezone(ZoneInfo(this_agency(ctx).time_zone)).date()
    if began_on > ended_on:
        raise InputError([InputProblem("is before the first day", "ended_on", "a day not before the first")])
    if ended_on > today:
        raise InputError([InputProblem("has not come yet", "ended_on", "a day in the past, or today")])


def _read(ctx: Context, wave: Wave, upload: bytes) -> tuple[Brought, AnswerSheet]:
    head, _, data = upload.partition(b"\n")
    about = json.loads(head)
    ordered = in_tree_order(present_units(ctx.session, ctx.agency_id))
    people = people_per_unit(ctx.session, ctx.agency_id)
    heads = counts_below([unit for unit, _ in ordered], people)
    units = tuple(
        Unit(unit.code, unit.parent, unit.name, heads[unit.code] if people else None) for unit, _ in ordered
    )
    if not units:
        raise InputError([InputProblem("there are no units yet", "organisation", "the units of the agency")])
    sheet = read_answer_upload(data, _instrument(wave), units)
    total = sum(people.values()) or None
    if total is not None and sheet.respondents > total:
        what = f"{sheet.respondents} answers of {total} people on the roster"
        raise InputError([InputProblem(what, "answers", "not more answers than people")])
    below = answers_per_unit(sheet) if sheet.units else [0] * len(units)
    brought = Brought(
        digest=sha256(upload).hexdigest(),
        answers=sheet.respondents,
        without_unit=int((sheet.unit == NO_UNIT).sum()),
        units=tuple((unit, depth, below[place]) for place, (unit, depth) in enumerate(ordered)),
        people=total,
        began_on=date.fromisoformat(about["began_on"]),
        ended_on=date.fromisoformat(about["ended_on"]),
    )
    return brought, sheet


def _close_as_collected(ctx: Context, wave: Wave, brought: Brought) -> None:
    """The wave as if it had been open here on those days, with nobody invited: it is closing now."""
    agency = this_agency(ctx)
    zone = ZoneInfo(agency.time_zone)
    opened = datetime.combine(brought.began_on, time(), zone)
    closed = min(datetime.combine(brought.ended_on, time(23, 59, 59), zone), ctx.now)
    wave.relationship, wave.service_lines = agency.relationship_type, agency.service_lines
    wave.companion_code = wave.companion_version = None
    wave.opens_at = wave.invite_at = wave.first_reminder_at = wave.second_reminder_at = None
    wave.mailbox_key = ctx.parts.wave_keys.make(str(wave.id))
    wave.opened_at, wave.closes_at, wave.closed_at = opened, closed, closed
    wave.state = "closing"
    ctx.session.add(
        CollectedElsewhere(
            agency_id=ctx.agency_id,
            wave_id=wave.id,
            began_on=brought.began_on,
            ended_on=brought.ended_on,
            answers=brought.answers,
            people=brought.people,
            accepted_at=ctx.now,
            accepted_by=ctx.actor.account_id,
        )
    )
    ctx.session.flush()


def _write_answers(ctx: Context, wave: Wave, instrument: Instrument, sheet: AnswerSheet) -> None:
    """One envelope an answer, all of one length, in random order under random ids: as after mixing."""
    documents = [one.to_document() for one in _submissions(instrument, sheet)]
    SystemRandom().shuffle(documents)
    length = max(len(json.dumps(one, ensure_ascii=False).encode()) for one in documents)
    public = wave.mailbox_key or b""
    for start in range(0, len(documents), _BATCH):
        rows = [
            {
                "agency_id": ctx.agency_id,
                "id": uuid.uuid4(),
                "wave_id": wave.id,
                "ciphertext": seal_answers(public, document, length),
            }
            for document in documents[start : start + _BATCH]
        ]
        ctx.session.execute(insert(MixedEntry), rows)


def _submissions(instrument: Instrument, sheet: AnswerSheet) -> Iterator[Submission]:
    """The rows of a sheet as the questionnaire would have sent them."""
    asked = [*instrument.items, *(instrument.outcomes if sheet.outcomes is not None else ())]
    for row in range(sheet.respondents):
        points = sheet.answers[row].tolist() + (
            sheet.outcomes[row].tolist() if sheet.outcomes is not None else []
        )
        chosen = sheet.profile[row].tolist() if sheet.profile is not None else []
        unit = int(sheet.unit[row])
        yield Submission(
            Answers(
                items={item.code: n for item, n in zip(asked, points, strict=True) if n != UNANSWERED},
                profile={
                    question.code: question.options[place]
                    for question, place in zip(instrument.profile, chosen, strict=False)
                    if place != NO_OPTION
                },
            ),
            None if unit == NO_UNIT else sheet.units[unit].code,
            open_link=False,
            late=None if sheet.late is None else bool(sheet.late[row]),
            seconds=None if sheet.fast is None else (FAST if sheet.fast[row] else NOT_FAST),
        )
