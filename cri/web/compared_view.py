"""Comparisons in words and numbers: the choice of edition and peer group, and what moved between editions."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from cri.adapters.report_text import ReportText
from cri.domain.comparing import Move, Seen
from cri.domain.edition_change import rows_by_peers
from cri.domain.peers import ALL, ATTRIBUTES
from cri.services.comparisons import Comparison
from cri.web.pool_view import NOTHING, window_of
from cri.web.pool_words import TIERS, peers_word
from cri.web.texts import number

Document = Mapping[str, Any]
View = dict[str, Any]


def choice_of(found: Comparison) -> View:
    """The form: editions and peer groups to choose from, what is chosen, and what the agency has not told."""
    chosen = found.edition["edition"] if found.edition else None
    report = found.frozen.edition if found.frozen else None
    return {
        "edition": chosen,
        "peers": found.peers,
        "as_in_report": found.as_in_report,
        "editions": [(one, _edition_word(one, found)) for one in found.editions],
        "proposed": chosen or next((one for one in found.editions if one not in found.imported), None),
        "groups": [(offer.peers, _offered(offer.peers, offer.used)) for offer in found.offers],
        "unstated": _listed([_attribute_word(name) for name in found.unstated]),
        "report": report,
        "report_peers": peers_word(found.frozen.peers) if found.frozen else None,
        "query": {} if found.as_in_report or not chosen else {"edition": chosen, "peers": found.peers},
    }


def _edition_word(edition: str, found: Comparison) -> str:
    """Its number, whether the report was made with it, and whether it came from a file."""
    if found.frozen is not None and edition == found.frozen.edition:
        edition_word = str(_("%(edition)s, as in the report", edition=edition))
    else:
        edition_word = edition
    if edition in found.imported:
        return str(_("%(edition)s (from a file)", edition=edition_word))
    return edition_word


def compared_with(found: Comparison) -> View:
    """Edition, peer group, number of agencies and window; a fall-back in words where there is one."""
    norm, edition = found.pack["norm"], found.edition
    if norm is None:
        return {"norm": None}
    fell_back = norm["asked"] != norm["peers"] and norm["agencies"] is not None
    return {
        "norm": norm,
        "edition": norm["edition"],
        "agencies": NOTHING if norm["agencies"] is None else number(norm["agencies"]),
        "peers": peers_word(norm["peers"]),
        "window": window_of(norm),
        "members": number(len(edition["members"])) if edition else None,
        "fell_back": {"asked": peers_word(norm["asked"]), "used": peers_word(norm["peers"])}
        if fell_back
        else None,
        "tier": norm["tier"] if norm["agencies"] is not None else "none",
    }


def groups_of(found: Comparison) -> list[View]:
    """Every peer group that the edition shows, by attribute: how many agencies, and what can be said."""
    if found.edition is None:
        return []
    rows = rows_by_peers(found.edition)
    used = found.pack["norm"]["peers"] if found.pack["norm"] else None
    own = {offer.peers for offer in found.offers}
    tables = []
    for title, names in _by_attributes(list(rows)):
        shown = [
            {
                "name": peers_word(name),
                "agencies": number(rows[name].agencies),
                "tier": TIERS[rows[name].tier],
                "used": name == used,
                "own": name in own and name != used,
            }
            for name in names
        ]
        tables.append({"title": title, "rows": shown})
    return tables


def fallback_notes(found: Comparison) -> dict[str, str]:
    """For each figure that is placed in another group than the index is: which, by the figure's code."""
    if found.placement is None or found.pack["norm"] is None:
        return {}
    used = found.pack["norm"]["peers"]
    return {
        one["factor"]: str(_("among %(peers)s", peers=peers_word(one["peers"])))
        for one in found.placement["placements"]
        if one["peers"] != used and one["agencies"] is not None
    }


def move_rows(text: ReportText, moves: Sequence[Move]) -> list[View]:
    """What each edition says of each figure: agencies, quartiles and the agency's place, before and now."""
    return [
        {
            "name": text.factor_name(move.factor),
            "before": _seen(text, move.before),
            "now": _seen(text, move.now),
        }
        for move in moves
    ]


def _seen(text: ReportText, seen: Seen) -> View:
    if seen.agencies is None:
        return {
            "agencies": NOTHING,
            "peers": None,
            "middle": NOTHING,
            "place": str(_("not shown")),
            "kept": None,
        }
    marks = seen.quartiles or (None, seen.median, None)
    place = text.word(f"bands.{seen.band}") if seen.band else text.word("bands.none")
    if seen.percentile is not None and seen.interval80 is not None and seen.band != "cannot_tell":
        low, high = (text.number("rank", end) for end in seen.interval80)
        percentile = text.word(
            "summary.percentile", percentile=text.number("rank", seen.percentile), low=low, high=high
        )
        place = str(_("%(band)s, %(percentile)s", band=place, percentile=percentile))
    return {
        "agencies": text.number("count", seen.agencies),
        "peers": peers_word(str(seen.peers)),
        "middle": " | ".join(text.number("score", one) for one in marks),
        "place": place,
        "kept": str(_("values of %(edition)s", edition=seen.kept_from)) if seen.kept_from else None,
    }


def _offered(peers: str, used: str | None) -> str:
    name = peers_word(peers)
    if used == peers:
        return name
    if used is None:
        return str(_("%(peers)s (nothing to show)", peers=name))
    return str(_("%(peers)s (too little to show, so: %(used)s)", peers=name, used=peers_word(used)))


def _by_attributes(names: Sequence[str]) -> list[tuple[str, list[str]]]:
    """The groups under a heading each: the whole pool, each attribute, pairs of them."""
    found: dict[str, list[str]] = {}
    for name in names:
        attributes = [part.partition("=")[0] for part in name.split("&")] if name != ALL else []
        heading = ALL if not attributes else attributes[0] if len(attributes) == 1 else "pairs"
        found.setdefault(heading, []).append(name)
    titles = {ALL: "", "pairs": _("Two attributes at once")}
    titles |= {name: _attribute_word(name) for name in ATTRIBUTES}
    order = (ALL, *ATTRIBUTES, "pairs")
    return [(str(titles[heading]), found[heading]) for heading in order if heading in found]


def _listed(names: Sequence[str]) -> str:
    return str(_(", ")).join(names)


def _attribute_word(attribute: str) -> str:
    words = {
        "sector": _("Sector"),
        "size": _("Size"),
        "country": _("Country"),
        "relationship": _("Relationship"),
    }
    return str(words[attribute])
