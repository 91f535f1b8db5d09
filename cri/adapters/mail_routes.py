"""Where messages go: a mail server, or in a demonstration a folder that shows them."""

import uuid
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Protocol

from cri.adapters.caught_mail import Catcher, CatcherPost
from cri.adapters.mail import Mail, MailServer
from cri.adapters.smtp import END_SECONDS, Claim, Handover, MailServerError, Outcome, SmtpPost

MailRoute = MailServer | Catcher
PATIENCE_SECONDS = 15.0
"""How long somebody who tries a message out waits for an answer."""


class Post(Protocol):
    """Takes messages one by one."""

    def hand_over(self, mail: Mail, sender: str, claim: Claim) -> Handover:
        """Hand one message over. Raises MailServerError when nothing is taken now."""

    def close(self) -> None:
        """Let go of the connection, if there is one."""


class PostOffice:
    """Ways for messages of all agencies: one connection to a mail server, called with the first message."""

    def __init__(self, route: MailRoute, *, end_seconds: float = END_SECONDS) -> None:
        """end_seconds: how long to wait for what a server says to a message's last line."""
        self._route = route
        self._server = None if isinstance(route, Catcher) else SmtpPost(route, end_seconds)

    def post_of(self, agency_id: uuid.UUID) -> Post:
        """The way for messages of one agency."""
        if self._server is not None:
            return self._server
        assert isinstance(self._route, Catcher)
        return CatcherPost(self._route, agency_id)

    def close(self) -> None:
        """Let go of the connection, if there is one."""
        if self._server is not None:
            self._server.close()


class _Waiting:
    """Whoever waits gives up, or the message is claimed: one of the two, whichever comes first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._claimed = self._gone = False

    def claim(self) -> bool:
        with self._lock:
            self._claimed = not self._gone
            return self._claimed

    def give_up(self) -> bool:
        """Whether it was in time: the message will not be sent any more."""
        with self._lock:
            self._gone = True
            return not self._claimed


def hand_over_soon(
    route: MailRoute, agency_id: uuid.UUID, mail: Mail, patience: float = PATIENCE_SECONDS
) -> Handover:
    """Hand one message over while somebody waits for the answer, at most `patience` seconds.

    A server may take ten minutes to say that it has a message, and a slow one says each line a word at a
    time. So the dialogue is held beside: when time is up before the last line the message is not sent any
    more and MailServerError is raised; after it the outcome is UNSURE. Raises MailServerError.
    """
    told: SimpleQueue[Handover | Exception] = SimpleQueue()
    waiting = _Waiting()
    office = PostOffice(route, end_seconds=patience)

    def talk() -> None:
        try:
            told.put(office.post_of(agency_id).hand_over(mail, route.sender, waiting.claim))
        except Exception as error:  # noqa: BLE001  # it is raised where somebody waits
            told.put(error)
        finally:
            office.close()

    Thread(target=talk, name="a message tried out", daemon=True).start()
    try:
        answer = told.get(timeout=patience)
    except Empty:
        if waiting.give_up():
            raise MailServerError(f"no answer within {patience:.0f} seconds") from None
        return Handover(Outcome.UNSURE, f"no answer within {patience:.0f} seconds")
    if isinstance(answer, Exception):
        raise answer
    return answer
