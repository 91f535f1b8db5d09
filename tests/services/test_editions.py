"""From the wish for an edition to the frozen document: two stewards, one snapshot, nothing in part."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from cri.adapters.document_schemas import validate
from cri.db.models import Edition, Withdrawal
from cri.db.queries import benchmark_pool
from cri.domain.edition_change import changes_between
from cri.domain.errors import InputError
from cri.services import editions
from cri.services.benchmarks import edition_for
from cri.services.context import Parts
from cri.services.contributions import contribution_of
from cri.services.draft_making import make_draft
from cri.services.edition_files import edition_file, import_edition
from cri.services.editions import (
    DraftMissingError,
    Steward,
    approve_draft,
    ask_for_draft,
    drop_draft,
    edition_before,
    list_editions,
    load_draft,
    load_edition,
    preview_draft,
    publish_draft,
)
from cri.services.instruments import released_instrument
from tests.services.pool_service import found_out, ledger_of, members, new_instrument

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ANA = uuid.uuid4()
SCORES = [(40.0 + n, 60.0 - n) for n in range(14)]


@pytest.fixture
def ana() -> Steward:
    return Steward(uuid.uuid4(), NOW)


@pytest.fixture
def ben() -> Steward:
    return Steward(uuid.uuid4(), NOW)


def give(parts: Parts, instrument: dict[str, Any], scores: Any = SCORES, first: int = 0) -> dict[str, str]:
    """Contributions with these scores from number `first` on; owners by sheet."""
    pool = members(scores, instrument, synthetic=False)[first:]
    with parts.pool_sessions.begin() as session:
        session.add_all(contribution_of(parts.secrets.pseudonym, one) for one in pool)
    return {one.sheet: one.owner for one in pool}


def kind(instrument: dict[str, Any]) -> editions.Kind:
    return instrument["code"], instrument["version"], False


def drafted(parts: Parts, instrument: dict[str, Any], number: str, steward: Steward) -> uuid.UUID:
    draft_id = ask_for_draft(parts, kind(instrument), number, steward)
    assert make_draft(parts, draft_id)
    return draft_id


def published(
    parts: Parts, instrument: dict[str, Any], number: str, ana: Steward, ben: Steward
) -> dict[str, Any]:
    draft_id = drafted(parts, instrument, number, ana)
    preview_draft(parts, draft_id, ana)
    approve_draft(parts, draft_id, ben)
    publish_draft(parts, draft_id, ana)
    edition = load_edition(parts, instrument["code"], number)
    assert edition is not None
    return edition.document


def test_an_edition_goes_from_one_steward_to_the_other(parts: Parts, ana: Steward, ben: Steward) -> None:
    instrument = new_instrument()
    give(parts, instrument)
    draft_id = ask_for_draft(parts, kind(instrument), "2026.1", ana)
    assert load_draft(parts, draft_id).state == "asked"
    for early in (preview_draft, approve_draft, publish_draft):
        with pytest.raises(InputError, match="in another state: asked"):
            early(parts, draft_id, ben)
    assert make_draft(parts, draft_id)
    assert not make_draft(parts, draft_id)
    draft = load_draft(parts, draft_id)
    assert draft.preview is not None
    assert draft.preview.notes["joined"] == 14
    assert draft.preview.notes["left"] == 0
    validate(draft.preview.document)
    preview_draft(parts, draft_id, ana)
    with pytest.raises(InputError, match="a second steward"):
        approve_draft(parts, draft_id, ana)
    with pytest.raises(InputError, match="in another state: previewed"):
        publish_draft(parts, draft_id, ben)
    approve_draft(parts, draft_id, ben)
    assert publish_draft(parts, draft_id, ana) == "2026.1"
    made = load_edition(parts, instrument["code"], "2026.1")
    assert made is not None
    assert made.document == draft.preview.document
    assert load_draft(parts, draft_id).state == "published"
    with pytest.raises(InputError, match="in another state: published"):
        drop_draft(parts, draft_id, ana)


def test_a_second_edition_answers_for_the_first_and_tells_what_changed(
    parts: Parts, ana: Steward, ben: Steward
) -> None:
    instrument = new_instrument()
    owners = give(parts, instrument, SCORES[:13])
    first = published(parts, instrument, "2026.1", ana, ben)
    owners |= give(parts, instrument, SCORES, first=13)
    draft_id = drafted(parts, instrument, "2026.2", ben)
    preview = load_draft(parts, draft_id).preview
    assert preview is not None
    assert (preview.notes["joined"], preview.notes["left"]) == (1, 0)
    assert preview.after == [first["sha256"]]
    assert preview.document is not None
    (change,) = changes_between(first, preview.document)
    assert change.peers == "all"
    assert change.before is not None
    assert change.before.agencies == 13
    preview_draft(parts, draft_id, ben)
    approve_draft(parts, draft_id, ana)
    publish_draft(parts, draft_id, ben)
    second = load_edition(parts, instrument["code"], "2026.2")
    assert second is not None
    assert edition_before(parts, second.document) == first
    assert found_out(ledger_of(parts, instrument, synthetic=False), owners) is None
    mine = [one.number for one in list_editions(parts) if one.kind[0] == instrument["code"]]
    assert mine == ["2026.2", "2026.1"]


def test_two_stewards_publish_at_once_and_one_edition_comes_of_it(
    parts: Parts, ana: Steward, ben: Steward
) -> None:
    instrument = new_instrument()
    give(parts, instrument)
    draft_id = drafted(parts, instrument, "2026.1", ana)
    preview_draft(parts, draft_id, ana)
    approve_draft(parts, draft_id, ben)
    with ThreadPoolExecutor(3) as threads:
        tries = [threads.submit(publish_draft, parts, draft_id, who) for who in (ana, ben, ana)]
    errors = [one.exception() for one in tries]
    assert sum(error is None for error in errors) == 1
    assert all(error is None or isinstance(error, InputError) for error in errors)


def test_who_withdraws_after_the_approval_is_not_published(parts: Parts, ana: Steward, ben: Steward) -> None:
    instrument = new_instrument()
    give(parts, instrument)
    draft_id = drafted(parts, instrument, "2026.1", ana)
    preview_draft(parts, draft_id, ana)
    approve_draft(parts, draft_id, ben)
    preview = load_draft(parts, draft_id).preview
    assert preview is not None
    with parts.pool_sessions.begin() as session:
        session.add(Withdrawal(contribution_id=uuid.UUID(preview.contributions[0]), withdrawn_at=NOW))
    with pytest.raises(InputError, match="or are held, since the draft was made: 1"):
        publish_draft(parts, draft_id, ana)
    assert load_edition(parts, instrument["code"], "2026.1") is None
    drop_draft(parts, draft_id, ana)
    again = drafted(parts, instrument, "2026.1", ana)
    document = load_draft(parts, again).preview
    assert document is not None
    assert len(document.contributions) == 13


def test_a_draft_that_is_overtaken_is_not_published(
    parts: Parts, ana: Steward, ben: Steward, superuser: psycopg.Connection
) -> None:
    """The control of `after`: without it the draft would pass for audited with what it has never seen."""
    instrument = new_instrument()
    give(parts, instrument)
    draft_id = drafted(parts, instrument, "2026.2", ana)
    preview_draft(parts, draft_id, ana)
    approve_draft(parts, draft_id, ben)
    superuser.execute(  # another draft of this instrument that slipped by
        "INSERT INTO pool.edition (number, instrument_code, instrument_version, synthetic, sha256, document, "
        "origin, draft_id, approval) SELECT '2026.1', instrument_code, instrument_version, false, 'x', "
        "jsonb_set(jsonb_set(p.document, '{edition}', '\"2026.1\"'), '{sha256}', '\"x\"'), 'made', d.id, "
        "'approved' "
        "FROM pool.edition_draft d JOIN pool.draft_preview p ON p.draft_id = d.id WHERE d.id = %s",
        [draft_id],
    )
    with pytest.raises(InputError, match="an edition was published since"):
        publish_draft(parts, draft_id, ana)


def test_one_draft_at_a_time_with_a_number_of_its_own(parts: Parts, ana: Steward) -> None:
    instrument = new_instrument()
    with pytest.raises(InputError, match="there is no contribution to"):
        ask_for_draft(parts, kind(instrument), "2026.1", ana)
    give(parts, instrument)
    for number in ("2026", "1", "2026.0", "2026.1 ", "2026.3"):
        with pytest.raises(InputError, match="this is not a number of an edition"):
            ask_for_draft(parts, kind(instrument), number, ana)
    first = ask_for_draft(parts, kind(instrument), "2026.1", ana)
    with pytest.raises(InputError, match="another draft is under way"):
        ask_for_draft(parts, kind(instrument), "2026.2", ana)
    drop_draft(parts, first, ana)
    assert not make_draft(parts, first)
    drop_draft(parts, ask_for_draft(parts, kind(instrument), "2026.1", ana), ana)  # nothing waits for others
    with pytest.raises(DraftMissingError):
        load_draft(parts, uuid.uuid4())


def test_a_pool_that_cannot_be_pooled_fails_with_a_line(parts: Parts, ana: Steward) -> None:
    instrument = new_instrument()
    pool = members(SCORES, instrument, synthetic=False)
    pool[5].scorecard["method"] = "0.9"  # type: ignore[index]  # a dict, whatever its type says
    with parts.pool_sessions.begin() as session:
        session.add_all(contribution_of(parts.secrets.pseudonym, one) for one in pool)
    draft = load_draft(parts, drafted(parts, instrument, "2026.1", ana))
    assert draft.state == "failed"
    assert draft.preview is not None
    assert "an edition never mixes them" in str(draft.preview.failure)


def test_whoever_the_pool_has_come_to_be_far_from_is_held(parts: Parts, ana: Steward) -> None:
    instrument = new_instrument()
    give(parts, instrument, [*SCORES, (99.0, 99.0)])
    preview = load_draft(parts, drafted(parts, instrument, "2026.1", ana)).preview
    assert preview is not None
    assert len(preview.contributions) == 14


def real_edition(parts: Parts, number: str, **changes: Any) -> dict[str, Any]:
    """An edition of our own instrument, as another installation could have published it."""
    from cri.domain.documents import digest_of
    from cri.domain.edition_draft import build_edition

    instrument = released_instrument("cri", "1.1.0")
    told = {"code": "cri", "version": "1.1.0", "sha256": instrument.sha256}
    document = build_edition(members(SCORES, told, synthetic=False), number) | changes
    content = {key: value for key, value in document.items() if key != "sha256"}
    return {**content, "sha256": digest_of(content)}


@pytest.fixture
def free(superuser: psycopg.Connection) -> Iterator[str]:
    """A number of the form of ours, that no other test uses; its edition is taken away again."""
    yield "2098.1"
    superuser.execute("DELETE FROM pool.edition_import WHERE number = '2098.1' AND instrument_code = 'cri'")
    superuser.execute("DELETE FROM pool.edition WHERE number = '2098.1' AND instrument_code = 'cri'")


def test_an_edition_goes_out_as_a_file_and_comes_in_again(parts: Parts, free: str) -> None:
    document = real_edition(parts, free)
    data = edition_file(document)
    assert import_edition(parts, data, "edition.json", steward=ANA, now=NOW) == document
    found = load_edition(parts, "cri", document["edition"])
    assert found is not None
    assert (found.document, found.origin) == (document, "imported")
    with pytest.raises(InputError, match=f"has an edition {document['edition']} already"):
        import_edition(parts, data, "edition.json", steward=ANA, now=NOW)


def altered(data: bytes) -> bytes:
    """One byte of it changed: a digit of a mean."""
    place = data.index(b'"mean": 4') + len(b'"mean": ')
    return data[:place] + b"5" + data[place + 1 :]


def test_a_byte_altered_another_instrument_another_method_are_refused(parts: Parts) -> None:
    number = "2097.1"
    good = real_edition(parts, number)
    foreign = {**good["instrument"], "sha256": "1" * 64}
    unknown = {**good["instrument"], "version": "9.9.9"}
    small = [{**good["cells"][0], "groups": [{"size": 3, "mean": 50.0}]}]
    wrong = [
        (altered(edition_file(good)), "does not match its sha256"),
        (
            edition_file(real_edition(parts, number, instrument=foreign)),
            "another instrument than ours is called cri",
        ),
        (
            edition_file(real_edition(parts, number, instrument=unknown)),
            "instrument cri 9.9.9 is not known here",
        ),
        (edition_file(real_edition(parts, number, method="0.9")), "the method is 0.9"),
        (edition_file(real_edition(parts, number, cells=small)), "3"),
        (
            edition_file(real_edition(parts, number, cells=[{**good["cells"][0], "factor": "magic"}])),
            "magic in",
        ),
        (b"\xff\xfe", "this is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"{}", "says of no kind that it is"),
        (b'{"schema": "cri.scorecard/1"}', "the document is a cri.scorecard/1"),
    ]
    for data, line in wrong:
        with pytest.raises(InputError) as refused:
            import_edition(parts, data, "edition.json", steward=ANA, now=NOW)
        assert line in str(refused.value)
        assert str(refused.value).count("\n") == 0, str(refused.value)
    with parts.pool_sessions() as session:
        assert benchmark_pool.find_edition(session, number, "cri") is None


def test_a_facet_that_nobody_knows_and_numbers_that_are_none_are_refused(parts: Parts) -> None:
    """As somebody could write them who makes the digest fit as well."""
    number = "2097.2"
    good = real_edition(parts, number)
    for peers in ("sector=magic", "size=huge", "country=Sweden", "sector=water&sector=tax", "colour=red"):
        cells = [{**good["cells"][0], "peers": peers}]
        with pytest.raises(InputError) as refused:
            import_edition(
                parts,
                edition_file(real_edition(parts, number, cells=cells)),
                "e.json",
                steward=ANA,
                now=NOW,
            )
        assert f"“{peers}” is not a peer group" in str(refused.value)
    for wrong in (b"NaN", b"Infinity", b"1e999", b'"50"', b"null"):
        data = edition_file(good)
        place = data.index(b'"mean": ') + len(b'"mean": ')
        end = data.index(b"\n", place)
        with pytest.raises(InputError):
            import_edition(parts, data[:place] + wrong + data[end:], "e.json", steward=ANA, now=NOW)
    with parts.pool_sessions() as session:
        assert benchmark_pool.find_edition(session, number, "cri") is None


def store_imported(parts: Parts, instrument: dict[str, Any], first: dict[str, Any], number: str) -> None:
    """A copy of an edition under another number, as an import leaves it."""
    with parts.pool_sessions.begin() as session:
        session.add(
            Edition(
                number=number,
                instrument_code=instrument["code"],
                instrument_version=instrument["version"],
                synthetic=False,
                sha256=first["sha256"],
                document={**first, "edition": number},
                origin=benchmark_pool.IMPORTED,
            )
        )


def test_one_steward_alone_does_not_replace_the_norm(parts: Parts, ana: Steward, ben: Steward) -> None:
    """The control: by number alone, as it was chosen before, 9999.2 is the newest."""
    instrument = new_instrument()
    give(parts, instrument)
    first = published(parts, instrument, "2026.1", ana, ben)
    for number in ("9999.2", "2025.2"):
        store_imported(parts, instrument, first, number)
    with parts.pool_sessions() as session:
        known = benchmark_pool.editions(session, instrument["code"], instrument["version"], synthetic=False)
    assert known[-1]["edition"] == "9999.2"
    scorecard = dict(members(SCORES, instrument, synthetic=False)[0].scorecard)
    assert edition_for(parts, scorecard) == first
    assert edition_before(parts, {**first, "edition": "2026.2"}) == first
    assert edition_before(parts, first) is None
    later = ask_for_draft(parts, kind(instrument), "2026.2", ben)  # nor does such a number stop publishing
    drop_draft(parts, later, ben)


def test_what_contradicts_itself_is_refused(parts: Parts) -> None:
    """The control: each of these matches the schema and its own digest."""
    number = "2096.1"
    good = real_edition(parts, number)
    cell, *others = good["cells"]
    first, *rest = cell["groups"]
    within = {key: value for key, value in good["within"].items() if key != "index"}
    falling = {**cell, "groups": [{**first, "mean": first["mean"] + 1}, *rest]}
    wrong: list[tuple[dict[str, Any], str]] = [
        *(({"edition": one}, "not a number of an edition") for one in ("9999.2", "2026.3", "x", "2026.1.1")),
        ({"within": within}, "“within” says nothing of index"),
        ({"within": {}}, "“within” says nothing of "),
        ({"cells": [{**cell, "agencies": 15}, *others]}, "the groups of index of all hold 14 in all, and it"),
        ({"cells": [{**cell, "owners": 15}, *others]}, "index of all: 15 owners of 14 agencies"),
        ({"cells": [cell, *others, cell]}, "index of all comes 2 times"),
        ({"cells": [falling, *others]}, "in index of all, the mean of a group is below"),
        ({"members": [*good["members"], good["members"][0]]}, "members that come twice: 1"),
        ({"window": {"from": "2026-05", "to": "2026-04"}}, "the window is from 2026-05 to 2026-04"),
        ({"certificate": {**good["certificate"], "attacker": "two\0"}}, "a NUL character"),
    ]
    for changes, line in wrong:
        document = real_edition(parts, number, **changes)
        validate(document)
        with pytest.raises(InputError) as refused:
            import_edition(parts, edition_file(document), "e.json", steward=ANA, now=NOW)
        assert line in str(refused.value)
        assert str(refused.value).count("\n") == 0, str(refused.value)
    with parts.pool_sessions() as session:
        assert benchmark_pool.find_edition(session, number, "cri") is None
