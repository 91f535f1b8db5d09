"""Pieces of slides that know their height, poured onto as many slides as they take."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile, zip_longest
from typing import Any, Final, Protocol

from cri.adapters.slide_canvas import FOOT, GUTTER, INNER, LEFT, TOP, Box, Canvas, Grid, Look, Para, Run, para
from cri.adapters.slide_charts import BarChart, PointChart
from cri.adapters.slide_deck import Deck

ROOM: Final = FOOT - TOP
LITTLE: Final = 0.3  # of a slide: after so little, what follows is not held back for a slide of its own
GAP: Final = 10.0  # points between two pieces


class Piece(Protocol):
    """Something of a slide."""

    @property
    def keep(self) -> bool:
        """Whether it never stands without what follows it."""

    def height(self, look: Look, width: float, /) -> float:
        """Return its height in points at a width."""

    def draw(self, canvas: Canvas, box: Box) -> None:
        """Set it, and add to the notes what there is to say."""

    def parts(self, look: Look, room: float, /) -> "Sequence[Piece]":
        """Return smaller pieces for a place of this height; itself where it cannot be cut."""


@dataclass(frozen=True)
class Words:
    """Paragraphs. said: the notes repeat them; opens: a heading, whose part stays on one slide if it can."""

    paras: tuple[Para, ...]
    keep: bool = False
    said: bool = False
    opens: bool = False

    def height(self, look: Look, width: float) -> float:
        """As `Piece`."""
        return look.height(self.paras, width)

    def draw(self, canvas: Canvas, box: Box) -> None:
        """As `Piece`."""
        canvas.text(box, self.paras)
        if self.said:
            canvas.say(["".join(run.text for run in one.runs) for one in self.paras])

    def parts(self, _look: Look, _room: float) -> Sequence[Piece]:
        """As `Piece`: each paragraph by itself."""
        return [replace(self, paras=(one,)) for one in self.paras] if len(self.paras) > 1 else [self]


@dataclass(frozen=True)
class Saying:
    """A claim's view: its sentence, and below it verdict and reason, never one without the others."""

    claim: dict[str, Any]
    not_to_say: str
    size: float = 14

    def _paras(self) -> tuple[Para, ...]:
        claim = self.claim
        if claim["verdict"] == "dont":
            said = (
                Run(f"{self.not_to_say} ", self.size, bold=True, colour="muted"),
                Run(claim["sentence"], self.size, colour="muted"),
            )
            return (Para(said, 2), para(claim["reason"], 11, colour="muted"))
        why = (
            Run(f"{claim['verdict_word']} ", 11, bold=True, colour="agency"),
            Run(claim["reason"], 11, colour="muted"),
        )
        return (Para((Run(claim["sentence"], self.size),), 2), Para(why))

    keep = False

    def height(self, look: Look, width: float) -> float:
        """As `Piece`."""
        return look.height(self._paras(), width)

    def draw(self, canvas: Canvas, box: Box) -> None:
        """As `Piece`."""
        canvas.text(box, self._paras(), name="Claim")
        canvas.say([spoken(self.claim, self.not_to_say)])

    def parts(self, _look: Look, _room: float) -> Sequence[Piece]:
        """As `Piece`."""
        return [self]


def spoken(claim: dict[str, Any], not_to_say: str) -> str:
    """Return a claim's view as one line of notes: sentence, verdict, reason."""
    if claim["verdict"] == "dont":
        return f"{not_to_say} {claim['sentence']} ({claim['reason']})"
    return f"{claim['sentence']} [{claim['verdict_word']}] {claim['reason']}"


@dataclass(frozen=True)
class Overlay:
    """A chart over a column of a table, beside whose rows its own stand."""

    chart: PointChart | BarChart
    column: int
    name: str
    alt: str
    headed: bool = True  # the chart's axis is written in the table's head


@dataclass(frozen=True)
class Rows:
    """A table with its caption, cut between rows where it is too long; a table with a chart is not cut."""

    grid: Grid
    caption: str = ""
    overlay: Overlay | None = None
    keep: bool = False

    def _above(self, look: Look) -> float:
        wide = sum(self.grid.widths)
        return look.height([_caption(self.caption)], wide) + 4 if self.caption else 0.0

    def height(self, look: Look, _width: float) -> float:
        """As `Piece`."""
        return self._above(look) + sum(self.grid.heights)

    def draw(self, canvas: Canvas, box: Box) -> None:
        """As `Piece`."""
        above = self._above(canvas.look)
        if self.caption:
            canvas.text(Box(box.left, box.top, box.width, above), [_caption(self.caption)], name="Caption")
        top = box.top + above
        canvas.table(Box(box.left, top, box.width, 0), self.grid)
        if self.overlay:
            widths, heights = self.grid.widths, self.grid.heights
            left = box.left + sum(widths[: self.overlay.column])
            skipped = 0 if self.overlay.headed else self.grid.head
            over = Box(
                left + 6,
                top + sum(heights[:skipped]),
                widths[self.overlay.column] - 12,
                sum(heights[skipped:]),
            )
            canvas.chart(over, self.overlay.chart, self.overlay.name, self.overlay.alt)

    def parts(self, look: Look, room: float) -> Sequence[Piece]:
        """As `Piece`: as many rows as there is room for, under the same head."""
        if self.overlay:
            return [self]
        head = self.grid.head
        free = room - self._above(look) - sum(self.grid.heights[:head])
        cuts, used = [head], 0.0
        for number, height in enumerate(self.grid.heights[head:], head):
            if used and used + height > free:
                cuts, used = [*cuts, number], 0.0
            used += height
        cuts.append(len(self.grid.rows))
        return [replace(self, grid=self._of(first, last)) for first, last in pairwise(cuts)]

    def _of(self, first: int, last: int) -> Grid:
        head, grid = self.grid.head, self.grid
        heights = (*grid.heights[:head], *grid.heights[first:last])
        return replace(grid, heights=heights, rows=(*grid.rows[:head], *grid.rows[first:last]))


@dataclass(frozen=True)
class Graph:
    """A chart by itself."""

    chart: PointChart | BarChart
    tall: float
    name: str
    alt: str
    keep: bool = True

    def height(self, _look: Look, _width: float) -> float:
        """As `Piece`."""
        return self.tall

    def draw(self, canvas: Canvas, box: Box) -> None:
        """As `Piece`."""
        canvas.chart(box, self.chart, self.name, self.alt)

    def parts(self, _look: Look, _room: float) -> Sequence[Piece]:
        """As `Piece`."""
        return [self]


@dataclass(frozen=True)
class Pair:
    """Columns of pieces beside each other. share: of the first column; the others share the rest alike."""

    columns: tuple[tuple[Piece, ...], ...]
    share: float = 0.5
    keep: bool = False

    def _widths(self, width: float) -> list[float]:
        free = width - GUTTER * (len(self.columns) - 1)
        if len(self.columns) == 2:
            return [free * self.share, free * (1 - self.share)]
        return [free / len(self.columns)] * len(self.columns)

    def height(self, look: Look, width: float) -> float:
        """As `Piece`."""
        widths = self._widths(width)
        return max(stack_height(own, look, room) for own, room in zip(self.columns, widths, strict=True))

    def draw(self, canvas: Canvas, box: Box) -> None:
        """As `Piece`."""
        left = box.left
        for column, width in zip(self.columns, self._widths(box.width), strict=True):
            top = box.top
            for piece in column:
                high = piece.height(canvas.look, width)
                piece.draw(canvas, Box(left, top, width, high))
                top += high + GAP
            left += width + GUTTER

    def parts(self, look: Look, room: float) -> Sequence[Piece]:
        """As `Piece`: row after row, so that what stands side by side stays so; then column after column."""
        if all(len(column) == 1 and isinstance(column[0], Rows) for column in self.columns):
            cut = zip_longest(*(column[0].parts(look, room) for column in self.columns))
            return [replace(self, columns=tuple((part,) if part else () for part in row)) for row in cut]
        if max(len(column) for column in self.columns) <= 1:
            return [piece for column in self.columns for piece in column]
        rows = zip_longest(*self.columns)
        return [
            replace(
                self,
                columns=tuple((piece,) if piece else () for piece in row),
                keep=any(piece is not None and piece.keep for piece in row),
            )
            for row in rows
        ]


@dataclass(frozen=True)
class Panel:
    """A card: pieces on a wash under a line of a tone's colour."""

    pieces: tuple[Piece, ...]
    tone: str
    keep: bool = False

    def height(self, look: Look, width: float) -> float:
        """As `Piece`."""
        return stack_height(self.pieces, look, width - 24) + 22

    def draw(self, canvas: Canvas, box: Box) -> None:
        """As `Piece`."""
        canvas.block(box, "wash")
        canvas.block(Box(box.left, box.top, box.width, 2), self.tone)
        top = box.top + 12
        for piece in self.pieces:
            high = piece.height(canvas.look, box.width - 24)
            piece.draw(canvas, Box(box.left + 12, top, box.width - 24, high))
            top += high + GAP

    def parts(self, look: Look, room: float) -> Sequence[Piece]:
        """As `Piece`: without the card, where a slide cannot hold it."""
        return self.pieces if self.height(look, INNER) > room else [self]


def stack_height(pieces: Sequence[Piece], look: Look, width: float) -> float:
    """Return the height of pieces one below the other."""
    return sum(piece.height(look, width) for piece in pieces) + GAP * max(0, len(pieces) - 1)


def pour(deck: Deck, pieces: Sequence[Piece], title: str, eyebrow: str, continued: str) -> list[Canvas]:
    """Set pieces on a slide of this title, and more of them, marked as continued, where one is too small."""
    canvases: list[Canvas] = []
    top = FOOT
    waiting = list(_whole(pieces, deck.look))
    while waiting:
        group = _with_next(waiting)
        del waiting[: len(group)]
        high = stack_height(group, deck.look, INNER)
        if isinstance(group[0], Words) and group[0].opens and top > TOP + ROOM * LITTLE:
            whole = stack_height([*group, *_until_heading(waiting)], deck.look, INNER)
            high = whole if whole <= ROOM else high
        if not canvases or (top > TOP and top + high > FOOT):
            name = f"{title} ({continued})" if canvases else title
            canvases.append(deck.page(name, eyebrow))
            top = TOP
        for piece in group:
            own = piece.height(deck.look, INNER)
            piece.draw(canvases[-1], Box(LEFT, top, INNER, own))
            top += own + GAP
    return canvases


def _whole(pieces: Sequence[Piece], look: Look) -> Sequence[Piece]:
    """The pieces, those that no slide holds cut until each fits or cannot be cut."""
    found: list[Piece] = []
    for piece in pieces:
        parts = [piece] if piece.height(look, INNER) <= ROOM else list(piece.parts(look, ROOM))
        found += parts if len(parts) == 1 else _whole(parts, look)
    return found


def _with_next(waiting: Sequence[Piece]) -> list[Piece]:
    """The next piece, with those that it must not be parted from."""
    group = [waiting[0]]
    while group[-1].keep and len(group) < len(waiting):
        group.append(waiting[len(group)])
    return group


def _until_heading(waiting: Sequence[Piece]) -> list[Piece]:
    """The pieces before the next heading."""
    return list(takewhile(lambda piece: not (isinstance(piece, Words) and piece.opens), waiting))


def _caption(text: str) -> Para:
    return para(text, 12, bold=True)
