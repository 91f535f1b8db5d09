"""Walking through the questionnaire in a real browser, as the pages' own words and buttons allow."""

from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page, expect

PHONE = {"width": 360, "height": 740}
LAPTOP = {"width": 1280, "height": 800}
FACTORS = ("insight", "foresight", "peripheral", "empowerment", "collaboration", "alignment")
NEXT = "#questionnaire button:not([name])"


@dataclass
class Walk:
    """One respondent's browser window on one link."""

    page: Page
    address: str

    def open(self) -> "Walk":
        self.page.goto(self.address)
        return self

    def next(self) -> None:
        self.submit(NEXT)

    def press(self, go: str) -> None:
        """One of the named buttons: "back", "later", "language:ar"."""
        self.submit(f'button[name="go"][value="{go}"]')

    def submit(self, button: str) -> None:
        """Press a button and wait for the page it leads to: a click by itself does not wait."""
        with self.page.expect_navigation():
            self.page.click(button)

    def choose(self, item: str, value: str) -> None:
        """A click on the label, as a finger does it: the whole row is the target."""
        self.page.locator(f'label:has(input[name="{item}"][value="{value}"])').click()

    def answer_section(self, factor: str, value: str = "6") -> None:
        for number in range(1, 7):
            self.choose(f"{factor}{number}", value)

    def chosen(self) -> dict[str, str]:
        """What is marked on this page: item -> value."""
        marked = self.page.locator("#questionnaire input:checked")
        pairs: list[tuple[str, str]] = marked.evaluate_all("all => all.map(one => [one.name, one.value])")
        return dict(pairs)

    def at(self, step: str) -> None:
        expect(self.page).to_have_url(f"{self.address}/{step}")

    def to_check(self, value: str = "6") -> None:
        """From the welcome page to the last page before submitting."""
        self.next()
        for factor in FACTORS:
            self.answer_section(factor, value)
            self.next()
        self.next()
        self.at("check")


def walk_in(context: BrowserContext, address: str) -> Walk:
    """A new window of `context`, on the link's first page."""
    return Walk(context.new_page(), address).open()
