"""Who may enter a norm edition: one comparable, large enough wave of each agency."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cri.domain.errors import InputError, InputProblem
from cri.domain.peers import size_band
from cri.domain.pool_problems import PoolProblem, pool_problem
from cri.domain.roster_problems import N_

Document = Mapping[str, Any]

LEAST_USABLE = 45
LEAST_RATE = 0.60
WINDOW_MONTHS = 36
NEWER_WAVE = N_("a newer wave of the same agency counts")
EXPIRED = N_("closed over 36 months before the newest")


@dataclass(frozen=True)
class Member:
    """One agency's contribution: its scorecard document, who owns the agency, and the facets of peer groups.

    `previous` is the agency's previous comparable scorecard, for achieved changes.
    `source` names where the scorecard came from, for messages.
    """

    scorecard: Document
    agency: str
    owner: str
    sector: str | None = None
    country: str | None = None
    relationship: str | None = None
    previous: Document | None = None
    source: str = ""

    @property
    def facets(self) -> dict[str, str | None]:
        """Facet by attribute of the peer groups; the size is that of the wave's population."""
        return {
            "sector": self.sector,
            "size": size_band(self.scorecard["population"].get("headcount")),
            "country": self.country,
            "relationship": self.relationship,
        }

    @property
    def told(self) -> dict[str, str | None]:
        """The facets as the agency told them, where its scorecard says so."""
        told = self.scorecard.get("facets")
        return self.facets if told is None else {**self.facets, **{name: told.get(name) for name in told}}

    @property
    def sheet(self) -> str:
        """Digest of the answer sheet: what a contribution is known by."""
        return str(self.scorecard["sheet_sha256"])

    @property
    def closed(self) -> str:
        """The day the wave closed, as an ISO date; empty where the scorecard does not say."""
        return str(self.scorecard["wave"].get("closed") or "")[:10]

    @property
    def name(self) -> str:
        """What to call it in a message."""
        return self.source or self.agency


@dataclass(frozen=True)
class LeftOut:
    """A scorecard that does not enter the edition, and why, as one line."""

    member: Member
    reason: str


@dataclass(frozen=True)
class Admission:
    """Members in a fixed order, whatever order they came in, and those left out."""

    members: tuple[Member, ...]
    left_out: tuple[LeftOut, ...]


def admit(members: Sequence[Member]) -> Admission:
    """Sort contributions into those an edition is made from and those left out.

    Raises InputError where they cannot be pooled at all: none given, a mixture of synthetic and real, of
    instruments or of methods, or two waves of an agency of which neither is newer. method.md, section 5.
    """
    _refuse_mixtures(members)
    reasons = [(member, too_little(member.scorecard)) for member in members]
    large = [member for member, reason in reasons if reason is None]
    left_out = [LeftOut(member, reason) for member, reason in reasons if reason is not None]
    newest, older = _newest(large)
    last = max((member.closed for member in newest), default="")
    first = _first_month(last)
    window = [member for member in newest if not member.closed or member.closed[:7] >= first]
    expired = [member for member in newest if member.closed and member.closed[:7] < first]
    left_out += [LeftOut(member, NEWER_WAVE) for member in older]
    left_out += [LeftOut(member, EXPIRED) for member in expired]
    return Admission(tuple(window), tuple(left_out))


def name_key(name: str) -> str:
    """One spelling of an owner's or agency's name: case and spaces do not make another owner."""
    return " ".join(name.split()).casefold()


def too_little(scorecard: Document) -> str | None:
    """Why a wave is not enough to enter an edition, as one line; None for one that is."""
    population = scorecard["population"]
    usable, rate = population["usable"], population.get("response_rate")
    if scorecard["index"]["score"] is None:
        return "it has no index"
    if not scorecard["sheet_sha256"]:
        return "it does not name its answer sheet by a digest"
    if usable < LEAST_USABLE and (rate is None or rate < LEAST_RATE):
        return (
            f"{usable} usable respondents; {LEAST_USABLE} are needed, or a response rate of {LEAST_RATE:.0%} "
            "for smaller agencies"
        )
    return None


def _newest(members: Sequence[Member]) -> tuple[list[Member], list[Member]]:
    """Each agency's newest wave, and the others. Raises InputError where none is the newest."""
    waves: dict[str, list[Member]] = {}
    for member in members:
        waves.setdefault(name_key(member.agency), []).append(member)
    newest, older, problems = [], [], []
    for agency in sorted(waves):
        ordered = sorted(waves[agency], key=lambda member: member.closed)
        if len(ordered) > 1 and (not ordered[0].closed or ordered[-1].closed == ordered[-2].closed):
            names = sorted(member.name for member in ordered)
            expected = "different closing dates, or only the newest wave"
            what = (
                f"agency {ordered[0].agency} is in {', '.join(names[1:])} too, and neither is the newer one"
            )
            problems.append(InputProblem(what, names[0], expected))
        before = ordered[-1].previous or (ordered[-2].scorecard if len(ordered) > 1 else None)
        newest.append(replace(ordered[-1], previous=before))
        older += ordered[:-1]
    if problems:
        raise InputError(problems)
    return newest, older


def _first_month(last: str) -> str:
    """The first month of the 36 up to the last wave's. A wave without a date does not expire.

    In whole months: the pool keeps the month in which a wave closed and not the day.
    """
    if not last:
        return ""
    year, month = (int(part) for part in last.split("-")[:2])
    months = year * 12 + month - 1 - WINDOW_MONTHS
    return f"{months // 12:04}-{months % 12 + 1:02}"


def _refuse_mixtures(members: Sequence[Member]) -> None:
    if not members:
        raise InputError([InputProblem("there is no scorecard", "scorecards", "at least one")])
    problems = [problem for what in _SHARED for problem in _mixture(members, what)]
    if problems:
        raise InputError(problems)


def _mixture(members: Sequence[Member], what: str) -> Iterator[PoolProblem]:
    """One problem for each member that is not as most are; where as many are of two kinds, one for both."""
    alike: dict[str, list[str]] = {}
    for member in members:
        alike.setdefault(_SHARED[what](member.scorecard), []).append(member.name)
    (most, names), *others = sorted(alike.items(), key=lambda one: (-len(one[1]), one[0]))
    like = min(names)
    if others and len(others[0][1]) == len(names):
        two, as_many = others[0]
        told = {"one": most, "like_one": like, "two": two, "like_two": min(as_many)}
        yield pool_problem(f"even_{what}", "scorecards", **told)
        return
    odd = sorted((name, found) for found, of_kind in others for name in of_kind)
    for name, found in odd:
        yield pool_problem(f"mixed_{what}", name, found=found, most=most, like=like)


def _instrument(scorecard: Document) -> str:
    told = scorecard["instrument"]
    return f"{told['code']} {told['version']} (sha256 {str(told['sha256'])[:12]})"


_SHARED: Mapping[str, Callable[[Document], str]] = {
    "data": lambda scorecard: "synthetic" if scorecard["synthetic"] else "real",
    "instrument": _instrument,
    "method": lambda scorecard: str(scorecard["method"]),
}
"""What all scorecards of an edition must have in common, in words."""
