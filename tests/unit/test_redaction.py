"""Names, addresses and numbers are taken out of comments in four languages; what is nobody's name stays."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.domain.name_finding import Known, cleaned, known
from cri.domain.redaction import MARKS, hidden, pieces, rare_scripts, redacted, script_of

EASTERN = {ord("0") + digit: 0x660 + digit for digit in range(10)}
"""Digits as Arabic has its own."""
WIDE = "".join(chr(ord(sign) + 0xFEE0) for sign in "John")
"""Letters as wide as an ideogram, which look like Latin ones."""

ABOUT = known(
    [
        "Dimitra Papadaki",
        "Jean-Luc Moreau",
        "Íñigo Etxeberria Ruiz",
        "نورة الحارثي",
        "Will Okonkwo",
        "Siobhán O'Rourke",
        "Nguyễn Thị Hạnh",
    ],
    ["Service laboratory", "Unité des plaintes", "وحدة الشكاوى"],
    ["Customer Care", "Home visits", "Northbank Water"],
)

HELD: dict[str, list[tuple[str, list[str]]]] = {
    "en": [
        ("Dimitra is late; ask Will or O'Rourke.", ["Dimitra", "Will", "O'Rourke"]),
        ("call margaret on +44 20 7946 0958 or ext. 4512", ["margaret", "7946", "4512"]),
        ("J. P. Maddox and Mrs Featherstonehaugh shout", ["Maddox", "Featherstonehaugh"]),
        ("Joan Smith-Barker told me. Mail joan.sb@example.org", ["Joan", "Barker", "joan.sb"]),
        ("write to anna (at) example (dot) org, or anna at example dot org", ["example"]),
        ("MARTHA NEVER ANSWERS HER PHONE 0800-555-0199", ["MARTHA", "0199"]),
        ("In the Service laboratory nobody helps", ["laboratory"]),
        ("J\u200bo\u200bhn and WIDE, and Nguyen thi Hanh", ["John", "WIDE", "Nguyen", "Hanh"]),
        ("see www.myblog.example/me and @jsmith", ["myblog", "jsmith"]),
        ("It was Grace who did it, with Rose", ["Grace", "Rose"]),
    ],
    "fr": [
        ("M. Lefebvre et Mme Ngo ne répondent pas", ["Lefebvre", "Ngo"]),
        ("Demandez à Aurélie, à jean-luc ou à Étienne", ["Aurélie", "jean", "Étienne"]),
        ("Le chef, François-Xavier de la Tour, crie", ["François", "Xavier", "Tour"]),
        ("Mon numéro : 06 12 34 56 78, poste 231", ["34", "231"]),
        ("L\u2019unité des plaintes est seule", ["plaintes"]),
        ("j.dupont [at] agence [point] fr", ["dupont", "agence"]),
    ],
    "es": [
        ("El señor Etxeberria y doña Carmen Ibáñez gritan", ["Etxeberria", "Carmen", "Ibáñez"]),
        ("Pregunte a maría josé o a Iñigo", ["maría", "josé", "Iñigo"]),
        ("Llame al 612 345 678; a Juan de la Cruz Soto", ["345", "Juan", "Soto"]),
        ("escriba a lola arroba ejemplo punto es", ["ejemplo"]),
    ],
    "ar": [
        ("المديرة نورة الحارثي لا تستمع", ["نورة", "الحارثي"]),
        ("اتصلوا بالسيد خالد العتيبي على 0501234567", ["خالد", "العتيبي", "050"]),
        ("قال محمّد بن سعيد الغامدي ولفاطمة إن العمل صعب", ["محم", "سعيد", "الغامدي", "فاطمة"]),
        ("في وحدة الشكاوى لا أحد يرد", ["وحدة الشكاوى"]),
    ],
}
STAYS = [
    "Will management listen? May we hope for an answer in June?",
    "Customer Care and Home Visits work well together at Northbank Water.",
    "On 12/05/2024 we answered 1200 letters in three days.",
    "Les clients attendent trop longtemps, et nous manquons de temps.",
    "Los jefes no escuchan a los clientes y la carga de trabajo es alta.",
    "العمل جيد لكن الوقت قليل والعملاء ينتظرون طويلا",
    "I'd like to have more time on Mondays. Everybody is kind.",
    "We mark the good ones and grant what can be granted, with grace.",
    "WE NEED MORE TIME",
]


@pytest.mark.parametrize(
    ("text", "parts"), [pair for pairs in HELD.values() for pair in pairs], ids=lambda one: str(one)[:30]
)
def test_what_points_to_somebody_is_taken_out(text: str, parts: list[str]) -> None:
    told = redacted(text.replace("WIDE", WIDE), ABOUT)
    assert [part for part in (*parts, WIDE) if part in told] == []
    assert redacted(text.translate(EASTERN), ABOUT).count("⟦p⟧") == redacted(text, ABOUT).count("⟦p⟧")
    assert any(mark in told for mark in MARKS.values())


def test_the_naive_way_leaves_names_in_every_language() -> None:
    """The control: addresses and numbers by the usual two patterns, names by a capital after a title."""

    def naive(text: str) -> str:
        text = re.sub(r"[\w.+-]+@[\w-]+\.[\w.]+", "", text)
        text = re.sub(r"\+?\d[\d ()-]{7,}\d", "", text)
        return re.sub(r"\b(?:Mr|Mrs|Ms|Dr)\.? [A-Z]\w+", "", text)

    for pairs in HELD.values():
        assert any(part in naive(text) for text, parts in pairs for part in parts)


@pytest.mark.parametrize("text", STAYS, ids=lambda one: str(one)[:30])
def test_what_points_to_nobody_stays(text: str) -> None:
    assert redacted(text, ABOUT) == text


def test_the_person_who_clears_is_shown_what_may_still_point_to_somebody() -> None:
    told = redacted("Our man Kostas fell at the Belvedere on 12/05/2024. Everybody knows.", ABOUT)
    doubts = [words for kind, words in pieces(told, about=ABOUT) if kind == "doubt"]
    assert doubts == ["Kostas", "Belvedere", "12/05/2024"]
    assert [kind for kind, _ in pieces(told)] == ["text"]
    assert "".join(words for _, words in pieces(told, about=ABOUT)) == told


def test_marks_cannot_be_typed_and_words_can_be_hidden_by_hand() -> None:
    assert redacted("a ⟦n⟧ b", ABOUT) == "a [n] b"
    text, missing = hidden("Kostas fell; KOSTAS again, not Kostasia", ["kostas", "nowhere"])
    assert text == "⟦x⟧ fell; ⟦x⟧ again, not Kostasia"
    assert missing == ("nowhere",)


def test_a_script_that_few_used_is_found() -> None:
    texts = ["A comment"] * 30 + ["تعليق"] * 9 + ["12345"]
    assert rare_scripts(texts, 10) == {"ARABIC"}
    assert rare_scripts([*texts, "تعليق"], 10) == frozenset()
    assert script_of("نص with") == "LATIN"


EMPTY = Known(frozenset(), (), frozenset())


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_any_text_is_redacted_to_a_text_that_stays_so(text: str) -> None:
    once = redacted(text, EMPTY)
    assert "".join(words for _, words in pieces(once)) == re.sub("⟦[neplux]⟧", "", once)
    assert cleaned(re.sub("⟦[neplux]⟧", "", once)) is not None


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(["", "call ", "Appelez le ", "اتصل "]),
    st.lists(st.sampled_from("0123456789" + "0123456789".translate(EASTERN)), min_size=7, max_size=13),
    st.sampled_from(["", " ", "-", ".", " / "]),
)
def test_no_spelling_of_a_telephone_number_is_left(before: str, digits: list[str], between: str) -> None:
    told = redacted(before + between.join(digits), EMPTY)
    assert MARKS["phone"] in told or re.search(r"\d[/.\-]", told)
    assert not re.search(r"\d{7}", told)
