"""Everything that a page or pack says about a number is a claim, with the verdict whether we can say this.

A claim holds full numbers and keys of texts, never words: the sentence is made at the edge from
`reports/text`, from the claim alone. Source: method.md, section 4.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Verdict = Literal["say", "care", "dont"]
Document = Mapping[str, Any]

WIDE: Final = 5.0  # points of half-width from which an interval asks for care
LOW_RATE: Final = 0.5  # share of staff below which those who stayed away may change the picture
RELIABLE: Final = 0.7  # alpha from which a scale is said to hold together
RELIABILITY_NEEDS: Final = 50  # people for an alpha of one agency
WIDE_SHARE: Final = 0.1  # half-width of a favourable share from which it asks for care


@dataclass(frozen=True)
class Value:
    """A value in a sentence: a number with its kind of rounding, or the code of something with a name.

    Kinds of numbers are those of `cri.domain.rounding`; of names: factor, item, unit, peers, limit, text.
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
    """Return a claim as JSON: {id, subject, text_key, values {name: {kind, value}}, verdict, reason}."""
    values = {name: {"kind": value.kind, "value": value.value} for name, value in claim.values.items()}
    return {**vars(claim), "values": values}


def claim_of(text_key: str, subject: str, verdict: Verdict, reason: str, **values: Value) -> Claim:
    """Make a claim; its id is made of its text and its subject."""
    return Claim(f"{text_key}:{subject}", subject, text_key, values, verdict, reason)


def response_claim(population: Document, minimum: int) -> Claim:
    """Say how many people answered. `population` is the scorecard's; `minimum` its smallest group shown."""
    responses, rate = population["responses"], population.get("response_rate")
    number = Value("people", responses)
    if population["usable"] < minimum:
        return claim_of("response.few", "wave", "dont", "too_few", minimum=Value("count", minimum))
    if rate is None:
        return claim_of("response.count", "wave", "care", "no_headcount", n=number)
    verdict: Verdict = "care" if rate < LOW_RATE else "say"
    reason = "low_response" if rate < LOW_RATE else "most_answered"
    headcount = Value("people", population["headcount"])
    return claim_of(
        "response.rate", "wave", verdict, reason, n=number, headcount=headcount, rate=Value("share", rate)
    )


def score_claim(result: Document, population: Document, minimum: int) -> Claim:
    """Say a score with its interval. result: the index or a factor of the scorecard, with its code."""
    code = result["code"]
    subject = Value("factor", code)
    if result["score"] is None:
        reason = "too_few" if result["n"] < minimum else "withheld"
        return claim_of("score.few", code, "dont", reason, factor=subject, minimum=Value("count", minimum))
    values = {"factor": subject, "score": Value("score", result["score"]), "n": Value("people", result["n"])}
    if result.get("interval") is None:
        return claim_of("score.alone", code, "care", "no_interval", **values)
    low, high = result["interval"]
    values |= {"low": Value("score", low), "high": Value("score", high)}
    if (high - low) / 2 > WIDE:
        return claim_of("score.interval", code, "care", "wide_interval", **values)
    rate = population.get("response_rate")
    if rate is not None and rate < LOW_RATE:
        return claim_of("score.interval", code, "care", "low_response", **values)
    return claim_of("score.interval", code, "say", "enough_answers", **values)


def reliability_claim(result: Document) -> Claim:
    """Say whether a factor's items hold together in this agency (alpha needs 50 people)."""
    code, alpha = result["code"], result.get("alpha")
    subject = Value("factor", code)
    if alpha is None or alpha.get("value") is None or result["n"] < RELIABILITY_NEEDS:
        needed = Value("count", RELIABILITY_NEEDS)
        reason = _why_no_alpha(result)
        return claim_of("reliability.none", code, "dont", reason, factor=subject, needed=needed)
    value, interval = alpha["value"], alpha.get("interval") or (None, None)
    values = {"factor": subject, "alpha": Value("coefficient", value)}
    if interval[0] is not None:
        values |= {"low": Value("coefficient", interval[0]), "high": Value("coefficient", interval[1])}
        if value >= RELIABLE:
            return claim_of("reliability.holds", code, "say", "alpha_high", **values)
    return claim_of("reliability.loose", code, "care", "alpha_low", **values)


def _why_no_alpha(result: Document) -> str:
    """Too few people; withheld with the score or beside an item; or answers of which there is no alpha."""
    if result["n"] < RELIABILITY_NEEDS:
        return "too_few_for_alpha"
    return "withheld" if result["score"] is None or beside_withheld(result["items"]) else "no_alpha"


def beside_withheld(items: Sequence[Document]) -> bool:
    """Whether an item of a factor is withheld, so that figures over all of its items are withheld too."""
    return any(item["suppressed"] for item in items)


def item_claims(rows: Sequence[Document]) -> tuple[Claim, ...]:
    """Say which items of a factor were answered most and least favourably; none with fewer than two shares.

    rows: items as in the pack. An item that nobody answered favourably is "under 5 %", not 0.
    """
    shown = [row for row in rows if row["favourable"] is not None or row["favourable_limit"]]
    if len(shown) < 2:
        return ()
    ordered = sorted(shown, key=lambda row: (-(row["favourable"] or 0.0), row["code"]))
    return (_item_claim("item.highest", ordered[0]), _item_claim("item.lowest", ordered[-1]))


def _item_claim(text_key: str, row: Document) -> Claim:
    share, n = row["favourable"], row["n"]
    values = {"item": Value("item", row["code"]), "n": Value("people", n)}
    if share is None:
        limit = Value("limit", row["favourable_limit"])
        return claim_of(text_key, row["code"], "say", "enough_answers", share=limit, **values)
    wide = 1.96 * (share * (1 - share) / n) ** 0.5 > WIDE_SHARE
    verdict: Verdict = "care" if wide else "say"
    reason = "wide_share" if wide else "enough_answers"
    return claim_of(text_key, row["code"], verdict, reason, share=Value("share", share), **values)


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
        return claim_of("units.alike", code, "dont", "within_noise", **values)
    return claim_of("units.differ", code, "care", "many_comparisons", **values)


def as_documents(claims: Iterable[Claim]) -> dict[str, dict[str, Any]]:
    """Return claims by id, as plain JSON."""
    return {claim.id: claim_document(claim) for claim in claims}
