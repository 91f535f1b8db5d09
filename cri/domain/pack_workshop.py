"""The workshop pack: the leader's report taken apart for a room, with what is needed to decide and to plan.

A pure function of the same inputs. Its pages are the leader's (cover, data quality, summary, factors, method)
and pages of blocks (`cri.domain.document_blocks`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cri.domain import claims as says
from cri.domain.cards_debate import Side as DebateSide
from cri.domain.cards_debate import debate_cards
from cri.domain.cards_traps import traps_of
from cri.domain.claims import Claim, Value
from cri.domain.document_blocks import (
    Beside,
    Block,
    Card,
    Cards,
    Heading,
    Learning,
    Lines,
    Listed,
    Paragraph,
    Picture,
    Said,
    Tone,
    page_section,
    word,
)
from cri.domain.evidence import Evidence, Wave, evidence_of
from cri.domain.evidence import Side as PickSide
from cri.domain.instrument import Instrument
from cri.domain.pack import leader_pack, section_of
from cri.domain.pack_earlier import with_earlier
from cri.domain.pack_figures import workshop_figures
from cri.domain.pack_spread import spread_pages
from cri.domain.pack_worksheets import (
    action_page,
    commitment_page,
    forecast_page,
    priorities_pages,
    roadmap_page,
    target_claims,
    targets_page,
)
from cri.domain.placing_claims import pick_claims
from cri.domain.released_scorecard import with_whole_points
from cri.domain.selection import Selection, strengths_and_gaps

Document = Mapping[str, Any]
Section = dict[str, Any]

KIND: Final = "workshop"
TEMPLATE: Final = "workshop/1"


def workshop_pack(
    scorecard: Document,
    placement: Document | None = None,
    edition: Document | None = None,
    *,
    instrument: Instrument | None = None,
    noun: str | None = None,
    earlier: Sequence[Document] = (),
) -> dict[str, Any]:
    """Build the workshop pack as a JSON-ready document; arguments and result as of `leader_pack`.

    earlier: scorecards of the agency's waves before, for the line over all waves; `inputs` names those that
    it shows.
    """
    pack = leader_pack(scorecard, placement, edition, instrument=instrument, noun=noun)
    wave = Wave(with_whole_points(scorecard), placement, edition)
    figures = workshop_figures(pack, wave.card, [with_whole_points(one) for one in earlier])
    pages = _Pages(pack, wave, figures)
    sections = [
        section_of(pack, "cover"),
        pages.day(),
        forecast_page(),
        section_of(pack, "quality"),
        section_of(pack, "summary"),
        *pages.wheel(),
        *pages.factors(),
        *pages.standing_out(),
        *spread_pages(wave, figures, pages.codes, pages.keep),
        pages.traps(),
        pages.debate(),
        *priorities_pages(pages.codes, pages.figure("importance"), pages.keep(*wave.saying("drivers."))),
        targets_page(wave, pages.keep(*target_claims(wave, pretended=pages.pretended))),
        action_page(),
        roadmap_page(),
        commitment_page(),
        section_of(pack, "method"),
    ]
    claims = {**pack["claims"], **says.as_documents(pages.made), **pages.carried}
    return {
        **pack,
        "kind": KIND,
        "template": TEMPLATE,
        "inputs": with_earlier(pack["inputs"], scorecard, earlier),
        "sections": sections,
        "claims": claims,
        "figures": {**pack["figures"], **figures},
    }


class _Pages:
    """The pages of one pack, and the claims that they rest on besides the leader's: made, or carried over."""

    def __init__(self, pack: Document, wave: Wave, figures: Mapping[str, Any]) -> None:
        self.pack, self.wave, self.figures = pack, wave, figures
        self.made: list[Claim] = []
        self.carried: dict[str, Document] = {}
        norm = pack["norm"]
        self.pretended = bool(norm and norm["pretended"])
        usable = None if self.pretended else wave.placement
        self.selection: Selection = strengths_and_gaps(wave.card, usable)
        rows = section_of(pack, "summary")["rows"][1:]
        self.picks = {
            claim.subject: claim
            for claim in pick_claims(self.selection, rows)
            if not claim.text_key.endswith(".none")
        }
        self.codes = [str(factor["code"]) for factor in wave.card["factors"]]
        self.few = wave.card["index"]["score"] is None

    def keep(self, *claims: Claim | Document | None) -> tuple[str, ...]:
        """Take claims into the pack; returns the ids of those that there are."""
        ids = []
        for claim in claims:
            if isinstance(claim, Claim):
                self.made.append(claim)
                ids.append(claim.id)
            elif claim is not None:
                self.carried[claim["id"]] = claim
                ids.append(str(claim["id"]))
        return tuple(ids)

    def figure(self, key: str) -> str | None:
        """Return the id of a figure where there is anything to draw."""
        return key if key in self.figures else None

    def wheel(self) -> list[Section]:
        """All factors at a glance: places among others, or scores where nobody can be compared with."""
        if "wheel" not in self.figures:
            return []
        lead = Paragraph(f"wheel.lead_{self.figures['wheel']['scale']}", "lead")
        return [page_section("wheel", [lead, Picture("wheel")])]

    def day(self) -> Section:
        """How to read this, and the running order of the day."""
        return page_section("day", [
            Paragraph("day.lead", "lead"),
            Listed("day.rules"),
            Heading(word("day.order")),
            Listed("day.steps"),
        ])  # fmt: skip

    def factors(self) -> list[Section]:
        """A spread for each factor: the leader's page, and the page to talk it over with."""
        pages = []
        for code in self.codes:
            pages += [dict(section_of(self.pack, code)), self._talk(code)]
        return pages

    def _talk(self, code: str) -> Section:
        wave = self.wave
        beside = self.keep(
            wave.said("agreement.", code), wave.said("early_late.differ", code), wave.said("change.", code)
        )
        return page_section(f"{code}.talk", [
            Beside((Heading(word("talk.discuss")), Learning(code, "discuss")),
                   (Heading(word("talk.monday")), Learning(code, "monday"))),
            Beside((Heading(word("talk.caution"), "gap"), Learning(code, "caution")),
                   (Heading(word("talk.beside")), Said(beside))),
            Lines("talk.celebrate", 3),
            Lines("talk.surprised", 3),
            Lines("talk.doubt", 3),
        ], title="pages.talk", factor=code)  # fmt: skip

    def standing_out(self) -> list[Section]:
        """Strengths, then gaps: why each was picked, and what speaks for and against it."""
        if self.few:
            own: list[Block] = [Paragraph("standing.few", "lead"), Lines("standing.own", 6)]
            return [page_section("strengths", own, title="pages.standing")]
        sides: tuple[tuple[PickSide, str], ...] = (("strength", "strengths"), ("gap", "gaps"))
        return [page_section(name, self._picked(side, name)) for side, name in sides]

    def _picked(self, side: PickSide, name: str) -> list[Block]:
        chosen = self.selection.strengths if side == "strength" else self.selection.gaps
        in_line = [key for key in section_of(self.pack, "summary")[name] if key.startswith(f"{side}.none")]
        blocks: list[Block] = [Paragraph(f"{name}.lead" if chosen else f"{name}.nothing", "lead")]
        for pick in chosen:
            blocks += self._pick(side, pick.factor)
        if in_line:
            blocks += [Heading(word(f"{name}.in_line")), Said(tuple(in_line))]
        return blocks

    def _pick(self, side: PickSide, code: str) -> list[Block]:
        found = evidence_of(self.wave, code, side)
        return [
            Heading(Value("factor", code), side),
            Said(self.keep(self.picks[code])),
            Picture(f"{code}.strip"),
            Beside(
                (Paragraph("evidence.for", "small"), *self._evidence(found, "for")),
                (Paragraph("evidence.against", "small"), *self._evidence(found, "against")),
            ),
        ]

    def _evidence(self, found: Sequence[Evidence], stance: str) -> tuple[Block, ...]:
        claims = self.keep(*(one.claim for one in found if one.stance == stance))
        return (Said(claims),) if claims else (Paragraph("evidence.nothing"),)

    def traps(self) -> Section:
        """Conclusions that these results tempt to."""
        dealt = traps_of(self.wave, self.selection, self.picks) if not self.few else ()
        cards = [Card(f"traps.{trap.code}", self.keep(*trap.claims), "gap") for trap in dealt]
        if not cards:
            return page_section("traps", [Paragraph("traps.none", "lead"), Lines("traps.own", 4)])
        return page_section("traps", [Paragraph("traps.lead", "lead"), Cards(tuple(cards))])

    def debate(self) -> Section:
        """The motion with three cards a side, an outside view for each, and what the room writes down."""
        return page_section("debate", [
            Paragraph("debate.lead", "lead"),
            Beside(self._side("for", "strength"), self._side("against", "gap")),
            Beside((Lines("debate.accepted", 3),), (Lines("debate.unknown", 3),)),
        ])  # fmt: skip

    def _side(self, side: DebateSide, tone: Tone) -> tuple[Block, ...]:
        dealt = () if self.few else debate_cards(self.wave, side)
        own = tuple(Card(None, self.keep(card.claim), tone) for card in dealt)
        shown: Block = Cards(own, 1) if own else Paragraph("debate.no_cards")
        outside = Cards((Card(f"debate.outside_{side}", ()),), 1)
        return (Heading(word(f"debate.{side}"), tone), shown, outside)
