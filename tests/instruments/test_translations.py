"""A translation names the English it was made from, text by text; what changed is named, and nothing else."""

import copy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cri.adapters.instrument_files import check_instrument
from cri.adapters.instrument_translations import awaiting_texts, stamp_texts
from cri.cli import cli
from cri.domain.errors import InputError
from tests.instruments.examples import english, write_folder

FRENCH_NOUNS = {noun: {"les": f"les {noun}"} for noun in ("residents", "patients")}
FRENCH = english(
    locale="fr",
    nouns=FRENCH_NOUNS,
    items={"a": "Nous demandons avant tout.", "b": "On renvoie {les}."},
    outcomes={"overall": "Nous servons bien {les}."},
)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def wrong(folder: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        check_instrument(folder)
    return str(caught.value).splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """English and a French that nobody has confirmed yet."""
    return write_folder(tmp_path, en=english(), fr=copy.deepcopy(FRENCH))


def test_nothing_is_fresh_until_somebody_says_so(folder: Path) -> None:
    (line,) = wrong(folder)
    assert "fr.yaml" in line
    assert "texts have not been confirmed: title, stem, instruction, scale.1, scale.2 ..." in line
    stamp_texts(folder, "fr", ["*"])
    check_instrument(folder)
    assert awaiting_texts(folder, "fr") == []


def test_only_what_changed_is_stale(folder: Path) -> None:
    stamp_texts(folder, "fr", ["*"])
    changed = english()
    changed["items"]["a"] = "We ask {plural} before that."
    changed["cards"]["first"]["monday"][1] = "Wait."
    changed["nouns"]["residents"]["plural"] = "the residents"
    write_folder(folder.parent.parent, en=changed)
    lines = wrong(folder)
    assert [line.split(": ")[2].split(" ")[0] for line in lines] == [
        "nouns.residents",
        "items.a",
        "cards.first.monday.2",
    ]
    assert all("is stale: the English has changed" in line for line in lines)
    stamp_texts(folder, "fr", ["items.*", "cards.first.monday.2"])
    (left,) = wrong(folder)
    assert "nouns.residents is stale" in left


def test_one_hash_of_the_whole_would_name_nothing(folder: Path) -> None:
    """The older way, which 1.0.0 of cri keeps: it fails as well, and leaves the reader to find out where."""
    stale = copy.deepcopy(FRENCH) | {"source_sha256": "0" * 64}
    write_folder(folder.parent.parent, fr=stale)
    (line,) = wrong(folder)
    assert "source_sha256: is stale; expected made from the present en.yaml" in line


def test_a_stamp_keeps_what_people_wrote(folder: Path) -> None:
    path = folder / "text" / "fr.yaml"
    written = "# A translator's remark.\n" + path.read_text(encoding="utf-8")
    path.write_text(written, encoding="utf-8")
    stamp_texts(folder, "fr", ["title"])
    once = path.read_text(encoding="utf-8")
    assert once.startswith(written)
    stamp_texts(folder, "fr", ["title"])
    assert path.read_text(encoding="utf-8") == once
    stamp_texts(folder, "fr", ["stem"])
    added = path.read_text(encoding="utf-8").removeprefix(once)
    assert added.startswith("  stem: ")
    assert added.count("\n") == 1


def test_what_is_missing_or_left_over_is_named(folder: Path) -> None:
    stamp_texts(folder, "fr", ["*"])
    more = english()
    more["nouns"]["students"] = dict(more["nouns"]["patients"])
    write_folder(folder.parent.parent, en=more)
    assert any(
        "nouns.students is not translated; expected a text, as in en.yaml" in line for line in wrong(folder)
    )
    less = english()
    del less["nouns"]["patients"]
    write_folder(folder.parent.parent, en=less)
    lines = wrong(folder)
    assert any("nouns.patients: nouns.patients is not in en.yaml" in line for line in lines)
    assert any("made_from.nouns.patients: nouns.patients is not in en.yaml" in line for line in lines)


def test_cards_must_be_translated_where_english_has_them(folder: Path) -> None:
    french: dict[str, Any] = {key: text for key, text in FRENCH.items() if key != "cards"}
    write_folder(folder.parent.parent, fr=french)
    assert sum("cards.first." in line and "is not translated" in line for line in wrong(folder)) == 7


@pytest.mark.parametrize(
    ("locale", "keys", "words"),
    [
        ("fr", ["items.z"], "items.z matches no text"),
        ("fr", ["items.a", "nothing*"], "nothing* matches no text"),
        ("en", ["*"], "is the source itself"),
        ("de", ["*"], "cannot be read"),
    ],
)
def test_a_stamp_that_means_nothing_is_refused(
    folder: Path, locale: str, keys: list[str], words: str
) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    with pytest.raises(InputError, match=words.replace("*", r"\*")):
        stamp_texts(folder, locale, keys)
    assert {path: path.read_bytes() for path in folder.rglob("*.yaml")} == before


def test_no_stamp_without_a_text(folder: Path) -> None:
    more = english()
    more["nouns"]["students"] = dict(more["nouns"]["patients"])
    write_folder(folder.parent.parent, en=more)
    with pytest.raises(
        InputError, match=r"nouns\.students is not translated; expected a text before its stamp"
    ):
        stamp_texts(folder, "fr", ["nouns.*"])


def test_stamps_in_the_middle_of_a_file_are_not_rewritten(folder: Path) -> None:
    path = folder / "text" / "fr.yaml"
    text = 'made_from:\n  title: "0000000000000000"\n' + path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="made_from: is not the last part of the file"):
        stamp_texts(folder, "fr", ["title"])
    assert path.read_text(encoding="utf-8") == text


def test_the_command_lists_stamps_and_counts(folder: Path) -> None:
    listed = run("instrument", "stamp", folder, "fr").stdout
    assert "items.a (new): We ask {plural} first.\n" in listed
    result = run("instrument", "stamp", folder, "fr", "items.*", "title")
    assert (result.exit_code, result.stdout) == (0, "1.1.0 fr: 3 texts stamped, 30 to go\n")
    assert "items.a" not in run("instrument", "stamp", folder, "fr").stdout
    assert run("instrument", "stamp", folder, "fr", "nothing").exit_code == 2


def test_a_release_is_locked_once_and_for_good(folder: Path) -> None:
    (folder.parent.parent / "releases.lock.json").write_text("{}", encoding="utf-8")
    assert run("instrument", "lock", folder).exit_code == 2  # the French is not confirmed
    stamp_texts(folder, "fr", ["*"])
    result = run("instrument", "lock", folder)
    assert result.stdout.splitlines() == [
        "small/1.1.0/instrument.yaml",
        "small/1.1.0/text/en.yaml",
        "small/1.1.0/text/fr.yaml",
    ]
    check_instrument(folder)
    again = run("instrument", "lock", folder)
    assert (again.exit_code, "is released already; expected a new version" in again.stderr) == (2, True)
    stamped = run("instrument", "stamp", folder, "fr", "*")
    assert (stamped.exit_code, "is released and does not change" in stamped.stderr) == (2, True)
    write_folder(folder.parent.parent, en=english(title="Another"))
    assert any("en.yaml: has changed since its release" in line for line in wrong(folder))


def test_a_version_that_the_lock_does_not_name_is_a_draft(folder: Path) -> None:
    (folder.parent.parent / "releases.lock.json").write_text("{}", encoding="utf-8")
    stamp_texts(folder, "fr", ["*"])
    check_instrument(folder)
