"""Results on pages: every number of the pack and no other, nothing of those who may not be shown."""

import re
import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.instrument_files import INSTRUMENTS, load_texts
from cri.adapters.report_text import ReportText
from cri.domain.access import Role
from cri.domain.pack import section_of
from cri.domain.rounding import round_score
from cri.services.context import Parts
from cri.web import results_view
from tests.reports.documents import CASES, LONG, make_pack
from tests.web.visitor import PDF, Visitor, add_results, make_person, visit

Sessions = sessionmaker[Session]
FACTORS = ("insight", "foresight", "peripheral", "empowerment", "collaboration", "alignment")


@pytest.fixture
def leader(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.LEADER)))


def text_in(case: str, locale: str = "en") -> ReportText:
    pack = make_pack(case)
    return ReportText(pack, locale, load_texts(INSTRUMENTS / "cri" / "1.0.0", locale))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("locale", ["en", "ar"])
def test_the_first_page_shows_the_packs_numbers_and_claims_with_their_verdicts(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, case: str, locale: str
) -> None:
    wave_id = add_results(sessions, parts, agency_id, case)
    assert leader.get(f"/results/{wave_id}?language={locale}").status_code == 200
    pack, text = make_pack(case), text_in(case, locale)
    summary = section_of(pack, "summary")
    for key in (*summary["claims"], *summary["strengths"], *summary["gaps"]):
        claim = pack["claims"][key]
        for said in (text.sentence(claim), text.verdict(claim), text.reason(claim)):
            assert " ".join(said.split()) in leader.text
    for row in summary["rows"]:
        assert text.factor_name(row["code"]) in leader.text
        if row["score"] is not None:
            assert text.number("score", row["score"]) in leader.text
    assert ("cri-suppressed" in leader.page) == (summary["rows"][1]["score"] is None)
    if pack["synthetic"]:
        assert text.word("synthetic.label") in leader.text


def test_the_cautions_of_the_map_that_the_wave_was_opened_with_stand_beside_the_claims(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    leader.get(f"/results/{wave_id}")
    assert "What to mind about the people served" not in leader.text  # opened before there were maps
    wave_id = add_results(sessions, parts, agency_id, served=["ward", "regulated"])
    leader.get(f"/results/{wave_id}")
    assert leader.text.index("Who cannot leave") < leader.text.index("Satisfaction is not compliance.")
    assert "What helps a client" not in leader.text


@pytest.mark.parametrize("case", ["full", "thin", "few", "small", "long"])
@pytest.mark.parametrize("code", ["insight", "alignment"])
def test_a_factors_page_shows_its_items_and_units(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, case: str, code: str
) -> None:
    wave_id = add_results(sessions, parts, agency_id, case)
    assert leader.get(f"/results/{wave_id}/factors/{code}").status_code == 200
    pack, text = make_pack(case), text_in(case)
    section = section_of(pack, code)
    for item in section["items"]:
        assert text.statement(item["code"]) in leader.text
        if item["favourable"] is not None:
            assert text.number("share", item["favourable"]) in leader.text
    for unit in section["units"]:
        assert " ".join(text.unit_name(unit["code"]).split()) in leader.text
    assert "<script>" not in leader.page.replace("<script>alert", "")
    assert "built-in method" not in leader.page


def test_every_figure_a_page_shows_is_in_the_pack(app: Flask) -> None:
    """The view keeps a record of what it writes: nothing in it is computed on the way."""
    pack = make_pack("full")
    held = set(_numbers(pack))
    with app.test_request_context("/"):
        pages = [results_view.first_page(pack)]
        pages += [results_view.factor_page(pack, code, section_of(pack, code)["units"]) for code in FACTORS]
    shown = [figure for page in pages for figure in page["shown"]]
    assert len(shown) > 150
    assert {figure.value for figure in shown} <= held


def _numbers(document: Any) -> list[float]:
    if isinstance(document, dict):
        return [number for value in document.values() for number in _numbers(value)]
    if isinstance(document, list):
        return [number for value in document for number in _numbers(value)]
    return [float(document)] if isinstance(document, int | float) and not isinstance(document, bool) else []


def test_fewer_than_ten_looks_unlike_nought(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id, "few")
    leader.get(f"/results/{wave_id}")
    assert leader.page.count("cri-suppressed") == 7
    assert "fewer than 10" in leader.text
    assert not re.search(r"\b0\.0\b", leader.text)
    figure = leader.client.get(f"/results/{wave_id}/figures/summary.json").get_json()
    assert figure["data"][0]["x"] == []


def test_the_figures_are_plain_data_with_the_readers_names(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    import plotly.graph_objects as go

    wave_id = add_results(sessions, parts, agency_id)
    leader.get(f"/results/{wave_id}")
    pack = make_pack("full")
    for path in ("figures/summary.json", *(f"figures/{code}.units.json" for code in FACTORS)):
        assert f"/results/{wave_id}/figures/summary.json" in leader.page
        answer = leader.client.get(f"/results/{wave_id}/{path}")
        assert answer.mimetype == "application/json"
        go.Figure(_coloured(answer.get_json()))  # raises for anything that plotly does not know
    figure = leader.client.get(f"/results/{wave_id}/figures/summary.json").get_json()
    scores = [row["score"] for row in section_of(pack, "summary")["rows"]]
    assert figure["data"][0]["x"] == [
        float(round_score(score)) for score in scores
    ]  # no digit more than told
    assert figure["layout"]["yaxis"]["ticktext"][:2] == ["The index", "Customer insight"]
    assert len(figure["data"][0]["hovertext"]) == 7


def _coloured(part: Any) -> Any:
    """The figure with a colour in place of each of the page's custom properties, as figures.js does."""
    if isinstance(part, dict):
        return {key: _coloured(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_coloured(value) for value in part]
    return "#123456" if isinstance(part, str) and part.startswith("--") else part


def test_names_that_people_typed_are_text_wherever_they_stand(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id, "long")
    assert "<b>" in LONG
    for path in ("", "/factors/insight"):
        leader.get(f"/results/{wave_id}{path}")
        assert '"<script>' not in leader.page
        assert "<b>Public</b>" not in leader.page
    figure = leader.client.get(f"/results/{wave_id}/figures/insight.units.json").get_json()
    assert not any("<script>" in label for label in figure["layout"]["yaxis"]["ticktext"])
    assert not any("<script>" in label for label in figure["data"][0]["hovertext"])


@pytest.mark.parametrize(
    ("role", "pages", "report"),
    [(Role.ADMINISTRATOR, 200, 200), (Role.LEADER, 200, 200), (Role.VIEWER, 200, 403)],
)
def test_reports_are_for_leaders_and_administrators(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, role: Role, pages: int, report: int
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    visitor = visit(app, make_person(sessions, parts, (agency_id, role)))
    assert visitor.get(f"/results/{wave_id}").status_code == pages
    assert ("Report as PDF" in visitor.text) == (report == 200)
    answer = visitor.client.get(f"/results/{wave_id}/report/ar.pdf")
    assert answer.status_code == report
    if report == 200:
        assert answer.data == PDF + b"ar"
        assert answer.mimetype == "application/pdf"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Content-Disposition"].endswith('-ar.pdf"')


@pytest.mark.parametrize(
    "path",
    [
        "/factors/nothing",
        "/factors/summary",
        "/figures/cover.units.json",
        "/report/fr.pdf",
        "/report/..%2Fen.pdf",
    ],
)
def test_what_is_not_there_is_not_found(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, path: str
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    assert leader.client.get(f"/results/{wave_id}{path}").status_code == 404


def test_before_there_are_results_nobody_sees_any(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    from tests.factories import open_wave

    opened = open_wave(sessions, parts, agency_id)
    for path in (
        "",
        "/figures/summary.json",
        "/factors/insight",
        "/figures/insight.units.json",
        "/report/en.pdf",
    ):
        assert leader.client.get(f"/results/{opened.wave_id}{path}").status_code == 404
    leader.get("/results")
    assert "No results yet" in leader.text
    leader.get("/")
    assert "Results come once it is closed and sealed." in leader.text
    assert "Response rate" not in leader.text


def test_a_scored_wave_without_its_pack_says_that_it_is_on_its_way(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id, pack=False)
    leader.get(f"/results/{wave_id}")
    assert "The report is being made" in leader.text
    assert leader.client.get(f"/results/{wave_id}/factors/insight").status_code == 404
    leader.get("/")
    assert "The report is being made" in leader.text


def test_a_leader_meets_the_newest_results_first(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    text, rows = text_in("full"), section_of(make_pack("full"), "summary")["rows"]
    leader.get("/")
    assert f"The index {text.number('score', rows[0]['score'])}" in leader.text
    assert leader.client.get("/results").headers["Location"] == f"/results/{wave_id}"


def test_the_words_that_templates_ask_for_are_in_the_reports_texts() -> None:
    from pathlib import Path

    from cri.adapters.report_files import load_report_words

    folder = Path("cri/web/templates/views/results")
    asked = {
        key
        for file in folder.glob("*.html")
        for key in re.findall(r"words\.([a-z_]+(?:\.[a-z_]+)+)", file.read_text())
    }
    assert len(asked) > 20
    for locale in ("en", "ar"):
        for key in asked:
            found: Any = load_report_words(locale)
            for part in key.split("."):
                found = found[part]
            assert found
