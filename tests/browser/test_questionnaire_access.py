"""Everybody can use it: axe finds nothing on any page, targets are large, nothing scrolls sideways."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from cri.domain.wave import GRACE
from cri.services.context import Parts
from cri.web.assets import BUILT, read_assets
from cri.web.language import interface_languages
from tests.browser.questionnaire_walk import FACTORS, LAPTOP, PHONE, Walk, walk_in
from tests.factories import OpenedWave, change_wave, open_wave

Sessions = sessionmaker[Session]
NewContext = Callable[..., BrowserContext]


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["garage", "front", "front"])


@cache
def axe_source() -> str:
    return (BUILT / read_assets().files["axe.js"]).read_text(encoding="utf-8")


def axe_findings(page: Page) -> list[str]:
    """Every rule of axe that the page breaks, best practices included, and where."""
    page.evaluate(axe_source())  # evaluated from outside: the page's content policy stays in force
    found = page.evaluate("axe.run().then(result => result.violations)")
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]
    ]


def every_page(
    context: BrowserContext, live_server: str, wave: OpenedWave, sessions: Sessions
) -> Iterator[tuple[str, Page]]:
    """Each page that a respondent can meet, as it is met, with its name."""
    walk = walk_in(context, f"{live_server}/s/{wave.tokens[0]}")
    page = walk.page
    yield "welcome", page
    page.locator("summary").click()
    page.fill("#code", "ABCD")
    walk.submit("#resume button")
    yield "welcome, wrong code", page
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
    yield from closing_page(walk)
    walk.next()
    yield "check, much open", page
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    yield "check, unfolded", page
    walk.next()
    yield "receipt", page
    page.goto(walk.address)
    yield "unusable", page

    late = walk_in(context, f"{live_server}/s/{wave.tokens[1]}")
    late.next()
    page_of_another_session(late)
    late.next()
    yield "section, token too old", late.page
    other = walk_in(context, f"{live_server}/s/{wave.tokens[2]}")
    other.next()
    change_wave(sessions, wave, closes_at=datetime.now(UTC) - GRACE - timedelta(minutes=1))
    other.next()
    yield "closed", other.page
    with outage():
        page.goto(f"{live_server}/s/{wave.tokens[1]}")
        yield "trouble", page


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


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    new_context: NewContext,
    live_server: str,
    wave: OpenedWave,
    sessions: Sessions,
    language: str,
    scheme: str,
) -> None:
    context = new_context(viewport=PHONE, locale=language, color_scheme=scheme, reduced_motion="reduce")
    findings = {name: axe_findings(page) for name, page in every_page(context, live_server, wave, sessions)}
    assert len(findings) == 17
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


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_scrolls_sideways_at_four_hundred_per_cent(
    new_context: NewContext, live_server: str, wave: OpenedWave, sessions: Sessions, language: str
) -> None:
    """1280 pixels at 400 % are 320."""
    context = new_context(viewport={"width": 320, "height": 256}, locale=language)
    widths = {
        name: page.evaluate("document.documentElement.scrollWidth")
        for name, page in every_page(context, live_server, wave, sessions)
    }
    assert {name: width for name, width in widths.items() if width > 320} == {}


@pytest.mark.parametrize("language", ["es", "fr"])
def test_languages_with_longer_words_fit_too_and_axe_finds_nothing(
    new_context: NewContext,
    live_server: str,
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    language: str,
) -> None:
    """One walk each, with every language of the interface in the switch."""
    people = ["garage", "front", "front"]
    wave = open_wave(sessions, parts, agency_id, people, interface_languages())
    context = new_context(viewport={"width": 320, "height": 740}, locale=language, reduced_motion="reduce")
    findings = {}
    for name, page in every_page(context, live_server, wave, sessions):
        assert page.locator("html").get_attribute("lang") == language
        width = page.evaluate("document.documentElement.scrollWidth")
        findings[name] = [*axe_findings(page), *([f"{width} px wide"] if width > 320 else [])]
    assert {name: found for name, found in findings.items() if found} == {}


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
    places = walk.page.locator("#insight1 .cri-item__points label").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().x)"
    )
    assert places == sorted(places, reverse=True)


def test_forced_colours_keep_what_is_chosen_visible(
    new_context: NewContext, live_server: str, wave: OpenedWave
) -> None:
    walk = walk_in(new_context(viewport=PHONE, forced_colors="active"), f"{live_server}/s/{wave.tokens[0]}")
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
    for factor in FACTORS:
        groups = walk.page.get_by_role("group").filter(has=walk.page.get_by_role("radio"))
        assert groups.count() == 6
        for group in groups.all():
            assert group.get_by_role("radio").count() == 8
            assert group.locator("legend").inner_text().strip()
        walk.answer_section(factor)
        walk.next()
