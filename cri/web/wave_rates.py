"""Who has taken part, in words and bars, and what is to be expected of each unit."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from cri.db.models import Wave
from cri.domain.forecast import Forecast, Outlook, elapsed_share, forecasts
from cri.domain.rates import Step, UnitRate
from cri.services.context import Context
from cri.services.invitations import wave_rates
from cri.web.texts import number, per_cent, taken_part

STEPS = {
    Step.FEW: _l("few or none"),
    Step.SOME: _l("some"),
    Step.MOST: _l("most"),
    Step.HIDDEN: _l("too few to show"),
}
OUTLOOKS = {
    Outlook.WILL_MISS: (_l("Will miss it"), "orange"),
    Outlook.MAY_MISS: (_l("May miss it"), "grey"),
    Outlook.WILL_REACH: (_l("Will reach it"), "blue"),
}
DEEPEST = 4
LISTED = 15
"""Units of the forecast that are listed by themselves; the others are marked where their rate stands."""


def rates_view(ctx: Context, wave: Wave) -> dict[str, Any]:
    """Who has taken part: {total, share, open_answers, any_step, bars, outlook}."""
    rates = wave_rates(ctx, wave)
    told = _forecasts(ctx, wave, rates.units)
    return {
        "total": _(
            "%(used)s of %(invited)s", used=number(rates.count.used), invited=number(rates.count.invited)
        )
        if rates.count
        else str(STEPS[rates.step or Step.HIDDEN]),
        "share": per_cent(rates.count.rate) if rates.count else None,
        "open_answers": number(rates.open_answers),
        "any_step": any(unit.count is None for unit in rates.units),
        "bars": [_bar(unit, one, wave) for unit, one in zip(rates.units, told, strict=True)],
        "outlook": _outlook(rates.units, told, wave),
    }


def _forecasts(ctx: Context, wave: Wave, units: Sequence[UnitRate]) -> tuple[Forecast, ...]:
    over = wave.opened_at is None or wave.closes_at is None
    elapsed = 0.0 if over else elapsed_share(wave.opened_at, wave.closes_at, ctx.now)  # type: ignore[arg-type]  # not over
    return forecasts(units, elapsed, wave.minimum)


def _bar(unit: UnitRate, told: Forecast, wave: Wave) -> dict[str, Any]:
    if unit.count is None:
        text = str(STEPS[unit.step or Step.HIDDEN])
        if unit.step is not Step.HIDDEN:
            text = _("%(step)s of %(invited)s", step=text, invited=number(unit.invited))
        percent = None
    else:
        text, percent = taken_part(unit.count), round(100 * unit.count.rate, 1)
    return {
        "label": unit.name,
        "level": min(unit.depth, DEEPEST),
        "percent": percent,
        "text": text,
        "warn": _warning(unit, told, wave),
    }


def _warning(unit: UnitRate, told: Forecast, wave: Wave) -> str | None:
    """What keeps a unit from a result of its own, while it can still be helped."""
    if told.outlook is Outlook.CANNOT:
        return str(_("Too small for a result of its own: counted in the unit above."))
    if wave.state != "open" or unit.count is None or unit.count.used >= wave.minimum:
        return None
    short = wave.minimum - unit.count.used
    needed = str(_("%(number)s more needed for a result of its own.", number=number(short)))
    if told.outlook in OUTLOOKS:
        needed += " " + str(OUTLOOKS[told.outlook][0]) + "."
    return needed


def _outlook(units: Sequence[UnitRate], told: Sequence[Forecast], wave: Wave) -> dict[str, Any]:
    """Which units could miss the minimum, the worst first: {rows, more, needed, missing, too_early}."""
    order = (Outlook.WILL_MISS, Outlook.MAY_MISS)
    found = [
        (order.index(one.outlook), unit, one)
        for unit, one in zip(units, told, strict=True)
        if one.outlook in order and unit.count is not None
    ]
    found.sort(key=lambda row: row[0])
    more = max(0, len(found) - LISTED)
    missing = sum(one.outlook is Outlook.WILL_MISS for one in told)
    waiting = any(
        one.outlook is Outlook.UNTOLD and unit.count is not None and unit.count.used < wave.minimum
        for unit, one in zip(units, told, strict=True)
    )
    return {
        "rows": [
            {
                "label": unit.name,
                "used": number(unit.count.used if unit.count else 0),
                "range": _range(one),
                "tag": {"text": str(OUTLOOKS[one.outlook][0]), "kind": OUTLOOKS[one.outlook][1]},
            }
            for _place, unit, one in found[:LISTED]
        ],
        "more": ngettext(
            "%(num)s more unit is marked in the list below.",
            "%(num)s more units are marked in the list below.",
            more,
        )
        if more
        else None,
        "needed": number(wave.minimum),
        "missing": ngettext(
            "%(num)s unit will miss the minimum unless more of its people answer.",
            "%(num)s units will miss the minimum unless more of their people answer.",
            missing,
        )
        if missing
        else None,
        "too_early": waiting and not found,
    }


def _range(told: Forecast) -> str:
    low, high = told.low or 0, told.high or 0
    if low == high:
        return number(low)
    return str(_("%(low)s to %(high)s", low=number(low), high=number(high)))
