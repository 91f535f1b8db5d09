"""The headers that are made out once are those that the library would set at each request."""

from dataclasses import replace

import pytest
from flask import Flask, Response
from flask_talisman import Talisman

from cri.app import CONTENT_POLICY, create_app
from cri.settings import Settings

OPTIONS = {
    "content_security_policy": CONTENT_POLICY,
    "referrer_policy": "same-origin",
    "permissions_policy": {},
}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_each_page_has_the_librarys_headers(settings: Settings, scheme: str) -> None:
    address, secure = f"{scheme}://survey.example.org", scheme == "https"
    ours, plain = create_app(replace(settings, external_url=address)), Flask("plain")
    forced = {"force_https": secure, "session_cookie_secure": secure, "strict_transport_security": secure}
    Talisman(plain, **forced, **OPTIONS)
    with plain.test_request_context("/", base_url=address):
        expected = plain.process_response(Response())
    for path in ("/code", "/nowhere"):
        answer = ours.test_client().get(path, base_url=address)
        for name, value in expected.headers:
            if name not in ("Content-Type", "Content-Length"):
                assert answer.headers.getlist(name) == [value], (path, name)
    assert ("Strict-Transport-Security" in expected.headers) is secure
    assert "Content-Security-Policy" in expected.headers


def test_over_https_only_once_it_is_served_so(settings: Settings) -> None:
    ours = create_app(replace(settings, external_url="https://survey.example.org"))
    answer = ours.test_client().get("/code", base_url="http://survey.example.org")
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://survey.example.org/code")
    assert "Strict-Transport-Security" not in answer.headers
