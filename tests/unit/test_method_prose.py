"""No number stands in a sentence of docs/method.md that no test knows.

Each phrase below is made of the code's constants and must be in the document word by word. What is left when
the phrases and the tables that other tests read are taken away may hold no number but 0, 1, 2, 50 and 100 on
the scale of scores, of which formulas are made.
"""

import re

import pytest

from cri.domain import (
    agreement,
    change,
    claims,
    disclosure,
    distances,
    drivers,
    lineage,
    pack_rows,
    rates,
    reliability,
    rounding,
    screening,
    sealed_sheet,
    selection,
    statistics,
    wave,
    weighting,
)
from tests.method_document import TEXT

EXAMINED = (
    "1",
    "2",
    "3",
    "4",
    "6",
    "7",
)  # section 5 has its own tables; 8 and 9 are read as a whole elsewhere
READ_ELSEWHERE = (
    "code",
    "points",
    "person",
    "figure",
    "document",
)  # tables, by the head of their first column


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def fraction(value: float) -> str:
    return f"{value:g}".replace("0.", ".", 1) if value < 1 else f"{value:g}"


HALF = {0.5: "half"}

PHRASES = [
    # 3, careless answers
    f"median time under {sealed_sheet.FAST_SECONDS} s an item",
    f"({screening.SHORTEST_STRING} answers or more; a factor is a page)",
    (
        f"lowest {percent(screening.LOWEST_SHARE)} and below {screening.LEAST_VARIABILITY} points, "
        f"{HALF[screening.VARIABILITY_NEEDS]} of the items answered"
    ),
    f"respondents with {screening.FLAGS_TO_EXCLUDE} flags,",
    f"beyond the {fraction(1 - distances.OUTLIER_TAIL)} point of chi-square",
    f"only where nobody or at least {disclosure.MINIMUM} people were left out",
    # 3, weights
    f"from head-counts of up to {weighting.MOST_MARGINS} coarse margins",
    f"misses its head-count by more than {weighting.TOLERANCE:.0e} of the respondents",
    f"in at most {weighting.MOST_ROUNDS} rounds",
    f"A level with under {weighting.SMALLEST_LEVEL} respondents is joined",
    f"a weight is under {weighting.BEARABLE[0]} or over {weighting.BEARABLE[1]:g} times the mean",
    f"Weights are cut to {weighting.TRIMMED_TO[0]} and {weighting.TRIMMED_TO[1]} times their mean",
    f"A design effect over {weighting.NOTABLE_DESIGN_EFFECT} is a warning",
    # 4
    f"Student's t at {percent(statistics.CONFIDENCE)} on n_eff - 1 degrees of freedom",
    f"never less than {statistics.HALF_WIDTH_FLOOR} point to each side",
    f"Only for {reliability.FEWEST_FOR_ALPHA} respondents with a factor score or more",
    f"Feldt's interval, c = {fraction(round(1 - statistics.CONFIDENCE, 9))}:",
    f"an item would keep less than {fraction(reliability.LEAST_UNIQUENESS)} of its variance",
    f"r_wg(J) under slight skew is below .{100 * agreement.MIXED_BELOW:.0f}",
    f"Cut-off A/{agreement.AD_CUTOFF_PARTS} ({7 / agreement.AD_CUTOFF_PARTS:.2f} for 7 points;",
    f"at least {selection.OWN_PROFILE_POINTS:g} points above the agency's own index",
    f"N known, rate {percent(claims.LOW_RATE)} or more",
    f"or rate under {percent(claims.LOW_RATE)} |",
    f"half-width over {claims.WIDE:g} points,",
    f"| alpha | .{100 * claims.RELIABLE:.0f} or more | under .{100 * claims.RELIABLE:.0f} |",
    f"| weighting | design effect up to {weighting.NOTABLE_DESIGN_EFFECT} | above |",
    f"1.96 sqrt(p(1-p)/n) over {100 * claims.WIDE_SHARE:.0f} percentage points",
    f"the {['seven', 'eight', 'nine'][pack_rows.MOST_UNITS - 7]} nearest the top of the tree",
    f"Benjamini & Hochberg (1995), q = {fraction(change.SIGNIFICANCE)}.",
    f"significant at {fraction(change.SIGNIFICANCE)} after adjustment",
    f"|d| at least .{100 * change.SMALLEST_EFFECT:.0f} or at least {change.SMALLEST_POINTS:g} points",
    f"shown to be within {change.EQUIVALENT_WITHIN:g} points either way",
    f"each at {fraction(change.SIGNIFICANCE)}.",
    f"{change.DETECTABLE} sqrt(SE1^2 + SE2^2)",
    f"(80 % power at {percent(change.SIGNIFICANCE)})",
    f"A trend is drawn from a share of .{100 * lineage.COMPARABLE_SHARE:.0f} on",
    f"From {drivers.FEWEST_FOR_DRIVERS} respondents with all factors and the outcome",
    f"Intervals, {percent(statistics.CONFIDENCE)}, from {drivers.RESAMPLES:,} bootstrap samples",
    f"of at most {drivers.MOST_RESAMPLED:,} respondents with a seed",
    # 6
    f"holds 1 to {disclosure.MINIMUM - 1} people",
    f"some of the items are 1 to {disclosure.MINIMUM - 1}, one item's",
    f"only if at least {wave.MINIMUM} rows carry it",
    f"until at least {wave.MINIMUM} are together",
    f"if fewer than {wave.MINIMUM} of them answered, are not counted",
    f"A profile answer that fewer than {wave.MINIMUM} gave",
    f"each half of each unit in the sheet has {wave.MINIMUM} people or nobody",
    f"Of fewer than {wave.MINIMUM} submissions no answer is kept",
    f"exactly where at least {wave.MINIMUM} were invited",
    'reads "under 5 %"',
    f"needs {disclosure.MINIMUM} people who answered that very figure",
    f"From {disclosure.FULL_DISTRIBUTION} answers each point is shown",
    f"a question that at least {wave.COMMENTS_MINIMUM} people answered",
    f"not at all where fewer than {rates.FEWEST_FOR_A_STEP} were invited",
    # 7
    f"to the nearest {rounding.round_group(3)}",
]


def test_each_phrase_is_in_the_document() -> None:
    missing = [phrase for phrase in PHRASES if phrase not in examined()]
    assert not missing, "\n".join(missing)


def examined() -> str:
    """The examined sections as one line, without the tables that other tests read."""
    parts = re.split(r"(?m)^## (\d+)\. ", TEXT)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    return " ".join(" ".join(without_tables(sections[number]).split()) for number in EXAMINED)


def without_tables(section: str) -> str:
    kept, skipping = [], False
    for line in map(str.strip, section.splitlines()):
        if line.startswith("|") and not skipping:
            skipping = line.split("|")[1].strip() in READ_ELSEWHERE
        skipping &= line.startswith("|")
        if not skipping:
            kept.append(line)
    return "\n".join(kept)


HARMLESS = [
    r"`[^`]*`",  # names of fields, files, options
    r"\b(18|19|20)\d\d\b",  # years of sources
    r"[Ss]ections? \d( to \d)?",
    r"\(section \d\)",
    r"(SHA-|RFC )\d+",
    r"ICC\(\d\)",
    r"\b\d+\. (?=\*\*)",  # the numbers of a list
    r"(?<![\d.])(0|1|2|50|100)(?![\d.]*\d)",
]
CHECKED_ELSEWHERE = [  # tests/unit/test_method_document.py and test_method_examples.py
    r"Example: score 60, s = 16, n = 150 of N = 200: SE = [\d.]+, interval [\d.]+ to [\d.]+",
    r"Vector: alpha = .79, k = 26, n = 41, 90 % gives [\d.]+ to [\d.]+",
    r"Vector \(six rows [\d /]+\): [\d.]+ and [\d.]+",
    r"With s = 18 and no change at all, equivalence within 3 points begins to be possible at about 200",
    r"\(4 of 6\)|\(on 1 to 7: 8 - x\)|\(7\)",
    r"1\.0\.0 stays as it was released; its scores may be compared with those of 1\.1\.0",
    r"no absolute bands \(\"good from 70\"\)",
    r"Person 1: .*? mean \(.*?\)/4 = [\d.]+, score 100 \(5.75 - 1\)/6 = [\d.]+",
    r"Person 4 has three answers, 4, 4 and 4 \(8 - 4\): 50\. Person 10 ",
    r"N = 20\.",
    r"so that 53 and 58 may differ by 6",
]


def test_no_other_number_is_in_the_sentences() -> None:
    assert unknown_numbers(examined()) == []


@pytest.mark.parametrize(
    "sentence", ["A unit of 12 people is shown.", "It must be .35 or more.", "From 7.5 points."]
)
def test_a_new_number_would_be_noticed(sentence: str) -> None:
    assert len(unknown_numbers(f"{examined()} {sentence}")) == 1


def unknown_numbers(text: str) -> list[str]:
    """Numbers left over, each with the words round it."""
    for phrase in PHRASES:
        text = text.replace(phrase, " ")
    for pattern in [*CHECKED_ELSEWHERE, *HARMLESS]:
        text = re.sub(pattern, " ", text)
    return [
        text[max(0, found.start() - 40) : found.end() + 30]
        for found in re.finditer(r"(?<![\w.])\.?\d[\d.,]*", text)
    ]
