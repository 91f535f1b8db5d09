"""The staff pack: what people said together and what happens next, on two pages, with a card for each factor.

It goes to everybody and, when leaders publish it, to the web: so it holds nothing but what is printed. No
unit, no group of people and nothing of the leaders' report that may not be said.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from cri.domain.claims import Claim, Value, as_documents
from cri.domain.document_blocks import (
    Beside,
    Block,
    Heading,
    Lessons,
    Listed,
    Paragraph,
    Said,
    Table,
    Tone,
    page_section,
    word,
)
from cri.domain.instrument import Instrument
from cri.domain.item_shares import is_told, item_share, share_range
from cri.domain.pack import leader_pack, section_of

Document = Mapping[str, Any]
Said_ = tuple[Claim | Document, ...]

KIND: Final = "staff"
TEMPLATE: Final = "staff/1"
HALF: Final = 0.5  # of the answers; a statement is told as one that most agree on only beyond it
SUBJECTS: Final = {"wave", "norm"}


def staff_pack(
    scorecard: Document,
    placement: Document | None = None,
    edition: Document | None = None,
    *,
    instrument: Instrument | None = None,
    noun: str | None = None,
) -> dict[str, Any]:
    """Build the staff's summary as a JSON-ready document; arguments and result as of `leader_pack`.

    Its claims are those that its pages say; units and figures are empty.
    """
    pack = leader_pack(scorecard, placement, edition, instrument=instrument, noun=noun)
    pages = _Pages(pack, scorecard)
    sections = [pages.together(), pages.next()]
    return {
        **pack,
        "kind": KIND,
        "template": TEMPLATE,
        "units": [],
        "sections": sections,
        "claims": pages.said,
        "figures": {},
    }


class _Pages:
    """The two pages, and the claims that they say."""

    def __init__(self, pack: Document, card: Document) -> None:
        self.pack, self.card = pack, card
        self.said: dict[str, Any] = {}
        self.few = card["index"]["score"] is None

    def together(self) -> dict[str, Any]:
        """What we said together: how many, each score with its interval, what stands out, statements."""
        lead = Paragraph("together.lead", "lead")
        if self.few:
            return page_section("together", [lead, Paragraph("together.few")])
        blocks: list[Block] = [
            lead,
            Said(self._keep(self._of_pack("response.", "norm.", subjects=SUBJECTS))),
        ]
        blocks += [self._scores(), Said(self._keep(self._of_pack("position.", subjects={"index"})))]
        blocks.append(Beside(self._picked("strength"), self._picked("gap")))
        blocks += self._statements()
        blocks += self._changed()
        return page_section("together", [*(block for block in blocks if _says(block)), *_PROTECTED])

    def next(self) -> dict[str, Any]:
        """What happens next, and what any team can try without waiting for it."""
        codes = tuple(str(factor["code"]) for factor in self.card["factors"])
        return page_section("next", [
            Paragraph("next.lead", "lead"),
            Listed("next.steps"),
            Heading(word("next.lessons")),
            Lessons(codes),
        ])  # fmt: skip

    def _scores(self) -> Table:
        rows = section_of(self.pack, "summary")["rows"]
        cells = tuple(
            (Value("factor", row["code"]), Value("score", row["score"]), *_ends(row)) for row in rows
        )
        return Table("together.scores", ("score", "from", "to"), cells)

    def _picked(self, side: Tone) -> tuple[Block, ...]:
        kept = self._keep(self._of_pack(f"{side}."))
        told: Block = Said(kept) if kept else Paragraph(f"together.no_{side}")
        return (Heading(word(f"together.{side}s"), side), told)

    def _statements(self) -> list[Block]:
        """The statement that most answered favourably, and the one that fewest did: each beyond half."""
        told = [
            item_share(item) for factor in self.card["factors"] for item in factor["items"] if is_told(item)
        ]
        ordered = sorted(told, key=lambda claim: (share_range(claim)[1], claim.subject))
        best = [claim for claim in ordered[-1:] if share_range(claim)[0] > HALF]
        worst = [claim for claim in ordered[:1] if share_range(claim)[2] < HALF]
        if not (best or worst):
            return []
        return [Heading(word("together.statements")), Said(self._keep((*best, *worst)))]

    def _changed(self) -> list[Block]:
        changed = self._keep(
            claim for claim in self.card["claims"] if claim["text_key"] in {"change.changed", "change.same"}
        )
        return [Heading(word("together.changed")), Said(changed)] if changed else []

    def _of_pack(self, *kinds: str, subjects: set[str] | None = None) -> Said_:
        claims = self.pack["claims"].values()
        return tuple(
            claim
            for claim in claims
            if claim["text_key"].startswith(kinds) and (subjects is None or claim["subject"] in subjects)
        )

    def _keep(self, claims: Iterable[Claim | Document]) -> tuple[str, ...]:
        """Take those that may be said into the pack; returns their ids."""
        plain = [as_documents([one])[one.id] if isinstance(one, Claim) else one for one in claims]
        told = {str(claim["id"]): claim for claim in plain if claim["verdict"] != "dont"}
        self.said.update(told)
        return tuple(told)


_PROTECTED: Final[Sequence[Block]] = (Paragraph("together.protected", "small"),)


def _says(block: Block) -> bool:
    return not isinstance(block, Said) or bool(block.claims)


def _ends(row: Document) -> tuple[Value, Value]:
    low, high = row["interval"] or (None, None)
    return Value("score", low), Value("score", high)
