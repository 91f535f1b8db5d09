"""A second scorer: slow, plain, pure Python. It is for checking, not for use.

    python plain_scorer.py VECTOR.json        prints the scorecard of {"instrument", "rows", "facts"}

It was written from docs/method.md, imports nothing of the program and no library, and says each formula once,
as that page does, whose sections it names. README.md tells how to check another program with it.

Left out: screening (the rows given are those kept), early against late, change, drivers, claims, profile, and
the audit of all figures together. Of disclosure: minimum, bands, extremes, remainders in the tree of units.
"""

import json
import math
import sys
from functools import cache
from math import fsum, sqrt
from pathlib import Path

MINIMUM, FULL_DISTRIBUTION, FEWEST_FOR_ALPHA = 10, 40, 50
HALF_WIDTH_FLOOR, LEAST_OWN_VARIANCE, MIXED_BELOW, MOST_STEPS = 1.0, 0.005, 0.5, 100_000
SLIGHT_SKEW = {5: 1.34, 6: 1.85, 7: 2.90, 9: 5.66, 11: 7.31}
MODERATE_SKEW = {5: 0.90, 6: 1.26, 7: 2.14, 9: 4.73, 11: 6.32}
SMALLEST_LEVEL, MOST_ROUNDS, TOLERANCE, LIGHTEST, HEAVIEST = 10, 200, 1e-10, 0.3, 3.0
SAME_WORTH, HIDDEN = 0.001, dict.fromkeys(("n_eff", "score", "sd", "se", "interval", "unweighted"))


def score(instrument, rows, facts):
    """The scorecard. `rows`: as in ANSWERS.csv, the first one the header; `facts`: see README.md."""
    wave = Wave(instrument, rows, facts)
    factors = [factor_part(wave, factor) for factor in instrument["factors"]]
    population = {"headcount": wave.population, "responses": len(rows) - 1, "usable": len(wave.people)}
    population["response_rate"] = (len(rows) - 1) / wave.population if wave.population else None
    n_eff = effective([person.weight for person in wave.people]) if wave.weighted else 1
    weights = {"design_effect": len(wave.people) / n_eff, "n_eff": n_eff} if wave.weighted else None
    found = {"population": population | {"weights": weights}, "index": index_part(wave, factors)}
    return found | {"factors": factors, "units": units_part(wave), "agreement": agreement_part(wave)}


class Wave:
    """Everything known: people who answered anything, with their weights, and what is above each unit."""

    def __init__(self, instrument, rows, facts):
        self.instrument, self.scale = instrument, instrument["scale"]
        self.points = self.scale["max"] - self.scale["min"] + 1
        self.minimum, self.population = facts.get("minimum", MINIMUM), facts.get("headcount")
        self.everybody = [Person(instrument, dict(zip(rows[0], row, strict=True))) for row in rows[1:]]
        self.people = [person for person in self.everybody if person.answers]
        self.units = facts.get("units", [])
        parent = {unit["code"]: unit["parent"] for unit in self.units}
        self.upwards = {"": []}  # from each unit to the top, itself included
        for unit in parent:
            self.upwards[unit] = [unit]
            while (above := parent[self.upwards[unit][-1]]) is not None:
                self.upwards[unit].append(above)
        self.weighted = facts.get("weights") == "rake"
        if self.weighted:
            rake(self, facts["headcounts"])


class Person:
    """Section 3. `answers`: keyed, of answered items; `scores`: of factors, 0-100, where there is one."""

    def __init__(self, instrument, cells):
        low, high = instrument["scale"]["min"], instrument["scale"]["max"]
        self.cells, self.answers, self.scores, self.weight = cells, {}, {}, 1.0
        for factor in instrument["factors"]:
            for item in factor["items"]:
                if cells[item["code"]] not in ("", "DK"):
                    answer = int(cells[item["code"]])
                    self.answers[item["code"]] = low + high - answer if item.get("reversed") else answer
            given = [self.answers[item["code"]] for item in factor["items"] if item["code"] in self.answers]
            if 3 * len(given) >= 2 * len(factor["items"]):
                self.scores[factor["code"]] = 100 * (sum(given) / len(given) - low) / (high - low)


def figures(wave, values, weights, population, centre=None):
    """Section 4: score, sd, se, 95 % interval of people's values; `centre`: the score, if not their mean."""
    found = {"n": len(values)} | HIDDEN
    if not enough(wave, weights):
        return found
    (mean, variance), n_eff = mean_and_variance(values, weights), effective(weights)
    score = mean if centre is None else centre  # the index's
    left = 1.0 if population is None else max(0.0, 1 - len(values) / population)
    se = sqrt(variance / n_eff * left)
    half = max(HALF_WIDTH_FLOOR, t_quantile(n_eff - 1) * se)
    found |= {"n_eff": n_eff, "score": score, "sd": sqrt(variance), "se": se}
    return found | {"interval": [score - half, score + half]}


def both_figures(wave, people, values, centres=(None, None)):
    """The figures of the whole wave, and beside the weighted ones the unweighted."""
    part = figures(wave, values, [person.weight for person in people], wave.population, centres[0])
    if wave.weighted and part["score"] is not None:
        same = figures(wave, values, [1.0] * len(values), wave.population, centres[1])
        part["unweighted"] = {key: same[key] for key in ("score", "sd", "se", "interval")}
    return part


def mean_and_variance(values, weights):
    """Weighted mean, and weighted variance times n_eff / (n_eff - 1): divisor n - 1 for equal weights."""
    mean = fsum(w * x for w, x in zip(weights, values, strict=True)) / fsum(weights)
    squares = fsum(w * (x - mean) ** 2 for w, x in zip(weights, values, strict=True))
    return mean, squares / fsum(weights) / (1 - 1 / effective(weights))


def effective(weights):
    """(sum w)^2 / sum w^2, Kish."""
    return fsum(weights) ** 2 / fsum(w * w for w in weights)


def enough(wave, weights):
    """Sections 3 and 6: whether a figure has the minimum behind it, in people and in what they are worth."""
    return len(weights) >= wave.minimum and effective(weights) >= wave.minimum - SAME_WORTH


def index_part(wave, factors):
    """Section 3: the mean of the factors' scores; all else from the people who have every factor."""
    complete = [person for person in wave.people if len(person.scores) == len(factors)]
    known = all(factor["score"] is not None for factor in factors)
    both = (factors, [factor["unweighted"] for factor in factors]) if known else ([], [])
    centres = [fsum(part["score"] for part in parts if part) / len(factors) for parts in both]
    part = both_figures(wave, complete, [fsum(p.scores.values()) / len(factors) for p in complete], centres)
    return part if known else part | HIDDEN


def factor_part(wave, factor):
    """Sections 3 and 4."""
    code, codes = factor["code"], [item["code"] for item in factor["items"]]
    having = [person for person in wave.people if code in person.scores]
    part = {"code": code, **both_figures(wave, having, [person.scores[code] for person in having])}
    items, part["favourable"] = [item_part(wave, item) for item in factor["items"]], None
    part |= HIDDEN if len(items) == 1 and items[0]["mean"] is None else {}  # the score is its mean
    shown = part["score"] is not None and all(item["mean"] is not None for item in items)
    if shown:
        given = [p.answers[item] for p in wave.people for item in codes if item in p.answers]
        part["favourable"] = sum(band(wave.scale, answer) == 2 for answer in given) / len(given)
    part |= reliability_part(wave, codes, len(having) if shown else 0, items)
    return part | together(wave, codes, wave.people if shown else []) | {"items": items}


def item_part(wave, item):
    """Sections 3, 6: mean and sd keyed, on the response scale; distribution as given or by band."""
    code, scale = item["code"], wave.scale
    having = [person for person in wave.people if code in person.answers]
    answers, weights = [p.answers[code] for p in having], [p.weight for p in having]
    part = {"code": code, "reversed": bool(item.get("reversed")), "n": len(having), "n_eff": None}
    part["dont_know"] = sum(person.cells[code] == "DK" for person in wave.everybody)
    part |= dict.fromkeys(("mean", "sd", "distribution", "favourable", "favourable_limit", "item_rest_r"))
    bands, full = [band(scale, answer) for answer in answers], len(having) >= FULL_DISTRIBUTION
    if not enough(wave, weights) or len(set(bands)) == 1:
        return part
    mean, variance = mean_and_variance(answers, weights)
    part |= {"n_eff": effective(weights), "mean": mean, "sd": sqrt(variance)}

    def cell(name, chosen):
        share = None if full and not any(chosen) else sum(chosen) / len(having)
        return {"code": name, "share": share, "limit": "under_5" if share is None else None}

    names = ("unfavourable", "neutral", "favourable")
    cells = [cell(name, [place == number for place in bands]) for number, name in enumerate(names)]
    part |= {"favourable": cells[2]["share"], "favourable_limit": cells[2]["limit"]}
    if full:
        points = range(scale["min"], scale["max"] + 1)
        cells = [cell(str(point), [int(p.cells[code]) == point for p in having]) for point in points]
    return part | {"distribution": {"kind": "points" if full else "bands", "cells": cells}}


def band(scale, answer):
    """0 unfavourable, 1 neutral, 2 favourable, of a keyed answer."""
    favourable = answer > scale["max"] - scale["favourable"]
    return 2 if favourable else int(answer >= scale["min"] + scale["favourable"])


def rake(wave, headcounts):
    """Section 3: each person's weight. Rake to the margins, trim, rake again."""
    aims = [joined(wave, margin, levels) for margin, levels in headcounts.items()]
    for again in (False, True):
        mean = fsum(person.weight for person in wave.people) / len(wave.people)
        for person in wave.people if again else ():
            person.weight = min(max(person.weight, LIGHTEST * mean), HEAVIEST * mean)
        for _ in range(MOST_ROUNDS):
            for members, wanted in (group for groups in aims for group in groups):
                have = fsum(person.weight for person in members)
                for person in members:
                    person.weight *= wanted / have
            missed = [fsum(p.weight for p in group) - wanted for groups in aims for group, wanted in groups]
            if met := (max(map(abs, missed)) <= TOLERANCE * len(wave.people)):
                break
    if not met or any(not 0.1 <= person.weight <= 10 for person in wave.people):
        raise ValueError("no weights that meet all margins, each 0.1 to 10 times their mean")


def joined(wave, margin, levels):
    """[(people, how many respondents they shall stand for)]; levels under 10 joined with a neighbour."""
    groups = []
    for level, people in levels.items():
        above = [(person, wave.upwards.get(person.cells[margin])) for person in wave.people]
        groups.append(([p for p, units in above if level in (units or [p.cells[margin]])], people))
    known = [person for members, _ in groups for person in members]
    while len(groups) > 1 and min(len(members) for members, _ in groups) < SMALLEST_LEVEL:
        place = min(range(len(groups)), key=lambda g: len(groups[g][0]))
        sides = [side for side in (place - 1, place + 1) if 0 <= side < len(groups)]
        low, high = sorted((place, min(sides, key=lambda side: len(groups[side][0]))))
        groups[low : high + 1] = [(groups[low][0] + groups[high][0], groups[low][1] + groups[high][1])]
    total = sum(count for _, count in groups)
    found = [(members, count / total * len(known)) for members, count in groups]
    unknown = [person for person in wave.people if person not in known]  # they keep their share
    return found + ([(unknown, len(unknown))] if unknown else [])


def reliability_part(wave, codes, n, items):
    """Section 4: alpha with Feldt's interval, omega, mean inter-item r; each item gets its item-rest r."""
    part, k = {"alpha": None, "omega": None, "mean_inter_item_r": None}, len(codes)
    c = [[covariance(wave, one, other) for other in codes] for one in codes]
    if n < FEWEST_FOR_ALPHA or k < 2 or None in (value for row in c for value in row):
        return part
    everything, each = fsum(map(fsum, c)), range(k)
    for i, item in enumerate(items):
        rest = fsum(c[j][m] for j in each for m in each if i not in (j, m))
        if c[i][i] > 0 and rest > 0:
            r = fsum(c[i][j] for j in each if j != i) / sqrt(c[i][i] * rest)
            item["item_rest_r"] = max(-1.0, min(1.0, r))
    alpha = k / (k - 1) * (1 - fsum(c[i][i] for i in each) / everything) if everything > 0 else 2.0
    if alpha < 1 + 1e-9:  # above it the covariances of different pairs contradict each other
        ends = [1 - (1 - alpha) * f_quantile(p, n - 1, (n - 1) * (k - 1)) for p in (0.975, 0.025)]
        part["alpha"] = {"value": alpha, "interval": ends}
    if all(c[i][i] > 0 for i in each):
        r = [[c[i][j] / sqrt(c[i][i] * c[j][j]) for j in each] for i in each]
        part["mean_inter_item_r"] = fsum(r[i][j] for i in each for j in range(i)) / (k * (k - 1) / 2)
        part["omega"] = omega(r, [sqrt(c[i][i]) for i in each]) if k > 2 else None
    return part


def covariance(wave, one, other):
    """Over those who answered both, divisor n - 1."""
    both = [(p.answers[one], p.answers[other]) for p in wave.people if {one, other} <= p.answers.keys()]
    if (n := len(both)) < wave.minimum:
        return None
    product = n * sum(x * y for x, y in both) - sum(x for x, _ in both) * sum(y for _, y in both)
    return product / (n * (n - 1))


def omega(r, sds):
    """One factor by maximum likelihood, by the EM algorithm (Rubin & Thayer, 1982) until it stands still."""
    each = range(len(r))
    loads, own = [0.7 if r[0][i] >= 0 else -0.7 for i in each], [0.51 for _ in each]
    for _ in range(MOST_STEPS):
        spread = 1 + fsum(loads[i] ** 2 / own[i] for i in each)
        beta = [loads[i] / own[i] / spread for i in each]
        rb = [fsum(r[i][j] * beta[j] for j in each) for i in each]
        second = 1 / spread + fsum(beta[i] * rb[i] for i in each)
        still = max(abs(rb[i] / second - loads[i]) for i in each) < 1e-15
        loads, own = [rb[i] / second for i in each], [1 - rb[i] ** 2 / second for i in each]
        if still or min(own) < LEAST_OWN_VARIANCE:
            break
    common = fsum(loads[i] * sds[i] for i in each) ** 2
    found = common / (common + fsum(own[i] * sds[i] ** 2 for i in each))
    return found if min(own) >= LEAST_OWN_VARIANCE else None


def together(wave, codes, people):
    """Section 4: r_wg(J), AD_M and what they mean, of a group; never weighted."""
    answers = [[person.answers[item] for person in people if item in person.answers] for item in codes]
    if min(map(len, answers)) < wave.minimum:
        return {"rwg_j": None, "ad_m": None, "mixed_views": None}
    j, uniform = len(answers), (wave.points**2 - 1) / 12
    spread = fsum(mean_and_variance(given, [1.0] * len(given))[1] for given in answers) / j
    nulls = {"slight_skew": SLIGHT_SKEW.get(wave.points), "moderate_skew": MODERATE_SKEW.get(wave.points)}
    found = {name: rwg_j(spread, null, j) for name, null in ({"uniform": uniform} | nulls).items()}
    found["uniform_untruncated"] = rwg_j(spread, uniform, j, cut=False)
    ad_m = fsum(fsum(abs(x - sum(given) / len(given)) for x in given) / len(given) for given in answers) / j
    slight = 1 if found["slight_skew"] is None else found["slight_skew"]
    return {"rwg_j": found, "ad_m": ad_m, "mixed_views": slight < MIXED_BELOW or ad_m > wave.points / 6}


def rwg_j(spread, null, j, cut=True):
    r = 0 if null is None else 1 - spread / null
    if r < 0 and cut:
        return 0.0
    return j * r / (j * r + 1 - r) if null is not None and j * r + 1 - r > 0 else None


def agreement_part(wave):
    """Section 4: ICC(1) and ICC(2) of each factor, of the lowest shown units around people."""
    part = {"icc1": {}, "icc2": {}} if wave.units else None
    shown = {unit["code"]: unit["factors"] or {} for unit in units_part(wave)} if wave.units else {}
    for factor in wave.instrument["factors"] if wave.units else ():
        code, groups = factor["code"], {}
        for person in (person for person in wave.people if code in person.scores):
            around = [u for u in wave.upwards[person.cells["unit"]] if shown[u].get(code, {}).get("n")]
            groups.setdefault(around[0] if around else None, []).append(person.scores[code])
        part["icc1"][code], part["icc2"][code] = icc([groups[unit] for unit in groups if unit])
    return part


def icc(groups):
    n, k = sum(map(len, groups)), len(groups)
    if k < 2 or n <= k:
        return None, None
    grand, means = fsum(map(fsum, groups)) / n, [fsum(group) / len(group) for group in groups]
    between = fsum(len(g) * (m - grand) ** 2 for g, m in zip(groups, means, strict=True)) / (k - 1)
    within = fsum((x - m) ** 2 for g, m in zip(groups, means, strict=True) for x in g) / (n - k)
    k0 = (n - sum(len(group) ** 2 for group in groups) / n) / (k - 1)
    whole = between + (k0 - 1) * within
    return (between - within) / whole if whole else None, (between - within) / between if between else None


def units_part(wave):
    """Sections 4 and 6: each unit with all below it, what is hidden told apart by why."""
    members = {unit["code"]: [] for unit in wave.units}
    for person in wave.people:
        for code in wave.upwards[person.cells.get("unit", "")]:
            members[code].append(person)
    hidden = hide(wave, wave.people, members, {})
    parts = [{key: unit[key] for key in ("code", "name", "parent")} for unit in wave.units]
    for part in parts:
        n, why = len(members[part["code"]]), hidden.get(part["code"])
        part |= {"n": None if why else n, "suppressed": why, "factors": None if why else {}}
    for factor in wave.instrument["factors"]:
        code, codes = factor["code"], [item["code"] for item in factor["items"]]
        having = {unit: [p for p in group if code in p.scores] for unit, group in members.items()}
        why = hide(wave, [p for p in wave.people if code in p.scores], having, hidden)
        light = (unit for unit, group in having.items() if not enough(wave, [p.weight for p in group]))
        why = dict.fromkeys(light, "small") | why
        found = {u: {band(wave.scale, p.answers.get(codes[0], 0)) for p in having[u]} for u in having}
        if len(codes) == 1 and any(len(found[u]) == 1 for u in found if u not in why):  # score = mean
            why = dict.fromkeys(having, "complementary") | why
        for unit, part in zip(wave.units, parts, strict=True):
            if part["suppressed"] is None:
                group = [] if unit["code"] in why else having[unit["code"]]
                values, weights = [p.scores[code] for p in group], [p.weight for p in group]
                found = figures(wave, values, weights, unit.get("headcount"))
                found |= together(wave, codes, members[unit["code"]] if group else [])
                found |= {"n": len(group) or None, "suppressed": why.get(unit["code"])}
                part["factors"][code] = {key: value for key, value in found.items() if key != "unweighted"}
    return parts


def hide(wave, everybody, members, before):
    """{unit: why it is hidden}. What is left of a shown group without those inside it: nobody, or enough."""
    why = dict(before) | {u: "small" for u in members if u not in before and len(members[u]) < wave.minimum}

    def nearest(unit):  # the closest shown unit above, None for the whole
        return next((above for above in wave.upwards[unit][1:] if above not in why), None)

    for group in [None, *sorted(members, key=lambda unit: len(wave.upwards[unit]))]:
        while group not in why:
            inside = [unit for unit in members if unit not in why and nearest(unit) == group]
            left = len(everybody if group is None else members[group]) - sum(len(members[u]) for u in inside)
            if not (inside and 0 < left < wave.minimum):
                break
            why[min(inside, key=lambda unit: len(members[unit]))] = "complementary"
    return why


def beta_share(a, b, x):
    """The regularised incomplete beta function, by its continued fraction (Lentz's way of taking it)."""
    if not 0 < x < 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_share(b, a, 1 - x)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    found = d = 1 / (1 - (a + b) * x / (a + 1))
    c, change, m = 1.0, 0.0, 0
    while abs(change - 1) > 1e-15:
        m += 1
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for numerator in (even, odd):
            d, c = 1 / (1 + numerator * d), 1 + numerator / c
            change = c * d
            found *= change
    return math.exp(front) / a * found


def quantile(share, p):
    """Where an increasing function of x >= 0 reaches p: doubling, then halving until nothing moves."""
    low, high = 0.0, 1.0
    while share(high) < p:
        high *= 2
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if share(middle) < p else (low, middle)
    return high


@cache
def t_quantile(freedom):
    """Student's t at .975."""
    return quantile(lambda t: 1 - beta_share(freedom / 2, 0.5, freedom / (freedom + t * t)), 0.95)


@cache
def f_quantile(p, d1, d2):
    return quantile(lambda f: beta_share(d1 / 2, d2 / 2, d1 * f / (d1 * f + d2)), p)


if __name__ == "__main__":
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps(score(told["instrument"], told["rows"], told["facts"]), indent=1) + "\n")
