"""The pool in rows and counts, ready for its pages: facets, never names."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cri.db.models import Edition, EditionImport, Vouching
from cri.domain.edition_change import CellChange, PeerChange, PeerRow
from cri.domain.peers import ATTRIBUTES, size_band
from cri.services.editions import DraftOutline, EditionOutline, Kind
from cri.services.pool_overview import EntryFacts, PoolCounts
from cri.web.pool_words import DRAFT_STATES, RULES, STATES, TIERS, facet_word, month_word, peers_word
from cri.web.texts import number, short_moment

Document = Mapping[str, Any]
View = dict[str, Any]
SHOWN_CODE = 8
ZONE = "UTC"
NOTHING = "\N{EN DASH}"


def pool_row(pool: PoolCounts) -> View:
    """A pool in numbers, and for each facet how many agencies of each value are in it."""
    code, version, synthetic = pool.kind
    titles = {
        "sector": _("Sector"),
        "size": _("Size"),
        "country": _("Country"),
        "relationship": _("Relationship"),
    }
    return {
        "code": kind_code(pool.kind),
        "name": f"{code} {version}",
        "synthetic": synthetic,
        "agencies": number(pool.agencies),
        "inside": number(pool.states.get("in", 0)),
        "held": number(pool.states.get("held", 0)),
        "withdrawn": number(pool.states.get("withdrawn", 0)),
        "facets": [
            {"title": titles[attribute], "rows": _most_common(attribute, pool.facets[attribute])}
            for attribute in ATTRIBUTES
        ],
    }


def _most_common(attribute: str, counts: Mapping[str | None, int]) -> list[View]:
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0] or ""))
    return [{"name": facet_word(attribute, value), "count": number(count)} for value, count in ordered]


def kind_code(kind: Kind) -> str:
    """A kind of pool as a form sends it."""
    return ":".join((*kind[:2], "synthetic" if kind[2] else "real"))


def entry_row(entry: EntryFacts) -> View:
    """A contribution as a row: a piece of its code, its month, its facets, its state."""
    outline = entry.outline
    text, kind = STATES[outline.state]
    facets = {**outline.facets, "size": size_band(outline.headcount)}
    return {
        "id": outline.id,
        "href": url_for("pool.contribution", contribution_id=outline.id),
        "code": outline.pseudonym[:SHOWN_CODE],
        "instrument": f"{outline.kind[0]} {outline.kind[1]}",
        "month": month_word(outline.month),
        "facets": str(_(", ")).join(facet_word(name, facets[name]) for name in ATTRIBUTES if facets.get(name))
        or _("not told"),
        "respondents": number(outline.respondents),
        "answered": ngettext(
            "%(number)s respondent",
            "%(number)s respondents",
            outline.respondents,
            number=number(outline.respondents),
        ),
        "state": {"text": str(text), "kind": kind},
        "vouched": outline.vouched,
        "acceptable": entry.acceptable,
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


def vouching_row(vouching: Vouching) -> View:
    """What was found out of an agency, as a row."""
    changed = [facet_word(name, value) for name, value in sorted(vouching.facets.items())]
    if vouching.owner_pseudonym:
        changed.insert(0, str(_("a further owner")))
    return {
        "what": str(_(", ")).join(changed) or _("As the agency told"),
        "reason": vouching.reason,
        "when": short_moment(vouching.vouched_at, ZONE),
        "who": str(vouching.vouched_by)[:SHOWN_CODE],
    }


def draft_row(draft: DraftOutline) -> View:
    """A draft as a row."""
    text, kind = DRAFT_STATES[draft.state]
    return {
        "href": url_for("pool_editions.draft", draft_id=draft.id),
        "number": draft.number,
        "instrument": f"{draft.kind[0]} {draft.kind[1]}",
        "synthetic": draft.kind[2],
        "state": {"text": str(text), "kind": kind},
        "progress": progress_word(draft.progress) if draft.state == "asked" else None,
        "asked": short_moment(draft.asked_at, ZONE),
    }


def progress_word(progress: tuple[int, int] | None) -> str:
    """How far a worker has come with a draft."""
    if progress is None:
        return str(_("Waiting for a worker"))
    done, steps = progress
    return str(_("Step %(step)s of %(steps)s", step=number(min(done + 1, steps)), steps=number(steps)))


def edition_row(edition: EditionOutline) -> View:
    """An edition as a row of the history."""
    return {
        "href": url_for("pool_editions.edition", code=edition.kind[0], number=edition.number),
        "number": edition.number,
        "instrument": f"{edition.kind[0]} {edition.kind[1]}",
        "synthetic": edition.kind[2],
        "imported": edition.origin == "imported",
        "agencies": number(edition.agencies),
        "window": _window(*edition.window),
    }


def edition_facts(edition: Edition, record: EditionImport | None) -> list[View]:
    """What is on record of an edition: rows {key, value}."""
    document = edition.document
    rows = [
        {"key": _("Agencies"), "value": number(len(document["members"]))},
        {"key": _("Surveys that closed in"), "value": window_of(document)},
        {"key": _("Method"), "value": document["method"]},
        {"key": _("Digest"), "value": edition.sha256},
    ]
    if record is not None:
        rows += [
            {"key": _("Taken in"), "value": short_moment(record.imported_at, ZONE)},
            {"key": _("Taken in by"), "value": str(record.imported_by)[:SHOWN_CODE]},
            {"key": _("Digest of the file"), "value": record.file_sha256},
        ]
    elif edition.origin == "imported":
        rows.append({"key": _("Taken in by"), "value": _("not on record")})
    return rows


def window_of(document: Document) -> str:
    """The months in which the members' surveys closed."""
    return _window(document["window"]["from"], document["window"]["to"])


def _window(first: str | None, last: str | None) -> str:
    if not first:
        return str(_("not told"))
    return str(_("%(first)s to %(last)s", first=month_word(first), last=month_word(last)))


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


def cell_rows(changes: Sequence[CellChange], names: Mapping[str, str]) -> list[View]:
    """Cell by cell, what is shown now and was shown before. names: factors in words, by code."""
    return [
        {
            "peers": peers_word(one.peers),
            "figure": names.get(one.factor, one.factor),
            "agencies": number(one.agencies) if one.groups else NOTHING,
            "owners": number(one.owners) if one.groups else NOTHING,
            "groups": number(one.groups) if one.groups else NOTHING,
            "before": _(
                "%(groups)s: %(agencies)s",
                groups=_groups_word(one.groups_before),
                agencies=ngettext(
                    "%(number)s agency",
                    "%(number)s agencies",
                    one.agencies_before,
                    number=number(one.agencies_before),
                ),
            )
            if one.groups_before
            else NOTHING,
            "note": _cell_note(one),
        }
        for one in changes
    ]


def _cell_note(cell: CellChange) -> View | None:
    """What the audit did to a cell: a tag, or None."""
    if cell.unfinished and not cell.kept_from:
        return {"text": _("Not shown: no work was left for its audit"), "kind": "orange"}
    if cell.kept_from:
        return {"text": _("Old values, of %(edition)s", edition=cell.kept_from), "kind": "grey"}
    if cell.refused:
        return {"text": _("Not shown: the audit would fail"), "kind": "orange"}
    if cell.fewer:
        return {"text": _("Fewer groups: the audit would fail"), "kind": "orange"}
    if not cell.groups:
        return {"text": _("No longer shown"), "kind": "orange"}
    return None


def _said(row: PeerRow | None) -> str:
    if row is None:
        return str(_("not shown"))
    return str(
        _(
            "%(figures)s in %(groups)s or more: %(tier)s",
            figures=figures_word(row.figures),
            groups=_groups_word(row.least_groups),
            tier=TIERS[row.tier],
        )
    )


def figures_word(count: int) -> str:
    """So many figures."""
    return str(ngettext("%(number)s figure", "%(number)s figures", count, number=number(count)))


def _groups_word(count: int) -> str:
    return str(ngettext("%(number)s group", "%(number)s groups", count, number=number(count)))


def certificate_rows(certificate: Document) -> list[View]:
    """The disclosure certificate, as rows {key, value}."""
    exact = certificate["test"] == "exact"
    unfinished = certificate.get("unfinished", 0)  # editions of before this was counted do not say
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
        {"key": _("Cells that no work was left to audit"), "value": number(unfinished)},
    ]
