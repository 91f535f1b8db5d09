"""Putting a pack's claims, numbers and names into a language: the one edge that page and PDF share."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import Any, Final
from unicodedata import bidirectional

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from cri.adapters.date_patterns import day_pattern, month_pattern
from cri.adapters.instrument_files import FactorText, InstrumentTexts
from cri.adapters.report_files import load_report_words
from cri.domain.rounding import rounded
from cri.domain.unseen import seen_only

Document = Mapping[str, Any]

ISOLATE, RELEASE = "\u2068", "\u2069"  # first strong isolate, pop
LONGEST_NAME, NAME_START, NAME_END = 64, 38, 24
"""Characters of a unit's name on a page: what three lines of a column hold; what is kept of a longer."""
MINUS: Final = "\u2212"
LEFT_TO_RIGHT: Final = "\u200e"  # a mark without width
PATTERNS: Final = {"score": "#,##0.0", "difference": "#,##0.0", "coefficient": "0.00"}


@dataclass(frozen=True)
class ShownFigure:
    """A number as it stands in a report: where, its kind, the full double, and the text that shows it."""

    where: str
    kind: str
    value: float
    text: str


@dataclass
class ReportText:
    """Words, names and numbers of one pack in one language; keeps a record of every figure it has shown.

    Digits are 0-9 in every language, as in the tables and charts; Babel gives separators, signs and months.
    """

    pack: Document
    locale: str
    instrument: InstrumentTexts | None
    words: Mapping[str, Any] = field(init=False)
    shown: list[ShownFigure] = field(default_factory=list, init=False)
    where: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self.words = load_report_words(self.locale, self.pack["kind"])
        self.pack = _with_seen_names(self.pack)
        self._units = _short_names(self.pack["units"])
        self._babel = Locale.parse(self.locale)

    @property
    def direction(self) -> str:
        """Reading direction: ltr or rtl."""
        return str(self.words["direction"])

    def word(self, key: str, **values: str) -> str:
        """Return a text of the report by its dotted key. KeyError where there is none."""
        found: Any = self.words
        for part in key.split("."):
            found = found[part]
        return str(found).format_map({"minimum": str(self.pack["minimum"]), **values})

    def number(self, kind: str, value: float | None) -> str:
        """Return a number rounded by its kind and written for the language; an en dash for None."""
        if value is None:
            return "\u2013"
        text = self._written(kind, rounded(kind, value))
        self.shown.append(ShownFigure(self.where, kind, float(value), text))
        return text

    def _written(self, kind: str, value: Decimal | int) -> str:
        if kind == "share":
            text = format_percent(Decimal(value) / 100, locale=self._babel, numbering_system="latn")
        else:
            pattern = PATTERNS.get(kind, "#,##0")
            text = format_decimal(value, format=pattern, locale=self._babel, numbering_system="latn")
        # Between words that run from the right a sign would go to the other side of its number.
        return text.replace("-", f"{LEFT_TO_RIGHT}{MINUS}" if self.direction == "rtl" else MINUS)

    def sentence(self, claim: Document) -> str:
        """Return the sentence of a claim, made from the claim alone."""
        template = self.template(claim)
        printed = dict.fromkeys(name for _, name, _, _ in Formatter().parse(template) if name)
        values = {name: self.value(claim["values"][name]) for name in printed}
        if claim["subject"] == "index" and not template.startswith("{factor}"):
            values["factor"] = self.word("summary.index_inside")
        return template.format_map(values)

    def template(self, claim: Document) -> str:
        """Return the sentence of a claim with {names} where its values will stand."""
        return str(self.words["claims"][claim["text_key"]])

    def reason(self, claim: Document) -> str:
        """Return the one-line reason of a claim's verdict."""
        return str(self.words["reasons"][claim["reason"]])

    def spoken(self, claim: Document) -> str:
        """Return a claim's sentence as the text of a figure; one not to be said names its verdict first."""
        sentence = self.sentence(claim)
        return f"{self.word('verdicts.not_to_say')} {sentence}" if claim["verdict"] == "dont" else sentence

    def verdict(self, claim: Document) -> str:
        """Return what a claim's verdict is called."""
        return str(self.words["verdicts"][claim["verdict"]])

    def value(self, value: Document) -> str:
        """Return a claim's value: a number by its kind, or the name behind a code."""
        kind, given = value["kind"], value["value"]
        return self._apart(self.named(kind, str(given))) if self.is_name(kind) else self.number(kind, given)

    def is_name(self, kind: str) -> bool:
        """Whether a value of this kind is a name or text rather than a number."""
        return kind in {"factor", "item", "unit", "peers", "limit", "text"}

    def named(self, kind: str, code: str) -> str:
        """Return the name behind a code: of a factor, item, unit, peer group or limit; a text as it is."""
        names: dict[str, Callable[[str], str]] = {
            "factor": self.factor_name,
            "item": self.statement,
            "unit": self.unit_name,
            "peers": self.peers,
            "limit": self.limit,
        }
        return names[kind](code) if kind in names else code

    def _apart(self, name: str) -> str:
        """A name in the midst of a sentence, kept from reordering it where it is in another script."""
        mixes = self.direction == "rtl" or direction_of(name) == "rtl"
        return f"{ISOLATE}{name}{RELEASE}" if mixes else name

    def factor(self, code: str) -> FactorText | None:
        """Return the instrument's texts of a factor; None for an instrument without texts."""
        return self.instrument.factors.get(code) if self.instrument else None

    def factor_name(self, code: str) -> str:
        """Return a factor's name, the index's name for "index", or the code of a factor without texts."""
        if code == "index":
            return self.word("summary.index")
        found = self.factor(code)
        return found.name if found else code

    def statement(self, code: str) -> str:
        """Return an item's or outcome's statement with the agency's noun; the code without texts."""
        texts = self.instrument
        if texts is None or code not in {*texts.items, *texts.outcomes}:
            return code
        noun = self.pack["noun"] if self.pack["noun"] in texts.nouns else next(iter(texts.nouns), "")
        return texts.statement(code, noun)

    def unit_name(self, code: str) -> str:
        """Return a unit's name as the agency typed it; a very long one without its middle."""
        return str(self._units.get(code) or code)

    def peers(self, code: str) -> str:
        """Return the name of a peer group: "all", or attributes as in "sector=water&country=SE"."""
        if code == "all":
            return self.word("peers.all")
        parts = (part.partition("=") for part in code.split("&"))
        named = [
            self.word(f"peers.{attribute}", value=self.facet(attribute, value))
            for attribute, _, value in parts
        ]
        return named[0] if len(named) == 1 else self.word("peers.joined", first=named[0], second=named[1])

    def facet(self, attribute: str, value: str) -> str:
        """Return a facet's value in words; one without words (of a made-up agency, say) as it is."""
        if attribute == "country":
            return str(self._babel.territories.get(value, value))
        return str(self.words["facets"][attribute].get(value, value))

    def limit(self, code: str) -> str:
        """Return how a share is called that is not stated, as "under 5%"."""
        return str(self.words["limits"][code])

    def tick(self, value: float) -> str:
        """Return a mark of an axis: a round number, which is not a figure of the report."""
        return self._written("count", round(value))

    def page_words(self) -> Any:
        """Return all words as the templates use them, with the wave's smallest group put in."""
        return _with_minimum(self.words, str(self.pack["minimum"]))

    def month(self, given: str) -> str:
        """Return an ISO month, as 2026-03, as the language writes it."""
        pattern = month_pattern(self.locale)
        return format_date(date.fromisoformat(f"{given[:7]}-01"), format=pattern, locale=self._babel)

    def day(self, given: str | None) -> str:
        """Return an ISO date, or the day of an ISO time, as the language writes it; an en dash for None."""
        if not given:
            return "\u2013"
        pattern = day_pattern(self.locale)
        return format_date(date.fromisoformat(given[:10]), format=pattern, locale=self._babel)


def direction_of(typed: str) -> str:
    """Return the reading direction of a typed name: that of its first letter that has one."""
    for character in typed:
        kind = bidirectional(character)
        if kind in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def _with_seen_names(pack: Document) -> Document:
    """A pack whose typed names hold nothing unseen: a turning character would turn numbers beside it."""
    return {
        **pack,
        "agency": pack["agency"] and seen_only(pack["agency"]),
        "wave": {**pack["wave"], "label": pack["wave"]["label"] and seen_only(pack["wave"]["label"])},
        "units": [{**unit, "name": seen_only(unit["name"])} for unit in pack["units"]],
    }


def _short_names(units: Sequence[Document]) -> dict[str, str]:
    """Names by code, long ones without their middle: none of 300 characters fits a table. No two alike."""
    short = {unit["code"]: _short_name(unit["name"]) for unit in units}
    full = {unit["code"]: unit["name"] for unit in units}
    count = Counter(short.values())
    return {
        code: name if name == full[code] or count[name] == 1 else f"{name} ({code})"
        for code, name in short.items()
    }


def _short_name(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    start, end = name[:NAME_START].rpartition(" ")[0], name[-NAME_END:].partition(" ")[2]  # whole words
    return f"{start or name[:NAME_START]} \u2026 {end or name[-NAME_END:]}"


def _with_minimum(words: Any, minimum: str) -> Any:
    if isinstance(words, Mapping):
        return {key: _with_minimum(entry, minimum) for key, entry in words.items()}
    if isinstance(words, list):
        return [_with_minimum(entry, minimum) for entry in words]
    return str(words).replace("{minimum}", minimum)
