"""Everything a page or pack says about a number is a claim with a verdict: can we say this?

A claim holds full numbers and keys of texts, never words: the sentence is made at the edge from
`reports/text`, from the claim alone. method.md, section 4.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

Verdict = Literal["say", "care", "dont"]
Document = Mapping[str, Any]

WIDE: Final = 5.0  # points of half-width from which an interval asks for care
LOW_RATE: Final = 0.5  # share of staff below which those who stayed away may change the picture
THIN_NORM: Final = 20  # agencies below which there is no percentile
RELIABLE: Final = 0.7  # alpha from which a scale is said to hold together
RELIABILITY_NEEDS: Final = 50  # people for an alpha of one agency
WIDE_SHARE: Final = 0.1  # half-width of a favourable share from which it asks for care


@dataclass(frozen=True)
class Value:
    """A value in a sentence: a number with its kind of rounding, or the code of something with a name.

    Kinds of numbers are those of `cri.domain.rounding`; kinds of names: factor, item, unit, peers, text.
    """

    kind: str
    value: float | str | None


@dataclass(frozen=True)
class Claim:
    """One thing said about one subject, with the verdict whether it may be said, and why."""

    id: str
    subject: str
    text_key: str
    values: Mapping[str, Value]
    verdict: Verdict
    reason: str


def claim_document(claim: Claim) -> dict[str, Any]:
    """Return the claim as plain JSON: {id, subject, text_key, values {name: {kind, value}}, verdict, reason}."""
    return asdict(claim)


def _claim(text_key: str, subject: str, verdict: Verdict, reason: str, **values: Value) -> Claim:
    return Claim(f"{text_key}:{subject}", subject, text_key, values, verdict, reason)


def response_claim(population: Document, minimum: int) -> Claim:
    """Say how many people answered. `population` is the scorecard's; `minimum` its smallest group shown."""
    responses, rate = population["responses"], population.get("response_rate")
    number = Value("people", responses)
    if population["usable"] < minimum:
        return _claim("response.few", "wave", "dont", "too_few", minimum=Value("count", minimum))
    if rate is None:
        return _claim("response.count", "wave", "care", "no_headcount", n=number)
    verdict: Verdict = "care" if rate < LOW_RATE else "say"
    reason = "low_response" if rate < LOW_RATE else "most_answered"
    headcount = Value("people", population["headcount"])
    return _claim(
        "response.rate", "wave", verdict, reason, n=number, headcount=headcount, rate=Value("share", rate)
    )


def score_claim(result: Document, population: Document) -> Claim:
    """Say a score with its interval. `result` is the index or a factor of the scorecard, with its code."""
    code = result["code"]
    subject = Value("factor", code)
    if result["score"] is None:
        return _claim("score.few", code, "dont", "too_few", factor=subject)
    values = {"factor": subject, "score": Value("score", result["score"]), "n": Value("people", result["n"])}
    if result.get("interval") is None:
        return _claim("score.alone", code, "care", "no_interval", **values)
    low, high = result["interval"]
    values |= {"low": Value("score", low), "high": Value("score", high)}
    if (high - low) / 2 > WIDE:
        return _claim("score.interval", code, "care", "wide_interval", **values)
    rate = population.get("response_rate")
    if rate is not None and rate < LOW_RATE:
        return _claim("score.interval", code, "care", "low_response", **values)
    return _claim("score.interval", code, "say", "enough_answers", **values)


def position_claim(code: str, place: Document | None) -> Claim:
    """Say where the agency stands among others. `place` is one placement, or None where there is no norm."""
    subject = Value("factor", code)
    if place is None:
        return _claim("position.none", code, "dont", "no_norm", factor=subject)
    values = {
        "factor": subject,
        "agencies": Value("count", place["agencies"]),
        "peers": Value("peers", place["peers"]),
    }
    band = place["band"]
    if band is None:
        return _claim("position.none", code, "dont", "norm_too_thin", **values)
    if band == "cannot_tell":
        return _claim("position.cannot_tell", code, "dont", "within_noise", **values)
    if place["percentile"] is None:
        return _claim(f"position.{band}", code, "care", "norm_thin", **values)
    low, high = place["interval80"]
    values |= {
        "percentile": Value("rank", place["percentile"]),
        "low": Value("rank", low),
        "high": Value("rank", high),
    }
    if band == "near_middle":
        return _claim("position.near_middle", code, "care", "no_band_reached", **values)
    return _claim(f"position.{band}", code, "say", "band_reached", **values)


def norm_claim(norm: Document | None) -> Claim:
    """Say against whom the agency is compared: edition, peer group and number of agencies."""
    if norm is None:
        return _claim("norm.none", "norm", "dont", "no_norm")
    values = {
        "edition": Value("text", norm["edition"]),
        "peers": Value("peers", norm["peers"]),
        "agencies": Value("count", norm["agencies"]),
    }
    if norm["agencies"] < THIN_NORM:
        return _claim("norm.edition", "norm", "care", "norm_thin", **values)
    return _claim("norm.edition", "norm", "say", "norm_full", **values)


def reliability_claim(result: Document) -> Claim:
    """Say whether a factor's items hold together in this agency (alpha needs 50 people)."""
    code, alpha = result["code"], result.get("alpha")
    subject = Value("factor", code)
    if alpha is None or alpha.get("value") is None or result["n"] < RELIABILITY_NEEDS:
        needed = Value("count", RELIABILITY_NEEDS)
        return _claim("reliability.none", code, "dont", "too_few_for_alpha", factor=subject, needed=needed)
    value, interval = alpha["value"], alpha.get("interval") or (None, None)
    values = {"factor": subject, "alpha": Value("coefficient", value)}
    if interval[0] is not None:
        values |= {"low": Value("coefficient", interval[0]), "high": Value("coefficient", interval[1])}
        if value >= RELIABLE:
            return _claim("reliability.holds", code, "say", "alpha_high", **values)
    return _claim("reliability.loose", code, "care", "alpha_low", **values)


def item_claims(factor: Document) -> tuple[Claim, ...]:
    """Say which items of a factor were answered most and least favourably; none with fewer than two shares."""
    shown = [item for item in factor["items"] if item.get("favourable") is not None]
    if len(shown) < 2:
        return ()
    ordered = sorted(shown, key=lambda item: (-item["favourable"], item["code"]))
    return (_item_claim("item.highest", ordered[0]), _item_claim("item.lowest", ordered[-1]))


def _item_claim(text_key: str, item: Document) -> Claim:
    share, number = item["favourable"], item["n"]
    wide = 1.96 * (share * (1 - share) / number) ** 0.5 > WIDE_SHARE
    verdict: Verdict = "care" if wide else "say"
    return _claim(
        text_key,
        item["code"],
        verdict,
        "wide_share" if wide else "enough_answers",
        item=Value("item", item["code"]),
        share=Value("share", share),
        n=Value("people", number),
    )


def unit_claim(code: str, rows: Sequence[Document]) -> Claim | None:
    """Say how far the units of a factor differ; None with fewer than two shown. `rows` as in the pack."""
    shown = sorted(
        (row for row in rows if row["score"] is not None), key=lambda row: (row["score"], row["code"])
    )
    if len(shown) < 2:
        return None
    low, high = shown[0], shown[-1]
    values = {
        "factor": Value("factor", code),
        "lowest": Value("unit", low["code"]),
        "highest": Value("unit", high["code"]),
        "low": Value("score", low["score"]),
        "high": Value("score", high["score"]),
    }
    if low["interval"] is None or high["interval"] is None or low["interval"][1] >= high["interval"][0]:
        return _claim("units.alike", code, "dont", "within_noise", **values)
    return _claim("units.differ", code, "care", "many_comparisons", **values)


def pick_claims(rows: Sequence[Document], profile: float | None, picks: int) -> list[Claim]:
    """Say the strengths, then the gaps: at most `picks` each, of which fewer than half of the factors qualify.

    A strength is the upper quarter of the pool, or at least 5 points above the agency's own profile (its index)
    with the interval clear of it; a gap likewise below (method.md, section 5). Where fewer qualify, the next
    factors in line are named with the verdict "dont": they do not stand out from noise.
    """
    if profile is None:
        return []
    scored = [row for row in rows if row["score"] is not None]
    count = min(picks, len(scored) // 2)
    made: list[Claim] = []
    for side, sign in (("strength", 1), ("gap", -1)):
        graded = [(_basis(row, profile, sign), sign * (row["score"] - profile), row) for row in scored]
        order = sorted(graded, key=lambda entry: (entry[0] is None, -entry[1], entry[2]["code"]))
        made += [_pick(side, basis, row, profile) for basis, _, row in order[:count]]
    return made


OWN_PROFILE: Final = 5.0  # points from the agency's own profile that make a strength or a gap


def _basis(row: Document, profile: float, sign: int) -> str | None:
    """Why a row is a strength (sign 1) or a gap (-1): "norm", "own" or, where it is none, None."""
    band = (row.get("place") or {}).get("band")
    if band == ("upper_quarter" if sign > 0 else "lower_quarter"):
        return "norm"
    if row.get("interval") is None:
        return None
    near = row["interval"][0] if sign > 0 else row["interval"][1]
    far_enough = sign * (row["score"] - profile) >= OWN_PROFILE
    return "own" if far_enough and sign * (near - profile) > 0 else None


def _pick(side: str, basis: str | None, row: Document, profile: float) -> Claim:
    values = {
        "factor": Value("factor", row["code"]),
        "score": Value("score", row["score"]),
        "profile": Value("score", profile),
        "difference": Value("difference", abs(row["score"] - profile)),
    }
    if basis is None:
        return _claim(f"{side}.none", row["code"], "dont", "within_noise", **values)
    if basis == "own":
        return _claim(f"{side}.own", row["code"], "care", "own_profile", **values)
    place = row["place"]
    values |= {
        "agencies": Value("count", place["agencies"]),
        "percentile": Value("rank", place["percentile"]),
    }
    return _claim(f"{side}.norm", row["code"], "say", "band_reached", **values)


def as_documents(claims: Iterable[Claim]) -> dict[str, dict[str, Any]]:
    """Return claims by id, as plain JSON."""
    return {claim.id: claim_document(claim) for claim in claims}
