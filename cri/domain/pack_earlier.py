"""Earlier waves that a pack shows beside its own: which may stand there, and the digests that name them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cri.domain.documents import digest_of
from cri.domain.errors import InputError, InputProblem
from cri.domain.figures_waves import waves_of

Document = Mapping[str, Any]


def stands_before(card: Document, earlier: Document) -> bool:
    """Whether a scorecard is of an earlier wave of the same instrument, and as real as `card`.

    Versions of an instrument are one line, broken where they differ. Drawn answers and real ones never are:
    a page of real results would show invented ones unmarked.
    """
    return _misfit(card, earlier) is None


def check_earlier(card: Document, earlier: Iterable[tuple[str, Document]]) -> None:
    """Raise InputError unless each (place, scorecard) is of an earlier wave of the agency of `card`, once.

    Of the agency only the name is known here.
    """
    problems, seen = [], {str(card["sheet_sha256"])}
    for place, one in earlier:
        found = _misfit(card, one)
        if one["agency"] != card["agency"]:
            found = f"is of another agency ({one['agency']})", f"a scorecard of {card['agency']}"
        elif one["sheet_sha256"] in seen:
            found = "is of the same answers as another scorecard here", "each wave once"
        seen.add(str(one["sheet_sha256"]))
        if found is not None:
            problems.append(InputProblem(found[0], place, found[1]))
    if problems:
        raise InputError(problems)


def with_earlier(inputs: Document, card: Document, earlier: Sequence[Document]) -> dict[str, Any]:
    """Return a pack's inputs with the digests of those earlier scorecards that it shows, the oldest first.

    Without any there is no such field, so that packs made before there was one stay what they are.
    """
    if not earlier:
        return dict(inputs)
    return {**inputs, "earlier": [digest_of(one) for one in waves_of(card, earlier)[:-1]]}


def _misfit(card: Document, earlier: Document) -> tuple[str, str] | None:
    """What is wrong and what was expected, or None."""
    own, code = card["instrument"]["code"], earlier["instrument"]["code"]
    if code != own:
        return f"is of another instrument ({code})", f"a scorecard of {own}"
    if bool(earlier["synthetic"]) != bool(card["synthetic"]):
        kinds = ("real answers", "drawn answers")
        synthetic = bool(earlier["synthetic"])
        return f"is of {kinds[synthetic]}", f"{kinds[not synthetic]}, as the pack's scorecard"
    closed, until = earlier["wave"]["closed"], card["wave"]["closed"]
    if not closed or not until or not closed < until:
        return f"closed on {closed or 'no known day'}", f"a wave that closed before {until or 'a known day'}"
    return None
