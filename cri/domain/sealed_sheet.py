"""How the opened envelopes of a wave become its answer sheet, with nobody left alone in a small group."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from cri.domain.instrument import Instrument, Item, ProfileQuestion
from cri.domain.sheet import NO_OPTION, NO_UNIT, UNANSWERED, AnswerSheet, Unit
from cri.domain.wave import COMMENTS_MINIMUM, MINIMUM, Answers, Submission

FAST_SECONDS = 2
"""A median of fewer seconds an item is too fast to have read them. Method section 3."""


def make_sheet(
    instrument: Instrument, units: tuple[Unit, ...], submissions: Sequence[Submission]
) -> AnswerSheet:
    """The answer sheet of a sealed wave. Its rows are put in order of their content when it is written.

    Units, profile answers and who answered late are kept as far as `lift_small_units`, `blur_profile` and
    `halves_to_keep` let them: one candidate is no crowd. Of fewer than 10 people nothing can ever be
    shown: such a sheet counts them and keeps none of their answers. Who came by a poster of a unit may be
    anybody: of that unit and those above it is no longer known how many they are.
    """
    units = _with_known_headcounts(units, submissions)
    unit = lift_small_units(units, _units_of(units, submissions))
    if len(submissions) < MINIMUM:
        submissions = [Submission(Answers(), one.unit, one.open_link) for one in submissions]
    return AnswerSheet(
        _points(submissions, instrument.items),
        unit,
        units,
        outcomes=_points(submissions, instrument.outcomes) if instrument.outcomes else None,
        profile=_profile(submissions, instrument.profile) if instrument.profile else None,
        fast=_fast(submissions),
        late=_late(submissions, unit),
    )


def make_further_sheet(instrument: Instrument, submissions: Sequence[Submission]) -> AnswerSheet:
    """The sheet of what the same people were asked beside the main instrument: answers and nothing else.

    No unit, no profile, no flag: nothing in a row says which row of the main sheet is the same person's.
    """
    if len(submissions) < MINIMUM:
        submissions = [Submission(Answers(), None, one.open_link) for one in submissions]
    nowhere = np.full(len(submissions), NO_UNIT, dtype=np.int32)
    return AnswerSheet(_points(submissions, instrument.items), nowhere)


def _with_known_headcounts(units: tuple[Unit, ...], submissions: Sequence[Submission]) -> tuple[Unit, ...]:
    parent_of = {unit.code: unit.parent for unit in units}
    open_to_anybody: set[str] = set()
    for code in {one.unit for one in submissions if one.open_link}:
        above = code
        while above is not None:
            open_to_anybody.add(above)
            above = parent_of[above]
    return tuple(replace(unit, headcount=None) if unit.code in open_to_anybody else unit for unit in units)


def _points(submissions: Sequence[Submission], asked: Sequence[Item]) -> npt.NDArray[np.int8]:
    """int8 (respondents, items): what each answered to each of the items asked."""
    points = np.full((len(submissions), len(asked)), UNANSWERED, dtype=np.int8)
    for row, submission in enumerate(submissions):
        points[row] = [submission.answers.items.get(item.code, UNANSWERED) for item in asked]
    return points


def _units_of(units: tuple[Unit, ...], submissions: Sequence[Submission]) -> npt.NDArray[np.int32]:
    place = {unit.code: index for index, unit in enumerate(units)}
    places = [NO_UNIT if one.unit is None else place[one.unit] for one in submissions]
    return np.array(places, dtype=np.int32)


def _profile(submissions: Sequence[Submission], questions: Sequence[ProfileQuestion]) -> npt.NDArray[np.int8]:
    """int8 (respondents, profile questions): the option chosen, each question blurred by itself."""
    chosen = np.full((len(submissions), len(questions)), NO_OPTION, dtype=np.int8)
    for column, question in enumerate(questions):
        place = {option: index for index, option in enumerate(question.options)}
        given = [one.answers.profile.get(question.code, "") for one in submissions]
        chosen[:, column] = blur_profile(np.array([place.get(one, NO_OPTION) for one in given], np.int8))
    return chosen


def _fast(submissions: Sequence[Submission]) -> npt.NDArray[np.bool_] | None:
    """Who took under two seconds an item, bool (respondents,); None when nobody's time is known."""
    if all(one.seconds is None for one in submissions):
        return None
    return np.array([one.seconds is not None and one.seconds < FAST_SECONDS for one in submissions])


def _late(submissions: Sequence[Submission], unit: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_] | None:
    """Who answered in the second half, bool (respondents,); None when it is not known or may not be kept."""
    if any(one.late is None for one in submissions):
        return None
    return halves_to_keep(np.array([one.late for one in submissions], dtype=np.bool_), unit)


def blur_profile(chosen: npt.NDArray[np.int8], minimum: int = MINIMUM) -> npt.NDArray[np.int8]:
    """One profile question with no option, nor having none, left to 1 to 9 people. int8 (respondents,).

    The answers of an option that fewer than `minimum` chose become "not stated". If those without an
    answer are then too few themselves, the smallest option that is left joins them.
    """
    blurred = chosen.copy()
    for option in set(chosen.tolist()) - {NO_OPTION}:
        if (chosen == option).sum() < minimum:
            blurred[chosen == option] = NO_OPTION
    _let_join(blurred, NO_OPTION, sorted(set(blurred.tolist()) - {NO_OPTION}), minimum)
    return blurred


def halves_to_keep(
    late: npt.NDArray[np.bool_], unit: npt.NDArray[np.int32], minimum: int = MINIMUM
) -> npt.NDArray[np.bool_] | None:
    """`late` as it is, or None where it would tell somebody apart. bool (respondents,).

    Whose link was used by half-time can be known from an old copy of the invitations, and with it their
    unit. So each half of the wave needs `minimum`, and each half of each unit in the sheet as well, or
    nobody at all.
    """
    if not minimum <= late.sum() <= len(late) - minimum:
        return None
    for group in set(unit.tolist()):
        inside = late[unit == group]
        if 0 < inside.sum() < minimum or 0 < (~inside).sum() < minimum:
            return None
    return late


def lift_small_units(
    units: tuple[Unit, ...], unit: npt.NDArray[np.int32], minimum: int = MINIMUM
) -> npt.NDArray[np.int32]:
    """Each respondent's unit, lifted to the nearest ancestor in which at least `minimum` are left.

    Works from the leaves up, so that those who were lifted count in the ancestor. Those left over at the
    top are a group that can be told apart as well (the director alone, say, or the one answer that came
    through an open link), so the smallest other group joins them. In the end everybody shares their unit,
    or having none, with at least `minimum`, or nobody has a unit. int32 (respondents,).
    """
    place = {one.code: index for index, one in enumerate(units)}
    lifted = unit.copy()
    for index in _leaves_first(units):
        here = lifted == index
        parent = units[index].parent
        if parent is not None and 0 < here.sum() < minimum:
            lifted[here] = place[parent]
    roots = _roots(units)
    for root in sorted(set(roots)):
        inside = [index for index, top in enumerate(roots) if top == root and index != root]
        _let_join(lifted, root, inside, minimum)
        if (lifted == root).sum() < minimum:
            lifted[lifted == root] = NO_UNIT
    _let_join(lifted, NO_UNIT, range(len(units)), minimum)
    return lifted


def _let_join(
    lifted: npt.NDArray[np.int8] | npt.NDArray[np.int32], group: int, others: Sequence[int], minimum: int
) -> None:
    """Move the smallest of the other groups into one that is too small; all others are large enough."""
    if 0 < (lifted == group).sum() < minimum:
        sizes = {other: int((lifted == other).sum()) for other in others}
        some = [other for other, size in sizes.items() if size]
        if some:
            lifted[lifted == min(some, key=lambda other: (sizes[other], other))] = group


def _roots(units: tuple[Unit, ...]) -> list[int]:
    """Index of the top of each unit's line."""
    place = {unit.code: index for index, unit in enumerate(units)}

    def root(index: int) -> int:
        parent = units[index].parent
        while parent is not None:
            index = place[parent]
            parent = units[index].parent
        return index

    return [root(index) for index in range(len(units))]


def _leaves_first(units: tuple[Unit, ...]) -> list[int]:
    parent_of = {unit.code: unit.parent for unit in units}

    def depth(code: str | None) -> int:
        steps = 0
        while code is not None:
            code, steps = parent_of[code], steps + 1
        return steps

    return sorted(range(len(units)), key=lambda index: -depth(units[index].code))


def comments_to_keep(
    submissions: Sequence[Submission], minimum: int = COMMENTS_MINIMUM
) -> dict[str, list[str]]:
    """Question code -> texts, sorted, for the questions that at least `minimum` people answered, 30 or more.

    Sorted, so that their order tells nothing of whose they are; the others are not kept at all.
    """
    least = max(minimum, COMMENTS_MINIMUM)
    texts: dict[str, list[str]] = {}
    for submission in submissions:
        for code, text in submission.answers.comments.items():
            texts.setdefault(code, []).append(text)
    return {code: sorted(given) for code, given in sorted(texts.items()) if len(given) >= least}
