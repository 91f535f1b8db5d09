"""Which column is which, in four languages; and files that are not what they seem."""

import io
import zipfile

import pytest
import xlsxwriter

from cri.adapters.roster_files import UnreadableTableError, table_from_file, table_from_text
from cri.adapters.workbooks import UnreadableWorkbookError, workbook_rows
from cri.domain.language_names import language_code
from cri.domain.roster import read_people
from cri.domain.roster_columns import below_titles, first_cells, guess_columns, take_columns
from cri.domain.roster_problems import ROSTER, TREE
from cri.domain.sheet import Unit

UNITS = (Unit("all", None, "The agency"), Unit("n", "all", "North"))


@pytest.mark.parametrize(
    ("part", "header", "places"),
    [
        (ROSTER, "name,email,unit,language", {"name": 0, "email": 1, "unit": 2, "language": 3}),
        (ROSTER, "E-Mail Address,Full name,Dept.", {"email": 0, "name": 1, "unit": 2}),
        (
            ROSTER,
            "Nombre;Apellidos;Correo electrónico;Unidad;Idioma",
            {"name": 0, "surname": 1, "email": 2, "unit": 3, "language": 4},
        ),
        (
            ROSTER,
            "Prénom;Nom;Courriel;Service;Langue",
            {"name": 0, "surname": 1, "email": 2, "unit": 3, "language": 4},
        ),
        (
            ROSTER,
            "Pers.-Nr.;Name;E-Mail;Department",
            {"number": 0, "name": 1, "email": 2, "unit": 3},
        ),
        (ROSTER, "Nom;Courriel;Unité", {"name": 0, "email": 1, "unit": 2}),
        (ROSTER, "الاسم,البريد الإلكتروني,الوحدة,اللغة", {"name": 0, "email": 1, "unit": 2, "language": 3}),
        (TREE, "Código;Unidad superior;Nombre", {"code": 0, "parent": 1, "name": 2}),
        (TREE, "Code;Unité supérieure;Libellé", {"code": 0, "parent": 1, "name": 2}),
        (TREE, "الرمز,الوحدة الأعلى,الاسم", {"code": 0, "parent": 1, "name": 2}),
        (TREE, "Name,Parent,Code,Cost centre", {"name": 0, "parent": 1, "code": 2}),
    ],
)
def test_columns_are_known_by_their_names(part: str, header: str, places: dict[str, int]) -> None:
    guess = guess_columns(table_from_text(part, header + "\n1,2,3\n"))
    assert (dict(guess.places), guess.open) == (places, ())


@pytest.mark.parametrize(
    ("header", "unclear"),
    [
        ("name,mail,work e-mail,unit", ("email",)),
        ("who,email,unit", ("name",)),
        ("name,email,unit,Unit", ("unit",)),
        ("a,b", ("name", "email", "unit")),
        ("name,email,unit,lang,locale", ("language",)),
    ],
)
def test_what_may_be_two_things_or_none_stays_open(header: str, unclear: tuple[str, ...]) -> None:
    assert guess_columns(table_from_text(ROSTER, header + "\n1,2,3\n")).open == unclear


def test_titles_above_the_header_are_left_out_and_rows_keep_their_numbers() -> None:
    titles = "Riverside: staff list;;\nAs of 22.11.2026;;\n\n"
    table = below_titles(table_from_text(ROSTER, titles + "Full name;E-mail;Dept\nAna;a@example.org;n\n"))
    assert table.header == ("Full name", "E-mail", "Dept")
    assert [row for row, _ in table.rows] == [5]
    for text in ("a;b\nname;email\n", "name;x\nname;email\n", "a;b\nname;c\n"):
        same = table_from_text(ROSTER, text)
        assert (below_titles(same) == same) is not text.startswith("a;b\nname;email")


@pytest.mark.parametrize(
    ("cell", "code"),
    [("ES", "es"), ("es-ES", "es"), ("en_GB", "en"), ("Español", "es"), ("ARABIC", "ar"), ("العربية", "ar"),
     ("إنجليزي", "en"), ("Français", "fr"), ("tlh", "tlh"), ("", "")],
)  # fmt: skip
def test_languages_are_known_by_their_names(cell: str, code: str) -> None:
    assert language_code(cell) == code


def test_columns_that_nobody_chose_are_left_behind_and_rows_keep_their_numbers() -> None:
    table = table_from_text(
        ROSTER, "born,first name,last name,mail,dept\n\n1980,Ana,Ruiz,a@example.org,North\n"
    )
    taken = take_columns(table, guess_columns(table).places)
    assert "1980" not in str(taken)
    assert taken.rows[0][0] == 3
    people, problems = read_people(taken, UNITS, ["en"])
    assert problems == []
    assert (people[0].name, people[0].unit) == ("Ana Ruiz", "n")
    assert first_cells(table)[0] == ("1980",)


def test_a_unit_is_found_by_its_name_only_if_it_is_the_only_one_of_that_name() -> None:
    twins = (*UNITS, Unit("n2", "all", "north"), Unit("North", "all", "Else"))
    table = table_from_text(ROSTER, "name,email,unit\nA,a@example.org,north\nB,b@example.org,North\n")
    people, problems = read_people(table, twins, ["en"])
    assert [(one.row, one.kind) for one in problems] == [(2, "unknown_unit")]
    assert people[1].unit == "North"


@pytest.mark.parametrize("sign", ["\u200b", "\u202e", "\u3164", "\u0007"])
def test_what_nobody_sees_is_refused(sign: str) -> None:
    table = table_from_text(ROSTER, f"name,email,unit\nAna{sign}Ruiz,a@example.org,n\n")
    assert [one.kind for one in read_people(table, UNITS, ["en"])[1]] == ["unprintable"]


def test_a_joiner_that_spelling_needs_is_welcome() -> None:
    table = table_from_text(ROSTER, "name,email,unit\n\u0645\u06cc\u200c\u062e,a@example.org,n\n")
    assert read_people(table, UNITS, ["en"])[1] == []


def bomb(content: bytes, parts: int = 1) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(parts):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", content)
    return packed.getvalue()


def far_cell() -> bytes:
    """A workbook of a few kilobytes with one cell in the last row and column: dense, it is 400 GB."""
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write(0, 0, "name")
        page.write(1_048_575, 16_383, "x")
    return packed.getvalue()


def lying(content: bytes) -> bytes:
    """An archive that says its part is ten bytes long."""
    data = bytearray(bomb(content))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = (10).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (bomb(b"0" * (64 << 20)), "too_large"),
        (bomb(b"", parts=1_001), "too_large"),
        (far_cell(), "too_large"),
        (lying(b"0" * (64 << 20)), "unreadable"),
        (bomb(b"<worksheet/>"), "unreadable"),
        (b"PK\x03\x04" + b"\0" * 100, "unreadable"),
    ],
)
def test_bombs_are_refused_with_a_word_on_why(data: bytes, kind: str) -> None:
    with pytest.raises(UnreadableWorkbookError) as refused:
        workbook_rows(data, 200_001, 100)
    assert refused.value.kind == kind
    with pytest.raises(UnreadableTableError) as told:
        table_from_file(ROSTER, data)
    assert told.value.problem.kind == kind


def test_too_many_rows_and_columns_are_refused_before_they_are_kept() -> None:
    for text, kind in (("a\n" * 200_002, "too_many_rows"), (",".join("a" * 101) + "\n", "too_many_columns")):
        with pytest.raises(UnreadableTableError) as refused:
            table_from_text(ROSTER, text)
        assert refused.value.problem.kind == kind
