"""Packs about single units: many asked for at once, made one by one, stopped at any time, taken as one ZIP.

An order is one row, its units further rows. Each step makes one pack in one transaction; what is made stays
made, whatever happens to the rest.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import select

from cri.adapters.charts import ChartBrowser
from cri.adapters.zip_files import name_on_any_system, zipped
from cri.db.models import Report, UnitPack, UnitPackOrder, Wave
from cri.domain.errors import InputError, InputProblem
from cri.domain.pack_unit import KIND, is_released, unit_pack
from cri.services.context import Context
from cri.services.instruments import released_instrument
from cri.services.packs import Look, is_waiting, read_report, store_report
from cri.services.scoring import load_scorecard

MOST_UNITS: Final = 300
"""Packs of one order: as many as fit into one ZIP without straining a worker's memory."""
STEP: Final = "make_unit_pack"


@dataclass(frozen=True)
class Progress:
    """How far an order has come. left_out, failed: codes of units."""

    order: UnitPackOrder
    made: int
    waiting: int
    failed: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def wanted(self) -> int:
        """Packs that there will be if nobody stops and nothing fails."""
        return self.made + self.waiting + len(self.failed)


def order_packs(
    context: Context, wave_id: uuid.UUID, locale: str, codes: Sequence[str] | None = None
) -> UnitPackOrder:
    """Ask for packs of these units, or of all, in one language: one order, one job.

    Units that are not released are kept on the order as left out. Raises InputError where there is nothing
    to make, a code or language is unknown, there are more than `MOST_UNITS`, or an order is being made.
    """
    wave = context.session.get_one(Wave, (context.agency_id, wave_id), with_for_update={"key_share": True})
    units = _units(context, wave_id)
    wanted = _wanted(units, codes)
    if locale not in wave.languages:
        raise _refused(f"the wave was not asked in {locale}", " or ".join(wave.languages))
    last = find_order(context, wave_id)
    if last is not None and last.state == "making":
        raise _refused("packs of units are being made", "an end to these, or that they are stopped")
    order = UnitPackOrder(
        agency_id=context.agency_id,
        id=uuid.uuid4(),
        wave_id=wave_id,
        locale=locale,
        state="making",
        asked_at=context.now,
    )
    context.session.add(order)
    context.session.flush()
    for place, unit in enumerate(wanted):
        state = "waiting" if is_released(unit) else "left_out"
        key = {"agency_id": context.agency_id, "order_id": order.id, "unit_code": unit["code"]}
        context.session.add(UnitPack(**key, place=place, state=state))
    context.session.flush()
    context.parts.defer(context.session, STEP, context.agency_id, wave_id)
    return order


def stop_packs(context: Context, wave_id: uuid.UUID) -> bool:
    """Stop the order that is being made; says whether there was one. The pack in hand is still finished."""
    order = find_order(context, wave_id, lock=True)
    if order is None or order.state != "making":
        return False
    order.state = "stopped"
    context.session.flush()
    return True


def find_order(context: Context, wave_id: uuid.UUID, *, lock: bool = False) -> UnitPackOrder | None:
    """The newest order of a wave, or None."""
    newest = (
        select(UnitPackOrder)
        .where(UnitPackOrder.agency_id == context.agency_id, UnitPackOrder.wave_id == wave_id)
        .order_by(UnitPackOrder.asked_at.desc(), UnitPackOrder.id)
        .limit(1)
    )
    return context.session.scalars(newest.with_for_update() if lock else newest).one_or_none()


def progress_of(context: Context, order: UnitPackOrder) -> Progress:
    """Count an order's packs."""
    packs = _packs(context, order)
    by_state = {
        state: tuple(pack.unit_code for pack in packs if pack.state == state)
        for state in ("made", "waiting", "failed", "left_out")
    }
    return Progress(
        order, len(by_state["made"]), len(by_state["waiting"]), by_state["failed"], by_state["left_out"]
    )


def next_unit(context: Context, wave_id: uuid.UUID) -> UnitPack | None:
    """The pack that is made next; None when all are, and while nothing is being made."""
    order = find_order(context, wave_id)
    if order is None or order.state != "making":
        return None
    return next((pack for pack in _packs(context, order) if pack.state == "waiting"), None)


def make_next(context: Context, wave_id: uuid.UUID, browser: ChartBrowser) -> bool:
    """Make the next pack, or pack up those that are made; says whether a further step is needed.

    A step asks for the next one in its own transaction: killed at any instant, it has done both or neither.
    No row is locked while a pack is printed, so that stopping never waits.
    """
    waiting = next_unit(context, wave_id)
    if waiting is None:
        return _pack_up(context, wave_id)
    order = context.session.get_one(UnitPackOrder, (context.agency_id, waiting.order_id))
    waiting.report_id = _report_of(context, order, waiting.unit_code, browser).id
    waiting.state = "made"
    context.session.flush()
    context.parts.defer(context.session, STEP, context.agency_id, wave_id)
    return True


def give_up_next(context: Context, wave_id: uuid.UUID) -> None:
    """Leave the next pack as failed and go on: one unit's trouble must not hold up the others."""
    waiting = next_unit(context, wave_id)
    if waiting is not None:
        waiting.state = "failed"
        context.session.flush()
        context.parts.defer(context.session, STEP, context.agency_id, wave_id)


def take_up(context: Context, wave_id: uuid.UUID) -> bool:
    """Ask for the next step of an order that is being made by nobody; says whether that was needed."""
    order = find_order(context, wave_id)
    if order is None or order.state != "making" or is_waiting(context, STEP, wave_id):
        return False
    context.parts.defer(context.session, STEP, context.agency_id, wave_id)
    return True


def read_packs(context: Context, order: UnitPackOrder) -> bytes:
    """The ZIP of an order that is made. Raises FileNotFoundError when the store has lost it."""
    return context.parts.blobs.get(_zip_key(order, str(order.sha256)))


def _units(context: Context, wave_id: uuid.UUID) -> list[dict[str, Any]]:
    scorecard = load_scorecard(context, wave_id)
    return [] if scorecard is None else list(scorecard["units"])


def _wanted(units: Sequence[dict[str, Any]], codes: Sequence[str] | None) -> list[dict[str, Any]]:
    known = {unit["code"] for unit in units}
    if codes is not None and (unknown := sorted(set(codes) - known)):
        raise _refused(f"there is no unit {unknown[0]}", "codes of units of this wave")
    wanted = [unit for unit in units if codes is None or unit["code"] in codes]
    released = sum(is_released(unit) for unit in wanted)
    if not released:
        raise _refused("none of these units may be shown", "at least one that may")
    if released > MOST_UNITS:
        raise _refused(f"{released} units are too many at once", f"at most {MOST_UNITS}")
    return wanted


def _refused(what: str, expected: str) -> InputError:
    return InputError([InputProblem(what, "packs of units", expected)])


def _packs(context: Context, order: UnitPackOrder) -> Sequence[UnitPack]:
    return context.session.scalars(
        select(UnitPack)
        .where(UnitPack.agency_id == context.agency_id, UnitPack.order_id == order.id)
        .order_by(UnitPack.place)
    ).all()


def _report_of(context: Context, order: UnitPackOrder, code: str, browser: ChartBrowser) -> Report:
    """The unit's pack in the order's language: the one that is there, or a new one."""
    found = context.session.scalars(
        select(Report)
        .where(
            Report.agency_id == context.agency_id,
            Report.wave_id == order.wave_id,
            Report.kind == KIND,
            Report.unit_code == code,
            Report.locale == order.locale,
        )
        .order_by(Report.made_at)
        .limit(1)
    ).one_or_none()
    if found is not None:
        return found
    wave = context.session.get_one(Wave, (context.agency_id, order.wave_id))
    document = build_unit_pack(context, wave, code)
    return store_report(context, wave, document, Look(order.locale), browser, unit_code=code)


def build_unit_pack(context: Context, wave: Wave, code: str) -> dict[str, Any]:
    """The document about a unit. Raises KeyError without such a unit, ValueError where it is not released."""
    scorecard = load_scorecard(context, wave.id)
    if scorecard is None:
        raise KeyError(code)
    instrument = released_instrument(wave.instrument_code, wave.instrument_version)
    return unit_pack(scorecard, code, instrument=instrument, noun=wave.noun)


def _pack_up(context: Context, wave_id: uuid.UUID) -> bool:
    """Put what is made into one ZIP, and end the order. False: nothing is left to do."""
    order = find_order(context, wave_id)
    if order is None or order.state != "making":
        return False
    data = _zipped(context, order)
    digest = sha256(data).hexdigest()
    context.parts.blobs.put(_zip_key(order, digest), data)
    context.session.refresh(order, with_for_update=True)
    if order.state == "making":  # and was not stopped meanwhile
        order.sha256, order.state = digest, "made"
        context.session.flush()
    return False


def _zipped(context: Context, order: UnitPackOrder) -> bytes:
    """The order's packs as one file, with a list of them and of what is left out; always the same bytes."""
    names = {unit["code"]: unit["name"] for unit in _units(context, order.wave_id)}
    listed, files = [], []
    for pack in _packs(context, order):
        entry = {"unit": pack.unit_code, "name": names.get(pack.unit_code), "state": pack.state}
        if pack.report_id is not None:
            report = context.session.get_one(Report, (context.agency_id, pack.report_id))
            ending = f"{order.locale}.{report.file_format}"
            name = f"{pack.place + 1:03}-{name_on_any_system(pack.unit_code)}-{ending}"
            files.append((name, read_report(context, report)))
            entry |= {"file": name, "sha256": report.sha256}
        listed.append(entry)
    contents = {"wave": str(order.wave_id), "locale": order.locale, "packs": listed}
    files.append(("contents.json", json.dumps(contents, ensure_ascii=False, indent=2).encode()))
    return zipped(files)


def _zip_key(order: UnitPackOrder, digest: str) -> str:
    return f"report/{order.agency_id}/{order.wave_id}/{digest}.zip"
