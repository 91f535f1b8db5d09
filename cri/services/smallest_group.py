"""The smallest group somebody will appear in, told to them before they start."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cri.db.models import WaveUnit
from cri.domain.sheet import Unit
from cri.services.responses import Questionnaire


def smallest_group(session: Session, questionnaire: Questionnaire) -> Unit | None:
    """The nearest unit, from this link's own upwards, in which at least the wave's minimum work.

    Somebody who comes through an open link belongs to no unit: only to the whole. None when even the
    whole is too small, so that no figure will be shown. Method section 6.
    """
    wave = select(WaveUnit).where(
        WaveUnit.agency_id == questionnaire.agency_id, WaveUnit.wave_id == questionnaire.wave_id
    )
    own = questionnaire.unit_code
    statement = wave.where(WaveUnit.parent_code.is_(None) if own is None else WaveUnit.code == own)
    unit = session.scalars(statement.order_by(WaveUnit.headcount.desc())).first()
    while unit is not None and unit.headcount < questionnaire.minimum:
        unit = session.scalars(wave.where(WaveUnit.code == unit.parent_code)).one_or_none()
    return Unit(unit.code, unit.parent_code, unit.name, unit.headcount) if unit is not None else None
