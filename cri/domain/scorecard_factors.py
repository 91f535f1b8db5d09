"""Factors and their items in a scorecard."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cri.domain.agreement import ad_m, mixed_views, rwg_j
from cri.domain.disclosure import Gateway
from cri.domain.disclosure_cells import bands_tell_points
from cri.domain.histograms import GroupSums
from cri.domain.instrument import Factor, Item, Scale
from cri.domain.item_counts import ItemCounts
from cri.domain.release import FactorRelease
from cri.domain.release_items import Withheld
from cri.domain.reliability import (
    FEWEST_FOR_ALPHA,
    alpha_of,
    item_rest,
    mean_inter_item_r,
    one_factor_omega,
)
from cri.domain.scorecard_figures import NO_FIGURES, Document, Figures, figures_of, or_none
from cri.domain.scoring import FactorSums, Int64

BANDS = ("unfavourable", "neutral", "favourable")


@dataclass(frozen=True, eq=False)
class Agreement:
    """r_wg(J) documents, AD_M and "mixed views" of groups: lists, None where it cannot be said."""

    rwg_j: list[Document | None]
    ad_m: list[float | None]
    mixed_views: list[bool | None]


def factor_document(
    factor: Factor,
    sums: FactorSums,
    scale: Scale,
    headcount: int | None,
    release: FactorRelease,
    gateway: Gateway,
) -> Document:
    """One factor with its items; what may not be shown is null."""
    shown = release.groups.whole is None
    people = None if headcount is None else np.array([float(headcount)])
    whole = figures_of(sums.whole, scale, people)
    agreement = agreement_of(everybodys_answers(sums), scale, gateway.minimum)
    weighted = sums.whole.weights is not None
    # Beside the other items, any of these figures gives the standard deviation of a withheld one back.
    together = _reliability(sums, gateway.minimum) if shown and not any(release.items) else _UNRELATED
    items = [
        item_document(item, counts, scale, gateway, withheld)
        for item, counts, withheld in zip(factor.items, sums.items, release.items, strict=True)
    ]
    rests = together["item_rest_r"] or [None] * len(items)
    for item, rest in zip(items, rests, strict=True):
        item["item_rest_r"] = rest if item["mean"] is not None else None
    return {
        "code": factor.code,
        "n": whole.n[0],
        **(whole.document(0) if shown else {"n_eff": None, **NO_FIGURES}),
        "unweighted": _unweighted(sums, scale, people) if weighted and not release.unweighted else None,
        "favourable": _favourable(sums) if release.favourable else None,
        "alpha": together["alpha"],
        "omega": together["omega"],
        "mean_inter_item_r": together["mean_inter_item_r"],
        "rwg_j": agreement.rwg_j[0] if release.spread else None,
        "ad_m": agreement.ad_m[0] if release.spread else None,
        "mixed_views": agreement.mixed_views[0] if release.spread else None,
        "items": items,
    }


def item_document(
    item: Item, counts: ItemCounts, scale: Scale, gateway: Gateway, withheld: Withheld | None
) -> Document:
    """One item. `withheld` "complementary": only bands and the favourable share; otherwise nothing.

    Where bands say as much as points do, "complementary" is nothing either.
    """
    n = counts.moments.n
    told = withheld is None
    bands_only = not gateway.full(n) or withheld == "complementary"
    kept_back = withheld == "complementary" and bands_tell_points(scale)
    shares = withheld in {None, "complementary"} and not kept_back and gateway.shows_shares(counts.bands)
    favourable, limit = gateway.share(counts.favourable, counts.bands) if shares else (None, None)
    return {
        "code": item.code,
        "reversed": item.reversed,
        "n": n,
        "n_eff": float(counts.sums.n_eff()[0]) if told else None,
        "dont_know": counts.dont_know,
        "suppressed": withheld,
        "mean": or_none(counts.sums.mean())[0] if told else None,
        "sd": or_none(counts.sums.sd())[0] if told else None,
        "distribution": _distribution(counts, scale, gateway, bands_only=bands_only) if shares else None,
        "favourable": favourable,
        "favourable_limit": limit,
        "item_rest_r": None,
    }


def everybodys_answers(sums: FactorSums) -> Int64:
    """int64 (1, items, points): keyed answers of everybody, in whatever unit."""
    return np.array([[item.keyed for item in sums.items]], dtype=np.int64)


def agreement_of(answers: Int64, scale: Scale, minimum: int) -> Agreement:
    """Agreement within groups; nothing for a group in which fewer than `minimum` answered some item.

    `answers`: int64 (groups, items, points), keyed.
    """
    groups, items, points = answers.shape
    # Whole numbers below 2^53 are exact in doubles, which are multiplied several times as fast.
    powers = np.arange(points, dtype=np.float64)[:, None] ** np.arange(3)
    sums = (answers.reshape(-1, points).astype(np.float64) @ powers).astype(np.int64)
    enough: npt.NDArray[np.bool_] = np.all(sums[:, 0].reshape(groups, items) >= minimum, axis=1)
    variances = (GroupSums(sums, 1).sd() ** 2).reshape(groups, items)
    variances[~enough] = np.nan
    found = rwg_j(variances, items, scale.points)
    deviation = np.where(enough, ad_m(answers), np.nan)
    nulls = [
        [None] * groups if values is None else or_none(values)
        for values in (found.uniform, found.slight_skew, found.moderate_skew, found.uniform_untruncated)
    ]
    mixed = mixed_views(found, deviation, scale.points).tolist()
    return Agreement(
        rwg_j=[
            {
                "uniform": uniform,
                "slight_skew": slight,
                "moderate_skew": moderate,
                "uniform_untruncated": untruncated,
            }
            if said
            else None
            for said, uniform, slight, moderate, untruncated in zip(enough.tolist(), *nulls, strict=True)
        ],
        ad_m=or_none(deviation),
        mixed_views=[value if said else None for said, value in zip(enough.tolist(), mixed, strict=True)],
    )


_UNRELATED: dict[str, Any] = {"alpha": None, "omega": None, "mean_inter_item_r": None, "item_rest_r": None}


def _reliability(sums: FactorSums, minimum: int) -> dict[str, Any]:
    """How the items hang together: nothing where fewer than `minimum` answered some two of them."""
    covariances = sums.pairs.covariances(minimum)
    n = sums.everybody.n
    if covariances is None or n < FEWEST_FOR_ALPHA:
        return _UNRELATED
    alpha, omega = alpha_of(covariances, n), one_factor_omega(covariances, n)
    return {
        "alpha": None if alpha is None else {"value": alpha.value, "interval": list(alpha.interval)},
        "omega": None if omega is None else omega.value,
        "mean_inter_item_r": mean_inter_item_r(covariances),
        "item_rest_r": list(item_rest(covariances)),
    }


def _unweighted(sums: FactorSums, scale: Scale, people: Any) -> Document:
    return without_n_eff(figures_of(sums.whole.unweighted(), scale, people))


def without_n_eff(figures: Figures) -> Document:
    """The only group's score, sd, se and interval."""
    document = figures.document(0)
    del document["n_eff"]
    return document


def _favourable(sums: FactorSums) -> float | None:
    """Share of all answers to the factor's items that are favourable; of people, never weighted."""
    everything = sum(item.moments.n for item in sums.items)
    return sum(item.favourable for item in sums.items) / everything if everything else None


def _distribution(counts: ItemCounts, scale: Scale, gateway: Gateway, *, bands_only: bool) -> Document:
    """Shares of points as answered, or of bands, keyed.

    Of people, never weighted: a sum of a few weights tells how many people of each weight are in it, and
    people of one weight are a crossing of groups.
    """
    codes: tuple[str, ...] = BANDS
    people: tuple[int, ...] = counts.bands
    if not bands_only:
        codes = tuple(str(point) for point in range(scale.minimum, scale.maximum + 1))
        people = counts.counts
    cells = []
    for code, count in zip(codes, people, strict=True):
        share, limit = gateway.share(count, counts.bands)
        cells.append({"code": code, "share": share, "limit": limit})
    return {"kind": "bands" if bands_only else "points", "cells": cells}
