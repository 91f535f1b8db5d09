"""Trap cards: what these very results tempt a room to conclude. Each has a rule for when it is dealt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cri.domain.claims import LOW_RATE, Claim, Value, claim_of
from cri.domain.evidence import Wave
from cri.domain.item_shares import is_told, item_share, share_range
from cri.domain.selection import Selection

Document = Mapping[str, Any]
Claims = tuple[Claim | Document, ...]

DUTIES: Final = {"regulated", "ward"}
"""Relationships in which the people served have no choice, so that pleasing them is not the whole duty."""


@dataclass(frozen=True)
class Trap:
    """A card that is dealt: its code, whose words are in reports/text, and the claims it rests on."""

    code: str
    claims: Claims


Rule = Callable[[Wave, Selection, Mapping[str, Claim]], Claims | None]


def traps_of(wave: Wave, selection: Selection, picks: Mapping[str, Claim]) -> tuple[Trap, ...]:
    """The traps that these results set, in the rules' order. picks: claims of strengths and gaps by factor.

    A rule answers with the claims that its card rests on, with none at all where a fact about the agency
    deals it, or with None.
    """
    dealt = {code: rule(wave, selection, picks) for code, rule in RULES.items()}
    return tuple(Trap(code, claims) for code, claims in dealt.items() if claims is not None)


def treadmill(_wave: Wave, selection: Selection, picks: Mapping[str, Claim]) -> Claims | None:
    """Foresight is a strength: each need met early is the next one's expectation."""
    return _picked("foresight", selection, picks, strength=True)


def carried(_wave: Wave, selection: Selection, picks: Mapping[str, Claim]) -> Claims | None:
    """Collaboration is a gap: the person served carries the case from unit to unit."""
    return _picked("collaboration", selection, picks, strength=False)


def articulate(_wave: Wave, selection: Selection, picks: Mapping[str, Claim]) -> Claims | None:
    """Insight is a strength: it may be insight into those who speak up."""
    return _picked("insight", selection, picks, strength=True)


def discretion(_wave: Wave, selection: Selection, picks: Mapping[str, Claim]) -> Claims | None:
    """Empowerment is a strength: room to judge asks for reasons given."""
    return _picked("empowerment", selection, picks, strength=True)


def compliance(wave: Wave, _selection: Selection, _picks: Mapping[str, Claim]) -> Claims | None:
    """The agency regulates people or has them in its care: satisfaction is not the aim."""
    return () if (wave.card.get("facets") or {}).get("relationship") in DUTIES else None


def not_arrived(wave: Wave, _selection: Selection, _picks: Mapping[str, Claim]) -> Claims | None:
    """Those who manage people score alignment higher than the others do, and the intervals are apart."""
    question = next((one for one in wave.card["profile"] or () if one["code"] == "manages"), None)
    if question is None:
        return None
    told = {one["code"]: (one["factors"] or {}).get("alignment") for one in question["options"]}
    top, front = told.get("manages_people"), told.get("manages_nobody")
    if not (top and front and top["interval"] and front["interval"]):
        return None
    if top["interval"][0] <= front["interval"][1]:
        return None
    values = {
        "factor": Value("factor", "alignment"),
        "high": Value("score", top["score"]),
        "low": Value("score", front["score"]),
    }
    return (claim_of("trap.levels", "alignment", "care", "many_comparisons", **values),)


def rose_but_few(wave: Wave, _selection: Selection, _picks: Mapping[str, Claim]) -> Claims | None:
    """The index rose while fewer than half of the staff answered: perhaps others stopped."""
    change, rate = wave.said("change.changed", "index"), wave.card["population"]["response_rate"]
    if change is None or rate is None or rate >= LOW_RATE or change["values"]["difference"]["value"] <= 0:
        return None
    response = wave.said("response.", "wave")
    return (change,) if response is None else (change, response)


def loud_voice(wave: Wave, _selection: Selection, _picks: Mapping[str, Claim]) -> Claims | None:
    """Complaints are studied more than the hardest users are known, and the intervals are apart."""
    items = {item["code"]: item for factor in wave.card["factors"] for item in factor["items"]}
    told = [items.get(code) for code in ("insight4", "insight5")]
    if any(item is None or not is_told(item) for item in told):
        return None
    complaints, hardest = (item_share(item) for item in told if item is not None)
    if share_range(complaints)[0] <= share_range(hardest)[2]:
        return None
    return (complaints, hardest)


def average(wave: Wave, _selection: Selection, _picks: Mapping[str, Claim]) -> Claims | None:
    """People see a factor differently: its mean may be nobody's view. The factor they agree on least."""
    mixed = [
        claim for factor in wave.card["factors"] if (claim := wave.said("agreement.mixed", factor["code"]))
    ]
    if not mixed:
        return None
    return (min(mixed, key=lambda claim: (claim["values"]["rwg"]["value"], claim["subject"])),)


def absent(wave: Wave, _selection: Selection, _picks: Mapping[str, Claim]) -> Claims | None:
    """Late answers differ from early ones, so those who never answered may differ likewise."""
    differing = [claim for claim in wave.card["claims"] if claim["text_key"] == "early_late.differ"]
    return tuple(differing[:2]) or None


RULES: Final[Mapping[str, Rule]] = {
    "articulate": articulate,
    "discretion": discretion,
    "treadmill": treadmill,
    "compliance": compliance,
    "not_arrived": not_arrived,
    "carried": carried,
    "rose_but_few": rose_but_few,
    "loud_voice": loud_voice,
    "average": average,
    "absent": absent,
}


def _picked(code: str, selection: Selection, picks: Mapping[str, Claim], *, strength: bool) -> Claims | None:
    chosen = selection.strengths if strength else selection.gaps
    return (picks[code],) if any(pick.factor == code for pick in chosen) else None
