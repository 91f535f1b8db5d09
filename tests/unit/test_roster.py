"""Trees and rosters: what is read, what is refused, and where each mistake is said to be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.adapters.roster_files import UnreadableTableError, table_from_file, table_from_text
from cri.adapters.safe_csv import FORMULA_SIGNS, plain_cell, safe_cell, write_csv
from cri.domain.roster import MOST_ROWS, Table, in_order, is_email, read_people, read_units
from cri.domain.roster_problems import MESSAGES, ROSTER, TREE, RowProblem, first_of_each_kind
from cri.domain.sheet import Unit
from cri.domain.staff_numbers import address_of, has_mail, number_of

UNITS = (Unit("all", None, "The agency"), Unit("north", "all", "North"))
TREE_TEXT = "code,parent,name\nall,,The agency\nnorth,all,North\n"


def units_of(text: str) -> tuple[tuple[Unit, ...], list[tuple[str, int, str]]]:
    units, problems = read_units(table_from_text(TREE, text))
    return units, [(found.kind, found.row, found.column) for found in problems]


def people_problems(text: str, languages: tuple[str, ...] = ("en", "ar")) -> list[tuple[str, int, str]]:
    _, problems = read_people(table_from_text(ROSTER, text), UNITS, languages)
    return [(found.kind, found.row, found.column) for found in problems]


def test_a_tree_is_read_whatever_the_separator_and_the_byte_order_mark() -> None:
    expected = (Unit("all", None, "The agency"), Unit("north", "all", "North"))
    for separator in ",;\t":
        text = TREE_TEXT.replace(",", separator)
        assert units_of(text) == (expected, [])
        for data in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16")):
            assert read_units(table_from_file(TREE, data))[0] == expected


def test_headings_in_any_case_and_further_columns_do_no_harm() -> None:
    units, problems = units_of("Name,CODE,phone,parent\nThe agency,all,123,\n")
    assert (units, problems) == ((Unit("all", None, "The agency"),), [])


@pytest.mark.parametrize(
    ("rows", "problems"),
    [
        ("all,,A\nall,,B\n", [("repeated", 3, "code")]),
        ("all,,A\nx,nowhere,X\n", [("unknown_parent", 3, "parent")]),
        ("all,,A\nother,,B\n", [("second_top", 3, "parent")]),
        ("all,,A\nx,y,X\ny,x,Y\n", [("cycle", 3, "parent")]),
        ("all,,A\nx,x,X\n", [("cycle", 3, "parent")]),
        ("all,,\n", [("blank", 2, "name")]),
        (",,A\nall,,B\n", [("blank", 2, "code")]),
        (f"all,,{'x' * 301}\n", [("too_long", 2, "name")]),
        ("all,,A,B,C\nx,,X\n", [("uneven", 2, "")]),
        ("all,,A\x07B\n", [("unprintable", 2, "name")]),
        ("", [("empty", 0, "")]),
    ],
)
def test_each_mistake_in_a_tree_is_named_by_row_and_column(
    rows: str, problems: list[tuple[str, int, str]]
) -> None:
    assert units_of("code,parent,name\n" + rows)[1] == problems


def test_a_circle_is_told_once_with_its_way_round() -> None:
    _, problems = read_units(table_from_text(TREE, "code,parent,name\ntop,,T\na,c,A\nb,a,B\nc,b,C\n"))
    (told,) = [str(found.as_input_problem()) for found in problems]
    assert told.startswith("Organisation: row 3, column parent: “a” is above itself: a > c > b > a;")
    assert told.endswith("expected a tree without circles")


def test_missing_columns_are_all_named() -> None:
    assert units_of("kode,title\nall,A\n")[1] == [
        ("missing_column", 1, "code"),
        ("missing_column", 1, "parent"),
        ("missing_column", 1, "name"),
    ]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("Ana,ana.example.org,north,en", ("bad_email", 2, "email")),
        ("Ana,ana@example,north,en", ("bad_email", 2, "email")),
        ("Ana,,north,en", ("no_address", 2, "email")),
        (",ana@example.org,north,en", ("blank", 2, "name")),
        ("Ana,ana@example.org,,en", ("blank", 2, "unit")),
        ("Ana,ana@example.org,south,en", ("unknown_unit", 2, "unit")),
        ("Ana,ana@example.org,north,tlh", ("unknown_language", 2, "language")),
    ],
)
def test_each_mistake_in_a_roster_is_named(row: str, problem: tuple[str, int, str]) -> None:
    assert people_problems(f"name,email,unit,language\n{row}\n") == [problem]


def test_who_has_no_address_is_known_by_a_staff_number() -> None:
    text = (
        "name,email,unit,number\nIda Berg,,north,  A 47\nAna,ana@example.org,north,12\n"
        "Ida Berg,,north,48\nTwin,,north,a 47\nOdd,,north,x@y\nBen,ben.example.org,north,49\n"
    )
    people, problems = read_people(table_from_text(ROSTER, text), UNITS, ("en",))
    assert [one.email for one in people[:3]] == ["#a 47", "ana@example.org", "#48"]
    assert [has_mail(one.email) for one in people[:3]] == [False, True, False]
    assert [(number_of(one.email), address_of(one.email)) for one in people[:2]] == [
        ("a 47", ""),
        ("", "ana@example.org"),
    ]
    assert [(found.kind, found.row, found.column) for found in problems] == [
        ("bad_number", 6, "number"),
        ("bad_email", 7, "email"),
        ("repeated", 5, "email"),
    ]


def test_an_agency_in_which_nobody_has_an_address_needs_no_column_for_it() -> None:
    text = "name,unit,number\nIda Berg,north,1\n"
    people, problems = read_people(table_from_text(ROSTER, text), UNITS, ("en",))
    assert ([one.email for one in people], problems) == (["#1"], [])


def test_every_mistake_is_listed_not_only_the_first() -> None:
    text = (
        "name,email,unit,language\n,bad,nowhere,xx\n"
        "Ben,ben@example.org,north,en\nBen,BEN@example.org,north,en\n"
    )
    assert people_problems(text) == [
        ("blank", 2, "name"),
        ("bad_email", 2, "email"),
        ("unknown_unit", 2, "unit"),
        ("unknown_language", 2, "language"),
        ("repeated", 4, "email"),
    ]


def test_the_language_may_be_left_out() -> None:
    people, problems = read_people(
        table_from_text(ROSTER, "name,email,unit\nAna,Ana@Example.org,all\n"), UNITS, ["en"]
    )
    assert problems == []
    assert (people[0].email, people[0].language) == ("ana@example.org", "")


def test_too_many_rows_are_refused_before_they_are_read() -> None:
    rows = tuple((row, ("x", "", "X")) for row in range(MOST_ROWS + 1))
    units, problems = read_units(Table(TREE, ("code", "parent", "name"), rows))
    assert units == ()
    assert [found.kind for found in problems] == ["too_many_rows"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b"   \n \n", "empty"),
        ("code;näme\n".encode("latin-1"), "not_utf8"),
        (b"PK\x03\x04 not a workbook at all", "unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "other_kind"),
        (b"%PDF-1.7\n", "other_kind"),
        (b"\xd0\xcf\x11\xe0" + bytes(512), "other_kind"),
        (b"\xef\xbb\xbf\n <HTML><table><tr><td>name</td></tr></table>", "other_kind"),
        (b"code,parent,name\nall,,\0\n", "other_kind"),
        (b'code,name\n"all,A\n', "unreadable"),
        (b"x" * (20 * 1024 * 1024 + 1), "too_large"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, kind: str) -> None:
    with pytest.raises(UnreadableTableError) as refused:
        table_from_file(TREE, data)
    assert refused.value.problem.kind == kind


def test_problems_come_tree_first_and_from_the_top_down() -> None:
    found = [RowProblem(ROSTER, "blank", 2, "name"), RowProblem(TREE, "blank", 9, "name")]
    assert [problem.part for problem in in_order(found)] == [TREE, ROSTER]


def test_the_first_problems_of_each_kind_are_told_and_the_others_counted() -> None:
    alike = [RowProblem("roster", "unknown_unit", row, "unit") for row in range(2, 1_402)]
    others = [
        RowProblem("roster", "bad_email", 700, "email"),
        RowProblem("tree", "blank", 3, "name"),
        RowProblem("roster", "blank", 701, "name"),
    ]
    assert first_of_each_kind([], 20, 3) == []
    assert first_of_each_kind(alike, 20, 3) == [(alike[:20], 1_380)]
    told = first_of_each_kind([*alike[:699], *others, *alike[699:]], 20, 3)
    assert told == [(alike[:5], 1_395), *(([one], 0) for one in others)]
    many = [RowProblem("roster", "blank", row, f"c{row % 10}") for row in range(100)]
    assert [(len(shown), more) for shown, more in first_of_each_kind(many, 20, 3)] == [(3, 7)] * 10


def test_every_kind_of_problem_has_a_sentence_that_its_values_fit() -> None:
    values = dict.fromkeys(
        ("value", "row", "columns", "cells", "length", "most", "path", "first", "people", "languages"), "1"
    )
    for kind in MESSAGES:
        problem = RowProblem(TREE, kind, 3, "code", values)
        assert "%" not in f"{problem.what} {problem.expected}"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20), min_size=1, max_size=4))
def test_no_cell_of_a_download_is_a_formula_and_each_comes_back(cells: list[str]) -> None:
    cells = [cell.strip() for cell in cells]
    rows = [[f"x{number}", cell] for number, cell in enumerate(cells)]
    table = table_from_file(TREE, write_csv(("a", "b"), rows))
    assert [row[1] for _, row in table.rows] == cells
    assert not any(safe_cell(cell).startswith(FORMULA_SIGNS) for cell in cells)
    assert [plain_cell(safe_cell(cell)) for cell in cells] == cells


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("ana@example.org", True),
        ("ana.ruiz+survey@sub.example.org", True),
        ("أحمد@مثال.إختبار", True),
        ("ana", False),
        ("ana@", False),
        ("@example.org", False),
        ("ana@example", False),
        ("ana @example.org", False),
        ("ana@exam ple.org", False),
        ("ana@-example.org", False),
        ("a@b.c\n", False),
        (f"{'x' * 65}@example.org", False),
        (f"a@{'x' * 250}.org", False),
    ],
)
def test_addresses(text: str, good: bool) -> None:
    assert is_email(text) is good
