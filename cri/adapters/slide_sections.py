"""The slides of each section of a pack: cover, summary, factor, data quality, method, pages of blocks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cri.adapters.report_text import ReportText
from cri.adapters.slide_blocks import BlockPieces, entries, heading
from cri.adapters.slide_canvas import INNER, LEFT, Box, Canvas, Cell, Grid, Look, Para, Run, para
from cri.adapters.slide_deck import Deck
from cri.adapters.slide_figures import items_chart, strip_chart, units_chart
from cri.adapters.slide_flow import Graph, Overlay, Pair, Piece, Rows, Words, pour
from cri.adapters.slide_tables import strip_line, value_grid
from cri.adapters.text_lines import lines_of
from cri.domain.brand import Logo
from cri.domain.figures import axis_of, values_of
from cri.domain.pack import section_of

Document = Mapping[str, Any]
View = Mapping[str, Any]

HEAD: Final = 26.0
NAME_SIZES: Final = (34, 28, 22, 17, 14)
ON_COVER: Final = {"veil": "paper", "agency": "paper", "pool_tick": "cover_tick"}
COVER_WIDTH: Final = 430.0
COVER_ROOM: Final = 150.0


@dataclass
class SectionSlides:
    """Puts the sections of one pack on the slides of a deck. view: as of `report_view.view_of`."""

    deck: Deck
    text: ReportText
    words: Document
    view: View
    logo: Logo | None = None

    @property
    def look(self) -> Look:
        """What the slides share."""
        return self.deck.look

    @property
    def blocks(self) -> BlockPieces:
        """Makes pieces."""
        return BlockPieces(self.text, self.words, self.look)

    def add(self, section: Document, view: View) -> None:
        """Add the slides of one section. KeyError for a section that has no form on slides."""
        self.text.where = section["id"]
        makers: dict[str, Callable[[Document, View], None]] = {
            "cover": self._cover,
            "summary": self._summary,
            "factor": self._factor,
            "quality": self._quality,
            "method": self._method,
            "page": self._page,
        }
        makers[section["key"]](section, view)

    def _pour(self, pieces: Sequence[Piece], title: str, eyebrow: str) -> list[Canvas]:
        return pour(self.deck, pieces, title, eyebrow, self.words["slides"]["continued"])

    def _cover(self, _section: Document, view: View) -> None:
        canvas, words = self.deck.cover(), self.text.page_words()
        title, subtitle = canvas.slide.placeholders[0], canvas.slide.placeholders[1]
        name = self.view["agency"]
        size = next(
            (one for one in NAME_SIZES if lines_of(name, COVER_WIDTH * 0.9, one) * one * 1.4 <= COVER_ROOM),
            12,
        )
        canvas.fill(title, [para(name, size, bold=True, colour="paper")])
        lines = [
            para(f"{words['report']['title']} · {words['report']['for']}", 14, colour="paper", after=4),
            para(view["wave"], 14, bold=True, colour="paper", after=2),
            para(view["dates"], 12, colour="cover_tick"),
        ]
        canvas.fill(subtitle, lines)
        canvas.text(
            Box(LEFT, 40, 430, 18), [para(words["report"]["product"], 12, bold=True, colour="cover_tick")]
        )
        if self.view["synthetic"]:
            warning = [
                para(words["synthetic"]["label"], 12, bold=True, colour="paper"),
                para(words["synthetic"]["meaning"], 11, colour="cover_tick"),
            ]
            canvas.text(Box(LEFT, 356, 430, 60), warning, name="Label")
        if self.logo:
            ground = "cover" if self.logo.is_light else "paper"
            canvas.picture(Box(712, 28, 200, 44), self.logo, name, ground)
        rows = section_of(self.text.pack, "summary")["rows"]
        chart = strip_chart(
            self.text, self.words["chart"], rows, self.look, dot=13, grid=False, colours=ON_COVER
        )
        if chart.shows:
            alt = view["figure"]["alt"]
            canvas.chart(
                Box(530, 84, 382, 46 * len(rows)), chart, self.text.word("summary.strip_no_norm"), alt
            )
        wide = INNER / len(view["facts"])
        for number, fact in enumerate(view["facts"]):
            lines = [
                para(fact["label"], 10, colour="cover_tick"),
                para(fact["value"], 15, bold=True, colour="paper"),
            ]
            canvas.text(Box(LEFT + number * wide, 452, wide - 12, 50), lines, name="Fact")

    def _summary(self, section: Document, view: View) -> None:
        words = self.text.page_words()
        title = words["summary"]["title"]
        big: list[Piece] = [
            big_number(view["score"]),
            Words((para(words["summary"]["index_scale"], 12, colour="muted"),)),
        ]
        facts = Words(tuple(fact_line(fact) for fact in view["facts"]))
        claims = tuple(self.blocks.saying(claim, 16) for claim in view["claims"])
        self._pour([Pair(((*big, facts), claims), share=0.34)], title, self._eyebrow())
        table = self._strip_table(section["rows"], view)
        self._pour(
            [table, Words((self._strip_key(view),))], f"{title} · {view['strip_title']}", self._eyebrow()
        )
        picks = []
        for side, colour in (("strengths", "strength"), ("gaps", "gap")):
            own: list[Piece] = [heading(words["summary"][side], colour)]
            said: list[Piece] = [self.blocks.saying(claim) for claim in view[side]]
            picks.append((*own, *(said or [Words((para(view["no_picks"], 13, colour="muted"),))])))
        both = f"{words['summary']['strengths']} · {words['summary']['gaps']}"
        self._pour([Pair(tuple(picks))], both, self._eyebrow())

    def _eyebrow(self) -> str:
        return f"{self.view['agency_short']} · {self.text.word('report.title')}"

    def _strip_table(self, rows: Sequence[Document], view: View) -> Rows:
        words = self.text.page_words()["summary"]
        place = words["position"] if view["has_place"] else words["interval"]
        heads = (words["factor"], words["score"], "", place)
        body, heights = [], []
        widths = (210.0, 70.0, 374.0, 210.0)
        for row in view["rows"]:
            bold = row["is_index"]
            where = row["interval"] or row["band"]
            runs = [Run(where, 12, bold=bold)]
            runs += [Run(f"  {row['detail']}", 10, colour="muted")] if row["detail"] else []
            cells = (
                para(row["name"], 13, bold=True),
                para(row["score"], 15, bold=True, align="end", colour="agency"),
                Para(()),
                Para(tuple(runs)),
            )
            body.append(tuple(Cell(one, fill="wash" if bold else None) for one in cells))
            heights.append(
                max(self.look.height([one], w - 8) for one, w in zip(cells, widths, strict=True)) + 6
            )
        high = max(44.0, *heights)
        head = tuple(
            Cell(para(one, 11, bold=True, colour="muted", align="end" if n == 1 else "start"), under="faint")
            for n, one in enumerate(heads)
        )
        grid = Grid(widths, (HEAD, *((high,) * len(body))), (head, *body), view["strip_title"])
        share = HEAD / (HEAD + high * len(body))
        chart = strip_chart(self.text, self.words["chart"], rows, self.look, head=share, dot=11)
        return Rows(
            grid,
            overlay=Overlay(chart, 2, view["strip_title"], view["figure"]["alt"]) if chart.shows else None,
        )

    def _strip_key(self, view: View) -> Para:
        key = self.text.page_words()["key"]
        marks = [("●", "agency", key["agency"])]
        if view["has_norm"]:
            marks.append(("■", "pool", key["pool"] if view["has_quarters"] else key["pool_halves"]))
            if view["has_quarters"]:
                marks.append(("■", "pool_middle", key["middle"]))
            marks.append(("|", "pool_tick", key["median"]))
        return key_line(marks)

    def _factor(self, section: Document, view: View) -> None:
        name, eyebrow = view["name"], view["eyebrow"]
        canvases = self._factor_opening(section, view)
        words = self.text.page_words()["factor"]
        canvases += self._pour(
            [self._items(section, view), self._items_key()], f"{name} · {words['answered']}", eyebrow
        )
        if view["units"]:
            own = self._units(section, view)
            canvases += self._pour([own, self._units_key(view)], f"{name} · {words['units']}", eyebrow)
        lines = self._card_lines(section["id"])
        for canvas in canvases:
            canvas.say(lines)

    def _factor_opening(self, section: Document, view: View) -> list[Canvas]:
        row = section["row"]
        left = [
            big_number(view["score"]),
            Words(tuple(para(line, 12, colour="muted") for line in view["under"])),
        ]
        right: list[Piece] = []
        if view["meaning"]:
            right.append(Words((para(view["meaning"], 13),)))
        strip = view["strip"]
        if strip:
            chart = strip_chart(self.text, self.words["chart"], [row], self.look, head=0.34, dot=12)
            right += [Graph(chart, 62, view["name"], strip["figure"]["alt"])] if chart.shows else []
            right += [Words((strip_line(strip),))] if strip["below"] else []
        pieces: list[Piece] = [Pair((tuple(left), tuple(right)), share=0.26)]
        pieces += self.blocks.sayings(view["claims"])
        poles = self._poles(view)
        pieces += [Pair(poles)] if poles else []
        return self._pour(pieces, view["name"], view["eyebrow"])

    def _items(self, section: Document, view: View) -> Rows:
        words = self.text.page_words()["factor"]
        widths = (430.0, 48.0, 76.0, 220.0, 90.0)
        heads = (words["item"], words["n"], words["dont_know"], "", words["favourable_share"])
        body, heights = [], []
        for row in view["statements"]["rows"]:
            runs = [Run(row["statement"], 12)]
            runs += [Run(f" {row['note']}", 10, colour="muted")] if row["note"] else []
            share = para(
                row["favourable"],
                11 if row["few"] else 14,
                bold=not row["few"],
                align="end",
                colour="muted" if row["few"] else "agency",
            )
            cells = (
                Para(tuple(runs)),
                para(row["n"], 11, colour="muted", align="end"),
                para(row["dont_know"], 11, colour="muted", align="end"),
                Para(()),
                share,
            )
            body.append(tuple(Cell(one) for one in cells))
            heights.append(
                max(self.look.height([one], w - 8) for one, w in zip(cells, widths, strict=True)) + 6
            )
        return self._charted(
            heads,
            widths,
            body,
            max(34.0, *heights),
            items_chart(self.text, section["items"], self.look),
            words["answered"],
            view["statements"]["figure"]["alt"],
            column=3,
            headed=False,
        )

    def _charted(
        self,
        heads: Sequence[str],
        widths: tuple[float, ...],
        body: Sequence[tuple[Cell, ...]],
        high: float,
        chart: Any,
        name: str,
        alt: str,
        *,
        column: int,
        headed: bool,
    ) -> Rows:
        head = tuple(
            Cell(
                para(one, 11, bold=True, colour="muted", align="end" if n and one else "start"), under="faint"
            )
            for n, one in enumerate(heads)
        )
        grid = Grid(widths, (HEAD, *((high,) * len(body))), (head, *body), name)
        return Rows(grid, overlay=Overlay(chart, column, name, alt, headed) if chart.shows else None)

    def _items_key(self) -> Words:
        key = self.text.page_words()["key"]
        return Words(
            (key_line([("■", band, key[band]) for band in ("favourable", "neutral", "unfavourable")]),)
        )

    def _units(self, section: Document, view: View) -> Rows:
        words, units = self.text.page_words()["factor"], view["units"]
        widths = (320.0, 60.0, 374.0, 110.0)
        body, heights = [], []
        for row in units["rows"]:
            score = para(
                row["score"],
                11 if row["few"] else 13,
                bold=not row["few"],
                align="end",
                colour="muted" if row["few"] else "agency",
            )
            name = para(row["name"], 12, bold=not row["depth"])
            cells = (
                Cell(name, inset=14.0 * row["depth"]),
                Cell(para(row["n"], 11, colour="muted", align="end")),
                Cell(Para(())),
                Cell(score),
            )
            body.append(cells)
            heights.append(self.look.height([name], widths[0] - 8 - cells[0].inset) + 6)
        high = max(30.0, *heights)
        own = section["row"]
        axis = axis_of(values_of([*section["units"], {**own, "strip": None}]))
        share = HEAD / (HEAD + high * len(body))
        chart = units_chart(
            self.text, self.words["chart"], section["units"], self.look, axis, own["score"], head=share
        )
        heads = (words["unit"], words["n"], "", words["unit_score"])
        return self._charted(
            heads, widths, body, high, chart, words["units"], units["figure"]["alt"], column=2, headed=True
        )

    def _units_key(self, view: View) -> Words:
        words = self.text.page_words()
        marks = [("●", "unit", words["key"]["unit"]), ("|", "agency", words["key"]["whole"])]
        rest = f"{words['factor']['units_rounded']} {view['units']['more']}".strip()
        return Words((key_line(marks), para(rest, 10, colour="muted")))

    def _poles(self, view: View) -> tuple[tuple[Piece, ...], ...]:
        words = self.text.page_words()["factor"]
        if not view["strong"]:
            return ()
        return tuple(
            (heading(words[side], colour), Words((para(view[side], 13),)))
            for side, colour in (("strong", "strength"), ("weak", "gap"))
        )

    def _card_lines(self, code: str) -> list[str]:
        """The factor's caution and its questions to discuss, as the instrument words them."""
        cards = self.text.instrument.cards if self.text.instrument else {}
        card, words = cards.get(code), self.words["slides"]
        if card is None:
            return []
        return [
            f"{words['caution']}: {card.caution}",
            words["discuss"],
            *(f"\u2013 {line}" for line in card.discuss),
        ]

    def _quality(self, _section: Document, view: View) -> None:
        words = self.text.page_words()["quality"]
        numbers = Pair(
            tuple(
                (
                    Words(
                        (
                            para(fact["value"], 22, bold=not fact["is_word"], colour="agency"),
                            para(fact["label"], 11, colour="muted"),
                        )
                    ),
                )
                for fact in view["numbers"]
            )
        )
        heads = [words[one] for one in ("factor", "n", "alpha", "interval", "verdict")]
        rows = [
            [one["name"], one["n"], one["alpha"], one["interval"], f"{one['verdict_word']} · {one['reason']}"]
            for one in view["factors"]
        ]
        table = value_grid(self.look, words["factors"], heads, rows, INNER)
        hidden = (heading(words["hidden"]), *(Words((para(line, 13),)) for line in view["hidden"]))
        norm = (
            heading(words["norm"]),
            Words(tuple(fact_line(fact) for fact in view["norm"])),
            *(Words((para(line, 13),)) for line in view["norm_lines"]),
        )
        beside = Pair((hidden, tuple(one for one in norm if not _is_empty(one))))
        pieces = [
            numbers,
            *self.blocks.sayings(view["claims"]),
            Rows(_wide_last(table, self.look), words["factors"]),
        ]
        self._pour([*pieces, beside], words["title"], words["eyebrow"])

    def _method(self, _section: Document, view: View) -> None:
        words = self.text.page_words()
        own = words["method"]
        self._pour(entries(own["steps"]), f"{own['title']} · {own['scores']}", own["eyebrow"])
        verdicts = [
            {"title": words["verdicts"][one], "text": words["verdict_meanings"][one]}
            for one in ("say", "care", "dont")
        ]
        glossary = [{"title": one["term"], "text": one["text"]} for one in own["glossary"]]
        check = [heading(own["check"]), Words((para(view["check"], 12),))]
        said = [
            heading(own["verdicts"]),
            *entries(verdicts),
            heading(own["glossary_title"]),
            *entries(glossary),
        ]
        self._pour([*said, *check], f"{own['verdicts']} · {own['glossary_title']}", own["eyebrow"])

    def _page(self, section: Document, view: View) -> None:
        title = view["title"]
        if section["factor"]:
            title = f"{title} · {view['eyebrow']}"
        pieces = self.blocks.all(section["blocks"], view["blocks"])
        canvases = self._pour(pieces, title, view["eyebrow"])
        if section["factor"]:
            for canvas in canvases:
                canvas.say(self._card_lines(section["factor"]))


def big_number(text: str) -> Words:
    """Return the one number that a slide is about."""
    return Words((para(text, 54, bold=True, colour="agency"),))


def fact_line(fact: View) -> Para:
    """Return a labelled value as one line."""
    return Para((Run(f"{fact['label']}  ", 11, colour="muted"), Run(fact["value"], 13, bold=True)), 4)


def key_line(marks: Sequence[tuple[str, str, str]]) -> Para:
    """Return what a figure's marks mean: (sign, role of its colour, words) each."""
    runs: list[Run] = []
    for sign, colour, meaning in marks:
        runs += [Run(f"{sign} ", 12, bold=True, colour=colour), Run(f"{meaning}     ", 10, colour="muted")]
    return Para(tuple(runs))


def _is_empty(piece: Piece) -> bool:
    return isinstance(piece, Words) and not piece.paras


def _wide_last(grid: Grid, look: Look) -> Grid:
    """A table whose last column holds words: it takes the room, and they start where reading starts."""
    widths = (200.0, 60.0, 70.0, 130.0, 404.0)
    rows = tuple(
        (
            *row[:-1],
            Cell(
                Para(tuple(Run(run.text, 11, colour=run.colour) for run in row[-1].para.runs)),
                under=row[-1].under,
            ),
        )
        for row in grid.rows
    )
    heights = tuple(
        max(look.height([cell.para], wide - 8) for cell, wide in zip(row, widths, strict=True)) + 8
        for row in rows
    )
    return Grid(widths, heights, rows, grid.name, grid.head)
