"""What speaks for a strength or a gap and what against it: rules that look in other places than the pick did.

Each rule reads released figures only and answers with claims, so that a sentence about a number has its
verdict here too. A rule that has nothing to go by is silent: silence is no evidence.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from cri.domain.change import SMALLEST_POINTS
from cri.domain.claims import Claim, Value, claim_of
from cri.domain.item_shares import is_told, item_share, share_range
from cri.domain.peers import ALL, belongs
from cri.domain.placing import place
from cri.domain.position import LOWER_QUARTER, UPPER_QUARTER
from cri.domain.released_scorecard import with_whole_points

Document = Mapping[str, Any]
Side = Literal["strength", "gap"]
Stance = Literal["for", "against"]

MOST_NORMS: Final = 2  # other peer groups that are looked at, widest first


@dataclass(frozen=True)
class Evidence:
    """One thing that speaks for or against a pick: the rule that found it, and what it says."""

    rule: str
    stance: Stance
    claim: Claim | Document

    @property
    def claim_id(self) -> str:
        """The id of its claim."""
        return self.claim.id if isinstance(self.claim, Claim) else str(self.claim["id"])


@dataclass(frozen=True)
class Wave:
    """What the rules may look at: a scorecard, where it was placed, and the edition."""

    card: Document
    placement: Document | None = None
    edition: Document | None = None

    @property
    def profile(self) -> float:
        """The agency's index, which its factors are compared with."""
        return float(self.card["index"]["score"])

    def factor(self, code: str) -> Document:
        """The scorecard's factor."""
        return next(factor for factor in self.card["factors"] if factor["code"] == code)

    def saying(self, start: str) -> tuple[Document, ...]:
        """Every claim of a kind that the scorecard carries."""
        return tuple(claim for claim in self.card["claims"] if claim["text_key"].startswith(start))

    def said(self, start: str, subject: str) -> Document | None:
        """The scorecard's own claim of a kind about a subject."""
        of_subject = (claim for claim in self.card["claims"] if claim["subject"] == subject)
        return next((claim for claim in of_subject if claim["text_key"].startswith(start)), None)


Rule = Callable[[Wave, str, Side], Iterator[Evidence]]


def evidence_of(wave: Wave, factor: str, side: Side) -> tuple[Evidence, ...]:
    """Everything that the rules find for and against a factor as a strength or a gap, in the rules' order."""
    return tuple(found for rule in RULES.values() for found in rule(wave, factor, side))


def other_norms(wave: Wave, factor: str, side: Side) -> Iterator[Evidence]:
    """For: another peer group of the agency puts it into the same quarter. Against: it does not."""
    if wave.placement is None or wave.edition is None or wave.edition["synthetic"] != wave.card["synthetic"]:
        return
    wanted = UPPER_QUARTER if side == "strength" else LOWER_QUARTER
    used = _placed(wave.placement, factor)["peers"]
    for peers in _other_groups(wave, used)[:MOST_NORMS]:
        found = _placed(place(wave.card, wave.edition, peers), factor)
        if found["peers"] != peers or found["percentile"] is None:
            continue
        same = found["band"] == wanted
        key = f"evidence.norm_{side}" if same else "evidence.norm_elsewhere"
        yield Evidence("other_norms", "for" if same else "against", _norm_claim(key, factor, found))


def units(wave: Wave, factor: str, side: Side) -> Iterator[Evidence]:
    """For: in each lowest unit shown the factor lies on that side of the index. Against: a unit beyond it.

    Against needs a unit's whole interval on the other side, by at least as much as counts as a change.
    """
    shown = lowest_units(with_whole_points(wave.card)["units"], factor)
    sign = 1 if side == "strength" else -1
    if len(shown) > 1 and all(sign * (figure["score"] - wave.profile) > 0 for _, figure in shown):
        values = {"factor": Value("factor", factor), "count": Value("count", len(shown))}
        yield Evidence(
            "units", "for", claim_of(f"evidence.units_{side}", factor, "say", "all_alike", **values)
        )
        return
    contrary = [
        (code, figure)
        for code, figure in shown
        if figure["interval"] and sign * (wave.profile - _nearest(figure, sign)) > 0
        and sign * (wave.profile - figure["score"]) >= SMALLEST_POINTS
    ]  # fmt: skip
    if contrary:
        code, figure = max(contrary, key=lambda one: (sign * (wave.profile - one[1]["score"]), one[0]))
        yield Evidence("units", "against", _unit_claim(side, factor, code, figure))


def split_opinion(wave: Wave, factor: str, side: Side) -> Iterator[Evidence]:  # noqa: ARG001  as all rules
    """For: people see it alike. Against: they see it differently, so the mean is nobody's view."""
    claim = wave.said("agreement.", factor)
    if claim is not None and claim["verdict"] != "dont":
        yield Evidence("split_opinion", "for" if claim["verdict"] == "say" else "against", claim)


def early_late(wave: Wave, factor: str, side: Side) -> Iterator[Evidence]:
    """Against: late answers, which are like those never given, are less so. For: they are more so."""
    claim = wave.said("early_late.differ", factor)
    if claim is None:
        return
    later = claim["values"]["late"]["value"] - claim["values"]["early"]["value"]
    rises = later > 0
    yield Evidence("early_late", "for" if rises == (side == "strength") else "against", claim)


def items(wave: Wave, factor: str, side: Side) -> Iterator[Evidence]:
    """Against: a statement of the factor beyond the middle statement of the agency, interval and all.

    For a strength one that is answered less favourably, for a gap one that is answered more favourably.
    """
    told = [item for one in wave.card["factors"] for item in one["items"] if is_told(item)]
    shares = sorted(item["favourable"] or 0.0 for item in told)
    claims = [item_share(item) for item in wave.factor(factor)["items"] if is_told(item)]
    end, sign = (2, 1) if side == "strength" else (0, -1)
    beyond = [claim for claim in claims if sign * (shares[len(shares) // 2] - share_range(claim)[end]) > 0]
    if beyond:
        furthest = min(beyond, key=lambda claim: (sign * share_range(claim)[1], claim.subject))
        yield Evidence("items", "against", furthest)


def history(wave: Wave, factor: str, side: Side) -> Iterator[Evidence]:
    """For: it moved that way since the earlier survey, or stayed. Against: it moved the other way."""
    claim = wave.said("change.", factor)
    if claim is None or claim["verdict"] == "dont":
        return
    if claim["text_key"] == "change.same":
        yield Evidence("history", "for", claim)
        return
    rose = claim["values"]["difference"]["value"] > 0
    yield Evidence("history", "for" if rose == (side == "strength") else "against", claim)


RULES: Final[Mapping[str, Rule]] = {
    "other_norms": other_norms,
    "units": units,
    "split_opinion": split_opinion,
    "early_late": early_late,
    "items": items,
    "history": history,
}


def _placed(placement: Document, factor: str) -> Document:
    return next(one for one in placement["placements"] if one["factor"] == factor)


def _other_groups(wave: Wave, used: str) -> Sequence[str]:
    """Peer groups of the edition that the agency is in by what its scorecard says, but for the one used."""
    assert wave.edition is not None
    facets = wave.card.get("facets") or {}
    named = {cell["peers"] for cell in wave.edition["cells"]} - {used}
    mine = [peers for peers in named if peers == ALL or (_stated(peers, facets) and belongs(peers, facets))]
    return sorted(mine, key=lambda peers: (peers.count("&") + (peers != ALL), peers))


def _stated(peers: str, facets: Document) -> bool:
    return all(facets.get(part.partition("=")[0]) for part in peers.split("&"))


def _norm_claim(key: str, factor: str, found: Document) -> Claim:
    low, high = found["interval80"]
    claim = claim_of(
        key,
        factor,
        "say",
        "band_reached" if key != "evidence.norm_elsewhere" else "norm_full",
        factor=Value("factor", factor),
        peers=Value("peers", found["peers"]),
        agencies=Value("count", found["agencies"]),
        percentile=Value("rank", found["percentile"]),
        low=Value("rank", low),
        high=Value("rank", high),
    )
    return Claim(**{**vars(claim), "id": f"{claim.id}:{found['peers']}"})


def lowest_units(shown: Sequence[Document], factor: str) -> list[tuple[str, Document]]:
    """Of a unit and those below it only the lowest that shows the factor: (code, figure)."""
    parents = {unit["parent"] for unit in shown if unit["factors"]}
    return [
        (unit["code"], unit["factors"][factor])
        for unit in shown
        if unit["factors"] and unit["code"] not in parents and unit["factors"][factor]["score"] is not None
    ]


def _nearest(figure: Document, sign: int) -> float:
    """The end of a unit's interval that is nearest to being on the pick's side."""
    low, high = figure["interval"]
    return float(high if sign > 0 else low)


def _unit_claim(side: Side, factor: str, code: str, figure: Document) -> Claim:
    low, high = figure["interval"]
    claim = claim_of(
        f"evidence.unit_not_{side}",
        factor,
        "care",
        "many_comparisons",
        factor=Value("factor", factor),
        unit=Value("unit", code),
        score=Value("score", figure["score"]),
        low=Value("score", low),
        high=Value("score", high),
    )
    return Claim(**{**vars(claim), "id": f"{claim.id}:{code}"})
