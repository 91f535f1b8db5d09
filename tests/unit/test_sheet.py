import numpy as np
import pytest

from cri.domain.sheet import AnswerSheet, Unit, answers_per_unit, subtree_sums, unit_parents, units_in_cycles
from tests.engine_examples import make_sheet


def units(**parents: str | None) -> tuple[Unit, ...]:
    return tuple(Unit(code, parent, code.upper()) for code, parent in parents.items())


def test_parents_are_places_in_the_list_whatever_its_order() -> None:
    assert unit_parents(units(c="b", b="a", a=None)).tolist() == [1, 2, -1]


def test_sums_go_up_the_tree() -> None:
    # a(1) over b(10) over c(100); d(1000) alone
    parents = unit_parents(units(c="b", b="a", a=None, d=None))
    assert subtree_sums(np.array([100, 10, 1, 1000]), parents).tolist() == [100, 110, 111, 1000]


def test_sums_of_several_columns_go_up_together() -> None:
    parents = unit_parents(units(a=None, b="a", c="a"))
    own = np.array([[1, 2], [3, 4], [5, 6]])
    assert subtree_sums(own, parents).tolist() == [[9, 12], [3, 4], [5, 6]]


def test_no_units_no_sums() -> None:
    assert subtree_sums(np.zeros(0, dtype=np.int64), unit_parents(())).tolist() == []


def test_answers_per_unit_count_those_below_and_not_those_without_a_unit() -> None:
    sheet = make_sheet(np.ones((5, 1)), [0, 1, 1, -1, 2], units(a=None, b="a", c="b"))
    assert answers_per_unit(sheet) == [4, 3, 1]


@pytest.mark.parametrize(
    ("parents", "cycle"),
    [
        ({"a": "a"}, ("a",)),
        ({"a": "b", "b": "a"}, ("a", "b")),
        ({"x": "a", "a": "b", "b": "c", "c": "a", "top": None, "leaf": "top"}, ("a", "b", "c")),
        ({"a": None, "b": "a"}, ()),
        ({"a": "missing"}, ()),
    ],
)
def test_cycles_are_found_and_those_hanging_below_them_are_not_blamed(
    parents: dict[str, str | None], cycle: tuple[str, ...]
) -> None:
    assert units_in_cycles(units(**parents)) == cycle


@pytest.mark.parametrize(
    ("tree", "what"),
    [
        (units(a="b", b="a"), "cycle: a, b"),
        (units(a="z"), "'z' is a parent but not a unit"),
        ((Unit("a", None, "A"), Unit("a", None, "B")), "not unique"),
    ],
)
def test_what_is_no_tree_is_refused(tree: tuple[Unit, ...], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        unit_parents(tree)


@pytest.mark.parametrize(
    ("answers", "unit"),
    [
        (np.zeros((2, 1), dtype=np.int64), np.array([-1, -1], dtype=np.int32)),
        (np.zeros(2, dtype=np.int8), np.array([-1, -1], dtype=np.int32)),
        (np.zeros((2, 1), dtype=np.int8), np.array([-1], dtype=np.int32)),
        (np.zeros((2, 1), dtype=np.int8), np.array([-1, 0], dtype=np.int32)),
        (np.zeros((2, 1), dtype=np.int8), np.array([-1, -2], dtype=np.int32)),
    ],
)
def test_a_sheet_of_the_wrong_shape_is_refused(answers: np.ndarray, unit: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected"):
        AnswerSheet(answers, unit)


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcomes": np.zeros((2, 1), dtype=np.int64)},
        {"outcomes": np.zeros((3, 1), dtype=np.int8)},
        {"outcomes": np.full((2, 1), -3, dtype=np.int8)},
        {"profile": np.zeros(2, dtype=np.int8)},
        {"profile": np.full((2, 1), -2, dtype=np.int8)},
        {"fast": np.zeros(2, dtype=np.int8)},
        {"late": np.zeros(3, dtype=bool)},
        {"failed_attention": np.zeros((2, 1), dtype=bool)},
    ],
)
def test_what_is_known_besides_the_answers_has_its_shape_too(wrong: dict[str, np.ndarray]) -> None:
    answers, unit = np.zeros((2, 1), dtype=np.int8), np.array([-1, -1], dtype=np.int32)
    with pytest.raises(ValueError, match="expected"):
        AnswerSheet(answers, unit, **wrong)


def test_what_was_not_collected_is_none_and_what_was_is_kept() -> None:
    answers, unit = np.zeros((2, 1), dtype=np.int8), np.array([-1, -1], dtype=np.int32)
    late = np.array([True, False])
    outcomes = np.array([[-2, 7], [-1, 1]], dtype=np.int8)
    sheet = AnswerSheet(answers, unit, late=late, outcomes=outcomes)
    assert sheet.fast is sheet.profile is sheet.failed_attention is None
    assert sheet.late is late
    assert sheet.outcomes is outcomes
