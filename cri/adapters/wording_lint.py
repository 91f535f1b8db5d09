"""House rules for how items are worded, as data in instruments/wording/LOCALE.yaml.

Short, one idea, no absolutes, no denial in a reverse-keyed item, at most one such item a factor, and
easy enough to read for a thirteen-year-old where the language has a measure.
"""

import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyphen

from cri.adapters.instrument_translations import text_entries
from cri.adapters.yaml_files import LocatedYaml, read_yaml
from cri.domain.errors import InputProblem
from cri.domain.instrument import Instrument, Item

RULES = Path(__file__).parents[2] / "instruments" / "wording"
FEWEST_ITEMS = 5
"""A formula for ease of reading needs about a hundred words: factors with fewer items are read together."""

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*'?")
_SIGNS = re.compile("[\u0640\u064b-\u0652\u0670]")
_SENTENCE_END = re.compile(r"[.?!؟](?:\s|$)")


@dataclass(frozen=True, slots=True)
class Readability:
    """A text's figure by a published formula, and the furthest it may go."""

    formula: str
    limit: float
    value: float

    @property
    def met(self) -> bool:
        """Ages may not be above their limit, ease not below."""
        return self.value <= self.limit if FORMULAS[self.formula].is_age else self.value >= self.limit


@dataclass(frozen=True, slots=True)
class Formula:
    """From words a sentence and syllables a word to an age in years, or to ease of reading (0 to 100)."""

    value: Callable[[float, float], float]
    is_age: bool = False


FORMULAS = {
    # Kincaid, Fishburne, Rogers and Chissom 1975: the grade; a pupil of grade g is about g + 5 years old.
    "flesch_kincaid_age": Formula(
        lambda words, syllables: 0.39 * words + 11.8 * syllables - 15.59 + 5, is_age=True
    ),
    # Kandel and Moles 1958, for French.
    "kandel_moles": Formula(lambda words, syllables: 207 - 1.015 * words - 73.6 * syllables),
    # Fernández Huerta 1959, for Spanish, in the corrected reading (words a sentence, not sentences).
    "fernandez_huerta": Formula(lambda words, syllables: 206.84 - 1.02 * words - 60 * syllables),
}


@dataclass(frozen=True)
class WordingRules:
    """One language's rules, as read from its file."""

    data: Mapping[str, Any]

    def found(self, rule: str, text: str) -> list[str]:
        """The words of that rule's list that stand in `text`, excepted phrases apart."""
        plain = _plain(text)
        excused = [
            match.span()
            for exception in self.data["exceptions"]
            if exception["rule"] == rule
            for match in re.finditer(rf"(?<!\w){re.escape(_plain(exception['words']))}(?!\w)", plain)
        ]
        return [
            match.group()
            for word in self.data[rule]
            for match in re.finditer(_pattern(_plain(word)), plain)
            if not any(start <= match.start() and match.end() <= end for start, end in excused)
        ]

    def slips(self, text: str) -> Iterator[re.Match[str]]:
        """Where a noun does not fit what stands around it."""
        for pattern in self.data["ungrammatical"]:
            yield from re.finditer(pattern, _plain(text))

    def readability(self, sentences: Sequence[str]) -> Readability | None:
        """Ease of reading of some sentences; None where the language has no formula here."""
        rule = self.data.get("readability")
        if rule is None:
            return None
        words = [word for sentence in sentences for word in words_of(sentence)]
        count = sum(_syllables(word, rule) for word in words)
        value = FORMULAS[rule["formula"]].value(len(words) / len(sentences), count / len(words))
        return Readability(rule["formula"], rule.get("at_most", rule.get("at_least")), value)


@cache
def load_rules(locale: str) -> WordingRules | None:
    """The rules of a language; None if it has none."""
    path = RULES / f"{locale}.yaml"
    return WordingRules(read_yaml(path).data) if path.is_file() else None


def words_of(text: str) -> list[str]:
    """The words of a text; a hyphen or an apostrophe does not part them."""
    return _WORD.findall(_plain(text))


def keying_problems(source: LocatedYaml, instrument: Instrument) -> list[InputProblem]:
    """Factors of an instrument.yaml with more than one reverse-keyed item."""
    return [
        source.problem(("factors", place), f"{factor.code} has {turned} reverse-keyed items", "at most one")
        for place, factor in enumerate(instrument.factors)
        if (turned := sum(item.reversed for item in factor.items)) > 1
    ]


def wording_problems(source: LocatedYaml, instrument: Instrument) -> list[InputProblem]:
    """What the house rules have against the texts of one language, already checked for shape."""
    rules = load_rules(source.data["locale"])
    if rules is None:
        return [source.problem(("locale",), "has no wording rules", f"a file in {RULES.name}/")]
    return list(_problems(source, instrument, rules))


def reading_figures(
    data: Mapping[str, Any], instrument: Instrument, rules: WordingRules
) -> dict[str, Readability]:
    """Ease of reading of each factor's items, with the first noun.

    Of all items together, under "", if the factors are too small for a formula.
    """
    passages = {factor.code: [item.code for item in factor.items] for factor in instrument.factors}
    if any(len(codes) < FEWEST_ITEMS for codes in passages.values()):
        passages = {"": [item.code for item in instrument.items]}
    figures = {
        name: rules.readability([next(_with_nouns(data, "items", code)) for code in codes])
        for name, codes in passages.items()
    }
    return {name: figure for name, figure in figures.items() if figure is not None}


def _problems(source: LocatedYaml, instrument: Instrument, rules: WordingRules) -> Iterator[InputProblem]:
    for key, items in (("items", instrument.items), ("outcomes", instrument.outcomes)):
        for item in items:
            for what, expected in _statement_faults(source.data, key, item, rules):
                yield source.problem((key, item.code), what, expected)
    for name, figure in reading_figures(source.data, instrument, rules).items():
        if not figure.met:
            where = ("factors", name) if name else ("items",)
            side = "at most" if FORMULAS[figure.formula].is_age else "at least"
            what = f"the items come to {figure.value:.1f} by {figure.formula}"
            yield source.problem(where, what, f"{side} {figure.limit}")
    longest = rules.data["sentence"]["words"]
    for entry in text_entries(source.data):
        if entry.where[0] in ("items", "outcomes", "nouns"):
            continue
        if (words := max(len(words_of(part)) for part in _SENTENCE_END.split(entry.text))) > longest:
            yield source.problem(entry.where, f"a sentence of {words} words", f"at most {longest}")


def _statement_faults(
    data: Mapping[str, Any], key: str, item: Item, rules: WordingRules
) -> Iterator[tuple[str, str]]:
    wording: str = data[key][item.code]
    limits = rules.data["item"]
    said = list(_with_nouns(data, key, item.code))
    if (words := max(len(words_of(text)) for text in said)) > limits["words"]:
        yield f"{words} words", f"at most {limits['words']}"
    if (length := max(map(len, said))) > limits["characters"]:
        yield f"{length} characters", f"at most {limits['characters']}"
    if len(_SENTENCE_END.findall(wording)) != 1 or not wording.endswith(".") or set(wording) & set(";:؛"):
        yield "is not one plain sentence", "one full stop, at its end"
    if found := rules.found("absolutes", wording):
        yield f"says {', '.join(found)}", "no absolutes: few can agree to them"
    if found := rules.found("joining", wording):
        yield f"joins with {', '.join(found)}", "one idea an item, or an exception with its reason"
    if slips := {match.group() for text in [wording, *said] for match in rules.slips(text)}:
        yield f"comes to {', '.join(map(repr, sorted(slips)))}", "grammar that holds with every noun"
    if item.reversed and (found := rules.found("negations", wording)):
        yield f"is reversed by {', '.join(found)}", "a statement of what is done, not of what is not"


def _with_nouns(data: Mapping[str, Any], key: str, code: str) -> Iterator[str]:
    """The statement with each noun in turn; once as it stands if it names nobody."""
    wording: str = data[key][code]
    if not any(field for _, field, _, _ in string.Formatter().parse(wording)):
        yield wording
        return
    for forms in data["nouns"].values():
        yield wording.format_map(forms)


def _plain(text: str) -> str:
    """Lower case, one kind of apostrophe, no Arabic vowel signs: what the rules compare."""
    return _SIGNS.sub("", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def _pattern(word: str) -> str:
    """A whole word; with a hyphen at its end the beginning of one; with an apostrophe an elided one."""
    if word.endswith("-"):
        return rf"(?<!\w){re.escape(word[:-1])}\w+"
    return rf"(?<!\w){re.escape(word)}" + ("" if word.endswith("'") else r"(?![\w'])")


@cache
def _hyphenation(language: str, margin: int) -> pyphen.Pyphen:
    """A hyphenation dictionary that leaves at least `margin` letters on either side."""
    return pyphen.Pyphen(lang=language, left=margin, right=margin)


def _syllables(word: str, rule: Mapping[str, Any]) -> int:
    """How many syllables, by the dictionary's hyphens or by vowels; by whichever finds more, if by both."""
    total = 0
    for part in filter(None, re.split(r"['-]", word)):
        counts = [1]
        if "hyphenation" in rule:
            counts.append(len(_hyphenation(rule["hyphenation"], rule["margin"]).positions(part)) + 1)
        if "nuclei" in rule:
            counts.append(len(re.findall(rule["nuclei"], re.sub(rule.get("mute", "$^"), "", part))))
        total += max(counts)
    return max(1, total)
