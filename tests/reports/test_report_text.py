"""Words of reports: both languages complete, translations fresh, sentences only from claims."""

import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest

from cri.adapters.instrument_files import find_instrument, load_texts
from cri.adapters.report_files import load_report_words, report_locales, words_digest
from cri.adapters.report_text import ISOLATE, ReportText
from cri.domain.errors import InputError
from tests.reports.documents import CASES, make_pack

TRANSLATIONS = tuple(locale for locale in report_locales() if locale != "en")

# Labels that name a number or two without saying anything about them: the only words beside claims that do.
LABELS = {
    "factor.eyebrow",
    "factor.interval",
    "factor.people",
    "factor.units_more",
    "facts.response_value",
    "footer.norm",
    "footer.people",
    "key.best",
    "key.lowest",
    "method.check_text",
    "peers.country",
    "peers.joined",
    "peers.relationship",
    "peers.sector",
    "peers.size",
    "quality.complementary",
    "quality.hidden_items",
    "quality.hidden_more",
    "quality.small",
    "quality.window_value",
    "report.cover_figure",
    "report.dates",
    "report.dates_elsewhere",
    "report.interval",
    "summary.percentile",
}


def leaves(words: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text with its dotted key."""
    if isinstance(words, dict):
        for key, value in words.items():
            yield from leaves(value, f"{path}.{key}".lstrip("."))
    elif isinstance(words, list):
        for number, value in enumerate(words):
            yield from leaves(value, f"{path}.{number}")
    else:
        yield path, str(words)


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_reports_speak_four_languages() -> None:
    assert report_locales() == ("ar", "en", "es", "fr")


@pytest.mark.parametrize("locale", TRANSLATIONS)
def test_a_translation_is_of_the_english_text_as_it_is_now(locale: str) -> None:
    assert load_report_words(locale)["source_sha256"] == words_digest("en")


def test_a_changed_english_text_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = load_report_words("en")
    changed["report"]["title"] += "s"
    before = words_digest("en")
    monkeypatch.setattr("cri.adapters.report_files._yaml", lambda _: changed)
    assert words_digest("en") != before


@pytest.mark.parametrize("locale", TRANSLATIONS)
def test_a_translation_has_the_same_keys_and_asks_for_the_same_values(locale: str) -> None:
    english = dict(leaves(load_report_words("en")))
    other = dict(leaves(load_report_words(locale)))
    other.pop("source_sha256")
    assert other.keys() == english.keys()
    assert {key: fields(text) for key, text in other.items()} == {
        key: fields(text) for key, text in english.items()
    }
    assert not [key for key, text in other.items() if not text.strip()]


def test_an_arabic_text_is_arabic() -> None:
    latin_only = {"locale", "direction", "source_sha256"}
    for key, text in leaves(load_report_words("ar")):
        without_fields = re.sub(r"\{[^}]*\}", "", text)
        if key not in latin_only and re.search(r"\w", without_fields):
            assert re.search(r"[\u0600-\u06ff]", without_fields), key


def test_only_claims_say_something_about_numbers() -> None:
    told = {
        key
        for key, text in leaves(load_report_words("en"))
        if fields(text) - {"minimum"} and not key.startswith("claims.")
    }
    assert told == LABELS


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("locale", report_locales())
def test_every_claim_has_a_sentence_a_verdict_and_a_reason(case: str, locale: str) -> None:
    pack = make_pack(case)
    text = ReportText(pack, locale, load_texts(find_instrument("cri"), locale))
    for claim in pack["claims"].values():
        sentence = text.sentence(claim)
        assert "{" not in sentence
        assert text.verdict(claim)
        assert text.reason(claim)


@pytest.mark.parametrize("locale", report_locales())
def test_every_sentence_of_every_claim_can_be_said_with_the_values_it_asks_for(locale: str) -> None:
    words = load_report_words(locale)
    english = load_report_words("en")["claims"]
    assert words["claims"].keys() == english.keys()
    used = {
        claim["text_key"]: claim["values"].keys()
        for case in CASES
        for claim in make_pack(case)["claims"].values()
    }
    for key, values in used.items():
        assert fields(words["claims"][key]) <= set(values), key


def test_a_sentence_that_may_not_be_said_is_no_statement() -> None:
    """Sentences with the verdict "dont" follow "Don't say it:", so they begin in the small."""
    for case in CASES:
        for claim in make_pack(case)["claims"].values():
            if claim["verdict"] == "dont":
                template = load_report_words("en")["claims"][claim["text_key"]]
                assert template[0].islower(), claim["text_key"]


def test_numbers_are_rounded_once_and_written_for_the_language() -> None:
    text = ReportText(make_pack("full"), "en", None)
    assert text.number("score", 61.25) == "61.3"
    assert text.number("score", None) == "\u2013"
    assert text.number("difference", -3.14) == "\u22123.1"
    assert text.number("share", 0.625) == "63%"
    assert text.number("people", 12345) == "12,345"
    assert text.number("group", 12) == "10"
    assert [figure.text for figure in text.shown] == ["61.3", "\u22123.1", "63%", "12,345", "10"]
    arabic = ReportText(make_pack("full"), "ar", None)
    assert arabic.number("score", 61.25) == "61.3"
    assert arabic.day("2026-03-03") == "3 مارس 2026"


def test_names_of_another_script_stand_apart_in_a_right_to_left_sentence() -> None:
    pack = make_pack("full")
    claim = next(claim for claim in pack["claims"].values() if claim["text_key"] == "units.differ")
    assert ISOLATE in ReportText(pack, "ar", None).sentence(claim)
    assert ISOLATE not in ReportText(pack, "en", None).sentence(claim)


def test_without_texts_codes_stand_for_names() -> None:
    text = ReportText(make_pack("full"), "en", None)
    assert text.factor_name("insight") == "insight"
    assert text.statement("insight1") == "insight1"


def test_a_peer_group_is_named_by_its_attributes() -> None:
    text = ReportText(make_pack("full"), "en", None)
    assert text.peers("all") == "all agencies"
    assert text.peers("sector=water&country=SE") == "sector water, country Sweden"
    assert text.peers("size=small") == "up to 250 staff"
    french = ReportText(make_pack("full"), "fr", None)
    assert french.peers("sector=water&country=SE") == "secteur eau, pays Suède"
    assert french.peers("sector=unheard") == "secteur unheard"


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"'xx'.*ar or en"):
        load_report_words("xx")


def test_a_long_name_of_a_unit_loses_its_middle_and_no_two_become_alike() -> None:
    pack = make_pack("full")
    start, end = "Directorate of coastal protection and ", " and the coordination of regions"
    names = {
        "hq": f"{start}{'north ' * 30}{end}",
        "desk": f"{start}{'south ' * 30}{end}",
        "lab": f"{start}east{end}",
    }
    units = [{**unit, "name": names.get(unit["code"], unit["name"])} for unit in pack["units"]]
    text = ReportText({**pack, "units": units}, "en", None)
    kept = "Directorate of coastal protection and \u2026 coordination of regions"
    assert text.unit_name("hq") == f"{kept} (hq)"
    assert text.unit_name("desk") == f"{kept} (desk)"
    assert text.unit_name("lab") == f"{kept} (lab)"
    assert text.unit_name("field") == "Field services"
    units[0] = {**units[0], "name": f"Bureau {'west ' * 30}{end}"}
    assert (
        ReportText({**pack, "units": units}, "en", None)
        .unit_name("hq")
        .endswith("\u2026 coordination of regions")
    )


def test_a_minus_stays_before_its_number_where_words_run_from_the_right() -> None:
    assert ReportText(make_pack("full"), "ar", None).number("difference", -3.14) == "\u200e\u22123.1"


def test_an_outcome_is_said_in_its_words() -> None:
    texts = load_texts(find_instrument("cri"), "en")
    text = ReportText(make_pack("full"), "en", texts)
    assert texts.outcomes
    for code in texts.outcomes:
        assert text.statement(code) not in {code, ""}
