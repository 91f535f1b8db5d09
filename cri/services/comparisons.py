"""What a scored wave is compared with, as its report froze it or as somebody chooses: documents only.

A comparison is a function of published editions and of the agency's own scorecard. Nothing here reads the
pool's contributions, members or ledger, and nothing is stored: the report stays with what it was frozen with.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from cri.db.models import Agency, Wave
from cri.db.queries.published_editions import Listed, edition_document, listed_editions
from cri.domain.claims import Claim
from cri.domain.comparing import Move, Offer, may_ask, moves_between, offers_of, own_facets, unstated
from cri.domain.errors import InputError, InputProblem
from cri.domain.pack import leader_pack
from cri.domain.peers import ALL, fallbacks
from cri.domain.placing import place
from cri.domain.target_claims import target_claim
from cri.domain.targets import Target, targets_of
from cri.services.context import Context
from cri.services.instruments import released_instrument
from cri.services.packs import load_pack
from cri.services.scoring import facets_of, load_scorecard

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Frozen:
    """What the report was made with."""

    edition: str
    peers: str


@dataclass(frozen=True)
class Comparison:
    """A wave placed in an edition and a peer group; without an edition it stands by itself.

    pack: the leader's pack of this comparison, made for the page and kept nowhere. editions: numbers that can
    be chosen, the newest first; imported: those of them that came from a file, which nothing is placed in or
    set beside unless somebody asks for it. offers: peer groups by what the agency states of itself. unstated:
    attributes that it has not told. since: what moved from the edition `since_edition` to `until_edition` for
    this scorecard; empty where there is no other edition.
    """

    pack: Document
    edition: Document | None
    placement: Document | None
    peers: str
    frozen: Frozen | None
    editions: tuple[str, ...]
    offers: tuple[Offer, ...]
    unstated: tuple[str, ...]
    targets: tuple[tuple[Target, Claim], ...]
    since: tuple[Move, ...] = ()
    imported: frozenset[str] = frozenset()
    since_edition: str | None = None
    until_edition: str | None = None

    @property
    def as_in_report(self) -> bool:
        """Whether this is the comparison that the report holds."""
        chosen = None if self.edition is None else Frozen(str(self.edition["edition"]), self.peers)
        return chosen == self.frozen


def compare(
    context: Context, wave_id: uuid.UUID, edition: str | None = None, peers: str | None = None
) -> Comparison | None:
    """A scored wave in the edition and peer group asked for, those of its report where nothing is asked.

    None before the wave has a pack. Raises InputError for an edition that there is not for this wave, and for
    a peer group that is none or that the agency is not in by what it states of itself.
    """
    scorecard, pack = load_scorecard(context, wave_id), load_pack(context, wave_id)
    if scorecard is None or pack is None:
        return None
    norm = pack["norm"]
    frozen = Frozen(norm["edition"], norm["asked"]) if norm else None
    wave = context.session.get_one(Wave, (context.agency_id, wave_id))
    facets = own_facets(scorecard, facets_of(context.session.get_one(Agency, context.agency_id), wave))
    asked = _asked_peers(peers or (frozen.peers if frozen else ALL), facets)
    with context.parts.pool_sessions() as session:
        listed = _listed(session, scorecard)
        numbers = tuple(one.number for one in listed)
        imported = frozenset(one.number for one in listed if one.imported)
        number = _asked_edition(edition, numbers, frozen)
        documents = _Documents(session, str(scorecard["instrument"]["code"]))
        chosen = documents.get(number)
        older, newer = documents.pair(number, numbers, imported, frozen)
    if chosen is None:
        return Comparison(
            pack, None, None, asked, frozen, numbers, (), unstated(facets), (), imported=imported
        )
    placement = place(scorecard, chosen, asked, facets)
    moved = moves_between(scorecard, older, newer, asked, facets) if older and newer else ()
    return Comparison(
        pack=_pack_of(wave, scorecard, placement, chosen),
        edition=chosen,
        placement=placement,
        peers=str(placement["peers"]),
        frozen=frozen,
        editions=numbers,
        offers=offers_of(chosen, facets),
        unstated=unstated(facets),
        targets=_targets(scorecard, placement, chosen),
        since=moved,
        imported=imported,
        since_edition=older["edition"] if older and newer else None,
        until_edition=newer["edition"] if older and newer else None,
    )


class _Documents:
    """Editions of one instrument, each read once."""

    def __init__(self, session: Session, instrument_code: str) -> None:
        self.session, self.code = session, instrument_code
        self.read: dict[str, dict[str, Any] | None] = {}

    def get(self, number: str | None) -> dict[str, Any] | None:
        if number is None:
            return None
        if number not in self.read:
            self.read[number] = edition_document(self.session, number, self.code)
        return self.read[number]

    def pair(
        self,
        number: str | None,
        numbers: tuple[str, ...],
        imported: frozenset[str],
        frozen: Frozen | None,
    ) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """The two editions to set side by side, the older one first: the chosen and the report's own.

        Where these are one, or the report has none, the one before it that was made here takes the place
        of the other.
        """
        if number is None or number not in numbers:
            return None, None
        place_in_line = numbers.index(number)
        if frozen is not None and frozen.edition in numbers and frozen.edition != number:
            other = numbers.index(frozen.edition)
        else:
            before = range(place_in_line + 1, len(numbers))
            other = next((place for place in before if numbers[place] not in imported), len(numbers))
        newer, older = sorted((place_in_line, other))
        return (self.get(numbers[older]), self.get(numbers[newer])) if older < len(numbers) else (None, None)


def _listed(session: Session, scorecard: Document) -> list[Listed]:
    """Editions that this scorecard can be placed in: of its instrument and method, and as real as it is."""
    instrument = scorecard["instrument"]
    listed = listed_editions(
        session, instrument["code"], instrument["version"], synthetic=bool(scorecard["synthetic"])
    )
    kind = (scorecard["method"], instrument["sha256"])
    return [one for one in listed if (one.method, one.instrument_sha256) == kind]


def _asked_edition(asked: str | None, numbers: tuple[str, ...], frozen: Frozen | None) -> str | None:
    if asked is None:
        return frozen.edition if frozen is not None and frozen.edition in numbers else None
    if asked not in numbers:
        known = ", ".join(numbers) or "none: there is no edition for this wave"
        raise InputError([InputProblem(f'no edition "{asked}" for this wave', "edition", known)])
    return asked


def _asked_peers(asked: str, facets: Mapping[str, str | None]) -> str:
    name = fallbacks(asked)[0]
    if not may_ask(name, facets):
        what = f'"{asked}" is not a group that the agency states to be in'
        raise InputError([InputProblem(what, "peers", "its own sector, size, country or relationship")])
    return name


def _pack_of(wave: Wave, scorecard: Document, placement: Document, edition: Document) -> dict[str, Any]:
    instrument = released_instrument(wave.instrument_code, wave.instrument_version)
    return leader_pack(scorecard, placement, edition, instrument=instrument, noun=wave.noun)


def _targets(scorecard: Document, placement: Document, edition: Document) -> tuple[tuple[Target, Claim], ...]:
    pretended = bool(edition["synthetic"] and not scorecard["synthetic"])
    return tuple(
        (target, target_claim(target, placed, edition, pretended=pretended))
        for target, placed in zip(
            targets_of(scorecard, placement, edition), placement["placements"], strict=True
        )
    )
