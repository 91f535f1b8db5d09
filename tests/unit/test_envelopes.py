"""Resume codes survive slips of the finger; envelopes open only with their key and have one length."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey

from cri.adapters.envelopes import (
    close_draft,
    draft_key,
    make_resume_code,
    open_draft,
    pad,
    read_resume_code,
    seal_answers,
    unseal_answers,
)
from cri.domain.crockford import CROCKFORD, show_code

SECRET = b"a secret of the tests, 32 bytes."
codes = st.sampled_from([make_resume_code() for _ in range(50)])


@settings(max_examples=50)
@given(codes)
def test_a_code_is_read_as_it_was_shown(code: str) -> None:
    assert len(code) == 17
    assert set(code) <= set(CROCKFORD)
    shown = show_code(code)
    assert [len(group) for group in shown.split("-")] == [4, 4, 4, 4, 1]
    assert read_resume_code(shown) == code


@settings(max_examples=50)
@given(codes, st.data())
def test_spaces_dashes_case_look_alikes_and_other_digits_do_not_matter(
    code: str, data: st.DataObject
) -> None:
    spellings = {"0": "0OoO\u0660", "1": "1iIlL\u0661", "3": "3\u0663"}  # Arabic digits among them
    typed = ""
    for symbol in code:
        typed += data.draw(st.sampled_from(spellings.get(symbol, symbol + symbol.lower())))
        typed += data.draw(st.sampled_from(("", "", " ", "-", "\u2013", "\t", "\u00a0")))
    assert read_resume_code(f"  {typed}\n") == code


@settings(max_examples=50)
@given(codes, st.integers(0, 16), st.sampled_from(CROCKFORD))
def test_one_wrong_symbol_is_noticed(code: str, place: int, wrong: str) -> None:
    mistyped = code[:place] + wrong + code[place + 1 :]
    assert read_resume_code(mistyped) == (code if wrong == code[place] else None)


@settings(max_examples=50)
@given(codes, st.integers(0, 15))
def test_two_symbols_swapped_are_noticed(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert read_resume_code(swapped) == (code if swapped == code else None)


@pytest.mark.parametrize("typed", ["", "0", "0" * 16, "0" * 18, "U" * 17, "é" * 17, "😀" * 17, "0" * 10_000])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert read_resume_code(typed) is None


def test_codes_do_not_repeat_and_use_every_symbol() -> None:
    made = {make_resume_code() for _ in range(500)}
    assert len(made) == 500
    assert {symbol for code in made for symbol in code} == set(CROCKFORD)


def test_a_draft_opens_with_its_code_in_its_wave_and_with_no_other() -> None:
    code, other = make_resume_code(), make_resume_code()
    key, digest = draft_key(SECRET, code, b"wave one")
    document = {"items": {"insight1": 7}, "comments": {"easier": "شكرا"}}
    ciphertext = close_draft(key, document, 400)
    assert open_draft(key, ciphertext) == document
    assert key != digest
    others = [
        draft_key(SECRET, other, b"wave one"),
        draft_key(SECRET, code, b"wave two"),
        draft_key(SECRET[::-1], code, b"wave one"),
    ]
    for key_of_another, digest_of_another in others:
        assert open_draft(key_of_another, ciphertext) is None
        assert digest_of_another != digest
    assert open_draft(digest, ciphertext) is None  # what is stored beside the draft does not open it
    assert open_draft(key, ciphertext[:-1] + bytes([ciphertext[-1] ^ 1])) is None


def test_all_envelopes_of_a_wave_are_of_one_length() -> None:
    key, _ = draft_key(SECRET, make_resume_code(), b"wave")
    public = bytes(PrivateKey.generate().public_key)
    documents: list[dict[str, Any]] = [{}, {"items": {"insight1": 1}}, {"comments": {"easier": "ط" * 150}}]
    assert len({len(close_draft(key, one, 400)) for one in documents}) == 1
    assert len({len(seal_answers(public, one, 400)) for one in documents}) == 1


def test_what_does_not_fit_is_refused_rather_than_longer() -> None:
    with pytest.raises(ValueError, match="do not fit an envelope of 20"):
        pad({"comments": {"easier": "too long for this"}}, 20)


def test_sealed_answers_open_with_the_private_key_alone() -> None:
    private, other = PrivateKey.generate(), PrivateKey.generate()
    ciphertext = seal_answers(bytes(private.public_key), {"items": {"insight1": 3}}, 100)
    assert unseal_answers(private, ciphertext) == {"items": {"insight1": 3}}
    assert b"insight1" not in ciphertext
    with pytest.raises(CryptoError):
        unseal_answers(other, ciphertext)


def test_the_same_answers_never_look_the_same_twice() -> None:
    key, _ = draft_key(SECRET, make_resume_code(), b"wave")
    assert close_draft(key, {}, 50) != close_draft(key, {}, 50)
    public = bytes(PrivateKey.generate().public_key)
    assert seal_answers(public, {}, 50) != seal_answers(public, {}, 50)


def test_padding_is_not_part_of_the_document() -> None:
    assert json.loads(pad({"items": {}}, 64)) == {"items": {}}
    assert len(pad({"items": {}}, 64)) == 64
