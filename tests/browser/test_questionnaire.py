"""The questionnaire in a real browser: with script and without, leaving and coming back, by keyboard."""

import re
import time
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session, sessionmaker

from cri.domain.wave import PREFERS_NOT
from cri.services.context import Parts
from tests.browser.questionnaire_walk import FACTORS, LAPTOP, NEXT, PHONE, Walk, walk_in
from tests.factories import OpenedWave, open_wave, received

Sessions = sessionmaker[Session]
ABOUT_WORK = {"overall": "5", "manages": "manages_nobody", "place": PREFERS_NOT}
NewContext = Callable[..., BrowserContext]


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["garage", "front"])


@pytest.fixture
def address(live_server: str, wave: OpenedWave) -> str:
    return f"{live_server}/s/{wave.tokens[0]}"


@pytest.mark.parametrize(
    ("script", "language", "viewport"),
    [(True, "en", PHONE), (False, "ar", PHONE), (True, "ar", LAPTOP), (False, "en", LAPTOP)],
)
def test_the_whole_way(
    new_context: NewContext,
    sessions: Sessions,
    parts: Parts,
    wave: OpenedWave,
    live_server: str,
    address: str,
    script: bool,
    language: str,
    viewport: dict[str, int],
) -> None:
    context = new_context(java_script_enabled=script, locale=language, viewport=viewport)
    walk = Walk(context.new_page(), address)
    complaints: list[str] = []
    asked: list[str] = []
    walk.page.on("console", lambda message: complaints.append(message.text))
    walk.page.on("pageerror", lambda error: complaints.append(str(error)))
    walk.page.on("request", lambda one: asked.append(one.url))
    walk.open()
    html = walk.page.locator("html")
    direction = {"en": "ltr", "ar": "rtl"}[language]
    walk.next()
    for number, factor in enumerate(FACTORS, start=1):
        walk.at(str(number))
        expect(html).to_have_attribute("lang", language)
        expect(html).to_have_attribute("dir", direction)
        walk.answer_section(factor, str(number))
        walk.next()
    walk.at("closing")
    for question, choice in ABOUT_WORK.items():
        walk.choose(question, choice)
    walk.page.fill("#easier", "Fewer forms / نماذج أقل")
    walk.next()
    walk.at("check")
    walk.next()
    expect(walk.page.locator('[data-page="receipt"]')).to_be_visible()
    (submission,) = received(sessions, parts, wave)
    assert submission.answers.items == {
        f"{factor}{place}": number for number, factor in enumerate(FACTORS, start=1) for place in range(1, 7)
    } | {"overall": 5}
    assert submission.answers.profile == {"manages": "manages_nobody", "place": PREFERS_NOT}
    assert (submission.seconds is None) is not script
    assert submission.answers.comments == {"easier": "Fewer forms / نماذج أقل"}
    assert complaints == []
    assert [url for url in asked if not url.startswith(live_server)] == []


def test_each_answer_is_saved_as_it_is_given(new_context: NewContext, address: str) -> None:
    context = new_context()
    walk = walk_in(context, address)
    walk.next()
    for value in ("2", "5"):
        with walk.page.expect_response(lambda answer: answer.request.method == "POST"):
            walk.choose("insight3", value)
        expect(walk.page.locator(".cri-saved")).to_have_text("Saved")
    walk.page.close()  # no button pressed: the battery died
    again = walk_in(context, address)
    again.at("1")
    assert again.chosen() == {"insight3": "5"}


def test_a_lost_network_is_said_and_made_good(new_context: NewContext, address: str) -> None:
    context = new_context()
    walk = walk_in(context, address)
    walk.next()
    context.set_offline(True)
    walk.choose("insight1", "4")
    expect(walk.page.locator(".cri-saved")).to_contain_text("Not saved yet")
    context.set_offline(False)
    expect(walk.page.locator(".cri-saved")).to_have_text("Saved")


@pytest.mark.parametrize("script", [True, False])
def test_the_same_device_resumes_after_the_browser_was_closed(
    new_context: NewContext,
    address: str,
    script: bool,
) -> None:
    context = new_context(java_script_enabled=script)
    walk = walk_in(context, address)
    walk.next()
    walk.answer_section("insight", "7")
    walk.next()
    walk.choose("foresight2", "3")
    walk.press("later")
    kept = [cookie for cookie in context.cookies() if cookie["expires"] > 0]  # what a restart leaves
    assert [cookie["name"] for cookie in kept] == ["draft"]
    context.close()
    later = new_context(java_script_enabled=script)
    later.add_cookies(
        [
            {"name": one["name"], "value": one["value"], "domain": one["domain"], "path": one["path"]}
            for one in kept
        ]
    )
    again = walk_in(later, address)
    again.at("2")
    assert again.chosen() == {"foresight2": "3"}
    again.press("back")
    assert set(again.chosen().values()) == {"7"}


@pytest.mark.parametrize("script", [True, False])
def test_another_device_resumes_with_the_code(
    new_context: NewContext,
    address: str,
    script: bool,
) -> None:
    walk = walk_in(new_context(java_script_enabled=script), address)
    walk.next()
    walk.answer_section("insight", "7")
    walk.press("later")
    code = walk.page.locator(".cri-code").inner_text().strip()
    assert re.fullmatch(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]", code)

    other = walk_in(new_context(java_script_enabled=script, viewport=PHONE), address)
    expect(other.page.get_by_text("This link was begun before")).to_be_visible()
    other.page.fill("#code", code.lower().replace("-", " "))
    other.submit("#resume button")
    other.at("1")
    assert set(other.chosen().values()) == {"7"}


def test_with_neither_the_link_starts_afresh(new_context: NewContext, address: str) -> None:
    walk = walk_in(new_context(), address)
    walk.next()
    walk.answer_section("insight", "7")
    walk.next()
    walk.at("2")
    other = walk_in(new_context(), address)
    expect(other.page.get_by_text("Start begins afresh", exact=False).first).to_be_visible()
    other.next()
    other.at("1")
    assert other.chosen() == {}


@pytest.mark.parametrize("script", [True, False])
def test_the_language_changes_and_unsaved_answers_stay(
    new_context: NewContext,
    address: str,
    script: bool,
) -> None:
    walk = walk_in(new_context(java_script_enabled=script, viewport=PHONE), address)
    walk.next()
    walk.choose("insight1", "1")
    walk.choose("insight2", "DK")
    walk.press("language:ar")
    expect(walk.page.locator("html")).to_have_attribute("dir", "rtl")
    assert walk.chosen() == {"insight1": "1", "insight2": "DK"}
    walk.press("language:en")
    expect(walk.page.locator("html")).to_have_attribute("dir", "ltr")
    assert walk.chosen() == {"insight1": "1", "insight2": "DK"}


def test_the_browsers_back_button_shows_the_page_as_it_was_saved(
    new_context: NewContext, address: str
) -> None:
    walk = walk_in(new_context(), address)
    walk.next()
    walk.answer_section("insight", "2")
    walk.next()
    walk.at("2")
    walk.page.go_back()
    walk.at("1")
    assert set(walk.chosen().values()) == {"2"}
    walk.page.reload()
    assert set(walk.chosen().values()) == {"2"}


def test_a_double_click_on_submit_ends_at_the_receipt(
    new_context: NewContext, sessions: Sessions, parts: Parts, wave: OpenedWave, address: str
) -> None:
    for script, token in zip((True, False), wave.tokens, strict=True):
        walk = walk_in(new_context(java_script_enabled=script), address.rpartition("/")[0] + f"/{token}")
        walk.to_check()
        walk.page.dblclick(NEXT)
        expect(walk.page.locator('[data-page="receipt"]')).to_be_visible()
    assert len(received(sessions, parts, wave)) == 2


def test_two_tabs_and_the_second_is_told_the_answers_were_counted(
    new_context: NewContext, address: str
) -> None:
    context = new_context()
    walk = walk_in(context, address)
    walk.to_check()
    tab = walk_in(context, address)
    walk.next()
    expect(walk.page.locator('[data-page="receipt"]')).to_be_visible()
    tab.next()
    expect(tab.page.locator('[data-page="receipt"]')).to_contain_text("they are counted once")


def test_what_was_refused_is_shown_where_it_is(new_context: NewContext, address: str) -> None:
    walk = walk_in(new_context(), address)
    walk.to_check()
    walk.page.goto(f"{address}/closing")
    walk.page.fill("#easier", "x" * 1001)
    walk.next()
    summary = walk.page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(walk.page.locator("#easier")).to_be_focused()
    expect(walk.page.locator("#easier")).to_have_value("x" * 1001)
    expect(walk.page).to_have_title(re.compile("^Error: "))


# By keyboard alone


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on `selector`."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"the keyboard does not reach {selector}")


def test_the_whole_way_by_keyboard(
    new_context: NewContext, sessions: Sessions, parts: Parts, wave: OpenedWave, address: str
) -> None:
    page = walk_in(new_context(), address).page
    tab_to(page, NEXT)
    page.keyboard.press("Enter")
    for number in range(1, 7):
        expect(page).to_have_url(f"{address}/{number}")
        names: list[str] = page.locator("#questionnaire input[type=radio]").evaluate_all(
            "all => [...new Set(all.map(one => one.name))]"
        )
        for name in names:
            tab_to(page, f'input[name="{name}"]')
            page.keyboard.press("Space")
            page.keyboard.press("ArrowDown")
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")  # inside the form: the same as Next, never another button
    expect(page).to_have_url(f"{address}/closing")
    tab_to(page, "#easier")
    page.keyboard.type("More time with people\nand less with forms")
    tab_to(page, NEXT)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}/check")
    tab_to(page, "summary")
    page.keyboard.press("Enter")
    expect(page.locator("details[open] dd").first).to_be_visible()
    tab_to(page, NEXT)
    page.keyboard.press("Enter")
    expect(page.locator('[data-page="receipt"]')).to_be_visible()
    (submission,) = received(sessions, parts, wave)
    assert set(submission.answers.items.values()) == {3}
    assert len(submission.answers.items) == 36
    assert submission.answers.comments == {"easier": "More time with people\nand less with forms"}


def test_the_soft_prompt_takes_the_focus_and_leads_to_what_is_open(
    new_context: NewContext, address: str
) -> None:
    walk = walk_in(new_context(), address)
    walk.next()
    walk.next()
    prompt = walk.page.get_by_role("alert")
    expect(prompt).to_be_focused()
    expect(prompt).to_contain_text("6 statements are still open")
    link = prompt.get_by_role("link").first
    item = str(link.get_attribute("href")).removeprefix("#")
    link.press("Enter")
    expect(walk.page).to_have_url(re.compile(f"#{item}$"))
    walk.page.keyboard.press("Tab")
    assert walk.page.evaluate("document.activeElement.name") == item
    walk.next()
    walk.at("2")


def test_the_browser_counts_how_long_a_section_was_open(
    new_context: NewContext, sessions: Sessions, parts: Parts, wave: OpenedWave, address: str
) -> None:
    """Also across a save in between and a second look: nobody is fast who was not."""
    walk = walk_in(new_context(), address)
    before = time.monotonic()
    walk.next()
    walk.answer_section("insight")
    walk.page.wait_for_timeout(2200)
    walk.next()
    walk.press("back")
    spent = walk.page.locator("#questionnaire").get_attribute("data-spent")
    assert spent is not None
    assert 2 <= int(spent) <= time.monotonic() - before
    walk.next()
    walk.press("back")
    again = walk.page.locator("#questionnaire").get_attribute("data-spent")
    assert again is not None
    assert int(again) >= int(spent)
