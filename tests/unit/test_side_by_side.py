"""Work shared among threads: every piece once, results in order, errors not lost."""

import threading

import pytest

from cri.domain.side_by_side import WORTH_SHARING, row_parts, side_by_side


@pytest.mark.parametrize("respondents", [10, WORTH_SHARING])
@pytest.mark.parametrize("things", [0, 1, 2, 501])
def test_each_thing_is_done_once_and_results_are_in_order(things: int, respondents: int) -> None:
    done: list[int] = []

    def work(thing: int) -> int:
        done.append(thing)
        return thing * thing

    assert side_by_side(work, range(things), respondents) == [thing * thing for thing in range(things)]
    assert sorted(done) == list(range(things))


def test_many_respondents_are_worked_on_by_two_threads_at_once() -> None:
    both_here = threading.Barrier(2, timeout=20)
    found = side_by_side(lambda _: both_here.wait() >= 0, range(2), WORTH_SHARING)
    assert found == [True, True]


@pytest.mark.parametrize("wrong", [0, 1, 7])
def test_an_error_in_any_thread_comes_out(wrong: int) -> None:
    def work(thing: int) -> None:
        if thing == wrong:
            raise ValueError("off the scale")

    with pytest.raises(ValueError, match="off the scale"):
        side_by_side(work, range(8), WORTH_SHARING)


def test_parts_of_rows_cover_everybody_once() -> None:
    assert row_parts(0, 5) == []
    assert row_parts(11, 5) == [slice(0, 5), slice(5, 10), slice(10, 11)]
