"""Which language a page speaks: asked for, chosen before, the browser's, the first; and nothing unknown."""

from pathlib import Path

import pytest
from flask import Flask, get_flashed_messages, render_template_string, session

from cri.web.language import (
    SOURCE,
    choose_language,
    current_language,
    direction_of,
    interface_languages,
    language_choices,
    language_name,
    offer_languages,
)


def test_the_interface_speaks_its_source_and_whatever_has_a_catalogue(tmp_path: Path) -> None:
    for code in ("ar", "cy"):
        folder = tmp_path / code / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "messages.po").touch()
    (tmp_path / "de").mkdir()
    assert interface_languages(tmp_path) == ("en", "ar", "cy")
    assert interface_languages() == ("en", "ar", "es", "fr")


@pytest.mark.parametrize(
    ("asked", "accepted", "expected"),
    [
        ("", "", "en"),
        ("", "ar", "ar"),
        ("", "de,ar;q=0.2", "ar"),
        ("", "de", "en"),
        ("?language=ar", "en", "ar"),
        ("?language=xx", "ar", "ar"),
        ("?language=", "", "en"),
        ("?language=../../etc", "", "en"),
    ],
)
def test_what_is_asked_for_comes_before_what_the_browser_prefers(
    app: Flask, asked: str, accepted: str, expected: str
) -> None:
    with app.test_request_context(f"/health{asked}", headers={"Accept-Language": accepted}):
        app.preprocess_request()
        assert current_language() == expected
        assert session.get("language") == ("ar" if asked == "?language=ar" else None)


def test_a_choice_is_remembered_and_one_that_is_not_offered_is_not(app: Flask) -> None:
    with app.test_request_context("/"):
        choose_language("xx")
        assert current_language() == SOURCE
        choose_language("ar")
        assert current_language() == "ar"
        assert get_flashed_messages() == []


def test_a_page_in_other_languages_than_the_interfaces_offers_its_own(app: Flask) -> None:
    with app.test_request_context("/?language=ar"):
        offer_languages(["cy", "en"])
        assert current_language() == "cy"  # its first, since Arabic is not among them
        assert [choice["code"] for choice in language_choices()] == ["cy", "en"]
        offer_languages(["cy", "ar"])
        assert current_language() == "ar"


def test_links_to_the_other_languages_keep_what_else_the_address_says(app: Flask) -> None:
    with app.test_request_context("/?page=2&language=en"):
        english, arabic, *others = language_choices()
    assert [choice["code"] for choice in others] == ["es", "fr"]
    assert arabic == {"code": "ar", "name": "العربية", "current": False, "href": "?page=2&language=ar"}
    assert english["current"]


def test_templates_are_told_language_and_direction(app: Flask) -> None:
    with app.test_request_context("/?language=ar"):
        shown = render_template_string("{{ locale }} {{ direction }} {{ languages|length }} {{ _('Next') }}")
    assert shown == "ar rtl 4 التالي"


def test_languages_are_named_in_themselves() -> None:
    assert [(language_name(code), direction_of(code)) for code in ("en", "ar", "cy", "fr")] == [
        ("English", "ltr"),
        ("العربية", "rtl"),
        ("Cymraeg", "ltr"),
        ("Français", "ltr"),
    ]


def test_outside_a_request_it_is_the_source() -> None:
    assert current_language() == SOURCE
