"""What changed since an earlier scorecard: comparisons of figures that both of them show."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from cri.domain.change import Adjust, Change, Summary, benjamini_hochberg, comparable, compare, holm
from cri.domain.errors import InputError, InputProblem
from cri.domain.instrument import Instrument, Scale
from cri.domain.lineage import History
from cri.domain.scorecard_figures import Document

Figure = Mapping[str, Any] | None


def change_document(
    instrument: Instrument,
    now: Document,
    previous: Mapping[str, Any],
    lineage: Mapping[str, History] | None = None,
) -> Document:
    """Changes of the index, factors, items and units; only the reason where something breaks the line.

    Another instrument does, and another version of the method.

    `now`: this wave's index, factors and units; `previous`: a scorecard of the same agency. Corrected for
    many comparisons: the index with the factors, the items, and the grid of units and factors. `lineage`:
    what each unit can be compared with; None: with the unit of the same code.
    """
    document: Document = {
        "previous": {
            "wave": dict(previous["wave"]),
            "instrument": dict(previous["instrument"]),
            "method": previous["method"],
            "sheet_sha256": previous["sheet_sha256"],
            "weighted": bool(previous["population"]["weights"]),
        },
        "comparable": comparable(instrument, previous["instrument"]),
        "reason": None,
        "index": None,
        "factors": [],
        "items": [],
        "units": [],
    }
    if not document["comparable"]:
        return {**document, "reason": "instrument"}
    if previous["method"] != now["method"]:
        return {**document, "comparable": False, "reason": "method"}
    before, after = _by_code(previous["factors"]), _by_code(now["factors"])
    codes = [code for code in after if code in before]
    scores = _compared(
        [previous["index"], *(before[code] for code in codes)],
        [now["index"], *(after[code] for code in codes)],
        holm,
    )
    document["index"] = scores[0]
    document["factors"] = [
        {"code": code, "change": change} for code, change in zip(codes, scores[1:], strict=True)
    ]
    document["items"] = _items(before, after, codes, instrument.scale)
    document["units"] = _units(previous["units"], now["units"], codes, lineage)
    return document


def check_previous(now: Mapping[str, Any], previous: Mapping[str, Any]) -> None:
    """Refuse an earlier scorecard that cannot be this agency's earlier wave. Raises InputError.

    `now`: {synthetic, agency, wave, sheet_sha256} of this wave.
    """
    problems = []
    if previous["synthetic"] != now["synthetic"]:
        kinds = {True: "synthetic", False: "real"}
        what = f"{kinds[previous['synthetic']]} data before {kinds[now['synthetic']]} data"
        problems.append(InputProblem(what, "previous", "both made up, or both real"))
    if previous["agency"] and now["agency"] and previous["agency"] != now["agency"]:
        what = f"of {previous['agency']}, the answers of {now['agency']}"
        problems.append(InputProblem(what, "previous: agency", "a scorecard of the same agency"))
    if previous["sheet_sha256"] and previous["sheet_sha256"] == now["sheet_sha256"]:
        problems.append(InputProblem("the very same answers", "previous: sheet_sha256", "an earlier wave"))
    before, after = previous["wave"]["closed"], now["wave"]["closed"]
    if before and after and before[:10] >= after[:10]:
        what = f"closed on {before[:10]}, this wave on {after[:10]}"
        problems.append(InputProblem(what, "previous: wave.closed", "an earlier wave"))
    if problems:
        raise InputError(problems)


def change_of(change: Change | None) -> Document | None:
    """A change as it stands in a document."""
    if change is None:
        return None
    test = change.test
    return {
        "difference": test.difference,
        "se": test.se,
        "interval": list(test.interval),
        "p": test.p,
        "adjusted": change.adjusted,
        "d": change.d,
        "equivalence": change.equivalence,
        "detectable": change.detectable,
        "verdict": change.verdict,
    }


def summary_of(figure: Figure) -> Summary | None:
    """A shown score of a scorecard, without its finite-population factor; None if it is not shown."""
    if figure is None or figure.get("score") is None or figure.get("sd") is None:
        return None
    n_eff = figure.get("n_eff")
    return Summary(figure["score"], figure["sd"], figure["n"] if n_eff is None else n_eff)


def _compared(before: Sequence[Figure], after: Sequence[Figure], adjust: Adjust) -> list[Document | None]:
    changes = compare([summary_of(one) for one in before], [summary_of(one) for one in after], adjust)
    return [change_of(change) for change in changes]


def _items(before: Document, after: Document, codes: Sequence[str], scale: Scale) -> list[Document]:
    """Items by code within their factors, on 0-100."""
    earlier = {item["code"]: item for code in codes for item in before[code]["items"]}
    items = [item for code in codes for item in after[code]["items"] if item["code"] in earlier]
    found = _compared(
        [_on_100(earlier[item["code"]], scale) for item in items],
        [_on_100(item, scale) for item in items],
        benjamini_hochberg,
    )
    return [{"code": item["code"], "change": change} for item, change in zip(items, found, strict=True)]


def _on_100(item: Document, scale: Scale) -> Figure:
    if item["mean"] is None or item["sd"] is None:
        return None
    stretch = 100 / (scale.maximum - scale.minimum)
    score = (item["mean"] - scale.minimum) * stretch
    return {"score": score, "sd": item["sd"] * stretch, "n": item["n"], "n_eff": item.get("n_eff")}


def _units(
    before: Sequence[Document],
    after: Sequence[Document],
    codes: Sequence[str],
    lineage: Mapping[str, History] | None,
) -> list[Document]:
    """Units that this wave shows, by code, beside what they were.

    Without a lineage, units of one code are the same, and there are only those that both waves show. With
    one there are all, and it says of each what it was compared with, or why with nothing.
    """
    earlier = {unit["code"]: unit["factors"] for unit in before if unit["factors"]}
    units = [unit for unit in after if unit["factors"] and (lineage is not None or unit["code"] in earlier)]
    if lineage is None:
        lineage, told = {unit["code"]: History((unit["code"],), None, None) for unit in units}, False
    else:
        told = True
    was: list[Summary | None] = []
    for unit in units:
        history = lineage[unit["code"]]
        parts = [earlier[one] for one in history.predecessors] if history.drawn else []
        was += [pooled([summary_of(part.get(code)) for part in parts]) for code in codes]
    now = [summary_of(unit["factors"].get(code)) for unit in units for code in codes]
    found = iter([change_of(change) for change in compare(was, now, benjamini_hochberg)])
    documents = []
    for unit in units:
        document = {"code": unit["code"], "factors": {code: next(found) for code in codes}}
        documents.append({**document, "lineage": _history(lineage[unit["code"]])} if told else document)
    return documents


def _history(history: History) -> Document:
    return {
        "predecessors": list(history.predecessors),
        "share": history.share,
        "drawn": history.drawn,
        "reason": history.reason,
    }


def pooled(parts: Sequence[Summary | None]) -> Summary | None:
    """The score of several groups taken together, from theirs alone; None if any of them has none.

    Exact where nobody is weighted: the squares within the groups and between them are those of all.
    """
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    if len(known) == 1:
        return known[0]
    n = sum(part.n for part in known)
    mean = sum(part.n * part.mean for part in known) / n
    squares = sum((part.n - 1) * part.sd**2 + part.n * (part.mean - mean) ** 2 for part in known)
    return Summary(mean, math.sqrt(squares / (n - 1)), n)


def _by_code(documents: Sequence[Document]) -> Document:
    return {document["code"]: document for document in documents}
