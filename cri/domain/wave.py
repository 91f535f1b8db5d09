"""One respondent's answers on their way to sealing."""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from statistics import median
from typing import Any

from cri.domain.errors import InputProblem
from cri.domain.instrument import Factor, Instrument, Item
from cri.domain.sheet import DONT_KNOW

MINIMUM = 10
"""The smallest group that is ever shown, mixed or kept apart in a sheet. Method section 6."""

GRACE = timedelta(minutes=30)
"""A questionnaire begun before the closing time may still be submitted this long after it."""

COMMENTS_MINIMUM = 30
"""Fewer comments than this are never released, so they are not kept either. Method section 6."""

SLOWEST_PACE = 10
"""Seconds an item; who took longer is not told apart. Screening asks only whether it was under two."""

PREFERS_NOT = "-"
"""A profile question to which somebody chose "Prefer not to say": in a sheet the same as no answer."""


@dataclass(frozen=True)
class Answers:
    """What one respondent has answered so far.

    `items`: item or outcome code -> point of the scale, or DONT_KNOW; unanswered ones are absent.
    `comments`: question code -> text, absent when empty.
    `profile`: profile question -> option, or PREFERS_NOT; unanswered ones are absent.
    """

    items: Mapping[str, int] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    profile: Mapping[str, str] = field(default_factory=dict)

    def with_page(self, items: Mapping[str, int], shown: Sequence[str]) -> "Answers":
        """These answers with one page's items replaced: what the page showed and lost is unanswered."""
        kept = {code: value for code, value in self.items.items() if code not in shown}
        return replace(self, items={**kept, **items})

    def to_document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"items": dict(self.items), "comments": dict(self.comments), "profile": dict(self.profile)}


def answers_from_document(document: Mapping[str, Any]) -> Answers:
    """The inverse of `Answers.to_document`; of a document from before there was a profile as well."""
    return Answers(document["items"], document["comments"], document.get("profile", {}))


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
        elif any(unicodedata.category(sign) == "Cc" and sign not in "\n\t" for sign in text):
            problems.append(InputProblem("control characters", question.code, "printable text"))
        elif text:
            read[question.code] = text
    return read, problems


def read_profile(
    instrument: Instrument, form: Mapping[str, str]
) -> tuple[dict[str, str], list[InputProblem]]:
    """The profile answers of a form, question code -> option or PREFERS_NOT, and what is not offered.

    Whatever is missing is unanswered. A problem's `where` is the question's code.
    """
    read: dict[str, str] = {}
    problems: list[InputProblem] = []
    for question in instrument.profile:
        given = form.get(question.code, "")
        if given == PREFERS_NOT or given in question.options:
            read[question.code] = given
        elif given:
            expected = ", ".join(question.options)
            problems.append(InputProblem("not one of the options", question.code, expected))
    return read, problems


def seconds_an_item(instrument: Instrument, answers: Answers, spent: Mapping[str, int | None]) -> int | None:
    """Median whole seconds an answered item, at most SLOWEST_PACE; None when it is not known.

    `spent`: factor code -> seconds on its page, None where these could not be measured. A page's time is
    shared equally among the items answered on it. Rounded down, so that "under two" stays exact.
    """
    times: list[float] = []
    for factor in instrument.factors:
        answered = sum(item.code in answers.items for item in factor.items)
        seconds = spent.get(factor.code)
        if answered and seconds is None:
            return None
        times += [(seconds or 0) / max(answered, 1)] * answered
    return min(int(median(times)), SLOWEST_PACE) if times else None


def in_second_half(opened_at: datetime, closes_at: datetime, now: datetime) -> bool:
    """Whether `now` lies in the second half of the time for which the wave is meant to be open."""
    return now >= opened_at + (closes_at - opened_at) / 2


def envelope_length(*instruments: Instrument) -> int:
    """Bytes that hold any respondent's answers to `instruments`: every envelope of a wave is this long.

    A character takes at most four bytes of UTF-8; a quote, a backslash or a line end takes two. The first
    kilobyte is for what does not depend on the instrument, in a draft as well.
    """
    return 1024 + sum(map(_answers_length, instruments))


@lru_cache(100)
def _answers_length(instrument: Instrument) -> int:
    asked = (*instrument.items, *instrument.outcomes)
    return (
        sum(len(one.code) + 10 for one in asked)
        + sum(len(one.code) + max(map(len, one.options)) + 10 for one in instrument.profile)
        + sum(len(one.code) + 16 for one in instrument.factors)  # of a draft: the seconds spent on each page
        + sum(len(one.code) + 4 * one.max_length + 10 for one in instrument.questions)
    )


@dataclass(frozen=True)
class Submission:
    """One envelope: all that travels with somebody's answers until their wave is sealed.

    `late`: submitted in the second half of the wave, None if not known. `seconds`: the median an item, None
    if not measured.
    """

    answers: Answers
    unit: str | None
    open_link: bool
    late: bool | None = None
    seconds: int | None = None

    def to_document(self) -> dict[str, Any]:
        """JSON-ready."""
        about = {"unit": self.unit, "open": self.open_link, "late": self.late, "seconds": self.seconds}
        return {**self.answers.to_document(), **about}


def submission_from_document(document: Mapping[str, Any]) -> Submission:
    """The inverse of `Submission.to_document`.

    An envelope from before the service knew of `late` and `seconds` opens too: waves outlast a new version.
    """
    return Submission(
        answers_from_document(document),
        document["unit"],
        document["open"],
        document.get("late"),
        document.get("seconds"),
    )
