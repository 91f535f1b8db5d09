"""The instruments that ship: what each holds, in every language, with every noun; fresh, and frozen."""

import json
import re
import string
from itertools import product
from pathlib import Path

import pytest

from cri.adapters.instrument_files import (
    INSTRUMENTS,
    InstrumentTexts,
    check_instrument,
    find_instrument,
    load_instrument,
    load_texts,
)
from cri.adapters.instrument_releases import is_released
from cri.adapters.wording_lint import load_rules, reading_figures
from cri.adapters.yaml_files import read_yaml
from cri.domain.instrument import Instrument

SHARED = ("insight", "foresight", "peripheral", "collaboration", "alignment")
FACTORS = {
    "cri": ("insight", "foresight", "peripheral", "empowerment", "collaboration", "alignment"),
    "mri": (
        "insight",
        "foresight",
        "competitor_insight",
        "competitor_foresight",
        "peripheral",
        "collaboration",
        "alignment",
    ),
    "publicness": ("common_good", "voice", "responsibility", "priority", "answerability"),
}
LOCALES = ("ar", "en", "es", "fr")
NEWEST = [find_instrument(code) for code in FACTORS]
RELEASES = sorted(path.parent for path in INSTRUMENTS.glob("*/*/instrument.yaml"))
IN_EACH_LANGUAGE = list(product(NEWEST, LOCALES))
READING_AGE = 13


def named(path: object) -> str:
    return f"{path.parent.name}-{path.name}" if isinstance(path, Path) else str(path)


def statements(texts: InstrumentTexts) -> list[str]:
    """Every item and outcome with every noun."""
    return [texts.statement(code, noun) for code in [*texts.items, *texts.outcomes] for noun in texts.nouns]


@pytest.mark.parametrize("folder", RELEASES, ids=named)
def test_each_version_passes_its_check_and_is_locked(folder: Path) -> None:
    """Shape, meaning, wording, translations made from the English that is here, and nothing changed."""
    assert check_instrument(folder) == []
    assert is_released(folder), f"cri instrument lock {folder.parent.name}/{folder.name}"


def test_the_lock_names_nothing_that_is_not_there() -> None:
    lock = json.loads((INSTRUMENTS / "releases.lock.json").read_bytes())
    assert [name for name in lock if not (INSTRUMENTS / name).is_file()] == []


@pytest.mark.parametrize("code", FACTORS)
def test_the_factors_and_items_are_those_of_the_method(code: str) -> None:
    instrument = load_instrument(find_instrument(code))
    assert tuple(factor.code for factor in instrument.factors) == FACTORS[code]
    size = 2 if code == "publicness" else 6
    for factor in instrument.factors:
        assert [item.code for item in factor.items] == [f"{factor.code}{n}" for n in range(1, size + 1)]
        assert sum(item.reversed for item in factor.items) <= 1
    scale = instrument.scale
    assert (scale.minimum, scale.maximum, scale.favourable) == (1, 7, 2)
    assert instrument.ranked is (code != "publicness")
    assert instrument.attention is None


@pytest.mark.parametrize("code", FACTORS)
def test_what_is_asked_besides_stays_within_the_method(code: str) -> None:
    """At most two outcomes, six profile questions in coarse bands, two open questions."""
    instrument = load_instrument(find_instrument(code))
    assert len(instrument.outcomes) == (0 if code == "publicness" else 2)
    assert (len(instrument.profile) == 0) is (code == "publicness")
    assert len(instrument.profile) <= 6
    assert all(2 <= len(question.options) <= 4 for question in instrument.profile)
    assert 1 <= len(instrument.questions) <= 2


def test_a_newer_version_of_cri_asks_the_same_items_in_the_same_words() -> None:
    """What it says of its comparability rests on this."""
    old, new = INSTRUMENTS / "cri" / "1.0.0", INSTRUMENTS / "cri" / "1.1.0"
    assert load_instrument(new).comparable_with == ("1.0.0",)
    assert load_instrument(new).factors == load_instrument(old).factors
    assert load_instrument(new).scale == load_instrument(old).scale
    for locale in ("en", "ar"):
        before, after = load_texts(old, locale), load_texts(new, locale)
        for part in ("items", "stem", "instruction", "scale_labels", "dont_know"):
            assert getattr(after, part) == getattr(before, part), (locale, part)
        assert {noun: after.nouns[noun] for noun in before.nouns} == before.nouns


@pytest.mark.parametrize("locale", LOCALES)
def test_a_factor_shared_by_two_instruments_has_the_same_items(locale: str) -> None:
    cri, mri = (find_instrument(code) for code in ("cri", "mri"))
    assert [load_instrument(cri).factor(code) for code in SHARED] == [
        load_instrument(mri).factor(code) for code in SHARED
    ]
    ours, theirs = load_texts(cri, locale), load_texts(mri, locale)
    for factor, n in product(SHARED, range(1, 7)):
        assert ours.items[f"{factor}{n}"] == theirs.items[f"{factor}{n}"]
    assert ours.outcomes == theirs.outcomes
    assert ours.nouns == theirs.nouns


def test_instruments_asked_together_share_no_column() -> None:
    publicness = load_instrument(find_instrument("publicness"))
    for code in ("cri", "mri"):
        other = load_instrument(find_instrument(code))
        ours = {item.code for item in (*other.items, *other.outcomes)} | {q.code for q in other.profile}
        assert not ours & {item.code for item in publicness.items}
        assert not {q.code for q in other.questions} & {q.code for q in publicness.questions}


@pytest.mark.parametrize("folder", NEWEST, ids=named)
def test_every_language_is_there_and_names_the_same_things(folder: Path) -> None:
    assert tuple(sorted(path.stem for path in (folder / "text").glob("*.yaml"))) == LOCALES
    english, *others = (load_texts(folder, locale) for locale in ("en", "ar", "es", "fr"))
    instrument = load_instrument(folder)
    assert list(english.cards) == [factor.code for factor in instrument.factors]
    noun_free = {code for code, statement in english.items.items() if "{" not in statement}
    for other in others:
        for part in ("items", "outcomes", "factors", "cards", "profile", "questions", "nouns"):
            assert list(getattr(other, part)) == list(getattr(english, part)), (other.locale, part)
        assert noun_free == {code for code, statement in other.items.items() if "{" not in statement}


@pytest.mark.parametrize(("folder", "locale"), IN_EACH_LANGUAGE, ids=named)
def test_every_label_is_worded_and_different(folder: Path, locale: str) -> None:
    texts = load_texts(folder, locale)
    labels = [*texts.scale_labels, texts.dont_know]
    assert len(labels) == len(set(labels)) == load_instrument(folder).scale.points + 1
    assert all(re.search(r"[^\W\d_]{2}", label) for label in labels)
    for question in texts.profile.values():
        options = [*question.options.values(), texts.prefer_not_to_say]
        assert len(options) == len(set(options))


@pytest.mark.parametrize(("folder", "locale"), IN_EACH_LANGUAGE, ids=named)
def test_each_noun_has_the_same_forms_and_each_form_is_used(folder: Path, locale: str) -> None:
    texts = load_texts(folder, locale)
    forms = {frozenset(noun) for noun in texts.nouns.values()}
    assert len(forms) == 1
    wordings = [*texts.items.values(), *texts.outcomes.values()]
    used = {field for wording in wordings for _, field, _, _ in string.Formatter().parse(wording) if field}
    asked = set(next(iter(forms))) - {"name"}
    assert used <= asked
    if folder.parent.name != "publicness":  # takes its nouns over from those it is asked after
        assert used == asked


@pytest.mark.parametrize(("folder", "locale"), IN_EACH_LANGUAGE, ids=named)
def test_every_statement_with_every_noun_is_one_clean_sentence(folder: Path, locale: str) -> None:
    said = statements(load_texts(folder, locale))
    assert len(said) == len(load_instrument(folder).items + load_instrument(folder).outcomes) * 13
    for statement in said:
        assert statement.endswith(".")
        assert statement == " ".join(statement.split())
        assert not set(statement) & set("{}")
        assert statement[0].isupper() or locale == "ar"


@pytest.mark.parametrize(("folder", "locale"), IN_EACH_LANGUAGE, ids=named)
def test_a_learning_card_has_all_its_parts(folder: Path, locale: str) -> None:
    texts = load_texts(folder, locale)
    for code, card in texts.cards.items():
        factor = texts.factors[code]
        assert len(factor.short.split()) <= 9, code
        for text in (factor.meaning, factor.strong, factor.weak, card.caution, *card.monday):
            assert text.endswith((".", "?", "؟")), (code, text)
        assert len(set(card.monday)) == len(set(card.discuss)) == 3
        assert all(question.endswith(("?", "؟")) for question in card.discuss), code


@pytest.mark.parametrize("folder", NEWEST, ids=named)
def test_arabic_is_written_in_arabic(folder: Path) -> None:
    texts = load_texts(folder, "ar")
    shown = [texts.title, texts.stem, texts.instruction, texts.dont_know, *texts.scale_labels]
    shown += statements(texts)
    shown += [part for card in texts.cards.values() for part in (*card.monday, *card.discuss, card.caution)]
    for text in shown:
        assert not re.search(r"[A-Za-z]", text), text
        assert re.search(r"[\u0621-\u064a]", text), text


@pytest.mark.parametrize("folder", RELEASES, ids=named)
def test_the_items_can_be_read_at_thirteen(folder: Path) -> None:
    rules = load_rules("en")
    assert rules is not None
    instrument: Instrument = load_instrument(folder)
    figures = reading_figures(read_yaml(folder / "text" / "en.yaml").data, instrument, rules)
    assert figures
    for name, figure in figures.items():
        assert figure.formula == "flesch_kincaid_age"
        assert figure.value <= READING_AGE, (name, figure.value)


@pytest.mark.parametrize("folder", RELEASES, ids=named)
def test_each_version_says_what_it_can_be_compared_with(folder: Path) -> None:
    text = (folder.parent / "CHANGELOG.md").read_text(encoding="utf-8")
    entry = re.search(rf"^## {re.escape(folder.name)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert entry is not None
    assert "**Comparability" in entry[1]
    for version in load_instrument(folder).comparable_with:
        assert version in entry[1]
        assert (folder.parent / version / "instrument.yaml").is_file()
