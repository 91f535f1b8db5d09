"""Somebody at a browser without JavaScript: keeps cookies, sends tokens, reads pages."""

import hashlib
import html
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from cri.adapters.passwords import hash_password
from cri.db.models import Account, Report, StoredPack, StoredScorecard, Wave
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.domain.documents import digest_of
from cri.services.accounts import grant_membership
from cri.services.context import Parts
from tests.reports.documents import CASES, make_pack, scorecard
from tests.services.conftest import NOW

PASSWORD = "correct horse battery"
PDF = b"%PDF-1.7 a report for tests"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Person:
    """An account of the test's own."""

    account_id: uuid.UUID
    email: str


@cache
def _hash(pepper: bytes) -> str:
    return hash_password(pepper, PASSWORD)


def make_person(
    sessions: sessionmaker[Session],
    parts: Parts,
    *places: tuple[uuid.UUID, Role],
    active: bool = True,
    beginning: str = "",
) -> Person:
    """An account with one of tests' passwords and a role in each agency given.

    beginning: of the e-mail address; it tells the tests' mail server how to treat it.
    """
    account_id = uuid.uuid4()
    email = f"{beginning}{account_id.hex}@example.org"
    with sessions.begin() as session:
        session.add(
            Account(
                id=account_id,
                email=email,
                password=_hash(parts.secrets.password),
                fs_uniquifier=uuid.uuid4().hex,
                name="Ana Ruiz",
                active=active,
            )
        )
        session.flush()
        for agency_id, role in places:
            grant_membership(session, agency_id, account_id, role)
    return Person(account_id, email)


def make_steward(
    sessions: sessionmaker[Session],
    parts: Parts,
    superuser: psycopg.Connection,
    *places: tuple[uuid.UUID, Role],
) -> Person:
    """A pool steward, of whom the platform's owner has made one: the service itself cannot."""
    person = make_person(sessions, parts, *places)
    superuser.execute(
        "INSERT INTO platform_duty (user_id, role_id) "
        "SELECT %s, id FROM platform_role WHERE name = 'steward'",
        [person.account_id],
    )
    return person


class Visitor:
    """A browser."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.page = ""

    def get(self, path: str, **given: object) -> TestResponse:
        """Load an address and follow where it leads."""
        response = self.client.get(path, follow_redirects=True, **given)  # type: ignore[arg-type]  # passed on
        self._read(response)
        return response

    def post(
        self, path: str, fields: dict[str, object] | None = None, *, follow: bool = True
    ) -> TestResponse:
        """Send a form, with the token of the page that is open."""
        data = {"csrf_token": self.token(), **(fields or {})}
        response = self.client.post(path, data=data, follow_redirects=follow)
        self._read(response)
        return response

    def token(self) -> str:
        """The token on the open page; of the sign-in page when there is none yet."""
        found = _TOKEN.search(self.page)
        if found is None:
            self.get("/sign-in")
            found = _TOKEN.search(self.page)
        assert found is not None
        return found.group(1)

    def sign_in(self, person: Person, password: str = PASSWORD) -> TestResponse:
        """Sign in; the answer is where that leads."""
        self.get("/sign-in")
        return self.post("/sign-in", {"email": person.email, "password": password})

    def _read(self, response: TestResponse) -> None:
        if response.mimetype == "text/html":
            self.page = response.text

    @property
    def text(self) -> str:
        """The open page's words."""
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.page)).split())

    @property
    def title(self) -> str:
        """The open page's title."""
        found = re.search(r"<title>(.*?)</title>", self.page, re.DOTALL)
        assert found is not None
        return html.unescape(found.group(1))


def visit(app: Flask, person: Person) -> Visitor:
    """A visitor who has signed in."""
    visitor = Visitor(app)
    assert visitor.sign_in(person).status_code == 200
    return visitor


def add_results(
    sessions: sessionmaker[Session],
    parts: Parts,
    agency_id: uuid.UUID,
    case: str = "full",
    *,
    pack: bool = True,
    languages: tuple[str, ...] = ("en", "ar"),
    printed: Callable[[str], bytes] = lambda locale: PDF + locale.encode(),
    served: Sequence[str] = (),
) -> uuid.UUID:
    """A scored wave with one of the examples' scorecards, its pack, and a report in each language.

    printed: the report in a language. served: what the people served are, by line of service, the main one
    first.
    """
    wave_id = uuid.uuid4()
    card = scorecard(**CASES[case][0])
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        session.add(
            Wave(
                agency_id=agency_id,
                id=wave_id,
                label="Spring 2026",
                instrument_code="cri",
                instrument_version="1.0.0",
                languages=list(languages),
                noun="residents",
                relationship=served[0] if served else None,
                service_lines=[{"name": f"Line {one}", "relationship": one} for one in served] or None,
                synthetic=False,
                state="scored",
                opened_at=NOW,
                closes_at=NOW,
                closed_at=NOW,
                sheet_sha256="0" * 64,
            )
        )
        session.flush()
        key = {"agency_id": agency_id, "wave_id": wave_id}
        session.add(StoredScorecard(**key, sha256=digest_of(card), document=card))
        if pack:
            session.add(StoredPack(**key, kind="leader", edition="2026.1", document=make_pack(case)))
            for locale in languages:
                _add_report(session, parts, agency_id, wave_id, locale, printed(locale))
    return wave_id


def _add_report(
    session: Session, parts: Parts, agency_id: uuid.UUID, wave_id: uuid.UUID, locale: str, data: bytes
) -> None:
    sha256 = hashlib.sha256(data).hexdigest()
    parts.blobs.put(f"report/{agency_id}/{wave_id}/{sha256}.pdf", data)
    session.add(
        Report(
            agency_id=agency_id,
            wave_id=wave_id,
            kind="leader",
            locale=locale,
            sha256=sha256,
            manifest={},
            made_at=NOW,
        )
    )


def set_state(
    sessions: sessionmaker[Session], agency_id: uuid.UUID, wave_id: uuid.UUID, **values: object
) -> None:
    """Move a wave on, as jobs would."""
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        session.execute(update(Wave).where(Wave.id == wave_id).values(**values))
