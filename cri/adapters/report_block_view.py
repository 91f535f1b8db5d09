"""The view of a page of blocks: keys become words, values become text, figures become images."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cri.adapters.report_drawing import Drawing
from cri.adapters.report_figure_view import FigureViews
from cri.adapters.report_parts import claim_views, interval_of
from cri.adapters.report_table_view import TableViews
from cri.adapters.report_text import ReportText

Document = Mapping[str, Any]
View = dict[str, Any]


@dataclass(frozen=True)
class BlockViews:
    """Makes the views of one pack's blocks."""

    text: ReportText
    drawings: Mapping[str, Drawing]
    svgs: Mapping[str, bytes]

    @property
    def tables(self) -> TableViews:
        """Makes the views of its tables."""
        return TableViews(self.text)

    def page(self, section: Document) -> View:
        """Return a page: its titles and the views of its blocks."""
        title = self.text.word(section["title"])
        factor, unit = section["factor"], section.get("unit")
        named = self.text.factor_name(factor) if factor else self.text.unit_name(unit) if unit else ""
        return {
            "eyebrow": title if named else self.text.word("pages.eyebrow"),
            "title": named or title,
            "blocks": [self.block(block) for block in section["blocks"]],
        }

    def block(self, block: Document) -> View:
        """Return the view of one block, with its kind."""
        makers: dict[str, Callable[[Document], View]] = {
            "heading": lambda one: {"text": self.tables.plain(one["text"]), "tone": one["tone"]},
            "paragraph": lambda one: {"text": self.text.word(one["key"]), "role": one["role"]},
            "listed": self._listed,
            "said": lambda one: {"claims": claim_views(self.text, one["claims"])},
            "picture": lambda one: FigureViews(self.text, self.drawings, self.svgs).view(one["figure"]),
            "table": self.tables.table,
            "cards": lambda one: {
                "cards": [self._card(card) for card in one["cards"]],
                "across": one["across"],
            },
            "learning": self._learning,
            "lessons": lambda one: {"cards": [self._lesson(code) for code in one["factors"]]},
            "sheet": self._sheet,
            "lines": lambda one: {"text": self.text.word(one["key"]), "rows": list(range(one["count"]))},
            "beside": lambda one: {
                side: [self.block(own) for own in one[side]] for side in ("left", "right")
            },
        }
        return {"kind": block["kind"], **makers[block["kind"]](block)}

    def _listed(self, block: Document) -> View:
        entries: Any = self.text.page_words()
        for part in block["key"].split("."):
            entries = entries[part]
        return {"entries": entries}

    def _card(self, card: Document) -> View:
        words: Any = {}
        if card["key"]:
            words = self.text.words
            for part in card["key"].split("."):
                words = words[part]
        told = {part: str(words.get(part, "")) for part in ("title", "text", "question", "source")}
        claims = [self.text.pack["claims"][key] for key in card["claims"]]
        if claims and not card["key"] and "{factor}" not in self.text.template(claims[0]):
            told["title"] = self._factor_of(claims[0])
        return {
            **told,
            "tone": card["tone"],
            "claims": claim_views(self.text, card["claims"]),
            "measure": self._measure(claims[0]) if claims and not card["key"] else "",
        }

    def _factor_of(self, claim: Document) -> str:
        """The factor that a sentence is about without naming it; nothing for a statement, which says it."""
        factor = claim["values"].get("factor")
        return self.tables.plain(factor) if factor else ""

    def _measure(self, claim: Document) -> str:
        """How many people a debate card rests on, and its interval, where its sentence does not say them."""
        values, sentence = claim["values"], self.text.template(claim)
        told = []
        if "n" in values and "{n}" not in sentence:
            told.append(self.text.word("people", n=self.tables.plain(values["n"])))
        if {"low", "high"} <= values.keys() and "{low}" not in sentence and values["low"]["kind"] == "share":
            ends = [values[end]["value"] for end in ("low", "high")]
            shown = interval_of(self.text, "share", ends)
            told.append(self.text.word("interval", interval=shown))
        return " · ".join(told)

    def _learning(self, block: Document) -> View:
        cards = self.text.instrument.cards if self.text.instrument else {}
        card = cards.get(block["factor"])
        found = getattr(card, block["part"]) if card else ()
        return {"lines": [found] if isinstance(found, str) else list(found)}

    def _lesson(self, code: str) -> View:
        words = self.text.factor(code)
        card = self.text.instrument.cards.get(code) if self.text.instrument else None
        return {
            "name": self.text.factor_name(code),
            "about": words.short if words else "",
            "lines": list(card.monday) if card else [],
        }

    def _sheet(self, block: Document) -> View:
        names = [self.tables.plain(value) for value in block["rows"]]
        heads = [self.tables.head(column) for column in block["columns"]]
        return {
            "caption": self.text.word(block["key"]),
            "heads": heads,
            "headed": any(heads),
            "named": bool(names),
            "rows": [*names, *[""] * block["blank"]],
            "height": block["height"],
        }
