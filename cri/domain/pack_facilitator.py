"""The facilitator's guide to a workshop: what to do when, what to say, what to answer, what to print.

It is read off the workshop pack of the same wave: the same gaps, traps and debate cards, and the very pages
that lie before the participants, small, beside what is said about them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cri.domain.claims import Value
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
    Said,
    Table,
    page_section,
    word,
)
from cri.domain.instrument import Instrument
from cri.domain.pack import section_of
from cri.domain.pack_workshop import workshop_pack

Document = Mapping[str, Any]
Section = dict[str, Any]

KIND: Final = "facilitator"
TEMPLATE: Final = "facilitator/1"
LONG_NAME: Final = 60
"""Characters of a name from which a page may run over, so that numbers of the pages after it are not sure."""


@dataclass(frozen=True)
class Step:
    """A step of the workshop: its minutes in half a day and in two hours, and the pages it is about.

    pages: ids of the participants' pages; "talk" stands for those of the factor that is talked over.
    """

    key: str
    half_day: tuple[int, int]
    two_hours: tuple[int, int] | None
    pages: tuple[str, ...] = ()


STEPS: Final = (
    Step("purpose", (0, 10), (0, 5), ("day",)),
    Step("forecast", (10, 25), (5, 15), ("forecast",)),
    Step("reveal", (25, 45), (15, 30), ("summary", "quality")),
    Step("talk", (45, 70), (30, 45), ("talk",)),
    Step("break", (70, 80), None),
    Step("debate", (80, 125), (45, 75), ("debate",)),
    Step("traps", (125, 140), (75, 80), ("traps",)),
    Step("priorities", (140, 175), (80, 95), ("priorities", "register")),
    Step("actions", (175, 220), (95, 115), ("targets", "action")),
    Step("commit", (220, 240), (115, 120), ("commitment",)),
)
PRINTED: Final = (
    ("each", ("forecast", "debate", "priorities")),
    ("group", ("register", "targets", "roadmap")),
    ("action", ("action",)),
    ("one", ("commitment",)),
)
"""Worksheets and how many copies: one each, for each small group, for each action, one for the room."""

OBJECTIONS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("sample", ("response.", "weights.", "early_late.")),
    ("constraints", ("agreement.mixed", "item.lowest")),
    ("one_unit", ("evidence.unit_not_gap", "evidence.units_gap", "units.")),
    ("already", ("change.",)),
    ("benchmark", ("norm.", "position.")),
)
"""What rooms say against results, and the kinds of claims that answer it, the first that there are."""
MOST_ANSWERS: Final = 2


def facilitator_pack(
    scorecard: Document,
    placement: Document | None = None,
    edition: Document | None = None,
    *,
    instrument: Instrument | None = None,
    noun: str | None = None,
    earlier: Sequence[Document] = (),
) -> dict[str, Any]:
    """Build the guide as a JSON-ready document; arguments and result as of `workshop_pack`.

    participants: the sections of the workshop pack that the guide shows small. Their page numbers are given
    unless a long name could make a page run over.
    """
    room = workshop_pack(scorecard, placement, edition, instrument=instrument, noun=noun, earlier=earlier)
    guide = _Guide(room)
    sections = [
        section_of(room, "cover"),
        guide.runsheet(),
        guide.meet(),
        *(guide.step(step) for step in STEPS if step.pages),
        guide.answers(),
        guide.questions(),
        guide.room_list(),
    ]
    participants = [section for section in room["sections"] if section["id"] in guide.facing]
    return {
        **room,
        "kind": KIND,
        "template": TEMPLATE,
        "sections": sections,
        "participants": participants,
        "figures": _figures_of(room, participants),
    }


class _Guide:
    """The pages of a guide to one workshop pack, and which of its pages are shown beside."""

    def __init__(self, room: Document) -> None:
        self.room = room
        self.claims: Document = room["claims"]
        self.ids = [str(section["id"]) for section in room["sections"]]
        summary = section_of(room, "summary")
        self.gaps = self._picked(summary["gaps"])
        self.strengths = self._picked(summary["strengths"])
        self.codes = [section["id"] for section in room["sections"] if section["key"] == "factor"]
        self.talked = next(
            (self.claims[key]["subject"] for key in (*self.gaps, *self.strengths)), self.codes[0]
        )
        names = [str(room["agency"] or ""), *(str(unit["name"]) for unit in room["units"])]
        self.numbered = all(len(name) <= LONG_NAME for name in names)
        # a strip on any page is drawn from the row of its factor, and all from those of the summary
        self.facing: set[str] = {"summary"}

    def runsheet(self) -> Section:
        """Both plans, step by step, with the participants' pages."""
        plans = {"half_day": [], "two_hours": []}  # type: dict[str, list[Section]]
        for step in STEPS:
            for plan, minutes in (("half_day", step.half_day), ("two_hours", step.two_hours)):
                if minutes is not None:
                    pages = [self._page(name) for name in self._pages_of(step)]
                    plans[plan].append({"key": step.key, "minutes": list(minutes), "pages": pages})
        return {"key": "runsheet", "id": "guide.runsheet", "plans": plans}

    def meet(self) -> Section:
        """What this room will meet: its gaps, its strengths, the traps and the motion's cards."""
        none: Block = Paragraph("meet.none")
        return page_section("guide.meet", [
            Paragraph("meet.lead", "lead"),
            Beside((Heading(word("meet.gaps"), "gap"), Said(self.gaps) if self.gaps else none),
                   (Heading(word("meet.strengths"), "strength"),
                    Said(self.strengths) if self.strengths else none)),
            Heading(word("meet.motion")),
            Paragraph("meet.sides"),
            Beside((Heading(word("debate.for"), "strength"), *self._side("left")),
                   (Heading(word("debate.against"), "gap"), *self._side("right"))),
        ], title="guide.meet")  # fmt: skip

    def step(self, step: Step) -> Section:
        """A step: when, what is said and done, what to listen for; its figures, and its pages beside."""
        pages = self._pages_of(step)
        self.facing |= set(pages)
        return {
            "key": "guide",
            "id": f"guide.{step.key}",
            "step": step.key,
            "half_day": list(step.half_day),
            "two_hours": list(step.two_hours) if step.two_hours else None,
            "claims": list(self._claims_of(step.key)),
            "traps": self._traps() if step.key == "traps" else [],
            "facing": [self._page(name) for name in pages],
        }

    def answers(self) -> Section:
        """What to answer when the room says that the results do not hold, with the figures that answer it."""
        blocks: list[Block] = [Paragraph("answers.lead", "lead")]
        for key, kinds in OBJECTIONS:
            said = self._answering(kinds)
            blocks += [Heading(word(f"answers.{key}.says")), Paragraph(f"answers.{key}.answer")]
            blocks += [Said(said)] if said else [Paragraph(f"answers.{key}.unknown", "small")]
        return page_section("guide.answers", blocks, title="guide.answers")

    def questions(self) -> Section:
        """Three questions a factor; those of the factors that stand out come first."""
        first = [self.claims[key]["subject"] for key in (*self.gaps, *self.strengths)]
        ordered = [*dict.fromkeys(code for code in first if code in self.codes)]
        ordered += [code for code in self.codes if code not in ordered]
        pairs = [ordered[place : place + 2] for place in range(0, len(ordered), 2)]
        rows: list[Block] = [
            Beside(self._asked(pair[0]), self._asked(pair[1]) if len(pair) > 1 else ()) for pair in pairs
        ]
        return page_section("guide.questions", [Paragraph("questions.lead", "lead"), *rows],
                            title="guide.questions")  # fmt: skip

    def room_list(self) -> Section:
        """What has to be in the room, and what has to be printed how often."""
        rows = tuple(
            (word(f"pages.{name}"), self._number(name), word(f"room.{copies}"))
            for copies, names in PRINTED
            for name in names
            if name in self.ids
        )
        return page_section("guide.room", [
            Paragraph("room.lead", "lead"),
            Listed("room.list"),
            Table("room.printables", ("page", "copies"), rows),
            Lines("room.notes", 3),
        ], title="guide.room")  # fmt: skip

    def _picked(self, keys: Sequence[str]) -> tuple[str, ...]:
        return tuple(key for key in keys if self.claims[key]["verdict"] != "dont")

    def _pages_of(self, step: Step) -> list[str]:
        talked = [str(self.talked), f"{self.talked}.talk"]
        named = [page for name in step.pages for page in (talked if name == "talk" else [name])]
        return [page for page in named if page in self.ids]

    def _page(self, name: str) -> Section:
        """A page of the participants: its id, and its number where that is sure."""
        return {"id": name, "number": self.ids.index(name) + 1 if self.numbered else None}

    def _number(self, name: str) -> Value:
        return Value("count", self._page(name)["number"])

    def _claims_of(self, step: str) -> tuple[str, ...]:
        """The figures of a step: what the room will be looking at."""
        summary = section_of(self.room, "summary")["claims"]
        told: dict[str, tuple[str, ...]] = {
            "reveal": tuple(key for key in summary if self.claims[key]["subject"] in {"index", "wave"}),
            "talk": (*self.gaps[:1], *self.strengths[:1]),
            "priorities": (*self.gaps, *self.strengths),
            "actions": tuple(key for key in self.claims if key.startswith("target.")
                             and self.claims[key]["subject"] == self.talked),
        }  # fmt: skip
        return told.get(step, ())

    def _traps(self) -> list[str]:
        cards = [
            card for block in _blocks(section_of(self.room, "traps"), "cards") for card in block["cards"]
        ]
        return [str(card["key"]) for card in cards]

    def _side(self, side: str) -> tuple[Block, ...]:
        """The cards that a side of the debate was dealt."""
        (columns, *_rest) = _blocks(section_of(self.room, "debate"), "beside")
        found = [card for block in columns[side] if block["kind"] == "cards" for card in block["cards"]]
        own = tuple(Card(None, tuple(card["claims"]), card["tone"]) for card in found if card["claims"])
        return (Cards(own, 1),) if own else (Paragraph("debate.no_cards"),)

    def _answering(self, kinds: tuple[str, ...]) -> tuple[str, ...]:
        """Of each kind in turn a claim that may be said, at most two; of a factor that stands out first."""
        told = [key for key in self.claims if self.claims[key]["verdict"] != "dont"]
        rank = {self.claims[key]["subject"]: place for place, key in enumerate((*self.gaps, *self.strengths))}
        told.sort(key=lambda key: rank.get(self.claims[key]["subject"], len(rank)))
        found = [next((key for key in told if key.startswith(kind)), None) for kind in kinds]
        return tuple(key for key in found if key is not None)[:MOST_ANSWERS]

    def _asked(self, code: str) -> tuple[Block, ...]:
        return (Heading(Value("factor", code)), Learning(code, "discuss"))


def _blocks(section: Document, kind: str) -> Iterator[Document]:
    return (block for block in section["blocks"] if block["kind"] == kind)


def _figures_of(room: Document, pages: Sequence[Document]) -> dict[str, Any]:
    """The figures that pages show: of the summary and of factors those of their sections, else by id."""
    shown = {page["id"] for page in pages if page["key"] in {"summary", "factor"}}
    named = {figure for page in pages for figure in _pictures(page.get("blocks", ()))}
    return {
        key: entry for key, entry in room["figures"].items() if key in named or key.partition(".")[0] in shown
    }


def _pictures(blocks: Sequence[Document]) -> Iterator[str]:
    for block in blocks:
        if block["kind"] == "picture":
            yield block["figure"]
        for side in ("left", "right"):
            yield from _pictures(block.get(side, ()))
