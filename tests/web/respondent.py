"""A respondent at the other end of Flask's test client: reads forms as a browser without JavaScript does."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


@dataclass
class Form:
    """One form: what a browser would send, and what could be chosen."""

    id: str
    action: str
    method: str
    hidden: dict[str, str] = field(default_factory=dict)
    radios: dict[str, list[str]] = field(default_factory=dict)
    checked: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def filled(self) -> dict[str, str]:
        """The fields as they stand on the page."""
        return {**self.hidden, **self.checked, **self.texts}


class PageReader(HTMLParser):
    """Forms, headings and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: dict[str, Form] = {}
        self.title, self.heading, self.text = "", "", ""
        self.links: list[str] = []
        self.ids: list[str] = []
        self.attributes: dict[str, str] = {}
        self._form: Form | None = None
        self._in: list[str] = []
        self._area: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.attributes = given
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "form":
            self._form = Form(given.get("id", ""), given.get("action", ""), given.get("method", "get"))
            self.forms[self._form.id] = self._form
        elif tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "input" and self._form is not None:
            self._input(given, self._form)
        elif tag == "textarea" and self._form is not None:
            self._area = given["name"]
            self._form.texts[self._area] = ""
        if tag in ("title", "h1", "script", "style", "textarea"):
            self._in.append(tag)

    def _input(self, given: dict[str, str], form: Form) -> None:
        kind, name, value = given.get("type", "text"), given.get("name", ""), given.get("value", "")
        if kind == "radio":
            form.radios.setdefault(name, []).append(value)
            if "checked" in given:
                form.checked[name] = value
        elif kind == "hidden":
            form.hidden[name] = value
        else:
            form.texts[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if self._in and self._in[-1] == tag:
            self._in.pop()
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None and self._form is not None:
            text = self._form.texts[self._area] + data
            self._form.texts[self._area] = text.removeprefix("\n")
        if "title" in self._in:
            self.title += data
        if "h1" in self._in:
            self.heading += data
        if not self._in or self._in[-1] == "h1":
            self.text += data


@dataclass
class Page:
    """What the respondent sees now."""

    status: int
    path: str
    html: str
    response: TestResponse

    def __post_init__(self) -> None:
        self.read = PageReader(self.html)

    @property
    def form(self) -> Form:
        """The questionnaire's form, of which there is exactly one."""
        assert self.html.count('<form id="questionnaire" method="post"') == 1, self.html
        return self.read.forms["questionnaire"]

    @property
    def text(self) -> str:
        """Text outside script, style and text fields, on one line."""
        return " ".join(self.read.text.split())

    @property
    def is_receipt(self) -> bool:
        return 'data-page="receipt"' in self.html


class Respondent:
    """Somebody with a browser of their own."""

    def __init__(self, client: FlaskClient, language: str = "en") -> None:
        self.client, self.language = client, language

    def open(self, path: str) -> Page:
        """Follow a link."""
        return self._page(self.client.get(path, headers=self._headers(), follow_redirects=True))

    def follow(self, page: Page, link: str) -> Page:
        """Choose a link of a page."""
        return self.open(urljoin(page.path, link.partition("#")[0]))

    def send(self, page: Page, changes: dict[str, str] | None = None, *, form: Form | None = None) -> Page:
        """Send a page's form with `changes`; a field changed to "" is sent empty."""
        form = form or page.form
        return self.post(form.action or page.path, {**form.filled(), **(changes or {})})

    def post(self, path: str, data: dict[str, str]) -> Page:
        return self._page(self.client.post(path, data=data, headers=self._headers(), follow_redirects=True))

    def start(self, token: str) -> Page:
        """From the link to the first section."""
        return self.send(self.open(f"/s/{token}"))

    def answer_all(self, page: Page, value: str = "6") -> Page:
        """Answer every statement of a page with `value`, or with the first choice, and go on."""
        given = {name: value if value in some else some[0] for name, some in page.form.radios.items()}
        return self.send(page, given)

    def to_check(self, token: str, value: str = "6") -> Page:
        """Answer everything up to the checking page."""
        page = self.start(token)
        for _ in range(6):
            page = self.answer_all(page, value)
        return self.send(page)

    def _headers(self) -> dict[str, str]:
        return {"Accept-Language": self.language}

    def _page(self, response: TestResponse) -> Page:
        path = response.request.full_path.rstrip("?")
        return Page(response.status_code, path, response.text, response)
