"""The smallest group somebody will appear in, told to them before they start."""

from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from cri.db.models import WaveUnit
from cri.domain.sheet import Unit
from cri.services.responses import Questionnaire

# Written once, not at each request: everybody who opens a link asks this.
_unit = cast("Table", WaveUnit.__table__).c
_OF_WAVE = select(_unit.code, _unit.parent_code, _unit.name, _unit.headcount).where(
    _unit.agency_id == bindparam("agency"), _unit.wave_id == bindparam("wave")
)
_WHOLE = _OF_WAVE.where(_unit.parent_code.is_(None)).order_by(_unit.headcount.desc()).limit(1)
_BY_CODE = _OF_WAVE.where(_unit.code == bindparam("code"))


def smallest_group(session: Session, questionnaire: Questionnaire) -> Unit | None:
    """The nearest unit, from this link's own upwards, in which at least the wave's minimum work.

    Somebody who comes through an open link belongs to no unit: only to the whole. None when even the
    whole is too small, so that no figure will be shown. Method section 6.
    """
    wave = {"agency": questionnaire.agency_id, "wave": questionnaire.wave_id}

    def find(code: str | None) -> Any:  # a row of the four columns, or None
        return session.connection().execute(_BY_CODE, {**wave, "code": code}).one_or_none()

    own = questionnaire.unit_code
    unit = session.connection().execute(_WHOLE, wave).one_or_none() if own is None else find(own)
    while unit is not None and unit.headcount < questionnaire.minimum:
        unit = find(unit.parent_code)
    return Unit(unit.code, unit.parent_code, unit.name, unit.headcount) if unit is not None else None
