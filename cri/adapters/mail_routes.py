"""Where messages go: a mail server, or in a demonstration a folder that shows them."""

import uuid
from typing import Protocol

from cri.adapters.caught_mail import Catcher, CatcherPost
from cri.adapters.mail import Mail, MailServer
from cri.adapters.smtp import Claim, Handover, SmtpPost

MailRoute = MailServer | Catcher


class Post(Protocol):
    """Takes messages one by one."""

    def hand_over(self, mail: Mail, sender: str, claim: Claim) -> Handover:
        """Hand one message over. Raises MailServerError when nothing is taken now."""

    def close(self) -> None:
        """Let go of the connection, if there is one."""


class PostOffice:
    """Ways for messages of all agencies: one connection to a mail server, called with the first message."""

    def __init__(self, route: MailRoute) -> None:
        self._route = route
        self._server: SmtpPost | None = None if isinstance(route, Catcher) else SmtpPost(route)

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
