"""The pool in rows and counts, ready for its pages: facets, never names."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from cri.db.models import Edition
from cri.domain.edition_change import PeerChange, PeerRow
from cri.domain.peers import ATTRIBUTES, size_band
from cri.services.pool_overview import DraftFacts, EntryFacts
from cri.web.pool_words import DRAFT_STATES, RULES, STATES, TIERS, facet_word, month_word, peers_word
from cri.web.texts import number, short_moment

Document = Mapping[str, Any]
View = dict[str, Any]
SHOWN_CODE = 8
ZONE = "UTC"
NOTHING = "\N{EN DASH}"


def facet_counts(entries: Sequence[EntryFacts]) -> list[View]:
    """For each attribute how many agencies of each value are in the pool: {title, rows}."""
    titles = {
        "sector": _("Sector"),
        "size": _("Size"),
        "country": _("Country"),
        "relationship": _("Relationship"),
    }
    inside = [one for one in entries if one.state == "in"]
    return [
        {
            "title": titles[attribute],
            "rows": [
                {"name": name, "count": number(count)}
                for name, count in Counter(
                    facet_word(attribute, facets_of(one)[attribute]) for one in inside
                ).most_common()
            ],
        }
        for attribute in ATTRIBUTES
    ]


def facets_of(entry: EntryFacts) -> dict[str, str | None]:
    """Facets of a contribution, its size band included."""
    return {**entry.facets, "size": size_band(entry.headcount)}


def entry_row(entry: EntryFacts) -> View:
    """A contribution as a row: a piece of its code, its month, its facets, its state."""
    text, kind = STATES[entry.state]
    return {
        "id": entry.id,
        "code": entry.pseudonym[:SHOWN_CODE],
        "month": month_word(entry.month),
        "facets": str(_(", ")).join(
            facet_word(name, value) for name, value in facets_of(entry).items() if value
        )
        or _("not told"),
        "respondents": number(entry.respondents),
        "state": {"text": str(text), "kind": kind},
        "rules": [str(RULES[rule]) for rule in entry.rules],
        "decisions": [
            {
                "verdict": _("Accepted") if one.verdict == "accepted" else _("Refused"),
                "reason": one.reason,
                "when": short_moment(one.decided_at, ZONE),
                "who": str(one.decided_by)[:SHOWN_CODE],
            }
            for one in entry.decisions
        ],
    }


def draft_row(draft: DraftFacts) -> View:
    """A draft as a row."""
    text, kind = DRAFT_STATES[draft.state]
    return {
        "href": url_for("pool_editions.draft", draft_id=draft.id),
        "number": draft.number,
        "instrument": f"{draft.kind[0]} {draft.kind[1]}",
        "synthetic": draft.kind[2],
        "state": {"text": str(text), "kind": kind},
        "asked": short_moment(draft.asked_at, ZONE),
    }


def edition_row(edition: Edition) -> View:
    """An edition as a row of the history."""
    document = edition.document
    return {
        "href": url_for("pool_editions.edition", code=edition.instrument_code, number=edition.number),
        "number": edition.number,
        "instrument": f"{edition.instrument_code} {edition.instrument_version}",
        "synthetic": edition.synthetic,
        "imported": edition.origin == "imported",
        "agencies": number(len(document["members"])),
        "window": window_of(document),
    }


def window_of(document: Document) -> str:
    """The months in which the members' surveys closed."""
    window = document["window"]
    if not window["from"]:
        return str(_("not told"))
    return str(_("%(first)s to %(last)s", first=month_word(window["from"]), last=month_word(window["to"])))


def change_rows(changes: Sequence[PeerChange]) -> list[View]:
    """What each peer group shows now, and showed before."""
    return [
        {
            "peers": peers_word(change.peers),
            "agencies": number(change.now.agencies) if change.now else NOTHING,
            "said": _said(change.now),
            "kept": number(change.now.kept) if change.now else NOTHING,
            "before": _said(change.before),
            "lost": change.lost,
        }
        for change in changes
    ]


def _said(row: PeerRow | None) -> str:
    if row is None:
        return str(_("not shown"))
    return str(
        _(
            "%(figures)s figures in %(groups)s groups or more: %(tier)s",
            figures=number(row.figures),
            groups=number(row.least_groups),
            tier=TIERS[row.tier],
        )
    )


def certificate_rows(certificate: Document) -> list[View]:
    """The disclosure certificate, as rows {key, value}."""
    exact = certificate["test"] == "exact"
    cells = certificate["cells"]
    return [
        {"key": _("Result"), "value": _("Passed") if certificate["result"] == "passed" else NOTHING},
        {
            "key": _("Against"),
            "value": _("any two owners with all their agencies, every edition, and who is in which group"),
        },
        {"key": _("Test"), "value": _("Exact") if exact else _("Sufficient condition, for large pools")},
        {"key": _("Owners in every combination, at least"), "value": number(certificate["fewest_owners"])},
        {"key": _("Contributions ever used"), "value": number(certificate["contributions"])},
        {"key": _("Figures ever published"), "value": number(certificate["figures"])},
        {"key": _("Earlier editions"), "value": number(certificate["editions_before"])},
        {"key": _("Cells with new values"), "value": number(cells["new"])},
        {
            "key": _("Of these with fewer groups than their agencies allow"),
            "value": number(cells["fewer_groups"]),
        },
        {"key": _("Cells that keep old values"), "value": number(cells["kept"])},
        {"key": _("Cells refused"), "value": number(cells["refused"])},
    ]
