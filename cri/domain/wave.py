"""One respondent's answers on their way, and how a sealed wave's answers become a sheet."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from cri.domain.errors import InputProblem
from cri.domain.instrument import Factor, Instrument, Item
from cri.domain.sheet import DONT_KNOW, NO_UNIT, UNANSWERED, AnswerSheet, Unit

MINIMUM = 10
"""The smallest group that is ever shown, mixed or kept apart in a sheet. Method section 6."""

GRACE = timedelta(minutes=30)
"""A questionnaire begun before the closing time may still be submitted this long after it."""

COMMENTS_MINIMUM = 30
"""Fewer comments than this are never released, so they are not kept either. Method section 6."""


@dataclass(frozen=True)
class Answers:
    """What one respondent has answered so far.

    `items`: item code -> point of the scale, or DONT_KNOW; unanswered items are absent.
    `comments`: question code -> text, absent when empty.
    """

    items: Mapping[str, int] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)

    def with_page(self, items: Mapping[str, int], shown: Sequence[str]) -> "Answers":
        """These answers with one page's items replaced: what the page showed and lost is unanswered."""
        kept = {code: value for code, value in self.items.items() if code not in shown}
        return replace(self, items={**kept, **items})

    def to_document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"items": dict(self.items), "comments": dict(self.comments)}


def answers_from_document(document: Mapping[str, Any]) -> Answers:
    """The inverse of `Answers.to_document`."""
    return Answers(items=document["items"], comments=document["comments"])


def page_order(factor: Factor, seed: bytes) -> tuple[Item, ...]:
    """The factor's items in one respondent's own order: the same whenever they look, for the same `seed`.

    Another item's answer should not colour the same neighbour's for everybody.
    """
    return tuple(sorted(factor.items, key=lambda item: hashlib.sha256(seed + item.code.encode()).digest()))


def read_page(
    instrument: Instrument, form: Mapping[str, str], shown: Sequence[str]
) -> tuple[dict[str, int], list[InputProblem]]:
    """The answers of one page's form, item code -> point or DONT_KNOW, and what it does not offer.

    Whatever is missing is unanswered. A problem's `where` is the item's code; the rest is still read.
    """
    scale = instrument.scale
    offered = {str(point) for point in range(scale.minimum, scale.maximum + 1)}
    read: dict[str, int] = {}
    problems: list[InputProblem] = []
    for code in shown:
        given = form.get(code, "")
        if given == "DK":
            read[code] = DONT_KNOW
        elif given in offered:
            read[code] = int(given)
        elif given:
            problems.append(
                InputProblem("not an answer on the scale", code, f"{scale.minimum} to {scale.maximum}, or DK")
            )
    return read, problems


def read_comments(
    instrument: Instrument, form: Mapping[str, str]
) -> tuple[dict[str, str], list[InputProblem]]:
    """The open answers of a form, line ends made one kind, blank ones absent; and what cannot be kept.

    A problem's `where` is the question's code: a text over its length, or with control characters.
    """
    read: dict[str, str] = {}
    problems: list[InputProblem] = []
    for question in instrument.questions:
        text = form.get(question.code, "").replace("\r\n", "\n").strip()
        if len(text) > question.max_length:
            expected = f"at most {question.max_length} characters"
            problems.append(InputProblem(f"{len(text)} characters", question.code, expected))
        elif any(ord(sign) < 32 and sign not in "\n\t" for sign in text):
            problems.append(InputProblem("control characters", question.code, "printable text"))
        elif text:
            read[question.code] = text
    return read, problems


def envelope_length(instrument: Instrument) -> int:
    """Bytes that hold any respondent's answers to `instrument`: every envelope of a wave is this long.

    A character takes at most four bytes of UTF-8; a quote, a backslash or a line end takes two.
    """
    return (
        1024 + 24 * len(instrument.items) + sum(4 * question.max_length for question in instrument.questions)
    )


@dataclass(frozen=True)
class Submission:
    """One opened envelope of a wave that is being sealed."""

    answers: Answers
    unit: str | None
    open_link: bool

    def to_document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**self.answers.to_document(), "unit": self.unit, "open": self.open_link}


def submission_from_document(document: Mapping[str, Any]) -> Submission:
    """The inverse of `Submission.to_document`."""
    return Submission(answers_from_document(document), document["unit"], document["open"])


def make_sheet(
    instrument: Instrument, units: tuple[Unit, ...], submissions: Sequence[Submission]
) -> AnswerSheet:
    """The answer sheet of a sealed wave. Its rows are put in order of their content when it is written.

    Units are kept as far as `lift_small_units` lets them: one candidate in a unit is no crowd. Of fewer than
    10 people nothing can ever be shown: such a sheet counts them and keeps none of their answers.
    """
    answers = np.full((len(submissions), len(instrument.items)), UNANSWERED, dtype=np.int8)
    place = {unit.code: index for index, unit in enumerate(units)}
    unit = np.full(len(submissions), NO_UNIT, dtype=np.int32)
    for row, submission in enumerate(submissions):
        given = submission.answers.items if len(submissions) >= MINIMUM else {}
        answers[row] = [given.get(item.code, UNANSWERED) for item in instrument.items]
        if submission.unit is not None:
            unit[row] = place[submission.unit]
    return AnswerSheet(answers, lift_small_units(units, unit), units)


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


def _let_join(lifted: npt.NDArray[np.int32], group: int, others: Sequence[int], minimum: int) -> None:
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


def comments_to_keep(submissions: Sequence[Submission]) -> dict[str, list[str]]:
    """Question code -> texts, sorted, for the questions that at least 30 people answered.

    Sorted, so that their order tells nothing of whose they are; the others are not kept at all.
    """
    texts: dict[str, list[str]] = {}
    for submission in submissions:
        for code, text in submission.answers.comments.items():
            texts.setdefault(code, []).append(text)
    return {code: sorted(given) for code, given in sorted(texts.items()) if len(given) >= COMMENTS_MINIMUM}
