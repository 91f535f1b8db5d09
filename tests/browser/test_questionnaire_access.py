"""Everybody can use it: axe finds nothing on any page, targets are large, nothing scrolls sideways."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from cri.domain.crockford import write_code
from cri.domain.wave import GRACE
from cri.services.codes import SYMBOLS
from cri.services.context import Parts
from cri.services.instruments import COMPANIONS
from cri.web.assets import BUILT, read_assets
from cri.web.language import interface_languages
from tests.browser.questionnaire_walk import FACTORS, LAPTOP, PHONE, Walk, walk_in
from tests.factories import OpenedWave, change_wave, open_wave

Sessions = sessionmaker[Session]
NewContext = Callable[..., BrowserContext]


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    promises = [dict.fromkeys(interface_languages(), f"Promise {number}") for number in (1, 2)]
    people = ["garage", "front", "front"]
    languages = interface_languages()
    return open_wave(
        sessions, parts, agency_id, people, languages, companion=COMPANIONS[0], promises=promises
    )


@cache
def axe_source() -> str:
    return (BUILT / read_assets().files["axe.js"]).read_text(encoding="utf-8")


def axe_findings(page: Page) -> list[str]:
    """Every rule of axe that the page breaks, best practices included, and where."""
    page.evaluate(axe_source())  # evaluated from outside: the page's content policy stays in force
    return _told(page.evaluate("axe.run().then(result => result.violations)"))


def contrast_findings(page: Page) -> list[str]:
    """What of the page is too faint in the colours that it has now; axe is on the page already."""
    only = "{runOnly: ['color-contrast']}"
    return _told(page.evaluate(f"axe.run(document, {only}).then(result => result.violations)"))


def _told(found: list[dict[str, Any]]) -> list[str]:
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]
    ]


def every_page(
    context: BrowserContext, live_server: str, wave: OpenedWave, sessions: Sessions
) -> Iterator[tuple[str, Page]]:
    """Each page that a respondent can meet, as it is met, with its name."""
    walk = walk_in(context, f"{live_server}/s/{wave.tokens[0]}")
    page = walk.page
    yield from ways_in(page, live_server)
    walk.open()
    yield "welcome", page
    page.locator("summary").click()
    page.fill("#code", "ABCD")
    walk.submit("#resume button")
    yield "welcome, wrong code", page
    walk.next()
    yield "promises", page
    walk.choose("promise1_noticed", "2")
    walk.next()
    walk.choose("insight1", "6")
    walk.choose("insight2", "DK")
    yield "section", page
    walk.next()
    yield "section, some open", page
    page.eval_on_selector(
        'input[name="insight3"][value="3"]', "one => { one.value = '9'; one.checked = true }"
    )
    walk.next()
    yield "section, out of scale", page
    walk.press("later")
    yield "later", page
    page.goto(f"{walk.address}/8")
    yield "section of the companion", page
    yield from closing_page(walk)
    walk.next()
    yield "check, much open", page
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    yield "check, unfolded", page
    walk.next()
    yield "receipt", page
    page.goto(walk.address)
    yield "unusable", page

    yield from troubles(context, live_server, wave, sessions)


def troubles(
    context: BrowserContext, live_server: str, wave: OpenedWave, sessions: Sessions
) -> Iterator[tuple[str, Page]]:
    """What may be in the way: a session that ended, closing time, the database."""
    late = walk_in(context, f"{live_server}/s/{wave.tokens[1]}")
    late.next()
    late.next()
    page_of_another_session(late)
    late.next()
    yield "section, token too old", late.page
    other = walk_in(context, f"{live_server}/s/{wave.tokens[2]}")
    change_wave(sessions, wave, closes_at=datetime.now(UTC) + timedelta(minutes=30))
    other.next()
    yield "promises, last hour", other.page
    change_wave(sessions, wave, closes_at=datetime.now(UTC) - GRACE - timedelta(minutes=1))
    other.next()
    yield "closed", other.page
    with outage():
        other.page.goto(f"{live_server}/s/{wave.tokens[1]}")
        yield "trouble", other.page


def ways_in(page: Page, live_server: str) -> Iterator[tuple[str, Page]]:
    """The box for a code, on one's own device and on a tablet for all."""
    walk = Walk(page, f"{live_server}/s").open()
    yield "code", page
    page.fill("#code", "ABCD")
    walk.submit("#questionnaire button")
    yield "code, mistyped", page
    page.fill("#code", str(write_code(7, SYMBOLS)))
    walk.submit("#questionnaire button")
    yield "code, unusable", page
    page.goto(f"{live_server}/kiosk")
    page.evaluate("document.getElementById('still-here').showModal()")
    yield "tablet, still here", page
    page.evaluate("document.getElementById('still-here').close()")
    yield "tablet", page


def closing_page(walk: Walk) -> Iterator[tuple[str, Page]]:
    """The last page to answer: empty, wrong, answered."""
    walk.page.goto(f"{walk.address}/closing")
    yield "closing", walk.page
    walk.page.fill("#easier", "x" * 1001)
    walk.next()
    yield "closing, too long", walk.page
    walk.page.fill("#easier", "Shorter forms")
    walk.choose("overall", "6")
    walk.choose("tenure", "over_ten_years")
    walk.choose("work", "-")
    yield "closing, answered", walk.page
    walk.page.eval_on_selector('input[name="pattern"]', "one => { one.value = 'never'; one.checked = true }")
    walk.next()
    yield "closing, not offered", walk.page


@contextmanager
def outage() -> Iterator[None]:
    """Every statement on every engine fails, as when the server is gone."""

    def fail(*_: object) -> None:
        raise OperationalError("statement", {}, Exception("server closed the connection"))

    event.listen(Engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", fail)


def page_of_another_session(walk: Walk) -> None:
    walk.page.eval_on_selector('input[name="csrf_token"]', "one => { one.value = 'of another session' }")


COLOURS: tuple[dict[str, Any], ...] = (
    {"color_scheme": "dark", "forced_colors": "none"},
    {"color_scheme": "light", "forced_colors": "active"},
)
"""In which contrast is looked at again; everything is looked at in light ones."""


@pytest.mark.parametrize("language", ["en", "ar", "es", "fr"])
def test_axe_finds_nothing_on_any_page_in_any_colours_and_nothing_scrolls_sideways(
    new_context: NewContext, live_server: str, wave: OpenedWave, sessions: Sessions, language: str
) -> None:
    """1280 pixels at 400 % are 320 by 256, with every language of the interface in the switch."""
    context = new_context(viewport={"width": 320, "height": 256}, locale=language, reduced_motion="reduce")
    findings = {}
    for name, page in every_page(context, live_server, wave, sessions):
        assert page.locator("html").get_attribute("lang") == language
        page.emulate_media(color_scheme="light", forced_colors="none")
        found = axe_findings(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{width} px wide"] if width > 320 else []
        for colours in COLOURS:
            page.emulate_media(**colours)
            found += [f"{colours}: {one}" for one in contrast_findings(page)]
        findings[name] = found
    assert len(findings) == 25
    assert {name: found for name, found in findings.items() if found} == {}


def test_axe_finds_nothing_on_a_wide_screen(
    new_context: NewContext, live_server: str, wave: OpenedWave, sessions: Sessions
) -> None:
    context = new_context(viewport=LAPTOP, reduced_motion="reduce")
    findings = {name: axe_findings(page) for name, page in every_page(context, live_server, wave, sessions)}
    assert {name: found for name, found in findings.items() if found} == {}


def test_axe_would_find_something(page: Page) -> None:
    page.set_content(
        "<html><body><img src='x'><p style='color:#ccc;background:#fff'>Too faint</p></body></html>"
    )
    assert {finding.partition(":")[0] for finding in axe_findings(page)} >= {"image-alt", "color-contrast"}
    assert {finding.partition(":")[0] for finding in contrast_findings(page)} == {"color-contrast"}


SMALL_TARGETS = """() => [...document.querySelectorAll('button, .cri-item label, summary, .cri-languages a')]
    .filter(one => one.offsetParent !== null)
    .map(one => ({box: one.getBoundingClientRect(), name: one.textContent.trim().slice(0, 40)}))
    .filter(one => one.box.height < 44 || one.box.width < 44)
    .map(one => `${one.name}: ${one.box.width} x ${one.box.height}`)"""


def test_every_target_on_a_phone_is_large(
    new_context: NewContext, live_server: str, wave: OpenedWave, sessions: Sessions
) -> None:
    context = new_context(viewport=PHONE, has_touch=True)
    for name, page in every_page(context, live_server, wave, sessions):
        assert (name, page.evaluate(SMALL_TARGETS)) == (name, [])


def test_a_phone_shows_the_scale_as_a_column_and_a_wide_screen_as_a_row(
    new_context: NewContext, live_server: str, wave: OpenedWave
) -> None:
    for viewport, column in ((PHONE, True), (LAPTOP, False)):
        walk = walk_in(new_context(viewport=viewport), f"{live_server}/s/{wave.tokens[0]}")
        walk.next()
        walk.next()
        boxes = walk.page.locator("#insight1 .cri-item__points label").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect()).map(box => [box.x, box.y])"
        )
        assert len(boxes) == 7
        across, down = ({round(place) for place in places} for places in zip(*boxes, strict=True))
        assert (len(across) == 1, len(down) == 1) == (column, not column)


def test_in_arabic_the_row_runs_from_right_to_left(
    new_context: NewContext, live_server: str, wave: OpenedWave
) -> None:
    walk = walk_in(new_context(viewport=LAPTOP, locale="ar"), f"{live_server}/s/{wave.tokens[0]}")
    walk.next()
    walk.next()
    places = walk.page.locator("#insight1 .cri-item__points label").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().x)"
    )
    assert places == sorted(places, reverse=True)


def test_forced_colours_keep_what_is_chosen_visible(
    new_context: NewContext, live_server: str, wave: OpenedWave
) -> None:
    walk = walk_in(new_context(viewport=PHONE, forced_colors="active"), f"{live_server}/s/{wave.tokens[0]}")
    walk.next()
    walk.next()
    walk.choose("insight1", "6")
    drawn = walk.page.locator('input[name="insight1"][value="6"]').evaluate(
        "one => getComputedStyle(one).appearance"
    )
    assert drawn == "auto"  # the system draws it, in the system's colours
    assert axe_findings(walk.page) == []


def test_each_statement_is_a_group_of_its_own_for_a_screen_reader(
    new_context: NewContext, live_server: str, wave: OpenedWave
) -> None:
    walk = walk_in(new_context(), f"{live_server}/s/{wave.tokens[0]}")
    walk.next()
    for name in ("promise1_noticed", "promise2_helped"):
        group = walk.page.locator(f"#{name}")
        assert group.get_by_role("radio").count() == 3
        assert group.get_attribute("aria-describedby")  # which promise it is about
    walk.next()
    for factor in FACTORS:
        groups = walk.page.get_by_role("group").filter(has=walk.page.get_by_role("radio"))
        assert groups.count() == 6
        for group in groups.all():
            assert group.get_by_role("radio").count() == 8
            assert group.locator("legend").inner_text().strip()
        walk.answer_section(factor)
        walk.next()
