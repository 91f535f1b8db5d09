"""Instrument files: folders of valid and invalid ones, texts against their instrument, and the release lock.

Each invalid file begins with what must be said of it: `# expect: some words of one line of the error`.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cri.adapters.instrument_files import check_instrument, find_instrument, load_instrument, load_texts
from cri.domain.errors import InputError
from cri.domain.instrument import AttentionItem, Item, OpenQuestion, ProfileQuestion, Scale
from tests.instruments.examples import english, write_folder

HERE = Path(__file__).parent
VALID = sorted((HERE / "valid").glob("*.yaml"))
INVALID = sorted((HERE / "invalid").glob("*.yaml"))


def refused(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        check_instrument(path)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_files_pass(path: Path) -> None:
    check_instrument(path)
    assert load_instrument(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_files_are_refused_for_the_reason_they_state(path: Path) -> None:
    lines = refused(path)
    text = path.read_text(encoding="utf-8")
    stated = [line.removeprefix("# expect: ") for line in text.splitlines() if line.startswith("# expect: ")]
    assert stated
    for words in stated:
        assert any(words in line for line in lines), lines
    assert all(line.startswith(str(path)) for line in lines)


def test_a_file_becomes_an_instrument() -> None:
    six = load_instrument(HERE / "valid" / "six_points.yaml")
    assert (six.code, six.version, six.scale) == ("six", "0.1.0", Scale(1, 6, 2))
    assert six.factor("agree").items == (Item("A1", reversed=True), Item("A2"), Item("A3", reversed=True))
    eleven = load_instrument(HERE / "valid" / "eleven_points.yaml")
    assert eleven.questions == (OpenQuestion("easier", 1000),)


def test_what_is_asked_beside_the_factors() -> None:
    whole = load_instrument(HERE / "valid" / "whole.yaml")
    assert whole.outcomes == (Item("overall"), Item("speak_well"))
    assert whole.profile[1] == ProfileQuestion("tenure", ("short", "middle", "long"))
    assert whole.attention == AttentionItem("attend", 6)
    assert (whole.ranked, whole.comparable_with) == (False, ("1.0.0", "1.1.9"))
    assert [item.code for item in whole.items] == ["a", "b"]
    least = load_instrument(HERE / "valid" / "minimal.yaml")
    assert (least.outcomes, least.profile, least.attention, least.comparable_with) == ((), (), None, ())
    assert least.ranked


def test_the_plain_instrument_of_the_architecture_passes(tmp_path: Path) -> None:
    """Two items, no texts; reverse-keyed ones as its author has them."""
    path = tmp_path / "instrument.yaml"
    path.write_text(
        "code: bfi\nversion: 1.0.0\nscale: {min: 1, max: 6, favourable: 2}\n"
        "factors:\n  - code: agree\n    items:\n      - {code: A1, reversed: true}\n"
        "      - {code: A4, reversed: true}\n      - {code: A2}\n",
        encoding="utf-8",
    )
    assert check_instrument(tmp_path) == check_instrument(path) == []


def test_texts_of_all_that_can_be_asked(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, en=english())
    texts = load_texts(folder, "en")
    assert texts.statement("overall", "patients") == "We give patients a good service."
    assert texts.profile["work"].prompt == "What do you do?"
    assert texts.profile["work"].options == {"front": "Front line", "back": "The rest"}
    assert (texts.prefer_not_to_say, texts.attention) == ("Prefer not to say", "Choose disagree here.")
    assert texts.cards["first"].monday == ("Ask.", "Listen.", "Answer.")
    assert texts.cards["first"].discuss == ("Who?", "What?", "When?")
    assert texts.cards["first"].caution == "Beware."


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda texts: texts.pop("outcomes"), "outcomes: overall has no text"),
        (lambda texts: texts["outcomes"].update(x="X."), "outcomes.x: x is not in the instrument"),
        (lambda texts: texts["outcomes"].update(overall="We give {them}."), "outcomes.overall: uses {them}"),
        (lambda texts: texts.pop("profile"), "profile: work has no text"),
        (
            lambda texts: texts["profile"]["work"]["options"].pop("back"),
            "profile.work.options: back has no text",
        ),
        (
            lambda texts: texts["profile"]["work"]["options"].update(side="?"),
            "profile.work.options.side: side is not in the instrument",
        ),
        (lambda texts: texts.pop("prefer_not_to_say"), "prefer_not_to_say missing; expected a text, since"),
        (lambda texts: texts.pop("attention"), "attention missing; expected a text, since"),
        (
            lambda texts: texts["cards"].update(second=texts["cards"]["first"]),
            "second is not in the instrument",
        ),
        (lambda texts: texts["cards"].pop("first"), "cards: first has no text"),
        (lambda texts: texts["cards"]["first"]["monday"].pop(), "cards.first.monday"),
        (lambda texts: texts["cards"]["first"].pop("caution"), "cards.first: caution missing"),
        (
            lambda texts: texts.update(title="For {plural}"),
            "title: has a brace; expected placeholders in items",
        ),
    ],
)
def test_texts_must_cover_what_is_asked_beside_the_factors(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    texts = english()
    change(texts)
    lines = refused(write_folder(tmp_path, en=texts))
    assert any(words in line for line in lines), lines


def test_a_file_with_a_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    text = (HERE / "valid" / "minimal.yaml").read_text(encoding="utf-8")
    (tmp_path / "x.yaml").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert load_instrument(tmp_path / "x.yaml").code == "minimal"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"code: \xff\n", "byte 7 is not UTF-8; expected a text file in UTF-8"),
        (b"#" * 1_000_001, "is 1000001 bytes; expected at most 1000000 bytes"),
        (b"code: \x00\n", "unacceptable character"),
        (b"code: 2001-99-99\n", "month must be in 1..12; expected YAML"),
        (b"[" * 100_000, "is nested too deeply"),
    ],
)
def test_what_is_not_text_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    assert words in refused(path)[0]


def test_a_folder_without_an_instrument_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path) == [f"{tmp_path}/instrument.yaml: cannot be read (No such file or directory)"]
    with pytest.raises(InputError, match=r"no such instrument; expected a folder with instrument\.yaml"):
        find_instrument(tmp_path / "nothing")


def test_the_newest_version_is_found_by_number(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0", "1.2.0"):
        folder = tmp_path / version
        folder.mkdir()
        (folder / "instrument.yaml").write_text("", encoding="utf-8")
    assert find_instrument(tmp_path) == tmp_path / "1.10.0"
    assert find_instrument(tmp_path / "1.2.0") == tmp_path / "1.2.0"


INSTRUMENT = """\
code: two
version: 1.0.0
scale: {min: 1, max: 5, favourable: 2}
factors:
  - {code: first, items: [{code: a}, {code: b, reversed: true}]}
questions: [{code: easier, max_length: 500}]
"""
TEXTS: dict[str, Any] = {
    "locale": "en",
    "title": "Two items",
    "stem": "In this agency ...",
    "instruction": "Choose one answer.",
    "scale": ["Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"],
    "dont_know": "Don't know",
    "nouns": {"residents": {"plural": "residents"}, "patients": {"plural": "patients"}},
    "factors": {"first": dict.fromkeys(("name", "short", "meaning", "strong", "weak"), "Words")},
    "items": {"a": "We ask {plural} first.", "b": "Nobody asks."},
    "questions": {"easier": {"prompt": "What would be easier?", "hint": ""}},
}


def write_release(root: Path, texts: dict[str, Any]) -> Path:
    """A released folder ROOT/two/1.0.0 with its lock; returns the folder."""
    folder = root / "two" / "1.0.0"
    (folder / "text").mkdir(parents=True)
    (folder / "instrument.yaml").write_text(INSTRUMENT, encoding="utf-8")
    (folder / "text" / "en.yaml").write_text(yaml.safe_dump(texts, allow_unicode=True), encoding="utf-8")
    lock = {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.yaml")
    }
    (root / "releases.lock.json").write_text(json.dumps(lock), encoding="utf-8")
    return folder


def test_texts_are_read_and_the_noun_is_put_in(tmp_path: Path) -> None:
    folder = write_release(tmp_path, TEXTS)
    check_instrument(folder)
    texts = load_texts(folder, "en")
    assert texts.statement("a", "patients") == "We ask patients first."
    assert texts.statement("b", "residents") == "Nobody asks."
    assert texts.scale_labels[4] == "Strongly agree"
    assert texts.factors["first"].weak == "Words"
    assert texts.questions["easier"].prompt == "What would be easier?"
    with pytest.raises(KeyError):
        texts.statement("a", "customers")
    with pytest.raises(InputError, match=r"fr\.yaml: cannot be read"):
        load_texts(folder, "fr")


def test_an_instrument_whose_items_name_nobody_needs_no_nouns(tmp_path: Path) -> None:
    texts = {key: value for key, value in TEXTS.items() if key != "nouns"}
    folder = write_release(tmp_path, texts | {"items": {"a": "We ask.", "b": "Nobody asks."}})
    check_instrument(folder)
    assert load_texts(folder, "en").statement("a", "anybody") == "We ask."


def without(key: str, code: str) -> Callable[[dict[str, Any]], None]:
    return lambda texts: texts[key].pop(code)


def with_item(text: str) -> Callable[[dict[str, Any]], None]:
    return lambda texts: texts["items"].update(a=text)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without("items", "b"), "items: b has no text; expected a text for each code of the instrument"),
        (without("factors", "first"), "factors: first has no text"),
        (without("questions", "easier"), "questions: easier has no text"),
        (lambda texts: texts["items"].update(c="?"), "items.c: c is not in the instrument"),
        (lambda texts: texts["scale"].pop(), "scale: 4 labels for 5 points; expected 5 labels"),
        (lambda texts: texts.update(locale="fr"), "locale: fr in en.yaml; expected en"),
        (lambda texts: texts.pop("stem"), "line 1: stem missing"),
        (lambda texts: texts.update(colour="red"), "line 1: colour unknown; expected only locale"),
        (lambda texts: texts["factors"]["first"].pop("weak"), "factors.first: weak missing"),
        (lambda texts: texts["nouns"]["patients"].pop("plural"), "nouns.patients: is empty"),
        (
            lambda texts: texts["nouns"]["patients"].update(singular="patient"),
            None,  # a form that no item uses is no harm
        ),
        (with_item("We ask {people}."), "uses {people}; expected that form in every noun"),
        (
            with_item("We ask {plural.__class__}."),
            "uses {plural.__class__}; expected that form in every noun",
        ),
        (with_item("We ask {plural."), "items.a: has a stray brace"),
        (with_item("We ask {}."), "uses {}; expected that form in every noun"),
        (with_item(""), "items.a: is empty"),
        (
            lambda texts: texts.pop("nouns"),
            "uses {plural}; expected that form in every noun; it lacks in all",
        ),
    ],
)
def test_texts_must_fit_their_instrument(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], words: str | None
) -> None:
    texts = json.loads(json.dumps(TEXTS))
    change(texts)
    folder = write_release(tmp_path, texts)
    if words is None:
        check_instrument(folder)
        return
    lines = refused(folder)
    assert any(words in line for line in lines), lines
    with pytest.raises(InputError):
        load_texts(folder, "en")


def test_what_is_released_does_not_change(tmp_path: Path) -> None:
    folder = write_release(tmp_path, TEXTS)
    (folder / "instrument.yaml").write_text(INSTRUMENT + "\n", encoding="utf-8")
    assert refused(folder) == [
        f"{folder}/instrument.yaml: has changed since its release; expected a new version folder for a change"
    ]


def test_nothing_is_added_to_a_release_or_taken_away(tmp_path: Path) -> None:
    folder = write_release(tmp_path, TEXTS)
    (folder / "text" / "en.yaml").rename(folder / "text" / "de.yaml")
    lines = refused(folder)
    assert (
        f"{tmp_path}/releases.lock.json: two/1.0.0/text/en.yaml is missing; expected the file as released"
        in lines
    )
    assert f"{folder}/text/de.yaml: is not in releases.lock.json; expected only released files here" in lines


def test_a_lock_that_is_not_json(tmp_path: Path) -> None:
    folder = write_release(tmp_path, TEXTS)
    (tmp_path / "releases.lock.json").write_text("{", encoding="utf-8")
    assert "releases.lock.json: is not JSON" in refused(folder)[0]


def test_a_folder_of_ones_own_needs_no_lock(tmp_path: Path) -> None:
    folder = write_release(tmp_path, TEXTS)
    (tmp_path / "releases.lock.json").unlink()
    check_instrument(folder)
