"""Staff who answer over a real connection, press again when something fails, and remember what was said."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final
from urllib.parse import urlencode, urlsplit

from cri.domain.wave import Submission
from tests.web.respondent import Form, PageReader

PATIENCE: Final = 300.0
"""Seconds that somebody goes on pressing the same button."""

TEXT: Final = "easier"
"""The open question into which everybody writes who they are, so that the mailbox can be checked."""


@dataclass
class Ledger:
    """What pages said to whom: the answers that they called saved, and who was told that all had arrived."""

    saved: dict[str, dict[str, str]] = field(default_factory=dict)
    received: set[str] = field(default_factory=set)
    pages: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def note_saved(self, name: str, given: dict[str, str]) -> None:
        """A page went on to the next: it has said that it is saved."""
        with self._changed:
            self.saved.setdefault(name, {}).update(given)
            self.pages += 1
            self._changed.notify_all()

    def note_received(self, name: str) -> None:
        """A receipt was shown."""
        with self._changed:
            self.received.add(name)

    def wait_for(self, pages: int) -> None:
        """Until so many pages have been saved."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.pages >= pages, PATIENCE), f"only {self.pages} pages"

    def broken(self, submissions: Sequence[Submission]) -> list[str]:
        """Each promise that the mailbox does not keep: lost, changed or counted twice."""
        found = [one.answers.comments.get(TEXT, "nobody") for one in submissions]
        wrong = [f"{name} is counted {times} times" for name, times in Counter(found).items() if times > 1]
        wrong += [f"{name} had a receipt and is not counted" for name in self.received - set(found)]
        wrong += [f"{name} is counted and was never asked" for name in set(found) - set(self.saved)]
        for submission in submissions:
            answers = submission.answers
            items = {code: "DK" if value < 1 else str(value) for code, value in answers.items.items()}
            kept = {**items, **answers.profile, **answers.comments}
            name = kept.get(TEXT, "nobody")
            lost = {code for code, value in self.saved.get(name, {}).items() if kept.get(code) != value}
            wrong += [f"{name}: {sorted(lost)} were called saved"] if lost else []
        return wrong


@dataclass
class Browser:
    """A browser on a connection that may break; it keeps cookies as one does."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    troubles: int = 0

    def once(self, method: str, path: str, data: dict[str, str] | None = None) -> tuple[int, str, str]:
        """One request: status, where it leads to or "", and the page. Raises OSError, HTTPException."""
        headers = {"Accept-Language": "en", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if data is not None:
            body = urlencode(data)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, urlsplit(answer.headers.get("Location", "")).path, page

    def insist(self, method: str, path: str, data: dict[str, str] | None = None) -> tuple[int, str, str]:
        """The same again until it is answered by something else than an error of the service's."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                status, to, page = self.once(method, path, data)
            except (OSError, http.client.HTTPException):
                status, to, page = 0, "", ""
            if status >= 500:
                assert "Everything you saved on earlier pages is saved." in page
                if data is not None:  # "Send again" sends what was typed, with the new page's token
                    form = PageReader(page).forms["questionnaire"]
                    assert form.texts == {k: v for k, v in data.items() if k != "csrf_token"}
                    data = form.filled()
            if status and status < 500:
                return status, to, page
            self.troubles += 1
            assert time.monotonic() < until, f"{method} {path}: {status}"
            time.sleep(0.2)

    def open(self, path: str) -> tuple[str, str]:
        """Path and text of the page that an address leads to."""
        status, to, page = self.insist("GET", path)
        while to:
            path = to
            status, to, page = self.insist("GET", path)
        assert status == 200, (status, path)
        return path, page

    def submit(self, path: str, form: Form, given: dict[str, str]) -> tuple[str, str, bool]:
        """Send a page: path and text of the next one, and whether this one was accepted."""
        status, to, page = self.insist("POST", form.action or path, {**form.filled(), **given})
        return (*self.open(to), True) if to else (path, page, status < 400)


def answer_all(url: str, token: str, name: str, ledger: Ledger) -> Browser:
    """Somebody's whole questionnaire, from the link to the receipt, whatever happens on the way."""
    browser, draw = Browser(url), Random(name)
    path, page = browser.open(f"/s/{token}")
    until = time.monotonic() + PATIENCE
    while 'data-page="receipt"' not in page:
        assert time.monotonic() < until, f"{name} is still at {path}"
        form = PageReader(page).forms["questionnaire"]
        given = {field: draw.choice(values) for field, values in form.radios.items()}
        given |= {field: name if field == TEXT else f"{name} too" for field in form.texts}
        path, page, accepted = browser.submit(path, form, given)
        if accepted:
            ledger.note_saved(name, given)
    ledger.note_received(name)
    return browser
