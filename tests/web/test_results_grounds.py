"""What stands behind the results: the pack's own numbers and sentences, and nothing of those kept back."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.report_text import ReportText
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.domain.pack import section_of
from cri.domain.pack_benchmark import benchmark_pack, level_claims
from cri.domain.pack_tables import agreement_table
from cri.domain.rounding import rounded
from cri.services.context import Parts
from cri.services.instruments import texts_nearest
from cri.web.results_grounds import quality_page
from cri.web.results_groups import agreement_page, groups_page
from cri.web.results_shown import Results, results_of
from tests.reports.documents import CASES, cri_instrument, make_pack, scorecard
from tests.reports.waves import three_waves
from tests.scored_waves import add_scored_wave
from tests.unit.rule_sheets import card
from tests.web.visitor import Visitor, add_results, make_person, visit

Sessions = sessionmaker[Session]
PAGES = ("groups", "agreement", "quality", "method")


@pytest.fixture
def leader(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.LEADER)))


def add_card(sessions: Sessions, agency_id: uuid.UUID, made: dict[str, Any]) -> uuid.UUID:
    """A scored wave with this scorecard and the leaders' report of it."""
    at = datetime(2026, 3, 24, tzinfo=UTC)
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        return add_scored_wave(session, agency_id, made, benchmark_pack, "Spring 2026", at)


def results_from(made: dict[str, Any]) -> Results:
    pack = benchmark_pack(made, instrument=cri_instrument(), noun="residents")
    code = pack["instrument"]
    return results_of(pack, made, ReportText(pack, "en", texts_nearest(code["code"], code["version"], "en")))


def cells_of(page: dict[str, Any]) -> Iterator[dict[str, str]]:
    tables = [one for one in page.values() if isinstance(one, dict) and "rows" in one]
    for table in [*tables, *page.get("questions", ())]:
        for row in table["rows"]:
            assert len(row) == len(table["head"])
            yield from row


@pytest.mark.parametrize("case", ["full", "few", "small", "long"])
def test_each_page_opens_and_the_results_page_leads_to_it(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, case: str
) -> None:
    wave_id = add_results(sessions, parts, agency_id, case)
    leader.get(f"/results/{wave_id}")
    for page in PAGES:
        assert f'href="/results/{wave_id}/{page}"' in leader.page
    for page in PAGES:
        assert leader.get(f"/results/{wave_id}/{page}").status_code == 200
        assert '"<script>' not in leader.page
        assert not re.search(r"\bnan\b|\bNone\b", leader.text)


def test_managers_stand_beside_the_others_with_the_packs_claims(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    leader.get(f"/results/{wave_id}/groups")
    assert "was not asked, or too few answered" in leader.text
    made = card(managers={"alignment": 1.2})
    wave_id = add_card(sessions, agency_id, made)
    leader.get(f"/results/{wave_id}/groups")
    (claim,) = level_claims(made)
    for side in ("top", "front"):
        assert str(rounded("score", claim.values[side].value)) in leader.text  # type: ignore[arg-type]
    assert "those who manage people score" in leader.text
    assert "Say it with care" in leader.text
    assert "cri-suppressed" in leader.page  # nobody answered the other questions


def test_a_group_that_is_kept_back_says_so_and_nothing_of_it_is_there() -> None:
    made = card(managers={"alignment": 1.2})
    shown = next(one for one in made["profile"] if one["code"] == "manages")
    hidden = [one for one in made["profile"] if one["code"] != "manages"]
    assert shown
    assert hidden
    assert all(option["factors"] is None for one in hidden for option in one["options"])  # nobody answered
    with_context = results_from(made)
    page = groups_page(with_context)
    for question in page["questions"]:
        for row in question["rows"]:
            assert {cell["kind"] for cell in row[1:]} == {"hidden"}
            assert not any(re.search(r"\d\.\d", cell["text"]) for cell in row[1:])


def test_agreement_is_the_workshop_packs_table_to_the_digit() -> None:
    made = scorecard()
    page = agreement_page(results_from(made))
    found = [[cell["text"] for cell in row] for row in page["table"]["rows"]]
    for row, told in zip(agreement_table(made).rows, found, strict=True):
        assert told[1] == str(row[1].value)
        assert told[2:5] == [str(rounded("coefficient", one.value)) for one in row[2:5]]  # type: ignore[arg-type]
        assert told[5] == str(row[5].value).removeprefix("agreement.")
    said = [one for one in made["claims"] if one["text_key"].startswith("agreement.")]
    assert len(page["claims"]) == len(said) == 6


def test_units_that_are_kept_back_have_no_view_on_the_page() -> None:
    made = three_waves()[-1]
    page = agreement_page(results_from(made))
    hidden = {unit["name"] for unit in made["units"] if unit["suppressed"]}
    rows = {row[0]["text"]: row[1:] for row in page["units"]["rows"]}
    assert hidden
    assert hidden < set(rows)
    for name, cells in rows.items():
        assert all(cell["kind"] == "hidden" for cell in cells) == (name in hidden)


def test_few_signs_of_carelessness_are_not_counted_out() -> None:
    made = scorecard()
    flags = {"fast": None, "long_string": 112, "low_variability": 0, "outlier": 3, "failed_attention": None}
    screening = {**made["quality"]["screening"], "flags": flags}
    made = {**made, "quality": {**made["quality"], "screening": screening}}
    assert [value for _name, value in quality_page(results_from(made))["flags"]] == [
        "112",
        "0",
        "fewer than 10",
    ]


def test_early_and_late_answers_are_told_as_rounded_as_in_the_claims() -> None:
    made = card(late={"insight": -1.0})
    page = quality_page(results_from(made))
    halves = made["quality"]["early_late"]
    first = [cell["text"] for cell in page["halves"]["rows"][0]]
    wanted = [
        str(rounded("score", halves[name]["factors"]["insight"]["score"])) for name in ("early", "late")
    ]
    assert [first[1], first[3]] == wanted
    assert page["halves_claims"][0]["verdict"] == "care"
    without = quality_page(results_from(scorecard()))
    assert without["halves"] is None


@pytest.mark.parametrize("case", CASES)
def test_each_page_tells_what_its_reports_tell(app: Flask, case: str) -> None:
    made = scorecard(**CASES[case][0])
    with app.test_request_context("/"):
        found = results_from(made)
        assert list(cells_of(quality_page(found)))
        for page in (groups_page(found), agreement_page(found)):
            list(cells_of(page))
    few = section_of(make_pack(case), "summary")["rows"][1]["score"] is None
    with app.test_request_context("/"):
        table = agreement_page(results_from(made))["table"]["rows"]
    assert ({cell["text"] for row in table for cell in row[1:5]} == {"\u2013"}) == few


def test_the_method_page_names_the_limits_in_force(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    leader.get(f"/results/{wave_id}/method")
    for said in ("Fewest people a figure is shown for 10", "3 points", "0.70", "Method 1.0"):
        assert said in leader.text
    assert "2026.1" in leader.text
