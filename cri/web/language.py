"""Which language a page speaks, and what every page is told about languages."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel import Locale
from flask import Flask, current_app, g, has_request_context, request, session
from flask_babel import Babel, refresh

TRANSLATIONS = Path(__file__).parent / "translations"
SOURCE = "en"
"""The language the interface strings are written in: it needs no catalogue."""

PARAMETER = "language"
"""`?language=ar` on any address shows it in that language and remembers the choice."""

_SPOKEN = "CRI_LANGUAGES"
_CURRENT = "cri_language"
"""In `g`: the request's language, once it was found out."""


def interface_languages(translations: Path = TRANSLATIONS) -> tuple[str, ...]:
    """Codes of the languages the interface speaks: the source, and every one with a catalogue."""
    return (SOURCE, *sorted(file.parent.parent.name for file in translations.glob("*/LC_MESSAGES/*.po")))


def spoken_languages() -> tuple[str, ...]:
    """Codes of the languages that this application speaks, English first."""
    spoken: tuple[str, ...] = current_app.config[_SPOKEN]
    return spoken


def init_language(app: Flask) -> None:
    """Choose a language for each request and tell the templates about it."""
    app.config[_SPOKEN] = interface_languages()
    app.config["BABEL_DEFAULT_LOCALE"] = SOURCE
    Babel(app, locale_selector=current_language)
    app.before_request(_remember_asked)
    app.context_processor(_for_templates)


def current_language() -> str:
    """The request's language: the one asked for or chosen before, else the browser's first that fits."""
    if not has_request_context():
        return SOURCE
    found: str | None = g.get(_CURRENT)
    if found is None:
        found = g.cri_language = _wanted_language()
    return found


def _wanted_language() -> str:
    offered = offered_languages()
    for wanted in (request.args.get(PARAMETER), session.get(PARAMETER)):
        if wanted in offered:
            return str(wanted)
    return _first_that_fits(offered)


def _first_that_fits(offered: tuple[str, ...]) -> str:
    """The browser's first language among those offered. Its header is read once a request."""
    known: dict[tuple[str, ...], str] = g.setdefault("fitting_languages", {})
    if offered not in known:
        known[offered] = request.accept_languages.best_match(offered) or offered[0]
    return known[offered]


def offer_languages(codes: Sequence[str]) -> None:
    """Limit this request to `codes`; the first is the default. Call it before any text is made."""
    g.languages = tuple(codes)
    _remember_asked()
    _choose_anew()


def choose_language(code: str) -> None:
    """Go on in `code`, on this page and the next ones. One that is not offered changes nothing."""
    if code in offered_languages():
        session[PARAMETER] = code
        _choose_anew()


def forget_choice() -> None:
    """Back to what the browser asks for."""
    session.pop(PARAMETER, None)
    _choose_anew()


def _choose_anew() -> None:
    g.pop(_CURRENT, None)
    refresh()


@cache
def direction_of(code: str) -> str:
    """Which way it is written: "ltr" or "rtl"."""
    return Locale.parse(code).text_direction


@cache
def language_name(code: str) -> str:
    """The language's name in itself, as it stands in a list: "English", "العربية", "Français"."""
    name = str(Locale.parse(code).get_language_name(code))
    return name[:1].upper() + name[1:]


def language_choices() -> list[dict[str, Any]]:
    """For the layouts: {code, name, current, href}; each href is this page in that language."""
    current = current_language()
    return [
        {
            "code": code,
            "name": language_name(code),
            "current": code == current,
            "href": "?" + urlencode({**request.args, PARAMETER: code}),
        }
        for code in offered_languages()
    ]


def offered_languages() -> tuple[str, ...]:
    """Codes of the languages that this page may speak; the first is the default."""
    offered: tuple[str, ...] = g.get("languages") or spoken_languages()
    return offered


def _remember_asked() -> None:
    asked = request.args.get(PARAMETER)
    if asked is not None and asked in offered_languages():
        session[PARAMETER] = asked
        g.pop(_CURRENT, None)


def _for_templates() -> dict[str, Any]:
    current = current_language()
    return {"locale": current, "direction": direction_of(current), "languages": language_choices()}
