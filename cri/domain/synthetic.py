"""Answers and agencies that nobody gave and nobody runs, for demonstrations and tests; always labelled so.

A simple latent model on the 0-100 scale: an answer is the agency's level, what its unit and the person add
(to everything, and to one factor), how hard the item is, and noise; then it is rounded to a point.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cri.domain.eligibility import Member
from cri.domain.instrument import Instrument, Item
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.sheet import DONT_KNOW, NO_OPTION, NO_UNIT, UNANSWERED, AnswerSheet, Unit

Floats = NDArray[np.float64]

# Standard deviations in points of 0-100, chosen so that an agency looks like published staff surveys: about
# 16 points between people of one agency, alpha near .8 for six items.
LEVEL = 58.0
AGENCY_SD, AGENCY_FACTOR_SD = 6.0, 4.0
UNIT_SD, UNIT_FACTOR_SD = 4.0, 3.0
PERSON_SD, PERSON_FACTOR_SD = 11.0, 11.0
ITEM_SD, NOISE_SD = 6.0, 20.0
DONT_KNOW_RATE, UNANSWERED_RATE = 0.025, 0.012
NOT_SAID_RATE = 0.06

SECTORS = ("water", "transport", "housing", "health", "licensing")
COUNTRIES = ("northland", "southland")
RELATIONSHIPS = ("citizen", "regulated")
SURVEYED_BEFORE = 0.7
RISE, RISE_SD, RISE_FACTOR_SD = 1.5, 3.0, 2.5
OWN_SHARE = 0.85  # of the agencies are their own owner; the rest belong to a few ministries
MINISTRIES = 4


def synthetic_answers(
    instrument: Instrument,
    respondents: int,
    units: tuple[Unit, ...],
    agency_effect: float | Mapping[str, float],
    seed: int | np.random.Generator,
) -> AnswerSheet:
    """Draw an answer sheet; the same arguments with the same seed give the same sheet.

    units: people are spread over those without units below them, in proportion to head-counts (one each where
    these are not known); () for no units. agency_effect: points on 0-100 above an ordinary agency, for
    every factor or by factor code (0 where it is not named).
    """
    draws = np.random.default_rng(seed)
    factors, items = len(instrument.factors), len(instrument.items)
    factor_of = np.repeat(np.arange(factors), [len(factor.items) for factor in instrument.factors])
    effect = np.array([_effect(agency_effect, factor.code) for factor in instrument.factors])
    unit = _members(units, respondents, draws)
    of_unit = draws.normal(0, UNIT_SD, (len(units) + 1, 1)) + draws.normal(
        0, UNIT_FACTOR_SD, (len(units) + 1, factors)
    )
    of_unit[-1] = 0  # people in no unit: index -1 reads the last row
    person = draws.normal(0, PERSON_SD, (respondents, 1))
    person = person + draws.normal(0, PERSON_FACTOR_SD, (respondents, factors))
    level = (LEVEL + effect + of_unit[unit] + person)[:, factor_of]
    level = level + _difficulties(instrument) + draws.normal(0, NOISE_SD, (respondents, items))
    answers = _with_gaps(_points(level, instrument.items, instrument), draws)
    return AnswerSheet(
        answers=answers,
        unit=unit,
        units=units,
        outcomes=_outcomes(level, instrument, draws) if instrument.outcomes else None,
        profile=_profile(respondents, instrument, draws) if instrument.profile else None,
    )


def synthetic_pool(instrument: Instrument, agencies: int, seed: int, closed: date) -> tuple[Member, ...]:
    """Draw agencies with their scorecards, all flagged synthetic; waves closed in the year up to `closed`.

    An agency depends on the seed and its own number only, so a larger pool begins with the smaller one.
    """
    return tuple(_agency(instrument, number, seed, closed) for number in range(1, agencies + 1))


def with_earlier_waves(members: Sequence[Member], seed: int) -> tuple[Member, ...]:
    """The members, most of them with a wave two years before, of which only the scores are made up.

    They rose by a point or two on the whole. What each answered then is not drawn, so that no scorecard of it
    exists: it serves achieved changes only.
    """
    draws = np.random.default_rng([seed, len(members)])
    return tuple(
        replace(member, previous=_earlier(member.scorecard, draws))
        if draws.random() < SURVEYED_BEFORE
        else member
        for member in members
    )


def _earlier(scorecard: Mapping[str, Any], draws: np.random.Generator) -> dict[str, Any]:
    general = draws.normal(RISE, RISE_SD)
    factors = []
    for factor in scorecard["factors"]:
        score = float(np.clip(factor["score"] - general - draws.normal(0, RISE_FACTOR_SD), 0, 100))
        factors.append({**factor, "score": score})
    index = sum(factor["score"] for factor in factors) / len(factors)
    sheet = hashlib.sha256(f"before {scorecard['sheet_sha256']}".encode()).hexdigest()
    return {
        **scorecard,
        "sheet_sha256": sheet,
        "index": {**scorecard["index"], "score": index},
        "factors": factors,
    }


def _agency(instrument: Instrument, number: int, seed: int, closed: date) -> Member:
    draws = np.random.default_rng([seed, number])
    respondents = int(np.clip(draws.lognormal(np.log(150), 0.6), 50, 900))
    general = draws.normal(0, AGENCY_SD)
    effect = {factor.code: general + draws.normal(0, AGENCY_FACTOR_SD) for factor in instrument.factors}
    sheet = replace(
        synthetic_answers(instrument, respondents, (), effect, draws), outcomes=None, profile=None
    )
    name = f"Synthetic agency {number:03}"
    own = draws.random() < OWN_SHARE
    owner = name if own else f"Synthetic ministry {draws.integers(MINISTRIES) + 1}"
    sector, country, relationship = (
        str(draws.choice(names)) for names in (SECTORS, COUNTRIES, RELATIONSHIPS)
    )
    facts = WaveFacts(
        agency=name,
        wave_id=f"synthetic-{number:03}",
        label="Synthetic",
        closed=closed - timedelta(days=int(draws.integers(365))),
        headcount=round(respondents / draws.uniform(0.5, 0.85)),
        synthetic=True,
        sheet_sha256=hashlib.sha256(sheet.answers.tobytes()).hexdigest(),
        facets={"sector": sector, "country": country, "relationship": relationship},
    )
    return Member(build_scorecard(instrument, sheet, facts), name, owner, sector, country, relationship)


def _effect(agency_effect: float | Mapping[str, float], factor: str) -> float:
    return agency_effect.get(factor, 0.0) if isinstance(agency_effect, Mapping) else agency_effect


def _members(units: tuple[Unit, ...], respondents: int, draws: np.random.Generator) -> NDArray[np.int32]:
    """The unit of each respondent, int32 (respondents,)."""
    if not units:
        return np.full(respondents, NO_UNIT, dtype=np.int32)
    parents = {unit.parent for unit in units}
    weights = np.array([0.0 if unit.code in parents else float(unit.headcount or 1) for unit in units])
    return draws.choice(len(units), respondents, p=weights / weights.sum()).astype(np.int32)


def _difficulties(instrument: Instrument) -> Floats:
    """How hard each item is to agree to: float (items,), the same for every agency that is asked it."""
    digests = [
        hashlib.sha256(f"{instrument.code} {item.code}".encode()).digest() for item in instrument.items
    ]
    seeds = [int.from_bytes(digest) for digest in digests]
    return np.array([float(np.random.default_rng(seed).normal(0, ITEM_SD)) for seed in seeds])


def _outcomes(level: Floats, instrument: Instrument, draws: np.random.Generator) -> NDArray[np.int8]:
    """int8 (respondents, outcomes): what somebody thinks of it all follows what they think of the items."""
    asked = instrument.outcomes
    whole = level.mean(axis=1, keepdims=True) + draws.normal(0, NOISE_SD, (len(level), len(asked)))
    return _with_gaps(_points(whole, asked, instrument), draws)


def _profile(respondents: int, instrument: Instrument, draws: np.random.Generator) -> NDArray[np.int8]:
    """int8 (respondents, profile questions): each option is chosen half as often as the one before it."""
    profile = np.full((respondents, len(instrument.profile)), NO_OPTION, dtype=np.int8)
    for column, question in enumerate(instrument.profile):
        weights = 0.5 ** np.arange(len(question.options))
        profile[:, column] = draws.choice(len(weights), respondents, p=weights / weights.sum())
    profile[draws.random(profile.shape) < NOT_SAID_RATE] = NO_OPTION
    return profile


def _with_gaps(answers: NDArray[np.int8], draws: np.random.Generator) -> NDArray[np.int8]:
    """`answers` with some "don't know" and some left out."""
    draw = draws.random(answers.shape)
    answers[draw < DONT_KNOW_RATE] = DONT_KNOW
    answers[draw > 1 - UNANSWERED_RATE] = UNANSWERED
    return answers


def _points(level: Floats, asked: Sequence[Item], instrument: Instrument) -> NDArray[np.int8]:
    """Raw answers int8 (respondents, items) from levels on 0-100: reverse-keyed items are turned round."""
    scale = instrument.scale
    keyed = scale.minimum + np.clip(level, 0, 100) / 100 * (scale.maximum - scale.minimum)
    turned = np.array([item.reversed for item in asked])
    raw = np.where(turned, scale.minimum + scale.maximum - keyed, keyed)
    return np.rint(raw).astype(np.int8)
