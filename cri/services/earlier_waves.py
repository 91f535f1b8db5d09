"""The wave before, and what each unit of this one can be compared with in it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from cri.db.models import StoredScorecard, Wave
from cri.domain.lineage import History
from cri.domain.pack_earlier import stands_before
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.lineage import histories_since

Document = dict[str, Any]


def earlier_scorecard(
    context: Context, wave: Wave, closed: date
) -> tuple[Document, Mapping[str, History]] | None:
    """The scorecard of the agency's latest wave of the same instrument that closed before the day `closed`.

    With what each unit of `wave`, which is sealed, can be compared with in it. None without such a wave. An
    agency that has another name now is the same one: the scorecard is given under its name of today.
    """
    rows = context.session.execute(
        select(StoredScorecard.document, Wave)
        .join(Wave, (Wave.agency_id == StoredScorecard.agency_id) & (Wave.id == StoredScorecard.wave_id))
        .where(
            Wave.agency_id == context.agency_id,
            Wave.instrument_code == wave.instrument_code,
            Wave.id != wave.id,
            Wave.closed_at < wave.closed_at,
        )
        .order_by(Wave.closed_at.desc())
    )
    for document, earlier in rows:
        if document["wave"]["closed"] < closed.isoformat() and document["sheet_sha256"] != wave.sheet_sha256:
            shown = [unit["code"] for unit in document["units"] if unit["factors"]]
            previous = {**document, "agency": this_agency(context).name}
            return previous, histories_since(context, earlier, wave, shown)
    return None


def earlier_scorecards(context: Context, wave: Wave) -> list[Document]:
    """Scorecards of the agency's waves of the same instrument that closed before `wave`, the oldest first."""
    rows = context.session.scalars(
        select(StoredScorecard.document)
        .join(Wave, (Wave.agency_id == StoredScorecard.agency_id) & (Wave.id == StoredScorecard.wave_id))
        .where(
            Wave.agency_id == context.agency_id,
            Wave.instrument_code == wave.instrument_code,
            Wave.closed_at < wave.closed_at,
        )
        .order_by(Wave.closed_at, Wave.id)
    )
    return list(rows)


def shown_before(context: Context, wave: Wave, card: Document) -> list[Document]:
    """Scorecards of earlier waves that a pack of `wave` shows beside `card`, its own, the oldest first."""
    return [one for one in earlier_scorecards(context, wave) if stands_before(card, one)]


def scorecards_of(context: Context, digests: Sequence[str]) -> list[Document]:
    """The agency's scorecards with these digests, in their order. Raises LookupError for one that is gone."""
    if not digests:
        return []
    rows = context.session.execute(
        select(StoredScorecard.sha256, StoredScorecard.document).where(
            StoredScorecard.agency_id == context.agency_id, StoredScorecard.sha256.in_(digests)
        )
    )
    found = {str(row.sha256): row.document for row in rows}
    gone = [digest for digest in digests if digest not in found]
    if gone:
        raise LookupError(f"no scorecard {gone[0]} of an earlier wave")
    return [found[digest] for digest in digests]


def latest_comparison(context: Context) -> tuple[str, str, list[Document]] | None:
    """(label of the newest scored wave, of the one it was compared with, its units' lineage); None without.

    What stands in its scorecard: nothing is worked out anew.
    """
    rows = context.session.execute(
        select(StoredScorecard.document)
        .join(Wave, (Wave.agency_id == StoredScorecard.agency_id) & (Wave.id == StoredScorecard.wave_id))
        .where(Wave.agency_id == context.agency_id)
        .order_by(Wave.closed_at.desc())
        .limit(1)
    )
    document = rows.scalar()
    if document is None:
        return None
    change = document["change"]
    if not change or not change["comparable"] or not any("lineage" in unit for unit in change["units"]):
        return None
    names = {unit["code"]: unit["name"] for unit in document["units"]}
    units = [{"name": names[unit["code"]], **unit["lineage"]} for unit in change["units"]]
    return document["wave"]["label"] or "", change["previous"]["wave"]["label"] or "", units
