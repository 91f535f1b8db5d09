"""Places and quantiles of published surveys, published medians, the publisher's own minimum."""

from collections.abc import Iterator

import numpy as np

from cri.domain.disclosure import MINIMUM, Gateway
from cri.domain.instrument import Scale
from cri.domain.reference_norms import percentiles_among_others, quantiles
from cri.domain.scorecard import WaveFacts, build_scorecard
from tests.engine_examples import make_instrument, make_sheet
from tests.reference.catalogue import Case
from tests.reference.checking import Check

PUBLISHED = 6e-4  # the publisher gives three decimals
ABOVE = ("GOV", "CM", "CM09")  # the government, the department, the agency: parents of the units
WHOLE = ("2015", "2016", "2017")  # years whose figures were published as whole per cents
FOLLOW_UPS = ("E03A", "E05", "E06")  # asked of a few in each body; the publisher leaves out the smallest
PARTS = ("Leaders Lead", "Supervisors", "Intrinsic Work Experience")


def ranks(case: Case) -> Iterator[Check]:
    """Mid-rank among the others, of every organisation, from the published file."""
    names, scores = organisations(case)
    yield Check("id", names, case.value["id"])
    yield Check("x", scores, case.value["x"])
    yield Check("n", len(scores), case.value["n"])
    theirs = case.value["midrank_excluding_self"]
    yield Check("midrank_excluding_self", percentiles_among_others(scores), theirs)


def type_seven(case: Case) -> Iterator[Check]:
    """Quantiles of the published figures of single organisations."""
    _, scores = organisations(case)
    value = case.value
    yield Check("type7", quantiles(scores, value["p"]), value["type7"])
    yield Check("min", quantiles(scores, 0.0)[0], value["min"])
    yield Check("max", quantiles(scores, 1.0)[0], value["max"])
    low, high = quantiles(scores, [0.25, 0.75])
    yield Check("iqr_type7", high - low, value["iqr_type7"])


def organisations(case: Case) -> tuple[list[str], list[float]]:
    """Names and figures of the case's organisations; ids are like csps.2012.eei.quantiles."""
    survey, year, measure, _ = case.id.split(".")
    match survey:
        case "csps":
            found = [
                (f"{row['org_code']}|{row['organisation']}", row[measure])
                for row in case.rows()
                if row["year"] == year and row["is_aggregate"] == "0" and row[measure]
            ]
        case "pses":
            found = [
                (row["LEVEL1ID"], row["SCORE100"])
                for row in case.rows()
                if row["SURVEYR"] == year
                and row["QUESTION"] == measure
                and row["LEVEL1ID"] != "0"
                and all(row[f"LEVEL{level}ID"] == "0" for level in range(2, 6))
            ]
        case _:
            found = [
                (row["unit"], row["value"])
                for row in case.rows()
                if row["year"] == year
                and row["measure"] == "Employee Engagement: Overall"
                and row["sorting_code_2015"] not in ABOVE
            ]
    return [name for name, _ in found], [float(figure) for _, figure in found]


def medians(case: Case) -> Iterator[Check]:
    """The owner's benchmark is the median over organisations, parents left out, before suppression."""
    value, rows = case.value, case.rows()
    single = [row for row in rows if row["is_aggregate"] == "0"]
    (published,) = (row for row in rows if row["org_code"] == "CS_MEDIAN")
    yield Check("n_orgs", len(single), value["n_orgs"])
    yield Check("measure", [name for name in published if name in value["measure"]], value["measure"])
    ours = [_median(single, name) for name in value["measure"]]
    yield Check("recomputed", ours, value["recomputed"])
    told = [float(published[name]) for name in value["measure"]]
    yield Check("published", told, value["published"])
    # Questions that everybody was asked: ours is the published figure itself.
    asked = [name for name in value["measure"] if not name.startswith(FOLLOW_UPS)]
    assert len(asked) > 90
    yield Check(
        "published",
        [_median(single, name) for name in asked],
        [float(published[name]) for name in asked],
        absolute=PUBLISHED,
    )
    apart = np.abs(np.array(ours) - told)
    yield Check("max_abs_diff", apart.max(), value["max_abs_diff"], absolute=1e-12)
    yield Check("n_within_0.0006", (apart <= PUBLISHED).sum(), value["n_within_0.0006"])
    with_parents = [row for row in rows if row["is_aggregate"] == "0" or row["org_code"].endswith("_GROUP")]
    trap = value["double_count_trap"]
    yield Check("double_count_trap.eei", _median(with_parents, "EES"), trap["eei"])
    yield Check("double_count_trap.eei_published", float(published["EES"]), trap["eei_published"])


def _median(rows: list[dict[str, str]], measure: str) -> float:
    figures = [float(row[measure]) for row in rows if row[measure]]
    return float(quantiles(figures, 0.5)[0])


def composite(case: Case) -> Iterator[Check]:
    """The index is the mean of its factors: published composites against scorecards of their parts.

    Three factors on 0 to 100, and twelve people who all say the published whole per cent; to two items each,
    since a factor of one that all answered alike has no score to show.
    """
    asked = make_instrument(*([part, f"{part}2"] for part in "abc"), scale=Scale(0, 100, 2))
    for year in WHOLE:
        figures: dict[str, dict[str, str]] = {}
        for row in case.rows():
            if row["year"] == year:
                figures.setdefault(row["unit"] + row["sorting_code_2015"], {})[row["measure"]] = row["value"]
        apart = []
        for unit in figures.values():
            parts = [round(100 * float(unit[f"Employee Engagement: {part}"])) for part in PARTS]
            document = build_scorecard(asked, make_sheet([np.repeat(parts, 2)] * 12), WaveFacts())
            published = float(unit["Employee Engagement: Overall"])
            apart.append(abs(document["index"]["score"] / 100 - published))
        yield Check(f"{year}.n", len(apart), case.value[year]["n"])
        yield Check(f"{year}.max_abs_diff", max(apart), case.value[year]["max_abs_diff"])


def smallest_group(case: Case) -> Iterator[Check]:
    """The publisher's smallest group is our minimum: all that was published may be shown, by size."""
    counts = [int(row["ANSCOUNT"]) for row in case.rows()]
    assert all(map(Gateway().shows, counts))
    yield Check("min_anscount", min(counts), case.value["min_anscount"])
    yield Check("min_anscount", MINIMUM, case.value["min_anscount"])
