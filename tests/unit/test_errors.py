from cri.domain.errors import InputError, InputProblem


def test_a_problem_is_one_line_saying_where_what_and_what_was_expected() -> None:
    problem = InputProblem("9 is not on the scale", "a.csv: row 3, column ci2", "1 to 7, blank or DK")
    assert str(problem) == "a.csv: row 3, column ci2: 9 is not on the scale; expected 1 to 7, blank or DK"


def test_nothing_expected_leaves_no_tail() -> None:
    assert str(InputProblem("is empty", "a.csv")) == "a.csv: is empty"


def test_a_cell_with_line_breaks_cannot_fake_further_problems() -> None:
    assert str(InputProblem("x\nother.csv: row 1: y", "a.csv")) == "a.csv: x other.csv: row 1: y"


def test_an_error_carries_all_problems_and_shows_twenty() -> None:
    error = InputError(InputProblem(f"p{number}", "f") for number in range(23))
    lines = str(error).splitlines()
    assert len(error.problems) == 23
    assert lines[:2] == ["f: p0", "f: p1"]
    assert lines[19:] == ["f: p19", "and 3 more"]


def test_twenty_problems_are_all_shown() -> None:
    error = InputError(InputProblem(f"p{number}", "f") for number in range(20))
    assert str(error).splitlines()[-1] == "f: p19"
