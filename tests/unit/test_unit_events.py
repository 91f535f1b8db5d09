"""What a new tree and roster look like: renames, mergers and splits, by where the people went."""

from datetime import date

from cri.domain.lineage import contradictions
from cri.domain.roster import Organisation, PersonRow
from cri.domain.roster_change import Present, PresentPerson, count_by_unit, moved_people, plan_change
from cri.domain.sheet import Unit
from cri.domain.unit_events import Kind, Proposal, kind_of, likely_events, plain_events


def tree(*codes: str, **names: str) -> tuple[Unit, ...]:
    return (
        Unit("all", None, "All"),
        *(Unit(code, "all", names.get(code, f"Unit {code}")) for code in codes),
    )


def people(**units: int | str) -> tuple[PersonRow, ...]:
    """a=3: three people in a, by their unit of the beginning; a="3:b" those three, now in b."""
    rows = []
    for name, told in units.items():
        count, _, unit = str(told).partition(":")
        base, _, start = name.partition("_")
        first = int(start or 0)
        rows += [
            PersonRow("P", f"{base}{n}@example.org", unit or base, "en")
            for n in range(first, first + int(count))
        ]
    return tuple(rows)


def likely(
    before: tuple[Unit, ...], then: tuple[PersonRow, ...], after: tuple[Unit, ...], now: tuple[PersonRow, ...]
) -> list[Proposal]:
    present = Present(before, tuple(PresentPerson(row, active=True) for row in then))
    return list(likely_events(present, plan_change(present, Organisation(after, now), "en")))


def test_a_unit_whose_people_have_another_code_was_renamed() -> None:
    found = likely(tree("a", "b"), people(a=9, b=5), tree("x", "b"), people(a="9:x", b=5))
    assert found == [Proposal(Kind.RENAME, (("a", "x"),), 9, 9)]
    assert found[0].key == "a>x"


def test_units_whose_people_are_in_one_now_were_merged() -> None:
    found = likely(tree("a", "b"), people(a=9, b=5), tree("x"), people(a="9:x", b="5:x"))
    assert found == [Proposal(Kind.MERGE, (("a", "x"), ("b", "x")), 14, 14)]


def test_a_unit_merged_into_one_that_stays_is_named_on_both_sides() -> None:
    found = likely(tree("a", "b"), people(a=9, b=5), tree("b"), people(a="9:b", b=5))
    assert found == [Proposal(Kind.MERGE, (("a", "b"), ("b", "b")), 14, 14)]


def test_a_new_unit_that_got_its_people_from_another_was_split_off() -> None:
    then, now = people(a=9, a_9=4), people(a=9, a_9="4:x")
    found = likely(tree("a"), then, tree("a", "x"), now)
    assert found == [Proposal(Kind.SPLIT, (("a", "a"), ("a", "x")), 13, 13)]


def test_a_few_who_changed_places_are_no_event() -> None:
    found = likely(tree("a", "b"), people(a=19, a_19=1, b=9), tree("a", "b"), people(a=19, a_19="1:b", b=9))
    assert found == []
    # and of a unit that is gone, the one in twenty who went elsewhere does not make it a split
    found = likely(
        tree("a", "b"), people(a=19, a_19=1, b=9), tree("x", "b"), people(a="19:x", a_19="1:b", b=9)
    )
    assert [one.pairs for one in found] == [(("a", "x"),)]


def test_without_people_a_name_that_stays_is_a_sign() -> None:
    found = likely(tree("a", a="Depot"), (), tree("x", x="depot"), ())
    assert found == [Proposal(Kind.RENAME, (("a", "x"),), 0, 0)]
    assert likely(tree("a", a="Depot"), (), tree("x", x="Garage"), ()) == []


def test_what_would_contradict_a_larger_one_is_not_proposed() -> None:
    """b takes a over and gives x away on the same day: which came first?"""
    then = people(a=9, b=9, b_9=5)
    now = people(a="9:b", b=9, b_9="5:x")
    found = likely(tree("a", "b"), then, tree("b", "x"), now)
    assert [one.pairs for one in found] == [(("a", "b"), ("b", "b"))]
    pairs = (("a", "b"), ("b", "b"), ("b", "x"))
    assert contradictions(Proposal(Kind.SPLIT, pairs).steps(date(2026, 1, 1))) == ((date(2026, 1, 1), "b"),)


def test_another_name_or_place_under_the_same_code_needs_no_guess() -> None:
    present = Present((*tree("a", "b"), Unit("c", "a", "C")), ())
    after = (*tree("a", "b", a="Another"), Unit("c", "b", "C"))
    change = plan_change(present, Organisation(after, None), "en")
    assert plain_events(present, change) == (
        Proposal(Kind.RENAME, (("a", "a"),)),
        Proposal(Kind.MOVE, (("c", "c"),)),
    )
    assert likely_events(present, change) == ()


def test_kinds_follow_from_how_many_became_how_many() -> None:
    assert kind_of([("a", "x")]) is Kind.RENAME
    assert kind_of([("a", "x"), ("b", "x")]) is Kind.MERGE
    assert kind_of([("a", "x"), ("a", "y")]) is Kind.SPLIT


def test_a_change_is_counted_by_unit() -> None:
    present = Present(tree("a", "b"), tuple(PresentPerson(row, active=True) for row in people(a=5, b=3)))
    coming = (*people(a=3, a_3="1:b", b=2), PersonRow("New", "new@example.org", "b", "en"))
    change = plan_change(present, Organisation(None, coming), "en")
    counts = {one.code: one for one in count_by_unit(present, change)}
    a, b = counts["a"], counts["b"]
    assert (a.before, a.new, a.arrive, a.move_away, a.gone, a.after) == (5, 0, 0, 1, 1, 3)
    assert (b.before, b.new, b.arrive, b.move_away, b.gone, b.after) == (3, 1, 1, 0, 1, 4)
    assert [row.email for row in moved_people(present, change)] == ["a3@example.org"]
