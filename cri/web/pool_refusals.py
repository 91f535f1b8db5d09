"""Why a steward was refused, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from cri.domain.errors import InputError, InputProblem
from cri.domain.pool_problems import MESSAGES, PoolProblem
from cri.web.pool_words import DRAFT_STATES


def why_not(error: InputError) -> str:
    """All that was wrong, as running text. What no catalogue knows is said in English."""
    return " ".join(f"{_said(one)}." for one in error.problems)


def why_failed(problems: Sequence[Mapping[str, Any]], english: str) -> str:
    """Why a draft could not be made. problems: as the worker noted them; english: the same in English."""
    said = [
        (f"{one['where']}: " if one["kind"].startswith("mixed_") else "")  # which of them is the odd one
        + _sentence(one["kind"], one["values"])
        for one in problems
        if one["kind"] in MESSAGES
    ]
    return " ".join(f"{one}." for one in said) or english


def _said(problem: InputProblem) -> str:
    if isinstance(problem, PoolProblem) and problem.kind:
        return _sentence(problem.kind, problem.values)
    return str(problem)


def _sentence(kind: str, values: Mapping[str, str]) -> str:
    what, expected = MESSAGES[kind]
    told = dict(values)
    if kind == "wrong_state":
        states = {name: str(text) for name, (text, _colour) in DRAFT_STATES.items()}
        told["state"] = states[told["state"]]
        told["wanted"] = " / ".join(states[one] for one in told["wanted"].split(" / "))
    said = str(_(what, **told))
    return str(
        _("%(what)s; expected: %(expected)s", what=said[:1].upper() + said[1:], expected=_(expected, **told))
    )
