"""Interface strings: each one is in each language, with the same placeholders, and no string is left over."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUES = sorted((ROOT / "cri" / "web" / "translations").glob("*/LC_MESSAGES/messages.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def extraction() -> ModuleType:
    """setup/assets/strings.py, which is no package: what it finds is what counts."""
    spec = importlib.util.spec_from_file_location("strings", ROOT / "setup" / "assets" / "strings.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found() -> Catalog:
    catalogue: Catalog = extraction().extracted()
    return catalogue


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def forms(text: object) -> list[str]:
    return [str(text)] if isinstance(text, str) else [str(part) for part in text or ()]  # type: ignore[attr-defined]  # tuples of plural forms


def test_there_are_four_languages() -> None:
    assert [path.parent.parent.name for path in CATALOGUES] == ["ar", "es", "fr"]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_each_string_of_the_sources_is_translated_in_all_its_forms(path: Path, found: Catalog) -> None:
    catalogue = read(path)
    known = {message.id: message for message in catalogue if message.id}
    wanted = [message.id for message in found if message.id]
    missing = [text for text in wanted if text not in known or not all(forms(known[text].string) or [""])]
    assert not missing, "translate these in messages.po, after setup/extract-strings"
    assert not [text for text in known if text not in set(wanted)], "left over: run setup/extract-strings"
    assert not [message.id for message in catalogue if message.id and message.fuzzy]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_translations_hold_the_placeholders_of_their_source(path: Path) -> None:
    catalogue = read(path)
    for message in catalogue:
        if not message.id:
            continue
        wanted = set(PLACEHOLDER.findall(" ".join(forms(message.id))))
        # A form for one or two may leave the number out: the word says it.
        may_lack = {"%(num)s", "%(number)s"} & wanted if len(forms(message.id)) > 1 else set()
        for form in forms(message.string):
            assert set(PLACEHOLDER.findall(form)) | may_lack == wanted, form


def latin(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]{2,}", PLACEHOLDER.sub("", text)))


def test_arabic_is_written_in_arabic() -> None:
    """Latin letters only in names that the source has too, as columns of a table that people paste."""
    for message in read(CATALOGUES[0]):
        source = " ".join(forms(message.id))
        for form in forms(message.string) if message.id else []:
            assert latin(form) <= latin(source), form
            assert re.search(r"[\u0621-\u064a]", form) or not latin(source), form


def test_french_is_spaced_and_quoted_as_french_is() -> None:
    """Narrow no-break spaces before high punctuation and in guillemets: no line begins with a sign."""
    (path,) = (path for path in CATALOGUES if path.parent.parent.name == "fr")
    for message in read(path):
        for form in forms(message.string) if message.id else []:
            assert not re.search(r"[^\u202f][:;!?»](?:\s|$)|«[^\u202f]|['\u00a0“”]", form), form


def test_spanish_opens_its_questions() -> None:
    (path,) = (path for path in CATALOGUES if path.parent.parent.name == "es")
    for message in read(path):
        for form in forms(message.string) if message.id else []:
            assert form.count("?") == form.count("¿"), form
            assert form.count("!") == form.count("¡"), form
            assert not re.search("[“”]|[\u202f ][:;!?»]", form), form
