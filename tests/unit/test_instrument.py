import pytest

from cri.domain.instrument import Factor, Item, Scale
from tests.engine_examples import make_instrument


@pytest.mark.parametrize(
    ("items", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (11, 8)]
)
def test_two_thirds_of_the_items_are_needed(items: int, needed: int) -> None:
    assert Factor("f", tuple(Item(f"i{place}") for place in range(items))).needed == needed


@pytest.mark.parametrize(("low", "high", "points"), [(1, 5, 5), (1, 7, 7), (0, 10, 11)])
def test_points_of_a_scale(low: int, high: int, points: int) -> None:
    assert Scale(low, high, 2).points == points


def test_items_are_columns_in_factor_order() -> None:
    instrument = make_instrument(["a", "-b"], ["c", "d", "e"])
    assert [item.code for item in instrument.items] == ["a", "b", "c", "d", "e"]
    assert instrument.columns == {"f0": slice(0, 2), "f1": slice(2, 5)}
    assert instrument.factor("f1").items[0] == Item("c")
    with pytest.raises(KeyError):
        instrument.factor("f2")
