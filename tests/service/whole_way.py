"""The whole way through, in a real browser: staff answer, the agency is scored, a leader takes the PDF."""

import io
import re
import time
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from tests.service.conftest import Demo

PEOPLE = 12
TREE = "code,parent,name\nall,,Riverside Housing\nhomes,all,Homes and repairs\n"
ROSTER = "name,email,unit,language\n" + "".join(
    f"Person {number},person{number}@example.org,homes,{'ar' if number == 1 else 'en'}\n"
    for number in range(PEOPLE)
)
SEAL_SECONDS = 600


@dataclass
class Way:
    """One walk through the service, with or without JavaScript."""

    browser: Browser
    demo: Demo
    javascript: bool

    def context(self, locale: str = "en-GB") -> BrowserContext:
        """A fresh browser of somebody who was never here."""
        made = self.browser.new_context(java_script_enabled=self.javascript, locale=locale)
        made.set_default_timeout(60_000)
        return made

    def sign_in(self, role: str) -> Page:
        page = self.context().new_page()
        email, password = self.demo.password(role)
        page.goto(self.demo.url)
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
        return page


def walk(way: Way) -> None:
    """From an empty roster to the report in a leader's hands."""
    label = f"Whole way {'with' if way.javascript else 'without'} script"
    administrator = way.sign_in("administrator")
    paste_roster(administrator, way.demo.url)
    create_and_open(administrator, way.demo.url, label)
    personal, open_link = take_links(administrator)
    assert len(personal) == PEOPLE
    answer_and_resume(way, personal[0], locale="en-GB")
    answer_all(way.context("ar").new_page(), personal[1], expected_direction="rtl")
    for link in personal[2:11]:
        page = way.context().new_page()
        answer_all(page, link)
        page.context.close()
    answer_all(way.context().new_page(), open_link)
    close(administrator)
    leader_reads(way, label)


def paste_roster(page: Page, url: str) -> None:
    page.goto(f"{url}/organisation/import")
    page.locator("textarea[name=tree]").fill(TREE)
    page.locator("textarea[name=roster]").fill(ROSTER)
    page.get_by_role("button", name="Check and preview").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Check the change")
    if page.get_by_role("button", name="Accept and store").count():
        if page.get_by_role("checkbox").count():
            page.get_by_role("checkbox").check(force=True)
        page.get_by_role("button", name="Accept and store").click()
        expect(heading).not_to_have_text("Check the change")


def create_and_open(page: Page, url: str, label: str) -> None:
    page.goto(f"{url}/waves/new")
    page.locator("input[name=label]").fill(label)
    for box in page.locator("input[name=languages]").all():
        box.check(force=True)
    page.locator("select[name=noun], input[name=noun]").first.wait_for(state="attached")
    if page.locator("select[name=noun]").count():
        page.locator("select[name=noun]").select_option("residents")
    else:
        page.locator("input[name=noun][value=residents]").check(force=True)
    page.locator("input[name=closes_on]").fill("2099-12-31")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Open the survey").or_(
        page.get_by_role("button", name="Open the survey")
    ).first.click()
    page.get_by_role("button", name="Open the survey now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Links for people")


def take_links(page: Page) -> tuple[list[str], str]:
    """Every personal link on the page, and the open one."""
    found = list(dict.fromkeys(re.findall(r"http://[\w.:]+/s/[a-z0-9]+", page.content())))
    rows = page.locator("table").inner_html()
    personal = [link for link in found if link in rows]
    return personal, next(link for link in found if link not in personal)


def answer_page(page: Page, shift: int = 0) -> None:
    """Choose an answer for each statement and each question about oneself of the page that is shown."""
    for place, item in enumerate(page.locator("#questionnaire fieldset.cri-item").all()):
        choices = item.locator("input[type=radio]")
        choices.nth((place + shift) % min(7, choices.count())).check(force=True)


def move_on(page: Page) -> None:
    with page.expect_navigation():
        page.locator("#questionnaire button:not([name])").first.click()


def answer_all(page: Page, link: str, expected_direction: str = "ltr") -> None:
    page.goto(link)
    assert page.locator("html").get_attribute("dir") == expected_direction
    move_on(page)
    for _ in range(12):
        if page.locator("[data-page=receipt]").count():
            return
        answer_page(page)
        move_on(page)
    raise AssertionError(f"no receipt after 12 pages: {page.url}")


def answer_and_resume(way: Way, link: str, locale: str) -> None:
    """Answer two pages, leave, come back on the same device, and finish there."""
    context = way.context(locale)
    page = context.new_page()
    page.goto(link)
    assert "confidential" in page.content()
    assert "anonymous" not in page.locator("main").inner_text().lower()
    move_on(page)
    answer_page(page, shift=3)
    move_on(page)
    answer_page(page, shift=3)
    move_on(page)
    left_at = page.get_by_role("heading", level=1).inner_text()
    page.close()
    back = context.new_page()
    back.goto(link)
    if not back.locator("fieldset.cri-item").count():
        move_on(back)
    assert back.get_by_role("heading", level=1).inner_text() == left_at
    for _ in range(12):
        if back.locator("[data-page=receipt]").count():
            break
        answer_page(back, shift=3)
        move_on(back)
    assert back.locator("[data-page=receipt]").count() == 1
    again = way.context().new_page()
    answered = again.goto(link)
    assert answered is not None
    assert answered.status == 404


def close(page: Page) -> None:
    page.goto(page.url.rsplit("/links", 1)[0])
    expect(page.locator("main")).to_contain_text("92%")  # 11 of the 12 who were invited
    page.get_by_role("link", name="Close the survey").or_(
        page.get_by_role("button", name="Close the survey")
    ).first.click()
    page.get_by_label("Why?").fill("Everybody has answered")
    page.get_by_role("button", name="Close it now").click()
    results = page.get_by_role("main").get_by_role("link", name="See the results")
    expect(results).to_be_visible(timeout=SEAL_SECONDS * 1000)  # the page looks again by itself


def leader_reads(way: Way, label: str) -> None:
    page = way.sign_in("leader")
    page.goto(f"{way.demo.url}/results")
    expect(page.get_by_role("heading", level=1)).to_contain_text(label)  # the newest comes first
    main = page.locator("main")
    expect(main).to_contain_text("12")
    expect(main).to_contain_text("Synthetic example data")
    if way.javascript:
        expect(page.locator(".js-plotly-plot svg.main-svg").first).to_be_visible()
    wait_for_report(page)
    href = page.get_by_role("link", name=re.compile(r"PDF \(English\)")).get_attribute("href")
    assert href is not None
    answer = page.request.get(href if href.startswith("http") else way.demo.url + href)
    assert answer.headers["content-type"] == "application/pdf"
    printed = " ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(answer.body())).pages)
    page.locator("summary", has_text="The numbers as a table").first.click()
    scores = page.locator("table.cri-places td.cri-number:nth-of-type(1)").all_inner_texts()
    assert len(scores) == 7
    for score in scores:
        assert score.strip() in printed


def wait_for_report(page: Page) -> None:
    """The results are there before their report is printed."""
    deadline = time.monotonic() + SEAL_SECONDS
    while not page.get_by_role("link", name=re.compile(r"PDF \(English\)")).count():
        assert time.monotonic() < deadline, f"no report in {SEAL_SECONDS} s"
        page.wait_for_timeout(1000)
        page.reload()
