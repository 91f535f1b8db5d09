"""Blocks of a page as pieces of slides: what the page prints, from the same views."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from cri.adapters.report_text import ReportText
from cri.adapters.slide_canvas import GUTTER, INNER, Cell, Grid, Look, Para, Run, para
from cri.adapters.slide_flow import Pair, Panel, Piece, Rows, Saying, Words
from cri.adapters.slide_pictures import PicturePieces
from cri.adapters.slide_tables import value_grid

Document = Mapping[str, Any]
View = Mapping[str, Any]

TONES: Final = {"strength": "strength", "gap": "gap", "plain": "ink"}
SIZES: Final = {"lead": 15, "text": 14, "small": 11}
HALF: Final = 420.0  # points of a column beside another: what is set narrower is set smaller
ROW: Final = 22.0
MM: Final = 2.83  # points
MANY: Final = 5  # entries from which three stand beside each other


@dataclass(frozen=True)
class BlockPieces:
    """Makes the pieces of one pack's blocks. words: those that only files of numbers and slides have."""

    text: ReportText
    words: Document
    look: Look

    def all(self, blocks: Sequence[Document], views: Sequence[View], width: float = INNER) -> list[Piece]:
        """Return the pieces of blocks and their views, in order."""
        pieces: list[Piece] = []
        for kind, group in groupby(zip(blocks, views, strict=True), key=lambda pair: pair[0]["kind"]):
            found = list(group)
            if kind == "lines" and len(found) > 1:  # questions to write under stand beside each other
                wide = (width - GUTTER * (len(found) - 1)) / len(found)
                pieces.append(Pair(tuple((self._lines(view, wide),) for _, view in found)))
                continue
            for block, view in found:
                pieces += self.pieces(block, view, width)
        return pieces

    def pieces(self, block: Document, view: View, width: float) -> list[Piece]:
        """Return the pieces of one block. KeyError for a kind that has no form on slides."""
        makers: dict[str, Callable[[Document, View, float], list[Piece]]] = {
            "heading": lambda _, one, __: [heading(one["text"], TONES[one["tone"]])],
            "paragraph": self._paragraph,
            "listed": lambda _, one, __: entries(one["entries"]),
            "said": lambda _, one, wide: self.sayings(one["claims"], wide),
            "picture": lambda block, one, wide: self._pictures.pieces(block["figure"], one, wide),
            "table": lambda _, one, wide: [self._table(one, wide)],
            "cards": lambda _, one, __: self._cards(one),
            "learning": self._learning,
            "sheet": lambda block, one, wide: [self._sheet(block, one, wide)],
            "lessons": lambda _, one, __: lessons(one["cards"]),
            "lines": lambda _, one, wide: [self._lines(one, wide)],
            "beside": self._beside,
        }
        return makers[block["kind"]](block, view, width)

    @property
    def _pictures(self) -> PicturePieces:
        return PicturePieces(self.text, self.words, self.look)

    def sayings(self, claims: Sequence[View], width: float = INNER) -> list[Piece]:
        """Return claims as pieces, in two columns where there is width for them."""
        own = [self.saying(claim) for claim in claims]
        if width < INNER or len(own) == 1:
            return list(own)
        return [
            Pair(tuple((one,) for one in own[at : at + 2]) + ((),) * (len(own[at : at + 2]) == 1))
            for at in range(0, len(own), 2)
        ]

    def saying(self, claim: View, size: float = 13) -> Saying:
        """Return one claim."""
        return Saying(dict(claim), self.text.word("verdicts.not_to_say"), size)

    def _paragraph(self, _block: Document, view: View, _width: float) -> list[Piece]:
        small = view["role"] == "small"
        return [Words((para(view["text"], SIZES[view["role"]], colour="muted" if small else "ink"),))]

    def _table(self, view: View, width: float) -> Rows:
        heads = [view["corner"], *(head["text"] for head in view["heads"])]
        rows = [
            [row["head"], *(f"{cell['text']} {cell['mark']}".strip() for cell in row["cells"])]
            for row in view["rows"]
        ]
        tones = [["", *(cell["tone"] for cell in row["cells"])] for row in view["rows"]]
        return Rows(value_grid(self.look, view["caption"], heads, rows, width, tones), view["caption"])

    def _cards(self, view: View) -> list[Piece]:
        across = view["across"]
        cards = [self._card(card) for card in view["cards"]]
        if across == 1:
            return list(cards)
        found: list[Piece] = []
        for at in range(0, len(cards), across):
            row = [(card,) for card in cards[at : at + across]]
            found.append(Pair((*row, *(((),) * (across - len(row))))))
        return found

    def _card(self, card: View) -> Panel:
        pieces: list[Piece] = []
        if card["title"]:
            pieces.append(Words((para(card["title"], 13, bold=True),), said=True))
        pieces += [self.saying(claim, 12) for claim in card["claims"]]
        told = [
            para(card[part], size, colour=colour, bold=part == "question", after=4)
            for part, size, colour in (
                ("measure", 11, "muted"),
                ("text", 12, "ink"),
                ("question", 12, "ink"),
                ("source", 9, "muted"),
            )
            if card[part]
        ]
        if told:
            pieces.append(Words(tuple(told), said=True))
        return Panel(tuple(pieces), TONES[card["tone"]] if card["tone"] != "plain" else "rule")

    def _learning(self, _block: Document, view: View, _width: float) -> list[Piece]:
        many = len(view["lines"]) > 1
        paras = tuple(para(line, 12, after=4, bullet=many) for line in view["lines"])
        return [Words(paras, said=True)] if paras else []

    def _sheet(self, block: Document, view: View, width: float) -> Rows:
        named = view["named"]
        first = width * 0.24 if named else 0.0
        count = len(view["heads"])
        widths = ((first,) if named else ()) + ((width - first) / count,) * count
        head = tuple(
            Cell(para(text, 11, bold=True, colour="muted"), under="faint")
            for text in ([""] if named else []) + view["heads"]
        )
        blank = Cell(Para((Run("", 11),)), under="faint")
        rows = tuple(
            (*((Cell(para(row, 12, bold=True), under="faint"),) if named else ()), *((blank,) * count))
            for row in view["rows"]
        )
        least = min(block["height"] * MM, 232.0 / max(1, len(rows)))
        high = tuple(
            max(least, ROW, self.look.height([row[0].para], widths[0] - 8) + 4 if named else 0)
            for row in rows
        )
        if not view["headed"]:
            return Rows(Grid(widths, high, rows, view["caption"], 0), view["caption"])
        top = (
            max(self.look.height([cell.para], wide - 8) for cell, wide in zip(head, widths, strict=True)) + 6
        )
        return Rows(Grid(widths, (top, *high), (head, *rows), view["caption"]), view["caption"])

    def _lines(self, view: View, width: float) -> Rows:
        """Lines to write on: a table of one column, so that the room can type into it."""
        rows = tuple((Cell(Para((Run("", 12),)), under="faint"),) for _ in view["rows"])
        return Rows(Grid((width,), (ROW,) * len(rows), rows, view["text"], 0), view["text"])

    def _beside(self, block: Document, view: View, width: float) -> list[Piece]:
        half = (width - 24) / 2
        left, right = (tuple(self.all(block[side], view[side], half)) for side in ("left", "right"))
        return [Pair((left, right))]


def heading(text: str, colour: str = "ink") -> Words:
    """Return a heading within a slide, which stays with what it heads."""
    return Words((para(text, 14, bold=True, colour=colour),), keep=True, opens=True)


def entries(given: Sequence[View]) -> list[Piece]:
    """Return titled texts, two or three beside each other."""
    across = 3 if len(given) >= MANY or len(given) == 3 else 2
    own = [Words((para(one["title"], 13, bold=True, after=2), para(one["text"], 12))) for one in given]
    rows = [own[at : at + across] for at in range(0, len(own), across)]
    return [Pair(tuple((one,) for one in row) + ((),) * (across - len(row))) for row in rows]


def lessons(cards: Sequence[View]) -> list[Piece]:
    """Return learning cards of factors: name, what it is about, what to try."""
    own = [
        Words(
            (
                para(card["name"], 13, bold=True, after=2),
                para(card["about"], 11, colour="muted", after=3),
                *(para(line, 12, bullet=True, after=2) for line in card["lines"]),
            ),
            said=True,
        )
        for card in cards
    ]
    rows = [own[at : at + 3] for at in range(0, len(own), 3)]
    return [Pair(tuple((one,) for one in row) + ((),) * (3 - len(row))) for row in rows]
