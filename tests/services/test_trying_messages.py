"""Whoever tries a message out has an answer in time, however slow the mail server is."""

import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from cri.adapters.mail import Mail
from cri.adapters.mail import MailServer as Route
from cri.adapters.mail_routes import PATIENCE_SECONDS, PostOffice, hand_over_soon
from cri.adapters.smtp import MailServerError, Outcome
from tests.jobs.mailing import MailServer, mail_server

PATIENCE = 2.5  # seconds: enough for all that comes before the last line, on a busy machine too
LONG = 60.0  # the most that is waited for somebody who has lost patience; what they wait for takes longer
SLOW = 1.4  # seconds at the least that the server of these tests takes for the last line of a slow message
AGENCY = uuid.uuid4()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    folder: Path = tmp_path_factory.mktemp("mail")
    with mail_server(folder) as server:
        yield server


@pytest.fixture
def tarpit() -> Iterator[int]:
    """A server that says its greeting a word at a time and never ends it; its port."""
    listening, over = socket.create_server(("127.0.0.1", 0)), Event()

    def drip() -> None:
        with suppress(OSError):
            caller, _ = listening.accept()
            with caller:
                while not over.wait(0.05):
                    caller.sendall(b"220-wait\r\n")

    thread = Thread(target=drip, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    over.set()
    with suppress(OSError):
        listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


def route(port: int) -> Route:
    return Route("127.0.0.1", port, "surveys@example.org", security="none", timeout=30)


def mail(to: str) -> Mail:
    return Mail(f"{uuid.uuid4().hex}@example.org", to, b"Message-ID: <x@example.org>\r\n\r\nHello\r\n")


def test_somebody_waits_no_longer_than_they_would_for_a_page() -> None:
    assert PATIENCE_SECONDS == 15


def test_a_server_that_answers_is_heard(server: MailServer) -> None:
    assert hand_over_soon(route(server.port), AGENCY, mail("ann@example.org")).outcome is Outcome.ACCEPTED
    refused = hand_over_soon(route(server.port), AGENCY, mail("gone-1@example.org"))
    assert refused.outcome is Outcome.REFUSED
    assert "gone-1" not in refused.reply


def test_one_that_takes_its_time_for_the_last_line_leaves_it_open(server: MailServer) -> None:
    began = time.monotonic()
    handover = hand_over_soon(route(server.port), AGENCY, mail("silent-1@example.org"), PATIENCE)
    assert time.monotonic() - began < LONG
    assert handover.outcome is Outcome.UNSURE


def test_one_that_never_comes_to_the_point_is_told_and_gets_no_message(tarpit: int) -> None:
    began = time.monotonic()
    with pytest.raises(MailServerError, match="no answer within"):
        hand_over_soon(route(tarpit), AGENCY, mail("ann@example.org"), 0.6)
    assert time.monotonic() - began < LONG


def test_the_usual_way_waits_for_the_slow_one(server: MailServer) -> None:
    """The control: as messages of a wave are sent, where nobody waits."""
    began = time.monotonic()
    office = PostOffice(route(server.port))
    handover = office.post_of(AGENCY).hand_over(
        mail("slow-2@example.org"), "surveys@example.org", lambda: True
    )
    office.close()
    assert handover.outcome is Outcome.ACCEPTED
    assert time.monotonic() - began >= SLOW


def test_the_usual_way_listens_to_a_tarpit_for_as_long_as_it_talks(tarpit: int) -> None:
    """The control: each word comes within the time for a step, so no step is ever too slow."""
    office = PostOffice(route(tarpit))

    def talk() -> None:
        with suppress(MailServerError):
            office.post_of(AGENCY).hand_over(mail("ann@example.org"), "surveys@example.org", lambda: True)

    talking = Thread(target=talk, daemon=True)
    talking.start()
    talking.join(SLOW)
    assert talking.is_alive()
