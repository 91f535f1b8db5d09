"""Messages as they travel: plain text and HTML in one, with the headers that mailbox providers ask for.

Put together by Flask-Mailman, which refuses a line break in any header. Handing over is not its work: it has
no place for what must happen before a message's last line (smtp.py).
"""

import html
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, formataddr

from flask_mailman.message import EmailMultiAlternatives, utf8_charset_qp
from flask_mailman.utils import punycode

from cri.adapters.message_files import OurWords
from cri.domain.errors import CriError
from cri.domain.message_text import MUST_HOLD, fill, one_line

LINK = f"{{{MUST_HOLD}}}"
_FONT = "font-family:'IBM Plex Sans',Segoe UI,Roboto,Helvetica,Arial,sans-serif"


class AddressError(CriError):
    """Nothing can be sent to this address: it is none."""


@dataclass(frozen=True)
class MailServer:
    """A mail server to hand messages to. security: "starttls", "tls" or "none".

    sender: the address that messages come from, and that bounces go to. per_minute: most messages a minute,
    0 for as many as it takes. timeout: seconds for each step of the dialogue.
    """

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    security: str = "starttls"
    per_minute: int = 120
    timeout: float = 30.0


@dataclass(frozen=True)
class Letterbox:
    """Who gets one message, where its link leads, and by which id it is known everywhere.

    opt_out: address of the page that stops all such messages; none in a test message.
    """

    name: str
    email: str
    link: str
    message_id: str
    opt_out: str | None = None


@dataclass(frozen=True)
class Look:
    """What all messages of a wave share. closes: when it closes, in words of the message's language."""

    agency: str
    survey: str
    closes: str
    colour: str
    sender: str


@dataclass(frozen=True)
class Mail:
    """A message, ready to be handed over. message_id: without its angle brackets; to: the bare address."""

    message_id: str
    to: str
    data: bytes


def compose(subject: str, body: str, to: Letterbox, look: Look, words: OurWords, at: datetime) -> Mail:
    """The message, subject and body filled in. `at` becomes its date. Raises AddressError."""
    values = {
        "name": one_line(to.name),
        "agency": one_line(look.agency),
        "survey": one_line(look.survey),
        "closes": look.closes,
        MUST_HOLD: to.link,
    }
    address = _travelling(to.email)
    message = EmailMultiAlternatives(
        one_line(fill(subject, values)),
        as_text(body, values, to, words),
        formataddr((values["agency"], look.sender)),
        [formataddr((values["name"], address))],
        headers=_headers(to, words, at),
    )
    message.encoding = utf8_charset_qp  # also where a server on the way takes seven bits only
    message.attach_alternative(as_html(body, values, to, look, words), "text/html")
    return Mail(to.message_id, address, message.message().as_bytes(linesep="\r\n"))


def _headers(to: Letterbox, words: OurWords, at: datetime) -> dict[str, str]:
    headers = {
        "Date": format_datetime(at),
        "Message-ID": f"<{to.message_id}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": words.locale,
    }
    if to.opt_out is not None:  # RFC 8058: one press in the mail program, no page in between
        headers["List-Unsubscribe"] = f"<{to.opt_out}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _travelling(address: str) -> str:
    """An address as mail servers take it, its domain in ASCII. Raises AddressError."""
    name, at, domain = address.rpartition("@")
    try:
        if not at or not name or set(address) & set("<>\r\n ,"):
            raise AddressError("not an address that mail can be sent to")
        name.encode("ascii")
        return f"{name}@{punycode(domain)}"
    except UnicodeError:
        raise AddressError("an address with letters that not every mail server takes") from None


def as_text(body: str, values: dict[str, str], to: Letterbox, words: OurWords) -> str:
    """The message as plain text."""
    below = [fill(words.footer["reason"], values)] if to.opt_out else [words.footer["test"]]
    if to.opt_out:
        below.append(f"{words.footer['opt_out']} {to.opt_out}")
    return f"{fill(body, values)}\n\n-- \n" + "\n".join(below) + "\n"


def as_html(body: str, values: dict[str, str], to: Letterbox, look: Look, words: OurWords) -> str:
    """The message as HTML: styles inline, nothing loaded from anywhere, no picture that tells of opening."""
    safe = {name: html.escape(value) for name, value in values.items()}
    safe[MUST_HOLD] = f'<a href="{safe[MUST_HOLD]}" style="color:{look.colour}">{safe[MUST_HOLD]}</a>'
    paragraphs = [_paragraph(part, safe, values[MUST_HOLD], look, words) for part in body.split("\n\n")]
    below = [html.escape(fill(words.footer["reason"], values)) if to.opt_out else words.footer["test"]]
    if to.opt_out:
        address = html.escape(to.opt_out)
        below.append(
            f'{html.escape(words.footer["opt_out"])} <a href="{address}" style="color:#505a5f">{address}</a>'
        )
    return (
        f'<!doctype html><html lang="{words.locale}" dir="{words.direction}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{safe["survey"]}</title></head>'
        f'<body style="margin:0;background:#f3f2f1"><div style="max-width:560px;margin:0 auto;padding:24px;'
        f"background:#ffffff;border-top:6px solid {look.colour};color:#0b0c0c;font-size:17px;line-height:1.5;"
        f'{_FONT}">'
        f'<p style="margin:0 0 24px;font-weight:600;color:{look.colour}">{safe["agency"]}</p>'
        + "".join(paragraphs)
        + '<hr style="border:0;border-top:1px solid #b1b4b6;margin:24px 0 16px">'
        + "".join(
            f'<p style="margin:0 0 8px;font-size:14px;color:#505a5f;overflow-wrap:anywhere">{line}</p>'
            for line in below
        )
        + "</div></body></html>"
    )


def _paragraph(part: str, safe: dict[str, str], link: str, look: Look, words: OurWords) -> str:
    address = html.escape(link)
    if part.strip() == LINK:
        return (
            f'<p style="margin:24px 0 8px"><a href="{address}" style="display:inline-block;padding:12px 20px;'
            f'background:{look.colour};color:#ffffff;font-weight:600;text-decoration:none">'
            f"{html.escape(words.footer['button'])}</a></p>"
            f'<p style="margin:0 0 24px;font-size:14px;color:#505a5f;overflow-wrap:anywhere">'
            f'{html.escape(words.footer["address"])}<br><span dir="ltr">{address}</span></p>'
        )
    filled = fill(html.escape(part), safe).replace("\n", "<br>")
    return f'<p style="margin:0 0 16px">{filled}</p>'
