"""The document model of a pack: frozen numbers, claims and keys of texts; page and PDF are renderings of it.

A pack is a pure function of (scorecard, placement, edition, noun, keying). It holds no words but those typed by
the agency (its name, its units' names): everything else is a key of `reports/text` or of the instrument's texts.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from cri.domain import claims as says
from cri.domain.claims import Claim
from cri.domain.figures import axis_of, values_of

Document = Mapping[str, Any]
Section = dict[str, Any]

SCHEMA: Final = "cri.pack/1"
TEMPLATE: Final = "leader/1"
MINIMUM: Final = 10
PICKS: Final = 3  # strengths and gaps on the summary
MOST_UNITS: Final = 10  # units on a factor page; the rest are counted and found on the results page


def leader_pack(
    scorecard: Document,
    placement: Document | None = None,
    edition: Document | None = None,
    *,
    noun: str | None = None,
    reversed_items: Collection[str] = (),
) -> dict[str, Any]:
    """Build the leader's benchmark report as a JSON-ready document.

    scorecard: `cri.scorecard/1`; placement: `cri.placement/1` of the same wave, edition: the `cri.edition/1` it was
    placed in, both or neither; noun: code of the instrument's noun for the people served; reversed_items: codes of
    reverse-keyed items, of which the page says so.

    Returns {schema, kind, template, method, synthetic, agency, wave, instrument, noun, population, norm or None,
    axis (low, high) of all strips, sections [{key, id, ...}], claims {id: claim}, figures {id: {kind, of}}}.
    A figure refers to its rows: `figure_rows(pack, figure_id)` returns them.
    """
    norm = _norm(placement, edition)
    rows = [_row(scorecard, result, placement, edition) for result in _results(scorecard)]
    factors = [_factor_section(scorecard, row, reversed_items) for row in rows[1:]]
    made = _summary_claims(scorecard, rows, norm)
    for section in factors:
        made += section.pop("said")
    return {
        "schema": SCHEMA,
        "kind": "leader",
        "template": TEMPLATE,
        "method": scorecard["method"],
        "synthetic": bool(scorecard["synthetic"]),
        "agency": scorecard["agency"],
        "wave": dict(scorecard["wave"]),
        "instrument": dict(scorecard["instrument"]),
        "noun": noun,
        "population": dict(scorecard["population"]),
        "norm": norm,
        "axis": list(axis_of(values_of(rows))),
        "sections": [
            {"key": "cover", "id": "cover"},
            _summary_section(rows, made),
            *factors,
            _quality_section(scorecard),
            {"key": "method", "id": "method"},
        ],
        "claims": says.as_documents(made),
        "figures": _figures(rows, factors),
    }


def figure_rows(pack: Document, figure_id: str) -> Sequence[Document]:
    """Return the rows that a figure of the pack is drawn from: places on the summary, or items or units."""
    figure = pack["figures"][figure_id]
    if figure["kind"] == "strips":
        rows = section_of(pack, "summary")["rows"]
        return [row for row in rows if row["code"] in figure["of"]]
    rows = section_of(pack, figure["of"][0])[figure["kind"]]
    return list(rows)


def section_of(pack: Document, section_id: str) -> Document:
    """Return a section of the pack by its id; KeyError where there is none."""
    for section in pack["sections"]:
        if section["id"] == section_id:
            return dict(section)
    raise KeyError(section_id)


def _results(scorecard: Document) -> list[dict[str, Any]]:
    return [{**scorecard["index"], "code": "index"}, *scorecard["factors"]]


def _row(
    scorecard: Document, result: Document, placement: Document | None, edition: Document | None
) -> dict[str, Any]:
    places = placement["placements"] if placement else ()
    place = next((dict(found) for found in places if found["factor"] == result["code"]), None)
    return {
        "code": result["code"],
        "n": result["n"],
        "score": result["score"],
        "interval": result.get("interval"),
        "favourable": result.get("favourable"),
        "alpha": result.get("alpha"),
        "place": place,
        "strip": _strip(place, edition),
    }


def _norm(placement: Document | None, edition: Document | None) -> dict[str, Any] | None:
    if placement is None or edition is None or not placement["placements"]:
        return None
    first = placement["placements"][0]
    return {
        "edition": edition["edition"],
        "peers": first["peers"],
        "agencies": first["agencies"],
        "window": edition.get("window"),
        "synthetic": bool(edition["synthetic"]),
        "sha256": edition.get("sha256"),
    }


def _summary_claims(scorecard: Document, rows: Sequence[Document], norm: Document | None) -> list[Claim]:
    population = scorecard["population"]
    made = [says.response_claim(population, MINIMUM), says.norm_claim(norm)]
    for row in rows:
        made += [says.score_claim(row, population), says.position_claim(row["code"], row["place"])]
    return made + says.pick_claims(rows[1:], rows[0]["score"], PICKS)


def _summary_section(rows: Sequence[Document], made: Sequence[Claim]) -> Section:
    return {
        "key": "summary",
        "id": "summary",
        "rows": list(rows),
        "claims": [claim.id for claim in made if claim.subject in {"wave", "norm", "index"}],
        "strengths": [claim.id for claim in made if claim.text_key.startswith("strength.")],
        "gaps": [claim.id for claim in made if claim.text_key.startswith("gap.")],
    }


def _factor_section(scorecard: Document, row: Document, reversed_items: Collection[str]) -> Section:
    code = row["code"]
    factor = next(found for found in scorecard["factors"] if found["code"] == code)
    units, more = _unit_rows(scorecard.get("units") or (), code)
    spread = says.unit_claim(code, units)
    said = [says.reliability_claim(factor), *says.item_claims(factor), *([spread] if spread else ())]
    own = (f"score.{name}:{code}" for name in ("interval", "alone", "few"))
    return {
        "key": "factor",
        "id": code,
        "row": dict(row),
        "items": [_item_row(item, item["code"] in reversed_items) for item in factor["items"]],
        "units": units,
        "units_more": more,
        "claims": [*own, *(claim.id for claim in said)],
        "said": said,
    }


def _item_row(item: Document, is_reversed: bool) -> dict[str, Any]:
    return {
        "code": item["code"],
        "reversed": is_reversed,
        "n": item["n"],
        "dont_know": item.get("dont_know"),
        "mean": item.get("mean"),
        **_bands(item),
    }


def _unit_rows(units: Sequence[Document], factor: str) -> tuple[list[dict[str, Any]], int]:
    """Units from the top of the tree down, in tree order, and how many further ones there are."""
    parents = {unit["code"]: unit.get("parent") for unit in units}
    depths = {code: _depth(code, parents) for code in parents}
    kept = sorted(units, key=lambda unit: depths[unit["code"]])[:MOST_UNITS]
    codes = {unit["code"] for unit in kept}
    rows = [_unit_row(unit, depths[unit["code"]], factor) for unit in units if unit["code"] in codes]
    return rows, len(units) - len(rows)


def _depth(code: str, parents: Mapping[str, str | None]) -> int:
    depth, parent = 0, parents.get(code)
    while parent in parents and parent is not None:
        depth, parent = depth + 1, parents[parent]
    return depth


def _unit_row(unit: Document, depth: int, factor: str) -> dict[str, Any]:
    result = (unit.get("factors") or {}).get(factor) or {}
    return {
        "code": unit["code"],
        "name": unit["name"],
        "depth": depth,
        "n": unit["n"],
        "suppressed": unit["suppressed"],
        "score": result.get("score"),
        "interval": result.get("interval"),
    }


def _bands(item: Document) -> dict[str, float | None]:
    """Shares (0-1) of favourable, neutral and unfavourable answers; None where the scorecard shows none."""
    shown = item.get("distribution") or {}
    return {
        "favourable": item.get("favourable"),
        "neutral": shown.get("neutral"),
        "unfavourable": shown.get("unfavourable"),
    }


def _strip(place: Document | None, edition: Document | None) -> dict[str, Any] | None:
    """The pool's band of a placement's cell, from the edition's groups; None where the norm is too thin."""
    if place is None or edition is None or place["agencies"] < 8:
        return None
    keys = (place["factor"], place["peers"])
    cell = next(
        (
            found
            for found in edition["cells"]
            if (found["factor"], found["peers"]) == keys and not found.get("item")
        ),
        None,
    )
    groups = cell["groups"] if cell else []
    if not groups:
        return None
    return {
        "lowest": groups[0]["mean"],
        "lowest_size": groups[0]["size"],
        "lower_quarter": None,
        "median": None,
        "upper_quarter": None,
        "best": groups[-1]["mean"],
        "best_size": groups[-1]["size"],
    }


def _quality_section(scorecard: Document) -> Section:
    units = scorecard.get("units") or ()
    hidden = [unit for unit in units if unit["suppressed"]]
    return {
        "key": "quality",
        "id": "quality",
        "claims": [
            "response.rate:wave",
            *(f"reliability.none:{factor['code']}" for factor in scorecard["factors"]),
        ],
        "units_total": len(units),
        "suppressed": [
            {"code": unit["code"], "name": unit["name"], "why": unit["suppressed"]} for unit in hidden
        ],
        "quality": scorecard.get("quality"),
        "agreement": scorecard.get("agreement"),
    }


def _figures(rows: Sequence[Document], factors: Sequence[Section]) -> dict[str, dict[str, Any]]:
    figures: dict[str, dict[str, Any]] = {"summary": {"kind": "strips", "of": [row["code"] for row in rows]}}
    for section in factors:
        code = section["id"]
        figures[f"{code}.strip"] = {"kind": "strips", "of": [code]}
        figures[f"{code}.items"] = {"kind": "items", "of": [code]}
        if section["units"]:
            figures[f"{code}.units"] = {"kind": "units", "of": [code]}
    return figures
