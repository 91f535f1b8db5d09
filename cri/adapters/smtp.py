"""Handing messages to a mail server, so that it is known at each instant whether the server has one.

A server has a message once it answers the line that ends it, and not before: until that line is sent, a
connection that breaks has left nothing behind. So the message is claimed in the instant before that line,
and whatever fails earlier is no harm.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from cri.adapters.mail import Mail, MailServer
from cri.domain.errors import CriError

END_SECONDS = 600.0
"""How long to wait for the answer to the last line, as RFC 5321 asks: to give up earlier loses or doubles."""

MOST_ON_A_CONNECTION = 100
MOST_REPLY = 300
HIDDEN = "[address]"


class MailServerError(CriError):
    """The mail server takes nothing now: not there, too slow, no sign-in. No message was handed over."""


class Outcome(StrEnum):
    """What became of one message. Broken: the line was lost before the server had the message."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    BROKEN = "broken"
    NOT_CLAIMED = "not claimed"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Handover:
    """An outcome, and what the server said to it."""

    outcome: Outcome
    reply: str = ""


Claim = Callable[[], bool]
"""Called when the server needs only the last line. False: the message must not be sent after all."""


class SmtpPost:
    """A connection to a mail server, made when it is needed and made anew after a hundred messages."""

    def __init__(self, server: MailServer, end_seconds: float = END_SECONDS) -> None:
        self.server = server
        self._end_seconds = end_seconds
        self._connection: smtplib.SMTP | None = None
        self._handed = 0

    def hand_over(self, mail: Mail, sender: str, claim: Claim) -> Handover:
        """Hand one message over. Raises MailServerError when the server takes nothing now."""
        connection = self._connected()
        handover = self._over(connection, mail, sender, claim)
        return replace(handover, reply=without_addresses(handover.reply, mail.to))

    def _over(self, connection: smtplib.SMTP, mail: Mail, sender: str, claim: Claim) -> Handover:
        try:
            refusal = self._all_but_end(connection, mail, sender)
            if refusal is not None:
                return refusal
        except smtplib.SMTPSenderRefused as error:
            self._drop()
            raise MailServerError(without_addresses(_said(error), mail.to)) from None
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Handover(Outcome.BROKEN, _said(error))
        claimed = False
        try:
            claimed = claim()
        finally:
            if not claimed:
                self._drop()  # in the midst of a message there is no other way to take it back
        return self._end(connection) if claimed else Handover(Outcome.NOT_CLAIMED)

    def close(self) -> None:
        """Take leave of the server."""
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
            self._drop()

    def _all_but_end(self, connection: smtplib.SMTP, mail: Mail, sender: str) -> Handover | None:
        """Everything but the last line; a Handover when the server wants this one not, or not now."""
        code, said = connection.mail(sender)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, said, sender)
        code, said = connection.rcpt(mail.to)
        if code not in (250, 251):
            return self._declined(connection, code, said)
        connection.putcmd("data")
        code, said = connection.getreply()
        if code != 354:
            return self._declined(connection, code, said)
        connection.send(_dotted(mail.data))
        return None

    def _declined(self, connection: smtplib.SMTP, code: int, said: bytes) -> Handover:
        if code in (421, -1):  # the server is closing, or gone: this is not about the one message
            raise smtplib.SMTPServerDisconnected(f"{code} {said.decode(errors='replace')}")
        connection.rset()
        return Handover(_outcome(code), _reply(code, said))

    def _end(self, connection: smtplib.SMTP) -> Handover:
        """Send the last line and hear what the server says to it."""
        try:
            if connection.sock is not None:
                connection.sock.settimeout(max(self._end_seconds, self.server.timeout))
            connection.send(b".\r\n")
            code, said = connection.getreply()
            if connection.sock is not None:
                connection.sock.settimeout(self.server.timeout)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Handover(Outcome.UNSURE, _said(error))
        if code == -1:
            self._drop()
            return Handover(Outcome.UNSURE, "the connection broke before the server answered")
        if code == 421:
            self._drop()
        return Handover(Outcome.ACCEPTED if code == 250 else _outcome(code), _reply(code, said))

    def _connected(self) -> smtplib.SMTP:
        if self._connection is not None and self._handed >= MOST_ON_A_CONNECTION:
            self.close()
        if self._connection is None:
            try:
                self._connection = _connect(self.server)
            except (smtplib.SMTPException, OSError) as error:
                raise MailServerError(_said(error)) from error
            self._handed = 0
        self._handed += 1
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _connect(server: MailServer) -> smtplib.SMTP:
    trust = None if server.security == "none" else ssl.create_default_context()
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=server.timeout, context=trust
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
    try:
        if (
            connection.sock is not None
        ):  # the last line follows the others unasked: do not let it wait for them
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if server.security == "starttls":
            connection.starttls(context=trust)
        if server.user:
            connection.login(server.user, server.password)
        connection.ehlo_or_helo_if_needed()
    except BaseException:
        connection.close()
        raise
    return connection


def _dotted(data: bytes) -> bytes:
    """A message's bytes as DATA takes them, all but the line with the one dot that ends it."""
    lines = data.replace(b"\r\n.", b"\r\n..")
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _outcome(code: int) -> Outcome:
    return Outcome.LATER if 400 <= code < 500 else Outcome.REFUSED


def _reply(code: int, said: bytes) -> str:
    return _tidy(f"{code} {said.decode(errors='replace')}")


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _reply(error.smtp_code, said if isinstance(said, bytes) else str(said).encode())
    return _tidy(str(error) or type(error).__name__)


def without_addresses(reply: str, to: str) -> str:
    """What a server said, without any address, and without the name before the sign of the recipient's.

    Replies are shown on pages and written to logs, whose readers need not learn to whom a message went.
    to: the recipient's address.
    """
    reply = _ADDRESS.sub(HIDDEN, reply)
    name, _at, domain = (re.escape(part) for part in to.rpartition("@"))
    if name:
        spelled = rf"(?<!\w){name}(?:(?:=|=40|%40){domain})?(?!\w)"
        reply = re.sub(spelled, HIDDEN, reply, flags=re.IGNORECASE)
    return reply


_ADDRESS = re.compile(r"[^\s<>()\[\],;:]*@[^\s<>()\[\],;:]*")


def _tidy(text: str) -> str:
    """What a stranger's server said, fit to be shown: one line of printable characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:MOST_REPLY]
