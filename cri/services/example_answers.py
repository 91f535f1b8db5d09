"""The example agency's tree, and made-up answers of its people."""

import uuid

import numpy as np
from sqlalchemy import select

from cri.db.models import Invitation
from cri.domain.instrument import Instrument
from cri.domain.sheet import NO_OPTION, UNANSWERED, AnswerSheet, Unit
from cri.domain.synthetic import synthetic_answers
from cri.domain.wave import SLOWEST_PACE, Answers
from cri.services.context import Context
from cri.services.instruments import OFFERED, released_instrument
from cri.services.links import personal_token
from cri.services.responses import find_questionnaire
from cri.services.submissions import submit

AGENCY_ID = uuid.UUID("5d1f3f0e-6a0e-4c57-9b5e-0d2a6f1c7e11")
INSTRUMENT = OFFERED[0]

UNITS = (
    ("all", "", "Northmoor Water"),
    ("ops", "all", "Operations"),
    ("ops-net", "ops", "Network and repairs"),
    ("ops-plant", "ops", "Treatment works"),
    ("ops-lab", "ops", "Laboratory"),
    ("cust", "all", "Customer services"),
    ("cust-call", "cust", "Contact centre"),
    ("cust-bill", "cust", "Billing and debt"),
    ("cust-field", "cust", "Field visits"),
    ("eng", "all", "Engineering and projects"),
    ("corp", "all", "Corporate services"),
    ("corp-fin", "corp", "Finance"),
    ("corp-hr", "corp", "People and learning"),
    ("corp-leg", "corp", "Legal and regulation"),
)
PEOPLE_IN = {
    "ops-net": 64,
    "ops-plant": 41,
    "ops-lab": 9,
    "cust-call": 48,
    "cust-bill": 22,
    "cust-field": 14,
    "eng": 31,
    "corp-fin": 16,
    "corp-hr": 12,
    "corp-leg": 7,
}
EFFECT = {
    "insight": 7.0,
    "foresight": -6.0,
    "peripheral": -1.0,
    "empowerment": -8.0,
    "collaboration": 1.0,
    "alignment": 6.0,
}


def answer_some(context: Context, wave_id: uuid.UUID, share: float, seed: int) -> None:
    """Let a share of those invited answer, each through the link that was made for them."""
    session, secrets = context.session, context.parts.secrets
    invitations = list(
        session.scalars(
            select(Invitation)
            .where(Invitation.agency_id == AGENCY_ID, Invitation.wave_id == wave_id)
            .order_by(Invitation.unit_code, Invitation.id)
        )
    )
    instrument = released_instrument(*INSTRUMENT)
    draw = np.random.default_rng(seed)
    chosen = [one for one in invitations if draw.random() < share]
    codes = [code for code, _, _ in UNITS]
    units = tuple(Unit(code, parent or None, name, PEOPLE_IN.get(code)) for code, parent, name in UNITS)
    sheet = synthetic_answers(instrument, len(chosen) * 3, units, EFFECT, seed)
    rows = {code: list(np.flatnonzero(sheet.unit == place)) for place, code in enumerate(codes)}
    spare = list(range(sheet.respondents))
    for invitation in chosen:
        of_unit = rows.get(str(invitation.unit_code)) or spare
        row = of_unit.pop()
        token = personal_token(secrets, invitation.id)
        questionnaire = find_questionnaire(session, secrets, token, context.now)
        seconds = min(int(draw.lognormal(1.9, 0.5)), SLOWEST_PACE)
        submit(session, questionnaire, _row(instrument, sheet, int(row)), seconds)


def _row(instrument: Instrument, sheet: AnswerSheet, row: int) -> Answers:
    """One row of a made-up sheet as its respondent would have sent it."""
    assert sheet.outcomes is not None
    assert sheet.profile is not None
    points = zip(
        (*instrument.items, *instrument.outcomes), (*sheet.answers[row], *sheet.outcomes[row]), strict=True
    )
    options = zip(instrument.profile, sheet.profile[row], strict=True)
    return Answers(
        items={item.code: int(point) for item, point in points if point != UNANSWERED},
        profile={asked.code: asked.options[place] for asked, place in options if place != NO_OPTION},
    )
