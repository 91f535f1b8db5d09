"""The pool's codes in words: facets, peer groups, rules of the quarantine, states of drafts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel import Locale
from babel.dates import format_skeleton
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from cri.domain.errors import InputError
from cri.domain.norms import INDEX
from cri.domain.quarantine import Rule
from cri.services.instruments import texts_nearest
from cri.web.language import current_language

SECTORS = {
    "administration": _l("General administration"),
    "culture": _l("Culture and leisure"),
    "education": _l("Education"),
    "emergency": _l("Police, fire and rescue"),
    "environment": _l("Environment and waste"),
    "health": _l("Health"),
    "housing": _l("Housing"),
    "justice": _l("Justice"),
    "licensing": _l("Licences and permits"),
    "planning": _l("Planning and building"),
    "social": _l("Social services"),
    "tax": _l("Tax and customs"),
    "transport": _l("Transport"),
    "utilities": _l("Energy and other utilities"),
    "water": _l("Water"),
}
RELATIONSHIPS = {
    "citizen": _l("Citizens and residents"),
    "client": _l("Clients of a service"),
    "customer": _l("Customers who pay"),
    "partner": _l("Partner bodies"),
    "regulated": _l("People and firms it regulates"),
    "ward": _l("People in its care"),
}
SIZES = {
    "small": _l("Up to 250 staff"),
    "medium": _l("251 to 1,000 staff"),
    "large": _l("Over 1,000 staff"),
}
RULES = {
    Rule.SAME_SHEET: _l("The very sheet of another contribution"),
    Rule.SAME_FIGURES: _l("The same figures as another contribution"),
    Rule.IMPOSSIBLE_VARIANCE: _l("Answers that vary as no answers can"),
    Rule.FAR_FROM_POOL: _l("A score far from all others"),
}
STATES = {
    "in": (_l("In the pool"), "blue"),
    "held": (_l("Held"), "orange"),
    "refused": (_l("Refused"), "grey"),
    "withdrawn": (_l("Withdrawn"), "grey"),
}
DRAFT_STATES = {
    "asked": (_l("Being made"), "grey"),
    "made": (_l("To be previewed"), "orange"),
    "failed": (_l("Could not be made"), "orange"),
    "previewed": (_l("To be approved"), "orange"),
    "approved": (_l("To be published"), "blue"),
    "published": (_l("Published"), "solid"),
    "dropped": (_l("Dropped"), "grey"),
}
TIERS = {
    "none": _l("nothing"),
    "halves": _l("upper or lower half"),
    "percentiles": _l("percentiles"),
}


def facet_word(attribute: str, value: str | None) -> str:
    """A facet's value in words; a value without words (of a made-up agency, say) as it is."""
    if not value:
        return str(_("not told"))
    if attribute == "country":
        return str(Locale.parse(current_language()).territories.get(value, value))
    known = {"sector": SECTORS, "relationship": RELATIONSHIPS, "size": SIZES}[attribute]
    return str(known.get(value, value))


def figure_names(document: Mapping[str, Any]) -> dict[str, str]:
    """The index and the factors of an edition's instrument in words, by code, as far as it is known here."""
    told = document["instrument"]
    try:
        texts = texts_nearest(told["code"], told["version"], current_language())
    except (InputError, LookupError, OSError):
        return {INDEX: str(_("Index"))}
    return {INDEX: str(_("Index")), **{code: text.name for code, text in texts.factors.items()}}


def peers_word(peers: str) -> str:
    """A peer group in words."""
    if peers == "all":
        return str(_("All agencies"))
    pairs = (part.partition("=") for part in peers.split("&"))
    return str(_(", ")).join(facet_word(attribute, value) for attribute, _equals, value in pairs)


def month_word(month: str | None) -> str:
    """A month such as 2026-03 in words."""
    if not month:
        return str(_("not told"))
    year, number = (int(part) for part in month.split("-")[:2])
    return format_skeleton("yMMM", date(year, number, 1), locale=current_language())


def countries() -> list[tuple[str, str]]:
    """Countries by code, sorted by their names in the reader's language."""
    named = Locale.parse(current_language()).territories.items()
    codes = [
        (code, name) for code, name in named if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
    ]
    return sorted(codes, key=lambda one: one[1])


_NO_COUNTRY = {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"}
