"""The claims that a scorecard carries: what may be said of a wave without comparing it with others.

Source: method.md, section 4, "Can we say this?".
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cri.domain import claims as says
from cri.domain.change import compare, holm
from cri.domain.claims import Claim, Value, claim_of
from cri.domain.scorecard_change import summary_of

Document = Mapping[str, Any]


def claims_of(scorecard: Document) -> list[dict[str, Any]]:
    """Every claim of a scorecard, as documents, in a fixed order. scorecard: all but its claims."""
    population, minimum = scorecard["population"], scorecard["wave"]["minimum"]
    factors = scorecard["factors"]
    made = [says.response_claim(population, minimum)]
    made += [
        says.score_claim(result, population, minimum)
        for result in ({**scorecard["index"], "code": "index"}, *factors)
    ]
    shown = _shown_units(scorecard["units"])
    for factor in factors:
        made.append(says.reliability_claim(factor))
        made.append(agreement_claim(factor, minimum))
        made += says.item_claims(factor["items"])
        if spread := says.unit_claim(factor["code"], _unit_rows(shown, factor["code"])):
            made.append(spread)
    made += weights_claims(population)
    made += early_late_claims(scorecard["quality"])
    made += driver_claims(scorecard["drivers"])
    made += change_claims(scorecard["change"])
    return [says.claim_document(claim) for claim in made]


def agreement_claim(factor: Document, minimum: int) -> Claim:
    """Say whether people see a factor alike; its mean is that of mixed views where they do not."""
    code, rwg_j = factor["code"], factor["rwg_j"]
    subject = Value("factor", code)
    value = rwg_j["slight_skew"] if rwg_j else None
    if factor["mixed_views"] is None or value is None:
        return claim_of("agreement.none", code, "dont", _why_no_agreement(factor, minimum), factor=subject)
    values = {"factor": subject, "rwg": Value("coefficient", value)}
    if factor["mixed_views"]:
        return claim_of("agreement.mixed", code, "care", "views_differ", **values)
    return claim_of("agreement.shared", code, "say", "views_shared", **values)


def _why_no_agreement(factor: Document, minimum: int) -> str:
    """Too few people; withheld beside an item; or a scale of which nobody knows what no agreement is."""
    if min((item["n"] for item in factor["items"]), default=0) < minimum:
        return "too_few"
    return "withheld" if factor["mixed_views"] is None else "no_null"


def weights_claims(population: Document) -> list[Claim]:
    """Say that answers were weighted, and with care where that cost much precision."""
    weights = population["weights"]
    if weights is None or weights["design_effect"] is None:
        return []
    values = {"n_eff": Value("count", round(weights["n_eff"])), "n": Value("people", population["usable"])}
    if weights["notable"]:
        return [claim_of("weights.used", "wave", "care", "weights_costly", **values)]
    return [claim_of("weights.used", "wave", "say", "weights_mild", **values)]


def early_late_claims(quality: Document | None) -> list[Claim]:
    """Say of which factors late respondents think otherwise than early ones: Holm over the factors."""
    halves = quality["early_late"] if quality else None
    if not halves or not halves["early"]["factors"] or not halves["late"]["factors"]:
        return []
    early, late = halves["early"]["factors"], halves["late"]["factors"]
    found = compare(
        [summary_of(early[code]) for code in early], [summary_of(late[code]) for code in early], holm
    )
    differing = [
        claim_of(
            "early_late.differ",
            code,
            "care",
            "late_like_absent",
            factor=Value("factor", code),
            early=Value("score", early[code]["score"]),
            late=Value("score", late[code]["score"]),
        )
        for code, one in zip(early, found, strict=True)
        if one and one.verdict == "changed"
    ]
    if differing or not any(found):
        return differing
    return [claim_of("early_late.alike", "wave", "say", "no_difference_found")]


def driver_claims(drivers: Sequence[Document] | None) -> list[Claim]:
    """Say which factor goes with an outcome most: a correlation, and only where it stands out."""
    made = []
    for driver in drivers or ():
        shares = [one for one in driver["weights"] or () if one["share"] is not None]
        ranked = sorted(shares, key=lambda one: (-one["share"], one["factor"]))
        if len(ranked) < 2:
            continue
        first, second = ranked[:2]
        apart = first["interval"] and second["interval"] and first["interval"][0] > second["interval"][1]
        code, outcome = driver["outcome"], Value("item", driver["outcome"])
        if apart:
            values = {"factor": Value("factor", first["factor"]), "share": Value("share", first["share"])}
            made.append(claim_of("drivers.first", code, "care", "correlation", outcome=outcome, **values))
        else:
            made.append(claim_of("drivers.none", code, "dont", "within_noise", outcome=outcome))
    return made


def change_claims(change: Document | None) -> list[Claim]:
    """Say what changed since an earlier wave, what did not, and what cannot be told."""
    if not change or not change["comparable"]:
        return [claim_of("change.broken", "wave", "dont", "instrument_changed")] if change else []
    keys = {
        "changed": ("change.changed", "say", "change_found"),
        "no_meaningful_change": ("change.same", "say", "same_within_margin"),
        "cannot_tell": ("change.cannot_tell", "dont", "within_noise"),
    }
    made = []
    index = {"code": "index", "change": change["index"]}
    for code, one in ((figure["code"], figure["change"]) for figure in (index, *change["factors"])):
        if one is None:
            continue
        text, verdict, reason = keys[one["verdict"]]
        made.append(
            claim_of(
                text,
                code,
                verdict,  # type: ignore[arg-type]  # the table above holds verdicts only
                reason,
                factor=Value("factor", code),
                difference=Value("difference", one["difference"]),
                low=Value("difference", one["interval"][0]),
                high=Value("difference", one["interval"][1]),
            )
        )
    return made


def _shown_units(units: Sequence[Document]) -> list[Document]:
    """The units that show factors; of a unit and those below it only the lowest count."""
    parents = {unit["parent"] for unit in units if unit["factors"]}
    return [unit for unit in units if unit["factors"] and unit["code"] not in parents]


def _unit_rows(shown: Sequence[Document], factor: str) -> list[dict[str, Any]]:
    """The units with the lowest and the highest score of a factor: what is said of how far units differ."""

    def place(unit: Document) -> tuple[float, str]:
        return unit["factors"][factor]["score"], unit["code"]

    scored = [unit for unit in shown if unit["factors"][factor]["score"] is not None]
    return [
        {
            "code": unit["code"],
            "score": unit["factors"][factor]["score"],
            "interval": unit["factors"][factor]["interval"],
        }
        for unit in ([min(scored, key=place), max(scored, key=place)] if len(scored) > 1 else [])
    ]
