"""Words that only one kind of pack has: complete in each language, fresh, claims alone about numbers."""

import re

import pytest

from cri.adapters.instrument_files import find_instrument, load_texts
from cri.adapters.report_files import (
    load_own_words,
    load_report_words,
    report_locales,
    worded_kinds,
    words_digest,
)
from cri.adapters.report_text import ReportText
from cri.domain.errors import InputError
from tests.reports.documents import make_workshop
from tests.reports.test_report_text import fields, leaves

KINDS = worded_kinds()
TRANSLATIONS = [(kind, locale) for kind in KINDS for locale in report_locales() if locale != "en"]
ALIKE = {
    *("columns.effort", "columns.score", "columns.page", "guide.minutes", "guide.page", "room.notes"),
    *(f"sheets.heads.{head}" for head in ("alpha", "dates", "factor", "score", "verdict")),
    *("sheets.names.importance", "sheets.roundings.people", "sheets.roundings.count"),
}
"""The same words in French or Spanish."""
LABELS = {"people", "interval", "footer.people", "guide.time", "guide.time_both", "guide.page"}
"""Beside a number of its own, or minutes and pages."""


@pytest.mark.parametrize(("kind", "locale"), TRANSLATIONS)
def test_a_translation_is_complete_and_of_the_english_text_as_it_is_now(kind: str, locale: str) -> None:
    words = load_own_words(locale, kind)
    assert words["source_sha256"] == words_digest("en", kind)
    english, other = dict(leaves(load_own_words("en", kind))), dict(leaves(words))
    other.pop("source_sha256")
    assert other.keys() == english.keys()
    assert {key: fields(text) for key, text in other.items()} == {
        key: fields(text) for key, text in english.items()
    }
    assert not [key for key, text in other.items() if not text.strip()]
    same = {key for key in english if english[key] == other[key] and re.search(r"[a-z]{4}", english[key])}
    assert same <= {key for key in same if "source" in key} | ALIKE, same


@pytest.mark.parametrize("kind", KINDS)
def test_an_arabic_text_is_arabic_and_a_french_one_has_its_spaces(kind: str) -> None:
    for key, text in leaves(load_own_words("ar", kind)):
        plain = re.sub(r"\{[^}]*\}", "", text)
        if key not in {"locale", "source_sha256"} and re.search(r"[^\W\d]", plain):
            assert re.search(r"[\u0600-\u06ff]", plain), key
    for key, text in leaves(load_own_words("fr", kind)):
        assert not re.search(r"[^\u202f\u00a0][;!?»]|[^\u202f] ?: |«[^\u202f]|'", text), (key, text)


@pytest.mark.parametrize("kind", KINDS)
def test_only_claims_say_something_about_numbers(kind: str) -> None:
    told = {
        key
        for key, text in leaves(load_own_words("en", kind))
        if fields(text) - {"minimum"} and not key.startswith("claims.")
    }
    assert told <= LABELS


@pytest.mark.parametrize("locale", report_locales())
@pytest.mark.parametrize("case", ["full", "no norm", "few", "small"])
def test_every_claim_of_a_workshop_has_a_sentence_and_a_reason(case: str, locale: str) -> None:
    pack = make_workshop(case)
    text = ReportText(pack, locale, load_texts(find_instrument("cri"), locale))
    for claim in pack["claims"].values():
        assert "{" not in text.sentence(claim)
        assert text.reason(claim)


def test_words_of_a_kind_stand_beside_those_of_all() -> None:
    both, shared = load_report_words("en", "workshop"), load_report_words("en")
    assert both["report"]["title"] != shared["report"]["title"]
    assert both["report"]["product"] == shared["report"]["product"]
    assert both["claims"].keys() > shared["claims"].keys()
    assert load_report_words("en", "poster") == shared


def test_a_language_that_a_kind_is_not_written_in_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"'xx'"):
        load_report_words("xx", "workshop")
