"""A message as it travels: headers that cannot be broken into, both texts, nothing fetched."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.adapters.mail import AddressError, Letterbox, Look, compose
from cri.adapters.message_files import our_words
from cri.domain.message_plan import Kind

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
LOOK = Look("Borough of Elm", "Autumn survey", "Friday", "#12436d", "surveys@example.org")
STOP = "https://cri.example.org/stop/" + "a" * 68


def box(name: str = "Ann", email: str = "ann@example.org", stop: str | None = STOP) -> Letterbox:
    return Letterbox(name, email, "https://cri.example.org/s/token", "a" * 69 + "@example.org", stop)


def made(to: Letterbox, look: Look = LOOK, language: str = "en", **text: str) -> EmailMessage:
    words = our_words(language)
    own = words.messages[Kind.INVITATION]
    mail = compose(text.get("subject", own.subject), text.get("body", own.body), to, look, words, NOW)
    message = message_from_bytes(mail.data, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("language", ["en", "ar", "es", "fr"])
def test_a_message_has_both_texts_and_the_headers_that_providers_ask_for(language: str) -> None:
    message = made(box("آمال بنت"), language=language)
    assert message["To"].addresses[0].display_name == "آمال بنت"
    assert message["From"].addresses[0].addr_spec == "surveys@example.org"
    assert message["List-Unsubscribe"].strip() == f"<{STOP}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == language
    for text in (part(message, "plain"), part(message, "html")):
        assert "https://cri.example.org/s/token" in text
        assert STOP in text
    page = part(message, "html")
    assert f'lang="{language}"' in page
    assert ("rtl" in page) is (language == "ar")
    for fetched in ("<img", "src=", "<link", "url(", "<script"):
        assert fetched not in page


def test_long_addresses_are_not_broken_up_or_encoded() -> None:
    """A mail program takes the address of its button as it stands."""
    mail = compose("x", "{link}", box(), LOOK, our_words("en"), NOW)
    assert f"<{STOP}>".encode() in mail.data
    assert b"<" + b"a" * 69 + b"@example.org>" in mail.data


@pytest.mark.parametrize(
    "evil",
    [
        "Ann\r\nBcc: x@example.org",
        "Ann\nSubject: y",
        "A\x00nn",
        "\u2028Bcc: x",
        "=?utf-8?q?Ann=0ABcc:_x?=",
        "=\u202e?utf-8?q?Ann=0ABcc:_x?=",
    ],
)
def test_no_value_breaks_out_of_its_header(evil: str) -> None:
    look = Look(evil, evil, "Friday", "#12436d", "surveys@example.org")
    message = made(box(evil), look, subject="{name} {agency} {survey}")
    assert message["Bcc"] is None
    assert len(message.get_all("Subject")) == 1  # type: ignore[arg-type]  # there is one
    assert [one.addr_spec for one in message["To"].addresses] == ["ann@example.org"]


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_a_name_holds_the_message_goes_to_its_owner_alone(name: str, agency: str) -> None:
    message = made(box(name), Look(agency, name, "Friday", "#12436d", "surveys@example.org"))
    assert [one.addr_spec for one in message["To"].addresses] == ["ann@example.org"]
    assert message["Bcc"] is None
    assert message["Cc"] is None


def test_names_are_text_in_html() -> None:
    page = part(made(box("<script>alert(1)</script>")), "html")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("email", ["", "ann", "@example.org", "a b@example.org", "a@b@c\r\nRCPT TO:<x@y>"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(AddressError):
        made(box(email=email))


def test_a_domain_in_letters_travels_in_ascii_and_a_name_in_letters_does_not() -> None:
    mail = compose("x", "{link}", box(email="ann@bücher.example"), LOOK, our_words("en"), NOW)
    assert mail.to == "ann@xn--bcher-kva.example"
    with pytest.raises(AddressError, match="not every mail server"):
        made(box(email="änn@example.org"))


def test_a_test_message_says_so_and_stops_nothing() -> None:
    message = made(box(stop=None))
    assert message["List-Unsubscribe"] is None
    assert our_words("en").footer["test"] in part(message, "plain")
