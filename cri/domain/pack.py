"""The document model of a pack: frozen numbers, claims and keys of texts; page and PDF are renderings of it.

A pack is a pure function of (scorecard, placement, edition, instrument, noun). It holds no words but those
that the agency typed (its name, its units' names): all else is a key of `reports/text` or of the instrument's
texts.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cri.domain import claims as says
from cri.domain import placing_claims as placed
from cri.domain.claims import Claim
from cri.domain.documents import digest_of
from cri.domain.figures import axis_of, values_of
from cri.domain.instrument import Instrument
from cri.domain.pack_rows import item_row, result_row, unit_rows
from cri.domain.released_scorecard import with_whole_points
from cri.domain.selection import strengths_and_gaps

Document = Mapping[str, Any]
Section = dict[str, Any]

SCHEMA: Final = "cri.pack/1"
TEMPLATE: Final = "leader/1"


def leader_pack(
    scorecard: Document,
    placement: Document | None = None,
    edition: Document | None = None,
    *,
    instrument: Instrument | None = None,
    noun: str | None = None,
) -> dict[str, Any]:
    """Build the leader's benchmark report as a JSON-ready document.

    scorecard: `cri.scorecard/1`. placement: `cri.placement/1` of the same wave in edition, a `cri.edition/1`;
    both or neither. instrument: tells which answers are favourable; without it items show no neutral share.
    noun: code of the instrument's noun for the people served.

    Returns {schema, kind, template, method, synthetic, agency, wave, minimum, instrument, noun, population,
    norm or None, axis [low, high] of all strips, inputs {scorecard, edition: sha256}, units [{code, name}],
    sections [{key, id, ...}], claims {id: claim}, figures {id: {kind, of}}}. `figure_rows` gives a figure's
    rows. Schema: reports/schemas/pack.schema.json.
    """
    norm = _norm(scorecard, placement, edition)
    rows = [result_row(result, placement, edition) for result in _results(scorecard)]
    units = with_whole_points(scorecard)["units"]
    factors = [
        _factor_section(factor, row, units, instrument)
        for factor, row in zip(scorecard["factors"], rows[1:], strict=True)
    ]
    made = _wave_claims(scorecard, rows, norm)
    # in a pool that is no norm for it, an agency's strengths are those of its own profile
    usable = None if norm and norm["pretended"] else placement
    picks = placed.pick_claims(strengths_and_gaps(scorecard, usable), rows[1:])
    return {
        "schema": SCHEMA,
        "kind": "leader",
        "template": TEMPLATE,
        "method": scorecard["method"],
        "synthetic": bool(scorecard["synthetic"] or (placement and placement["synthetic"])),
        "agency": scorecard["agency"],
        "wave": dict(scorecard["wave"]),
        "minimum": scorecard["wave"]["minimum"],
        "instrument": dict(scorecard["instrument"]),
        "noun": noun,
        "population": dict(scorecard["population"]),
        "norm": norm,
        "axis": list(axis_of(values_of(rows))),
        "inputs": {"scorecard": digest_of(scorecard), "edition": edition["sha256"] if edition else None},
        "units": [{"code": unit["code"], "name": unit["name"]} for unit in scorecard["units"]],
        "sections": [
            {"key": "cover", "id": "cover"},
            _summary_section(rows, made, picks),
            *(section for section, _ in factors),
            _quality_section(scorecard, made),
            {"key": "method", "id": "method"},
        ],
        "claims": says.as_documents([*made, *picks, *(claim for _, said in factors for claim in said)]),
        "figures": _figures(rows, [section for section, _ in factors]),
    }


def figure_rows(pack: Document, figure_id: str) -> list[Document]:
    """Return the rows that a figure is drawn from: its own, or a section's results, items or units."""
    figure = pack["figures"][figure_id]
    if "rows" in figure:
        return list(figure["rows"])
    if figure["kind"] == "strips":
        return [row for row in section_of(pack, "summary")["rows"] if row["code"] in figure["of"]]
    return list(section_of(pack, figure["of"][0])[figure["kind"]])


def section_of(pack: Document, section_id: str) -> Document:
    """Return a section of the pack, or a page of the participants that it shows, by its id.

    KeyError where there is none.
    """
    every = (*pack.get("participants", ()), *pack["sections"])
    found: dict[str, Document] = {section["id"]: section for section in every}
    return found[section_id]


def _results(scorecard: Document) -> list[dict[str, Any]]:
    return [{**scorecard["index"], "code": "index"}, *scorecard["factors"]]


def _norm(scorecard: Document, placement: Document | None, edition: Document | None) -> dict[str, Any] | None:
    if placement is None or edition is None:
        return None
    index = placement["placements"][0]
    return {
        "edition": edition["edition"],
        "peers": index["peers"],
        "asked": placement["peers"],
        "agencies": index["agencies"],
        "tier": index["tier"],
        "window": edition["window"],
        "synthetic": bool(edition["synthetic"]),
        "pretended": placed.is_pretended(edition, scorecard),
        "sha256": edition["sha256"],
    }


def _wave_claims(scorecard: Document, rows: Sequence[Document], norm: Document | None) -> list[Claim]:
    population, minimum = scorecard["population"], scorecard["wave"]["minimum"]
    pretended = bool(norm and norm["pretended"])
    made = [says.response_claim(population, minimum), placed.norm_claim(norm)]
    for row in rows:
        made.append(says.score_claim(row, population, minimum))
        made.append(placed.position_claim(row["code"], row["place"], pretended=pretended))
    made += [says.reliability_claim(factor) for factor in scorecard["factors"]]
    return made


def _summary_section(rows: Sequence[Document], made: Sequence[Claim], picks: Sequence[Claim]) -> Section:
    return {
        "key": "summary",
        "id": "summary",
        "rows": list(rows),
        "claims": [claim.id for claim in made if claim.subject in {"index", "wave", "norm"}],
        "strengths": [claim.id for claim in picks if claim.text_key.startswith("strength.")],
        "gaps": [claim.id for claim in picks if claim.text_key.startswith("gap.")],
    }


def _factor_section(
    factor: Document, row: Document, units: Sequence[Document], instrument: Instrument | None
) -> tuple[Section, list[Claim]]:
    code = factor["code"]
    items = [item_row(item, instrument) for item in factor["items"]]
    shown, more = unit_rows(units, code)
    spread = says.unit_claim(code, shown)
    said = [*says.item_claims(items), *([spread] if spread else ())]
    section = {
        "key": "factor",
        "id": code,
        "row": dict(row),
        "items": items,
        "units": shown,
        "units_more": more,
        "claims": [claim.id for claim in said],
    }
    return section, said


def _quality_section(scorecard: Document, made: Sequence[Claim]) -> Section:
    hidden = [unit for unit in scorecard["units"] if unit["suppressed"]]
    items = [item for factor in scorecard["factors"] for item in factor["items"]]
    return {
        "key": "quality",
        "id": "quality",
        "claims": [claim.id for claim in made if claim.subject in {"wave", "norm"}],
        "units_total": len(scorecard["units"]),
        "hidden": [{"code": unit["code"], "suppressed": unit["suppressed"]} for unit in hidden],
        "items_hidden": sum(item["distribution"] is None for item in items),
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
