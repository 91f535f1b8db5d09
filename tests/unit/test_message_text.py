"""Texts of messages: what is refused, what is filled in, and the four languages of the service's own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.adapters.message_files import english_digest, message_locales, our_words, stamp_of
from cri.domain.message_plan import Kind
from cri.domain.message_text import (
    MESSAGES,
    MOST_BODY,
    MOST_SUBJECT,
    MessageWords,
    fill,
    one_line,
    text_problems,
    tidy_words,
)

GOOD = MessageWords("About {survey}", "Hello {name},\n\n{link}")


@pytest.mark.parametrize(
    ("subject", "body", "found"),
    [
        ("About {survey}", "Hello {name},\n\n{link}", []),
        ("", "{link}", [("subject", "empty")]),
        ("x", "", [("body", "empty")]),
        ("x", "Hello", [("body", "no_link")]),
        ("x", "{link} {nmae}", [("body", "unknown")]),
        ("x", "{link} { name }", [("body", "unknown")]),
        ("x", "{link} {}", [("body", "unknown")]),
        ("x", "{link} {name", [("body", "brace")]),
        ("x", "{link} }", [("body", "brace")]),
        ("{link}", "{link}", [("subject", "link_in_subject")]),
        ("a\nBcc: x@example.org", "{link}", [("subject", "line_break")]),
        ("a\u202eb", "{link}", [("subject", "control")]),
        ("a", "{link}\x00", [("body", "control")]),
        ("a", "{link}\u2066", [("body", "control")]),
        ("x" * (MOST_SUBJECT + 1), "{link}", [("subject", "too_long")]),
        ("x", "{link}" + "y" * MOST_BODY, [("body", "too_long")]),
        ("{nmae}", "Hello", [("subject", "unknown"), ("body", "no_link")]),
    ],
)
def test_what_is_wrong_is_said_once_for_each_field(
    subject: str, body: str, found: list[tuple[str, str]]
) -> None:
    problems = text_problems(MessageWords(subject, body))
    assert [(one.field, one.kind) for one in problems] == found
    for one in problems:
        assert MESSAGES[one.kind] % one.values  # every value that a sentence needs is there


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_a_text_without_problems_can_always_be_filled_in(typed: str) -> None:
    words = tidy_words(typed, typed + "{link}")
    values = dict.fromkeys(("name", "agency", "survey", "link", "closes"), "{value}")
    problems = {one.field for one in text_problems(words)}
    if "body" not in problems:
        assert "{value}" in fill(words.body, values)
    if "subject" not in problems:
        fill(words.subject, values)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=100))
def test_a_value_for_a_header_is_one_line(value: str) -> None:
    made = one_line(value)
    assert not set(made) & set("\r\n\t\x00\x7f\x85\u202e\u2066")


def test_the_services_own_texts_are_without_problems_in_all_languages() -> None:
    assert message_locales() == ("ar", "en", "es", "fr")
    for locale in message_locales():
        words = our_words(locale)
        assert set(words.messages) == set(Kind)
        for text in words.messages.values():
            assert text_problems(text) == ()
        for part in ("footer", "letter", "poster"):
            assert getattr(words, part).keys() == getattr(our_words("en"), part).keys()


def test_each_translation_is_of_the_english_as_it_is() -> None:
    for locale in message_locales():
        if locale != "en":
            assert stamp_of(locale) == english_digest(), locale


def test_they_say_confidential_and_never_anonymous() -> None:
    said = {"ar": "سرية", "en": "confidential", "es": "confidencial", "fr": "confidentiel"}
    never = {"ar": "مجهول", "en": "anonym", "es": "anónim", "fr": "anonym"}
    for locale in message_locales():
        words = our_words(locale)
        for text in (*(one.body for one in words.messages.values()), words.letter["voluntary"]):
            assert said[locale] in text
            assert never[locale] not in text


def test_a_language_without_words_gets_the_english_ones() -> None:
    assert our_words("de").locale == "en"
