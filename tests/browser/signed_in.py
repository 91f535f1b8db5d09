"""Somebody signed in, in a real browser."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Route, expect

from tests.web.visitor import PASSWORD, Person

Enter = Callable[..., Page]
PHONE = {"width": 360, "height": 740}
NARROW = {"width": 320, "height": 256}
"""A window of 1280 by 1024 at 400 %, and the narrowest that WCAG asks for."""


@pytest.fixture
def enter(new_context: Callable[..., BrowserContext], live_server: str) -> Iterator[Enter]:
    """Sign somebody in by the form: enter(person, **options of the context) -> the page it leads to.

    Whatever a browser complained of fails the test: an error of a script, a refused style, a lost file.
    """
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def heed(message: ConsoleMessage) -> None:
        # A form sent back with its mistakes is a 422, which the browser mentions too.
        if message.type == "error" and "status of 422" not in message.text:
            complaints.append(message.text)

    def sign_in(person: Person, **options: object) -> Page:
        context = new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", heed)
        page.goto(f"{live_server}/sign-in")
        page.get_by_label("E-mail address").fill(person.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
        return page

    yield sign_in
    found = list(complaints)
    for context in contexts:  # before the server goes, lest a page that looks again finds nobody
        context.close()
    assert found == [], found


def hold_still(page: Page, path: str) -> None:
    """Let a page that looks again by itself stay as it is."""

    def answer(route: Route) -> None:
        response = route.fetch()
        headers = {name: value for name, value in response.headers.items() if name != "refresh"}
        route.fulfill(response=response, headers=headers)

    page.route(f"**{path}*", answer)


def wave_id_of(page: Page) -> uuid.UUID:
    """The wave that the open page's address names."""
    return uuid.UUID(page.url.split("/waves/")[1][:36])


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
