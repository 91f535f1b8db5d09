"""Who an agency is compared with, as its report froze it or as it chooses; and its targets."""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, update
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Agency, StoredPack
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.domain.achieved_changes import THE_AUDIT
from cri.domain.documents import digest_of
from cri.domain.norms import cell_of
from cri.domain.placing import place
from cri.domain.targets import targets_of
from cri.services.context import Parts
from cri.services.packs import build_leader_pack
from cri.web.parts import EXTENSION
from tests.database_fixtures import make_agency
from tests.services.conftest import NOW
from tests.web.compared_examples import FACETS, edition, own, published
from tests.web.visitor import Visitor, add_results, make_person, visit

Sessions = sessionmaker[Session]
STATED = {"sector": "water", "country": "SE", "relationship": "customer"}


@pytest.fixture
def old(parts: Parts, superuser: psycopg.Connection) -> Iterator[None]:
    """The edition of the report, of 24 agencies."""
    with published(parts, superuser, edition("2025.2", 24, before=False)):
        yield


@pytest.fixture
def leader(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        session.execute(update(Agency).where(Agency.agency_id == agency_id).values(**FACETS))
    return visit(app, make_person(sessions, parts, (agency_id, Role.LEADER)))


def reported(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> uuid.UUID:
    """A scored wave whose pack was made with the editions that there are now."""
    from cri.services.context import Actor, Context

    wave_id = add_results(sessions, parts, agency_id, pack=False)
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        build_leader_pack(Context(session, agency_id, Actor(None, "worker"), NOW, parts), wave_id)
    return wave_id


@pytest.fixture
def wave_id(old: None, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, leader: Visitor) -> uuid.UUID:
    return reported(sessions, parts, agency_id)


@pytest.fixture
def new(wave_id: uuid.UUID, parts: Parts, superuser: psycopg.Connection) -> Iterator[None]:
    """An edition that came after the report, of 36 agencies, with achieved changes."""
    with published(parts, superuser, edition("2026.1", 36)):
        yield


def pack_digest(superuser: psycopg.Connection, wave_id: uuid.UUID) -> str:
    row = superuser.execute("SELECT document FROM pack WHERE wave_id = %s", [wave_id]).fetchone()
    assert row is not None
    return digest_of(row[0])


def test_the_page_begins_with_the_reports_own_comparison(
    new: None, leader: Visitor, wave_id: uuid.UUID
) -> None:
    leader.get(f"/results/{wave_id}/compared")
    assert "Edition 2025.2 Peer group All agencies Agencies 24" in leader.text
    assert '<option value="2025.2" selected>2025.2, as in the report</option>' in leader.page
    assert '<option value="2026.1">2026.1</option>' in leader.page
    assert "not the comparison of the report" not in leader.text
    placed = place(own(), edition("2025.2", 24, before=False))
    assert f"percentile {round(placed['placements'][1]['percentile'])}" in leader.text


def test_a_chosen_edition_and_group_are_shown_and_the_report_stays(
    new: None, leader: Visitor, wave_id: uuid.UUID, superuser: psycopg.Connection
) -> None:
    before = pack_digest(superuser, wave_id)
    plain = leader.get(f"/results/{wave_id}/compared").text
    leader.get(f"/results/{wave_id}/compared?edition=2026.1&peers=all")
    assert "Edition 2026.1 Peer group All agencies Agencies 36" in leader.text
    assert "The report stays with edition 2025.2, All agencies." in leader.text
    assert "What changed from edition 2025.2 to edition 2026.1" in leader.text
    for document in (edition("2025.2", 24, before=False), edition("2026.1", 36)):
        cell = cell_of(document, "insight")
        assert cell is not None
        assert f">{cell['agencies']}</span>" in leader.page
        for one in place(own(), document, facets=STATED)["placements"]:
            if one["percentile"] is not None and one["band"] != "cannot_tell":
                assert f"percentile {round(one['percentile'])}" in leader.text
    assert f'href="/results/{wave_id}/targets?edition=2026.1&amp;peers=all"' in leader.page
    assert f"/results/{wave_id}/compared.json?edition=2026.1&amp;peers=all" in leader.page
    # the choice is in the address and remembered nowhere
    assert _words(leader.get(f"/results/{wave_id}/compared").text) == _words(plain)
    assert pack_digest(superuser, wave_id) == before


def _words(page: str) -> str:
    """Without what differs from one asking to the next: tokens, and until when one stays signed in."""
    return re.sub(r'value="[^"]*"|signed in until \d\d:\d\d', "", page)


def test_a_group_that_is_too_small_falls_back_and_says_so(
    new: None, leader: Visitor, wave_id: uuid.UUID
) -> None:
    leader.get(f"/results/{wave_id}/compared?edition=2025.2&peers=sector%3Dwater%26country%3DSE")
    assert (
        "Water, Sweden : too little can be shown of this group for the index. Used instead: Water."
        in leader.text
    )
    assert "Peer group Water Agencies 13" in leader.text
    assert "A percentile or a quarter: that takes 20 owners of agencies" in leader.text
    assert "among All agencies" in leader.text  # a factor of which Water shows nothing
    leader.get(f"/results/{wave_id}/compared?edition=2025.2&peers=country%3DSE")
    assert (
        "Sweden : too little can be shown of this group for the index. Used instead: All agencies."
        in leader.text
    )


def test_only_groups_that_the_agency_states_to_be_in_are_offered(
    new: None, leader: Visitor, wave_id: uuid.UUID
) -> None:
    leader.get(f"/results/{wave_id}/compared?edition=2026.1")
    offered = set(re.findall(r'<option value="([^"]*=[^"]*)"', leader.page))
    assert "sector=water" in offered
    assert "size=medium" in offered
    assert not any("health" in one or "NO" in one for one in offered)


IMPOSSIBLE = (
    "edition=2031.1",
    "peers=sector%3Dhealth",  # another's group
    "peers=water",
    "peers=sector%3Dwater%26country%3DSE%26size%3Dmedium",
    "peers=%3Cscript%3E",
    "edition=2025.2&peers=owner%3Dx",
)


def test_what_cannot_be_chosen_is_not_found(leader: Visitor, wave_id: uuid.UUID) -> None:
    for query in IMPOSSIBLE:
        for path in ("compared", "compared.json", "targets", "targets.json"):
            answer = leader.client.get(f"/results/{wave_id}/{path}?{query}")
            assert answer.status_code == 404, query
            assert b"<script>" not in answer.data


def test_an_agency_that_has_told_nothing_of_itself_is_told_what_it_could_tell(
    app: Flask, new: None, sessions: Sessions, parts: Parts
) -> None:
    agency_id = make_agency(sessions, "Says nothing")
    wave_id = reported(sessions, parts, agency_id)
    visitor = visit(app, make_person(sessions, parts, (agency_id, Role.VIEWER)))
    visitor.get(f"/results/{wave_id}/compared")
    told = re.findall(r"Not told so far: [^.]*", visitor.text)
    assert told == ["Not told so far: Sector, Country"]
    offered = set(re.findall(r'<option value="([^"]*)"', visitor.page))
    assert not any("sector" in one or "country" in one for one in offered)
    assert offered >= {"all", "size=medium", "2026.1", "2025.2"}


def test_without_an_edition_the_page_says_plainly_what_can_be_said(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = reported(sessions, parts, agency_id)
    leader.get(f"/results/{wave_id}/compared")
    assert "Compared with nobody" in leader.text
    assert "Our own scores on their scale from 0 to 100, each with its interval." in leader.text
    assert "Nothing is made up in their place." in leader.text
    assert "percentile " not in leader.text
    leader.get(f"/results/{wave_id}/targets")
    assert "No target can be proposed" in leader.text


def test_an_edition_that_came_after_the_report_can_be_looked_at(
    leader: Visitor, sessions: Sessions, parts: Parts, superuser: psycopg.Connection, agency_id: uuid.UUID
) -> None:
    wave_id = reported(sessions, parts, agency_id)
    with published(parts, superuser, edition("2026.1", 36)):
        leader.get(f"/results/{wave_id}/compared")
        assert "Compared with nobody" in leader.text
        leader.get(f"/results/{wave_id}/compared?edition=2026.1")
        assert "Edition 2026.1" in leader.text
        assert "which was made without any" in leader.text


@pytest.mark.parametrize("number", ["2025.2", "2026.1"])
def test_targets_are_those_of_the_method_with_their_grounds(
    new: None, leader: Visitor, wave_id: uuid.UUID, number: str
) -> None:
    document = edition("2026.1", 36) if number == "2026.1" else edition("2025.2", 24, before=False)
    targets = targets_of(own(), place(own(), document, facets=STATED), document)
    assert {target.basis == "achieved" for target in targets} == {number == "2026.1"}
    for language, decimal in {"ar": ".", "es": ",", "fr": ",", "en": "."}.items():
        assert (
            leader.get(f"/results/{wave_id}/targets?edition={number}&language={language}").status_code == 200
        )
        for target in targets:
            assert target.score is not None
            assert target.detectable is not None
            for shown in (target.score, target.detectable):
                assert f"{shown:.1f}".replace(".", decimal) in leader.text
    told = "one agency in four achieved as much" if number == "2026.1" else "spread of the pool"
    assert told in leader.text
    figure = leader.client.get(f"/results/{wave_id}/targets.json?edition={number}").get_json()
    assert len(figure["data"][-1]["x"]) == 7
    assert len(figure["data"][-1]["hovertext"]) == 7


def changed(
    refused: Mapping[str, str] | None = None, kept: Sequence[str] = (), fall: Sequence[str] = ()
) -> dict[str, Any]:
    """Edition 2026.1 with changes refused, kept from 2025.2, or so low that nobody could rise by them."""
    refused, document = refused or {}, edition("2026.1", 36)
    cells = [
        {
            **cell,
            "kept_from": "2025.2" if cell["factor"] in kept else None,
            "groups": [
                {**group, "mean": group["mean"] - 60 * (cell["factor"] in fall)} for group in cell["groups"]
            ],
        }
        for cell in document["changes"]["cells"]
        if cell["factor"] not in refused
    ]
    told = [{"factor": factor, "reason": reason} for factor, reason in refused.items()]
    return {**document, "changes": {**document["changes"], "cells": cells, "refused": told}}


def row_names(page: str) -> list[str]:
    return re.findall(r'<th scope="row" class="govuk-table__header">([^<]*)</th>', page)


FEW = "Fewer than 20 owners"
WITHHELD = "The audit of the pool withheld what its agencies achieved"
FALL = "would mean no rise from this score"
NONE = "The edition has no changes between two surveys to go by"
ACHIEVED = "owners stand behind each"
KEPT = "the ones that edition 2025.2 published"
SPREAD = "From the spread of the pool, a target is"
ALL_FACTORS = ("index", "insight", "foresight", "peripheral", "empowerment", "collaboration", "alignment")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, {ACHIEVED}),
        ({"kept": ALL_FACTORS}, {ACHIEVED, KEPT}),
        ({"refused": dict.fromkeys(ALL_FACTORS, THE_AUDIT)}, {WITHHELD, SPREAD}),
        ({"refused": dict.fromkeys(ALL_FACTORS, "too few pairs")}, {FEW, SPREAD}),
        ({"fall": ALL_FACTORS}, {FALL, SPREAD}),
        (None, {NONE, SPREAD}),
    ],
)
def test_the_targets_page_says_no_more_of_their_grounds_than_the_edition_does(
    leader: Visitor,
    wave_id: uuid.UUID,
    parts: Parts,
    superuser: psycopg.Connection,
    given: dict[str, Any] | None,
    said: set[str],
) -> None:
    document = {**edition("2026.1", 36), "changes": None} if given is None else changed(**given)
    with published(parts, superuser, document):
        leader.get(f"/results/{wave_id}/targets?edition=2026.1")
    top = leader.text.split("How far each target can be trusted")[0]
    assert {one for one in (FEW, WITHHELD, FALL, NONE, ACHIEVED, KEPT, SPREAD) if one in top} == said


def test_each_ground_is_said_of_the_figures_that_it_is_true_of(
    leader: Visitor, wave_id: uuid.UUID, parts: Parts, superuser: psycopg.Connection
) -> None:
    refused = {"insight": THE_AUDIT, "foresight": "too few pairs", "alignment": THE_AUDIT}
    with published(parts, superuser, changed(refused, kept=("empowerment",), fall=("peripheral",))):
        leader.get(f"/results/{wave_id}/targets?edition=2026.1")
    shown = re.findall(r"<strong>([^<]*)</strong><br>(.*?)</p>", leader.page, re.DOTALL)
    of = {names: next(one for one in (FEW, WITHHELD, FALL, ACHIEVED) if one in text) for names, text in shown}
    name = dict(zip(ALL_FACTORS, row_names(leader.page), strict=True))
    assert of == {
        f"{name['index']}, {name['collaboration']}": ACHIEVED,
        name["empowerment"]: ACHIEVED,
        f"{name['insight']}, {name['alignment']}": WITHHELD,
        name["foresight"]: FEW,
        name["peripheral"]: FALL,
    }
    assert [names for names, text in shown if KEPT in text] == [name["empowerment"]]


def test_the_pages_read_published_documents_and_nothing_else_of_the_pool(
    app: Flask, new: None, leader: Visitor, wave_id: uuid.UUID
) -> None:
    """Contributions, members and the ledger are not even asked for; a page that did would be seen here."""
    asked: list[str] = []
    pool_sessions = app.extensions[EXTENSION].pool_sessions
    engine = pool_sessions.kw["bind"]

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        for page in ("compared", "compared.json", "targets", "targets.json"):
            for query in ("", "?edition=2026.1", "?edition=2026.1&peers=sector%3Dwater"):
                assert leader.client.get(f"/results/{wave_id}/{page}{query}").status_code == 200
        tables = {
            table for statement in asked for table in re.findall(r"(?:FROM|JOIN) (pool\.\w+)", statement)
        }
        assert tables == {"pool.edition", "pool.reference_edition"}
        # the control: the listener sees a careless read
        from cri.db.queries.benchmark_pool import all_owned

        with pool_sessions() as session:
            all_owned(session)
        assert any("pool.contribution" in statement for statement in asked)
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_before_there_is_a_pack_there_is_no_comparison(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id, pack=False)
    for page in ("compared", "targets"):
        assert leader.client.get(f"/results/{wave_id}/{page}").status_code == 404
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        assert session.get(StoredPack, (agency_id, wave_id, "leader")) is None
