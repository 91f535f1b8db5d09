"""A change of the organisation in words and numbers, ready for its pages."""

from typing import Any

from flask_babel import gettext as _

from cri.domain.roster import PersonRow
from cri.domain.sheet import Unit
from cri.domain.unit_events import Kind, Proposal
from cri.services import lineage, rosters, wave_people
from cri.services.context import Context
from cri.web.forms.organisation import AcceptForm
from cri.web.texts import number

MOST_NAMES = 100


def preview_view(ctx: Context, found: rosters.Preview, form: AcceptForm) -> dict[str, Any]:
    """Everything that the preview page shows."""
    change = found.change
    counts = [
        {
            "name": count.name,
            "before": number(count.before),
            "new": number(count.new) if count.new else "",
            "arrive": number(count.arrive) if count.arrive else "",
            "away": number(count.move_away) if count.move_away else "",
            "gone": number(count.gone) if count.gone else "",
            "after": number(count.after),
        }
        for count in found.units
    ]
    names = {unit.code: unit.name for unit in (*found.present.units, *change.units_added)}
    return {
        "change": change,
        "leaving": number(len(change.people_deactivated)),
        "counts": counts[:MOST_NAMES],
        "more_counts": _more(len(counts)),
        "groups": _groups(found),
        "likely": [_likely(one, names) for one in found.likely],
        "day": form.day.data.isoformat() if form.day.data else lineage.local_day(ctx).isoformat(),
        "open_waves": [wave.label for wave in wave_people.open_waves(ctx)],
        "joining": number(len(change.people_added) + len(change.people_back)),
        "moving": number(len(found.moved)),
        "after": {"units": number(change.units_after), "people": number(change.people_after)},
    }


def _groups(found: rosters.Preview) -> list[dict[str, Any]]:
    change = found.change
    was = {unit.code: unit.name for unit in found.present.units}
    groups = (
        (_("Units added"), [_unit(unit) for unit in change.units_added]),
        (_("Units changed"), [_unit(unit) for unit in change.units_changed]),
        (_("Units removed"), [f"{code} · {was[code]}" for code in change.units_removed]),
        (_("People added"), [_person(row) for row in change.people_added]),
        (_("People changed"), [_person(row) for row in change.people_changed]),
        (_("People who are back"), [_person(row) for row in change.people_back]),
        (_("People who leave"), [_person(row) for row in change.people_deactivated]),
    )
    return [
        {"title": title, "count": number(len(names)), "names": names[:MOST_NAMES], "more": _more(len(names))}
        for title, names in groups
        if names
    ]


def _unit(unit: Unit) -> str:
    return f"{unit.code} · {unit.name}"


def _person(row: PersonRow) -> str:
    return f"{row.name} · {row.email}"


def _more(count: int) -> str | None:
    return number(count - MOST_NAMES) if count > MOST_NAMES else None


def _likely(one: Proposal, names: dict[str, str]) -> tuple[str, str, str]:
    """(value, text, hint) of a box to tick."""
    before = dict.fromkeys(pair[0] for pair in one.pairs)
    after = dict.fromkeys(pair[1] for pair in one.pairs)
    text = what_happened(one.kind, [names[code] for code in before], [names[code] for code in after])
    hint = (
        _("%(people)s of %(known)s people went this way.", people=number(one.people), known=number(one.known))
        if one.known
        else _("They have the same name.")
    )
    return one.key, text, hint


def what_happened(kind: Kind, before: list[str], after: list[str]) -> str:
    """An event as one sentence."""
    sentences = {
        Kind.RENAME: _("Renamed: %(before)s became %(after)s"),
        Kind.MOVE: _("Moved to another place: %(after)s"),
        Kind.MERGE: _("Merged: %(before)s became %(after)s"),
        Kind.SPLIT: _("Split: %(before)s became %(after)s"),
    }
    return str(sentences[kind]) % {"before": _(", ").join(before), "after": _(", ").join(after)}
