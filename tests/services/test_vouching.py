"""Whose owner and kind a steward vouches for: on record, for the next draft, and never laxer than before."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner

from cri.cli.pool import norms
from cri.domain.errors import InputError
from cri.services.context import Parts
from cri.services.contributions import contribution_of, pseudonym
from cri.services.draft_making import make_draft
from cri.services.editions import (
    Steward,
    approve_draft,
    ask_for_draft,
    load_draft,
    load_edition,
    preview_draft,
    publish_draft,
)
from cri.services.pool_overview import load_entry, pools_counted
from cri.services.quarantine import ContributionMissingError
from cri.services.vouching import Finding, vouch, vouchings_of
from cri.settings import Settings
from tests.services.pool_service import members, new_instrument

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ANA, BEN = Steward(uuid.uuid4(), NOW), Steward(uuid.uuid4(), NOW)
AS_TOLD = {"sector": "water", "country": "SE", "relationship": "customer"}


def given(parts: Parts) -> tuple[dict[str, Any], list[uuid.UUID], list[str]]:
    """Fourteen agencies that tell the same of themselves: (instrument, contributions, codes)."""
    instrument = new_instrument()
    scores = [(40.0 + n, 60.0 - n) for n in range(14)]
    made = [
        contribution_of(parts.secrets.pseudonym, one)
        for one in members(scores, instrument, AS_TOLD, synthetic=False)
    ]
    ids, codes = [one.id for one in made], [one.pseudonym for one in made]
    with parts.pool_sessions.begin() as session:
        session.add_all(made)
    return instrument, ids, codes


def found(
    parts: Parts, contribution_id: uuid.UUID, reason: str = "Seen in the register", **told: Any
) -> None:
    owner_of = told.pop("owner_of", "")
    finding = Finding({**AS_TOLD, **told}, reason, owner_of)
    vouch(parts, contribution_id, finding, steward=ANA.account_id, now=NOW)


def drafted(parts: Parts, instrument: dict[str, Any]) -> uuid.UUID:
    kind = (instrument["code"], instrument["version"], False)
    draft_id = ask_for_draft(parts, kind, "2026.1", ANA)
    assert make_draft(parts, draft_id)
    return draft_id


def owners_of_the_pool(parts: Parts, draft_id: uuid.UUID) -> set[int]:
    preview = load_draft(parts, draft_id).preview
    assert preview is not None
    assert preview.document is not None
    return {cell["owners"] for cell in preview.document["cells"] if cell["peers"] == "all"}


def test_agencies_found_to_have_one_owner_count_as_one(parts: Parts) -> None:
    instrument, ids, codes = given(parts)
    for one in ids[1:4]:
        found(parts, one, owner_of=codes[0][:16])
    assert owners_of_the_pool(parts, drafted(parts, instrument)) == {11}
    (record,) = vouchings_of(parts, codes[1])
    assert (record.vouched_by, record.vouched_at, record.reason) == (
        ANA.account_id,
        NOW,
        "Seen in the register",
    )
    assert record.facets == {}


def test_without_it_they_count_as_many(parts: Parts) -> None:
    """The control: what agencies tell of themselves."""
    instrument, _ids, _codes = given(parts)
    assert owners_of_the_pool(parts, drafted(parts, instrument)) == {14}


def test_a_kind_put_right_counts_for_the_agency(parts: Parts) -> None:
    instrument, ids, _codes = given(parts)
    for one in ids[:6]:
        found(parts, one, sector="tax")
    found(parts, ids[5], reason="It was right after all")
    (counts,) = (one for one in pools_counted(parts) if one.kind[0] == instrument["code"])
    assert counts.facets["sector"] == {"water": 9, "tax": 5}
    assert (counts.agencies, counts.states) == (14, {"in": 14})
    preview = load_draft(parts, drafted(parts, instrument)).preview
    assert preview is not None
    assert preview.document is not None
    assert {cell["agencies"] for cell in preview.document["cells"] if cell["peers"] == "sector=water"} <= {9}
    outline = load_entry(parts, ids[1]).outline
    assert (outline.facets["sector"], outline.told[0], outline.vouched) == ("tax", "water", True)


def test_what_is_found_out_after_the_draft_stops_its_publishing(parts: Parts) -> None:
    instrument, ids, codes = given(parts)
    draft_id = drafted(parts, instrument)
    preview_draft(parts, draft_id, ANA)
    approve_draft(parts, draft_id, BEN)
    found(parts, ids[1], owner_of=codes[0])
    with pytest.raises(InputError, match="more has become known of who owns"):
        publish_draft(parts, draft_id, ANA)
    assert load_edition(parts, instrument["code"], "2026.1") is None


def test_what_cannot_be_is_refused_and_nothing_is_on_record(parts: Parts) -> None:
    _instrument, ids, codes = given(parts)
    wrong = [
        ({"reason": "  "}, "the reason has 0 characters"),
        ({"reason": "x" * 1001}, "1001 characters"),
        ({"sector": "magic"}, "magic is not known"),
        ({"country": "Sweden"}, "Sweden is not known"),
        ({"owner_of": "0123"}, "no agency in the pool has the code 0123"),
        ({"owner_of": "f" * 64}, "no agency in the pool has the code"),
        ({"owner_of": "%" * 8}, "no agency in the pool has the code"),
        ({"owner_of": codes[0]}, "the agency's own code"),
    ]
    for told, line in wrong:
        with pytest.raises(InputError, match=line):
            found(parts, ids[0], **told)
    assert vouchings_of(parts, codes[0]) == []
    with pytest.raises(ContributionMissingError):
        found(parts, uuid.uuid4())


def test_who_runs_the_service_can_tell_a_steward_which_code_is_an_agencys(
    parts: Parts, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRI_SECRETS_DIR", str(settings.secrets_dir))
    agency_id = uuid.uuid4()
    told = CliRunner().invoke(norms, ["code", str(agency_id)])
    assert told.output.strip() == pseudonym(parts.secrets.pseudonym, "agency", str(agency_id))
