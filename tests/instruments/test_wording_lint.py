"""Each house rule for wording, with a statement that it must catch beside one that it must let pass."""

from pathlib import Path
from typing import Any

import pytest

from cri.adapters.instrument_files import INSTRUMENTS, check_instrument, load_instrument
from cri.adapters.wording_lint import RULES, load_rules, reading_figures, wording_problems, words_of
from cri.adapters.yaml_files import read_yaml
from cri.domain.errors import InputError
from tests.instruments.examples import INSTRUMENT, english, write_folder

NOUNS = {
    "en": {"plural": "residents"},
    "fr": {"les": "les habitants", "de": "d\u2019habitants"},
    "es": {"los": "los habitantes", "plural": "habitantes"},
    "ar": {"nominative": "السكان", "oblique": "السكان", "li": "للسكان"},
}
LANGUAGES = sorted(NOUNS)


def faults(root: Path, locale: str, statement: str, code: str = "a") -> list[str]:
    """What the house rules say of one statement of item a, or of b, which is reverse-keyed."""
    plain = {
        "en": "We ask first.",
        "fr": "Nous demandons avant de choisir.",
        "es": "Lo vemos a tiempo.",
        "ar": "نسأل أولاً.",
    }[locale]
    items = {"a": plain, "b": plain, code: statement}
    texts = english(locale=locale, nouns={"people": NOUNS[locale]}, items=items, outcomes={"overall": plain})
    folder = write_folder(root, **{locale: texts})
    source = read_yaml(folder / "text" / f"{locale}.yaml")
    return [
        str(problem)
        for problem in wording_problems(source, load_instrument(folder))
        if f"items.{code}:" in str(problem)
    ]


CAUGHT = [
    ("en", "a", "We always ask {plural}.", "says always"),
    ("en", "a", "Never do we ask {plural}.", "says never"),
    ("en", "a", "Everybody asks {plural}.", "says everybody"),
    ("en", "a", "We ask {plural} and act on what they say.", "joins with and"),
    ("en", "a", "We ask {plural} and/or act.", "joins with and, or"),
    ("en", "a", "A rule that does harm or serves no public purpose can go.", "joins with or"),
    ("en", "b", "We do not ask {plural}.", "is reversed by not"),
    ("en", "b", "We don\u2019t ask {plural}.", "is reversed by don't"),
    ("en", "b", "Choices are made without {plural}.", "is reversed by without"),
    ("en", "a", "We ask {plural}: first.", "is not one plain sentence"),
    ("en", "a", "We ask {plural}. We listen.", "is not one plain sentence"),
    ("en", "a", "Do we ask {plural}?", "is not one plain sentence"),
    ("en", "a", "We ask {plural}", "is not one plain sentence"),
    ("en", "a", "We ask the the {plural}.", "comes to 'the the'"),
    ("en", "a", "We " + "go on " * 9 + "to ask {plural}.", "22 words; expected at most 20"),
    ("en", "a", "Interdepartmental " * 7 + "{plural}.", "136 characters; expected at most 120"),
    ("fr", "a", "Nous demandons toujours conseil.", "says toujours"),
    ("fr", "a", "Personne ne demande conseil.", "says personne ne"),
    ("fr", "a", "Nous écoutons et répondons.", "joins with et"),
    ("fr", "b", "Nous ne demandons pas.", "is reversed by ne, pas"),
    ("fr", "b", "Nous n\u2019avons pas le temps.", "is reversed by n', pas"),
    ("fr", "a", "Nous parlons de {les} ici.", "comes to 'de les'"),
    ("fr", "a", "Nous parlons de les voir.", "comes to 'de les'"),
    ("fr", "a", "Nous parlons de usagers.", "comes to 'de u'"),
    ("es", "a", "Siempre preguntamos.", "says siempre"),
    ("es", "a", "Preguntamos y respondemos.", "joins with y"),
    ("es", "b", "No preguntamos.", "is reversed by no"),
    ("es", "a", "Hablamos de el público.", "comes to 'de el'"),
    ("es", "a", "Hablamos con los {los}.", "comes to 'los los'"),
    ("ar", "a", "نسأل {oblique} دائماً.", "says دائما"),
    ("ar", "a", "نسأل {oblique} ونجيب.", "joins with ونجيب"),
    ("ar", "a", "نسأل أو نجيب.", "joins with أو"),
    ("ar", "b", "لا نسأل {oblique}.", "is reversed by لا"),
    ("ar", "a", "نقدم الخدمة لال{oblique}.", "comes to 'لال'"),
    ("ar", "a", "نسمع من {nominative}.", "comes to 'من {nominative}'"),
]
PASSED = [
    ("en", "a", "We do not ask {plural} twice."),  # a denial is allowed where agreeing is favourable
    ("en", "a", "We understand handovers."),  # "and", "never", "all" inside words
    ("en", "a", "We recall what Nevertown taught us."),
    (
        "en",
        "a",
        "We can challenge a rule that does harm and serves no public purpose.",
    ),  # excepted, with a reason
    ("en", "b", "Notes about {plural} get lost."),
    ("fr", "a", "Nous connaissons le dossier d\u2019une personne."),
    ("fr", "a", "Nous parlons {de}."),
    ("fr", "b", "Les notes se perdent souvent."),
    ("es", "a", "Yo conozco otros casos."),
    ("es", "b", "Las notas nos sobran."),
    ("ar", "a", "تتعاون معنا وحدة أخرى في وقت مناسب."),
    ("ar", "b", "يُرسَل {nominative} من وحدة إلى أخرى."),
]


@pytest.mark.parametrize(("locale", "code", "statement", "words"), CAUGHT)
def test_a_bad_statement_is_caught(
    tmp_path: Path, locale: str, code: str, statement: str, words: str
) -> None:
    lines = faults(tmp_path, locale, statement, code)
    assert any(words in line for line in lines), lines


@pytest.mark.parametrize(("locale", "code", "statement"), PASSED)
def test_a_good_statement_is_let_pass(tmp_path: Path, locale: str, code: str, statement: str) -> None:
    assert faults(tmp_path, locale, statement, code) == []


@pytest.mark.parametrize(
    ("locale", "hard"),
    [
        ("en", "Organisational stakeholder consultation necessitates interdepartmental deliberation."),
        ("fr", "L\u2019opérationnalisation interministérielle nécessite une considération institutionnelle."),
        ("es", "La operacionalización interministerial necesita consideraciones institucionales."),
    ],
)
def test_what_is_hard_to_read_is_caught(tmp_path: Path, locale: str, hard: str) -> None:
    texts = english(locale=locale, nouns={"people": NOUNS[locale]}, items={"a": hard, "b": hard})
    texts["outcomes"] = {"overall": "x."}
    folder = write_folder(tmp_path, **{locale: texts})
    source = read_yaml(folder / "text" / f"{locale}.yaml")
    lines = [str(problem) for problem in wording_problems(source, load_instrument(folder))]
    assert any("items: the items come to" in line for line in lines), lines


def test_the_age_is_that_of_the_formula() -> None:
    """Syllables counted by hand: we, find, out, why, some, pa-tients, leave make eight."""
    rules = load_rules("en")
    assert rules is not None
    figure = rules.readability(["We find out why some patients leave."])
    assert figure is not None
    assert figure.value == pytest.approx(0.39 * 7 + 11.8 * 8 / 7 - 15.59 + 5)
    french = load_rules("fr")
    assert french is not None
    ease = french.readability(["Nous savons lire."])  # nous, sa-vons, lire (the e is mute): 4
    assert ease is not None
    assert ease.value == pytest.approx(207 - 1.015 * 3 - 73.6 * 4 / 3)
    spanish = load_rules("es")
    assert spanish is not None
    escala = spanish.readability(["Ellos saben leer."])  # e-llos, sa-ben, le-er: 6
    assert escala is not None
    assert escala.value == pytest.approx(206.84 - 1.02 * 3 - 60 * 6 / 3)


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("made", 1), ("makes", 1), ("asked", 1), ("whole", 1), ("rules", 1), ("table", 2), ("changes", 2),
        ("services", 3), ("needed", 2), ("agency", 3), ("something", 2), ("everything", 3), ("people", 2),
        ("reasonable", 4), ("trying", 2), ("competitors", 4), ("front-line", 2),
    ],
)  # fmt: skip
def test_english_syllables(word: str, syllables: int) -> None:
    rules = load_rules("en")
    assert rules is not None
    figure = rules.readability([word])
    assert figure is not None
    assert (figure.value - 0.39 + 15.59 - 5) / 11.8 == pytest.approx(syllables)


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("leer", 2), ("día", 2), ("ciudad", 2), ("servicio", 3), ("reunión", 2), ("influir", 2), ("muy", 1),
        ("ayuda", 3), ("y", 1), ("queja", 2), ("guía", 2), ("institución", 4),
    ],
)  # fmt: skip
def test_spanish_syllables(word: str, syllables: int) -> None:
    rules = load_rules("es")
    assert rules is not None
    figure = rules.readability([word])
    assert figure is not None
    assert (206.84 - 1.02 - figure.value) / 60 == pytest.approx(syllables)


def test_two_reverse_keyed_items_in_a_factor_are_caught(tmp_path: Path) -> None:
    items = [{"code": "a", "reversed": True}, {"code": "b", "reversed": True}]
    folder = write_folder(
        tmp_path, INSTRUMENT | {"factors": [{"code": "first", "items": items}]}, en=english()
    )
    (note,) = check_instrument(folder)
    assert str(note).startswith(f"{folder}/instrument.yaml: line 10, factors[0]: ")
    assert str(note).endswith("first has 2 reverse-keyed items; expected at most one")


def test_a_long_sentence_outside_the_items_is_caught(tmp_path: Path) -> None:
    cards = english()["cards"]
    cards["first"]["caution"] = "Go on " * 18 + "again."
    folder = write_folder(tmp_path, en=english(cards=cards))
    (note,) = check_instrument(folder)
    assert "cards.first.caution: a sentence of 37 words; expected at most 35" in str(note)


def test_house_rules_are_notes_for_others_and_problems_for_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path, en=english(items={"a": "We always ask.", "b": "They wait."}))
    (note,) = check_instrument(folder)
    assert "says always" in str(note)
    monkeypatch.setattr("cri.adapters.instrument_files.INSTRUMENTS", tmp_path)
    with pytest.raises(InputError, match="says always"):
        check_instrument(folder)


def test_a_language_without_rules_is_said_to_have_none(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, de=english(locale="de"))
    (note,) = check_instrument(folder)
    assert "locale: has no wording rules" in str(note)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_each_exception_has_its_reason_and_is_needed(locale: str) -> None:
    """An exception whose words are gone would hide the next fault."""
    rules = read_yaml(RULES / f"{locale}.yaml").data
    files = sorted(INSTRUMENTS.glob(f"*/*/text/{locale}.yaml"))
    wordings = [text for file in files for text in read_yaml(file).data["items"].values()]
    for exception in rules["exceptions"]:
        assert set(exception) == {"rule", "words", "reason"}
        assert exception["reason"].endswith((".", ")."))
        assert exception["rule"] in rules
        assert any(exception["words"] in wording for wording in wordings), exception["words"]


@pytest.mark.parametrize("locale", LANGUAGES)
def test_rules_are_complete(locale: str) -> None:
    rules = load_rules(locale)
    assert rules is not None
    wanted = {
        "locale",
        "item",
        "sentence",
        "absolutes",
        "negations",
        "joining",
        "ungrammatical",
        "exceptions",
    }
    assert set(rules.data) - {"readability"} == wanted
    for rule in ("absolutes", "negations", "joining"):
        assert all(isinstance(word, str) for word in rules.data[rule])  # an unquoted no would be false


def test_words_are_counted_as_people_count_them() -> None:
    assert words_of("Front-line staff don\u2019t wait.") == ["front-line", "staff", "don't", "wait"]
    assert words_of("يُرسَل السكان") == ["يرسل", "السكان"]


def test_small_factors_are_read_together() -> None:
    folder = INSTRUMENTS / "publicness" / "1.0.0"
    data: dict[str, Any] = read_yaml(folder / "text" / "en.yaml").data
    rules = load_rules("en")
    assert rules is not None
    assert list(reading_figures(data, load_instrument(folder), rules)) == [""]
