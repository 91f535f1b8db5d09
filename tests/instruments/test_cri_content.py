"""The words of the `cri` instrument: short, plain, about one thing, complete in each language, and fresh."""

import hashlib
import re
import string
from itertools import product
from pathlib import Path

import pytest
import yaml

from cri.adapters.instrument_files import (
    INSTRUMENTS,
    InstrumentTexts,
    check_instrument,
    load_instrument,
    load_texts,
)
from cri.domain.instrument import Instrument

FOLDER = INSTRUMENTS / "cri" / "1.0.0"
LOCALES = ("en", "ar")
FACTORS = ("insight", "foresight", "peripheral", "empowerment", "collaboration", "alignment")
LONGEST = 20  # words
READING_AGE = 13  # years; Flesch-Kincaid grade is the age less about five

ABSOLUTES = {
    "en": {"always", "never", "all", "every", "none", "nothing", "nobody", "everybody", "everyone"},
    "ar": {"دائماً", "دائما", "أبداً", "أبدا", "مطلقاً", "جميع", "لا أحد"},
}
NEGATIONS = {
    "en": re.compile(
        r"\b(not|no|cannot|without|hardly|rarely|seldom|neither|nor)\b|n't\b|\bun(able|willing)\b"
    ),
    "ar": re.compile(r"(?<!\w)(لا|لن|لم|ليس|ليست|لسنا|غير|دون|عدم|نادراً|قلما)(?!\w)"),
}


@pytest.fixture(scope="module")
def instrument() -> Instrument:
    return load_instrument(FOLDER)


@pytest.fixture(scope="module")
def texts() -> dict[str, InstrumentTexts]:
    return {locale: load_texts(FOLDER, locale) for locale in LOCALES}


def words(statement: str) -> list[str]:
    return re.findall(r"[\w']+", statement)


def syllables(word: str) -> int:
    """Groups of vowels, a silent e left out: good enough for a mean over sentences."""
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith("le")
    return max(1, groups - silent)


def grade(sentences: list[str]) -> float:
    """Flesch-Kincaid grade: 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    all_words = [word for sentence in sentences for word in words(sentence)]
    return (
        0.39 * len(all_words) / len(sentences)
        + 11.8 * sum(map(syllables, all_words)) / len(all_words)
        - 15.59
    )


def test_the_whole_folder_passes_its_own_check_and_the_lock_of_releases() -> None:
    check_instrument(FOLDER)
    assert (INSTRUMENTS / "releases.lock.json").is_file()


def test_six_factors_by_six_items_on_seven_points(instrument: Instrument) -> None:
    assert tuple(factor.code for factor in instrument.factors) == FACTORS
    for factor in instrument.factors:
        assert [item.code for item in factor.items] == [f"{factor.code}{n}" for n in range(1, 7)]
    assert (instrument.scale.minimum, instrument.scale.maximum, instrument.scale.favourable) == (1, 7, 2)


def test_at_most_one_item_a_factor_is_reverse_keyed(instrument: Instrument) -> None:
    assert [sum(item.reversed for item in factor.items) for factor in instrument.factors] == [1] * 6


@pytest.mark.parametrize("locale", LOCALES)
def test_every_statement_reads_as_one_short_sentence_with_every_noun(
    texts: dict[str, InstrumentTexts], locale: str
) -> None:
    text = texts[locale]
    for code, noun in product(text.items, text.nouns):
        statement = text.statement(code, noun)
        assert len(words(statement)) <= LONGEST, statement
        assert statement.endswith("."), statement
        assert statement.count(".") == 1, statement
        assert not set(statement) & set(";:{}!?؛؟"), statement
        assert "  " not in statement, statement
        assert statement[0].isupper() or locale != "en", statement


@pytest.mark.parametrize("locale", LOCALES)
def test_no_statement_says_always_or_never(texts: dict[str, InstrumentTexts], locale: str) -> None:
    for statement in texts[locale].items.values():
        said = {word.lower() for word in words(statement)} & ABSOLUTES[locale]
        assert not said, statement


@pytest.mark.parametrize("locale", LOCALES)
def test_no_reverse_keyed_statement_is_reversed_by_a_negation(
    instrument: Instrument, texts: dict[str, InstrumentTexts], locale: str
) -> None:
    for item in instrument.items:
        if item.reversed:
            assert not NEGATIONS[locale].search(texts[locale].items[item.code]), texts[locale].items[
                item.code
            ]


def test_no_english_statement_asks_two_things(texts: dict[str, InstrumentTexts]) -> None:
    """An "and" that joins two things to judge; the one allowed belongs to a single kind of rule."""
    joined = [code for code, statement in texts["en"].items.items() if re.search(r"\band\b", statement)]
    assert joined == ["empowerment3"]


def test_the_items_can_be_read_at_thirteen(texts: dict[str, InstrumentTexts]) -> None:
    english = texts["en"]
    for factor in FACTORS:
        statements = [english.statement(f"{factor}{n}", "residents") for n in range(1, 7)]
        assert grade(statements) + 5 <= READING_AGE, (factor, grade(statements))


@pytest.mark.parametrize("locale", LOCALES)
def test_each_noun_has_the_same_forms_and_each_form_is_used(
    texts: dict[str, InstrumentTexts], locale: str
) -> None:
    text = texts[locale]
    forms = {frozenset(noun) for noun in text.nouns.values()}
    assert len(forms) == 1
    used = {
        field
        for statement in text.items.values()
        for _, field, _, _ in string.Formatter().parse(statement)
        if field
    }
    assert used | {"name"} == set(next(iter(forms)))


def test_the_languages_name_the_same_things(texts: dict[str, InstrumentTexts]) -> None:
    english, arabic = texts["en"], texts["ar"]
    assert list(english.nouns) == list(arabic.nouns)
    for part in ("items", "factors", "questions"):
        assert list(getattr(english, part)) == list(getattr(arabic, part))
    noun_free = {code for code, statement in english.items.items() if "{" not in statement}
    assert noun_free == {code for code, statement in arabic.items.items() if "{" not in statement}


@pytest.mark.parametrize("locale", LOCALES)
def test_factor_texts_are_two_or_three_sentences(texts: dict[str, InstrumentTexts], locale: str) -> None:
    for code, factor in texts[locale].factors.items():
        assert len(words(factor.short)) <= 7, code
        for text in (factor.meaning, factor.strong, factor.weak):
            assert 2 <= text.count(".") <= 3, (code, text)
            assert text.endswith("."), (code, text)


def test_arabic_is_written_in_arabic(texts: dict[str, InstrumentTexts]) -> None:
    arabic = texts["ar"]
    shown = [arabic.title, arabic.stem, arabic.instruction, arabic.dont_know, *arabic.scale_labels]
    shown += [arabic.statement(code, noun) for code, noun in product(arabic.items, arabic.nouns)]
    shown += [
        part for factor in arabic.factors.values() for part in (factor.name, factor.short, factor.meaning)
    ]
    for text in shown:
        assert not re.search(r"[A-Za-z]", text), text
        assert re.search(r"[\u0621-\u064a]", text), text


@pytest.mark.parametrize("path", sorted((FOLDER / "text").glob("*.yaml")), ids=lambda path: path.stem)
def test_each_translation_was_made_from_the_english_that_is_here(path: Path) -> None:
    if path.stem == "en":
        assert "source_sha256" not in yaml.safe_load(path.read_text(encoding="utf-8"))
        return
    english = hashlib.sha256((FOLDER / "text" / "en.yaml").read_bytes()).hexdigest()
    made_from = yaml.safe_load(path.read_text(encoding="utf-8"))["source_sha256"]
    assert made_from == english, f"{path.name} is stale: look at what changed in en.yaml, then set {english}"
