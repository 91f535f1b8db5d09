"""Units and people on pages: pasted, uploaded, previewed, accepted; every mistake told and nothing lost."""

import io
import re
import uuid

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from cri.adapters.roster_files import MOST_BYTES
from cri.db.queries.organisation import present_organisation
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.domain.roster_change import Present
from cri.services.context import Parts
from cri.web.views import roster_import
from tests.web.visitor import Visitor, make_person, visit

Sessions = sessionmaker[Session]
TREE = "code,parent,name\nall,,The agency\nnorth,all,North <b>wing</b>\n"
ROSTER = "name,email,unit,language\nAna Ruiz,ana@example.org,north,en\nعمر سعيد,omar@example.org,north,ar\n"
IMPORT, PREVIEW = "/organisation/import", "/organisation/import/preview"


@pytest.fixture
def visitor(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)))


def present(sessions: Sessions, agency_id: uuid.UUID) -> Present:
    with sessions() as session:
        enter_agency(session, agency_id)
        return present_organisation(session, agency_id)


def digest_on(visitor: Visitor) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', visitor.page)
    assert found is not None
    return found.group(1)


def test_paste_preview_accept(visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID) -> None:
    visitor.get("/organisation")
    assert "No units and no people yet" in visitor.text
    visitor.get(IMPORT)
    assert visitor.post(IMPORT, {"tree": TREE, "roster": ROSTER}).status_code == 200
    assert "Check the change" in visitor.title
    assert "Units added: 2" in visitor.text
    assert "عمر سعيد · omar@example.org" in visitor.text
    assert "<b>wing</b>" not in visitor.page
    assert present(sessions, agency_id).units == ()
    visitor.post(PREVIEW, {"digest": digest_on(visitor)})
    assert "Stored. The organisation now has 2 units and 2 people." in visitor.text
    assert len(present(sessions, agency_id).people) == 2
    visitor.get(PREVIEW)  # nothing left to accept
    assert "Paste from a spreadsheet" in visitor.text


def test_files_are_read_like_pasted_text(visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID) -> None:
    visitor.get(IMPORT)
    response = visitor.client.post(
        IMPORT,
        data={
            "csrf_token": visitor.token(),
            "tree_file": (io.BytesIO(TREE.replace(",", ";").encode("utf-8-sig")), "../../units.csv"),
            "roster_file": (io.BytesIO(ROSTER.encode("utf-16")), "people.txt"),
        },
        follow_redirects=True,
    )
    assert response.status_code == 200
    assert "People added: 2" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def test_all_mistakes_are_listed_and_what_was_typed_stays(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    visitor.get(IMPORT)
    wrong = "name,email,unit,language\n,ana,nowhere,xx\n"
    response = visitor.post(IMPORT, {"tree": "code,parent,name\nall,,A\nb,,B\n", "roster": wrong})
    assert response.status_code == 422
    assert visitor.title.startswith("Error: ")
    assert "5 things are wrong in the tables. Nothing was stored." in visitor.text
    for part in (
        "Organisation 3 parent “b” is a second top beside “all” in row 2",
        "Roster 2 name nothing is filled in a value",
        "Roster 2 email “ana” is not an e-mail address",
        "Roster 2 unit “nowhere” is not a unit",
        "Roster 2 language “xx” is not a language of the survey one of en, ar",
    ):
        assert part in visitor.text
    assert wrong in visitor.page.replace("\r\n", "\n")
    assert present(sessions, agency_id).units == ()


def test_mistakes_are_told_in_the_readers_language(visitor: Visitor) -> None:
    visitor.get(f"{IMPORT}?language=ar")
    visitor.post(IMPORT, {"roster": "name,email,unit\nAna,ana,nowhere\n"})
    assert 'lang="ar"' in visitor.page
    assert "is not an e-mail address" not in visitor.text


def test_nothing_sent_is_said(visitor: Visitor) -> None:
    visitor.get(IMPORT)
    assert visitor.post(IMPORT, {"tree": "  ", "roster": ""}).status_code == 422
    assert "Paste a table or choose a file" in visitor.text


def test_a_spreadsheet_bomb_is_refused(visitor: Visitor) -> None:
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (210 * 1024 * 1024))
    visitor.get(IMPORT)
    packed.seek(0)
    response = visitor.client.post(
        IMPORT,
        data={"csrf_token": visitor.token(), "roster_file": (packed, "people.xlsx")},
        follow_redirects=True,
    )
    assert response.status_code == 422
    assert "the file is too large" in response.text


def test_a_pasted_roster_may_be_long(visitor: Visitor) -> None:
    visitor.get(IMPORT)
    rows = "".join(f"Person {n},person.{n}@example.org,all,en\n" for n in range(20_000))
    assert len(rows) > 700_000
    answer = visitor.post(
        IMPORT, {"tree": "code,parent,name\nall,,A\n", "roster": "name,email,unit,language\n" + rows}
    )
    assert answer.status_code == 200
    assert "People added: 20,000" in visitor.text
    assert "And 19,900 more." in visitor.text


@pytest.mark.parametrize("naive", [False, True])
def test_a_very_long_table_is_refused_unread_where_pasted_and_taken_as_a_file(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, *, naive: bool
) -> None:
    """The control reads whatever is pasted, up to 20 MB, in the web process."""
    if naive:
        monkeypatch.setattr(roster_import, "MOST_PASTED_BYTES", MOST_BYTES)
    rows = "".join(f"Person {n},person.{n}@example.org,all,en,{'x' * 4_000}\n" for n in range(300))
    roster = "name,email,unit,language,notes\n" + rows
    assert len(roster) > 1_200_000
    visitor.get(IMPORT)
    file = FileStorage(io.BytesIO(roster.encode()), "people.csv")
    answers = []
    for sent in (roster, file):
        field = "roster" if sent is roster else "roster_file"
        form = {"csrf_token": visitor.token(), "tree": "code,parent,name\nall,,A\n", field: sent}
        boundary, body = encode_multipart(form)
        kind = f"multipart/form-data; boundary={boundary}"
        answers.append(visitor.client.post(IMPORT, data=body, content_type=kind))
    pasted, as_file = answers
    assert pasted.status_code == (303 if naive else 413)
    assert ("save a longer table as a CSV or Excel file" in pasted.text) is not naive
    assert as_file.status_code == 303
    visitor.get(PREVIEW)
    assert "People added: 300" in visitor.text


def test_losing_many_people_asks_first(visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID) -> None:
    visitor.get(IMPORT)
    visitor.post(IMPORT, {"tree": TREE, "roster": ROSTER})
    visitor.post(PREVIEW, {"digest": digest_on(visitor)})
    visitor.get(IMPORT)
    visitor.post(IMPORT, {"roster": "name,email,unit\nNew,new@example.org,north\n"})
    assert "2 people would leave the roster" in visitor.text
    assert visitor.post(PREVIEW, {"digest": digest_on(visitor)}).status_code == 422
    assert "Tick the box" in visitor.text
    assert sum(one.active for one in present(sessions, agency_id).people) == 2
    visitor.post(PREVIEW, {"digest": digest_on(visitor), "sure": "yes"})
    assert [one.row.email for one in present(sessions, agency_id).people if one.active] == ["new@example.org"]


def test_a_digest_of_something_else_is_refused(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    visitor.get(IMPORT)
    visitor.post(IMPORT, {"tree": TREE, "roster": ROSTER})
    visitor.post(PREVIEW, {"digest": "0" * 64})
    assert "The roster has changed since this was shown" in visitor.text
    assert present(sessions, agency_id).units == ()
    visitor.post("/organisation/import/discard")
    visitor.get(PREVIEW)
    assert "Paste from a spreadsheet" in visitor.text


def test_what_is_downloaded_can_be_sent_back(visitor: Visitor) -> None:
    visitor.get(IMPORT)
    roster = ROSTER + "=1+1,formula@example.org,north,en\n"
    visitor.post(IMPORT, {"tree": TREE, "roster": roster})
    visitor.post(PREVIEW, {"digest": digest_on(visitor)})
    units = visitor.client.get("/organisation/units.csv")
    people = visitor.client.get("/organisation/people.csv")
    assert "'=1+1" in people.text
    assert "attachment" in people.headers["Content-Disposition"]
    visitor.get(IMPORT)
    visitor.post(IMPORT, {"tree": units.text, "roster": people.text})
    assert "there is nothing to store" in visitor.text


FRENCH = (
    "Prénom;Nom;Courriel;Service;Date de naissance\nAna;Ruiz;ana@example.org;North <b>wing</b>;1.2.1980\n"
)


def test_columns_of_another_language_are_known_and_what_is_not_asked_for_is_left_out(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    visitor.get(IMPORT)
    visitor.post(IMPORT, {"tree": TREE, "roster": FRENCH})
    assert "Left out and not stored: Date de naissance." in visitor.text
    assert "Ana Ruiz · ana@example.org" in visitor.text
    assert "1980" not in visitor.text
    visitor.post(PREVIEW, {"digest": digest_on(visitor)})
    assert [one.row.unit for one in present(sessions, agency_id).people] == ["north"]


def test_columns_that_nobody_can_guess_are_chosen(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    odd = "who,mail,mail address,where\nAna Ruiz,ana@example.org,private@example.net,north\n"
    visitor.get(IMPORT)
    visitor.post(IMPORT, {"tree": TREE, "roster": odd})
    assert visitor.title.startswith("Which column is which?")
    assert "Column 2: mail" in visitor.text
    assert "private@example.net" in visitor.text
    tree = {"tree_code": "0", "tree_parent": "1", "tree_name": "2"}
    columns = f"{IMPORT}/columns"
    answer = visitor.post(columns, {**tree, "roster_name": "0", "roster_email": "0", "roster_unit": ""})
    assert answer.status_code == 422
    assert "This column is chosen already." in visitor.text
    assert "Choose a column." in visitor.text
    assert visitor.post(columns, {**tree, "roster_name": "99"}).status_code == 422
    visitor.post(columns, {**tree, "roster_name": "0", "roster_email": "1", "roster_unit": "3"})
    assert "Ana Ruiz · ana@example.org" in visitor.text
    visitor.post(PREVIEW, {"digest": digest_on(visitor)})
    assert [one.row.email for one in present(sessions, agency_id).people] == ["ana@example.org"]
    visitor.get(columns)  # gone with its unchosen columns
    assert "Paste from a spreadsheet" in visitor.text


def test_problems_name_the_column_as_the_table_does(visitor: Visitor) -> None:
    visitor.get(IMPORT)
    visitor.post(IMPORT, {"tree": TREE, "roster": FRENCH.replace("ana@", "ana")})
    assert "Roster 2 Courriel “anaexample.org” is not an e-mail address" in visitor.text


def test_the_first_twenty_problems_are_told_and_the_others_counted(visitor: Visitor) -> None:
    rows = "".join(f"Person {n},p{n}@example.org,nowhere,en\n" for n in range(1_234))
    visitor.get(IMPORT)
    visitor.post(IMPORT, {"tree": TREE, "roster": "name,email,unit,language\n" + rows})
    assert "1234 things are wrong" in visitor.text
    assert visitor.page.count("is not a unit") == 20
    assert "And 1,214 more like this." in visitor.text


def test_many_problems_of_one_kind_hide_no_others(visitor: Visitor) -> None:
    rows = [f"Person {n},p{n}@example.org,nowhere,en\n" for n in range(1_400)]
    rows[1_200:1_200] = ["Ana,ana,north,en\n", ",ben@example.org,north,en\n", "Cy,p7@example.org,north,en\n"]
    visitor.get(IMPORT)
    visitor.post(IMPORT, {"tree": TREE, "roster": "name,email,unit,language\n" + "".join(rows)})
    assert "1403 things are wrong" in visitor.text
    assert visitor.page.count("is not a unit") == 5  # a fourth of what is told
    assert "And 1,395 more like this." in visitor.text
    assert "Roster 1,202 email “ana” is not an e-mail address" in visitor.text
    assert "Roster 1,203 name nothing is filled in" in visitor.text
    assert "“p7@example.org” is already in row 9" in visitor.text


def test_another_browser_of_the_same_person_does_not_see_what_was_sent(
    visitor: Visitor, app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    """The key is in the browser alone: the account, the agency and the store do not suffice."""
    person = make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR))
    here, elsewhere = visit(app, person), visit(app, person)
    here.get(IMPORT)
    here.post(IMPORT, {"tree": TREE, "roster": ROSTER})
    elsewhere.get(PREVIEW)
    assert "Paste from a spreadsheet" in elsewhere.text
    here.get(PREVIEW)
    assert "Ana Ruiz" in here.text


def test_what_units_seem_to_have_become_is_asked_recorded_and_undone(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    roster = "name,email,unit\n" + "".join(f"P{n},p{n}@example.org,north\n" for n in range(4))
    visitor.get(IMPORT)
    visitor.post(IMPORT, {"tree": TREE, "roster": roster})
    visitor.post(PREVIEW, {"digest": digest_on(visitor)})
    visitor.get(IMPORT)
    new = "code,parent,name\nall,,The agency\nnord,all,North office\n"
    visitor.post(IMPORT, {"tree": new, "roster": roster.replace("north", "nord")})
    assert "Renamed: North <b>wing</b> became North office" in visitor.text
    assert "4 of 4 people went this way." in visitor.text
    fields = {"digest": digest_on(visitor), "record": "north>nord", "day": "no day"}
    assert visitor.post(PREVIEW, fields).status_code == 422
    visitor.post(PREVIEW, {**fields, "day": "2026-03-01"})
    visitor.get("/organisation/history")
    assert "March 1, 2026" in visitor.text
    assert "north → nord" in visitor.text
    assert "<b>wing" not in visitor.page
    visitor.get("/organisation/undo")
    update = re.search(r'name="update" value="([0-9a-f-]{36})"', visitor.page)
    assert update is not None
    visitor.post("/organisation/undo", {"update": update.group(1)})
    assert "Undone." in visitor.text
    assert {one.row.unit for one in present(sessions, agency_id).people} == {"north"}
    visitor.get("/organisation/history")
    assert "Nothing recorded yet" in visitor.text


def test_what_happened_is_recorded_by_hand_and_every_mistake_is_told(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    visitor.get(IMPORT)
    visitor.post(IMPORT, {"tree": TREE + "south,all,South\n", "roster": ""})
    visitor.post(PREVIEW, {"digest": digest_on(visitor)})
    new = "/organisation/history/new"
    visitor.get(new)
    wrong = (
        (
            {"before": "nowhere", "after": "north", "day": "2026-01-05"},
            "No unit has or had the code nowhere.",
        ),
        ({"before": "north", "after": "south", "day": "2026-01-05"}, "north still exists"),
        ({"before": "north", "after": "north", "day": "2026-01-05"}, "Nothing would have changed."),
        ({"before": "", "after": "north", "day": "2026-01-05"}, "Name at least one unit."),
        ({"before": "north", "after": "north\nsouth", "day": "2099-01-05"}, "The day has not come yet."),
        ({"before": "north", "after": "south", "day": ""}, "Give a day."),
    )
    for fields, words in wrong:
        assert visitor.post(new, dict(fields)).status_code == 422
        assert words in visitor.text
    visitor.post(new, {"before": "north", "after": " north \r\nsouth", "day": "2026-01-05"})
    assert "Split: North <b>wing</b> became North <b>wing</b>, South" in visitor.text
    visitor.get(new)
    twice = {"before": "south", "after": "south\nnorth", "day": "2026-01-05"}
    assert visitor.post(new, dict(twice)).status_code == 422
    assert "also became another unit" in visitor.text
    visitor.get("/organisation/history")
    action = re.search(r'action="(/organisation/history/[0-9a-f-]{36}/take-back)"', visitor.page)
    assert action is not None
    visitor.post(action.group(1))
    assert "Taken back." in visitor.text
    assert visitor.post(action.group(1)).status_code == 404
