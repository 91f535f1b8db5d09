"""Every number of a pack as a workbook: a sheet a topic, each number told once, beside its definition."""

import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cri.adapters.number_tables import Column, NumberTable, number_tables
from cri.adapters.office_files import dated, new_workbook
from cri.adapters.report_files import load_own_words
from cri.adapters.report_parts import norm_facts, rate_of, response_of
from cri.adapters.report_table_view import TableViews
from cri.adapters.report_text import ReportText
from cri.adapters.report_view import dates_of
from cri.adapters.typed_text import fit
from cri.domain.rounding import ROUNDING, rounded

Document = Mapping[str, Any]

WORDS: Final = "formats"
HEADS: Final = 2  # the row of a sheet that heads its columns; above it title and definitions
NUMBERS: Final = {"score": "0.0", "difference": "0.0", "share": "0%", "coefficient": "0.00"}
"""How Excel shows a kind of number; any other is whole. Signs of thousands are the reader's own."""
LONGEST_NAME: Final = 31  # characters of a sheet's name
NO_NAME: Final = re.compile(r"[\[\]:*?/\\']")
WIDE: Final = {
    "factor": 30,
    "unit": 40,
    "item": 70,
    "sentence": 90,
    "reason": 60,
    "definition": 90,
    "sha256": 70,
}
WIDTH: Final = 19
HIDDEN: Final = {"factor.item_few", "factor.unit_few", "factor.unit_complementary", "factor.item_alike"}
"""Words that stand where a number is held back."""
SOURCES: Final = {
    **dict.fromkeys(("band", "percentile", "percentile_low", "percentile_high"), "placement"),
    **dict.fromkeys(("lowest", "quarter", "median", "three_quarters", "best"), "edition"),
    **dict.fromkeys(("edition", "peers", "agencies", "window_from", "window_to", "sha256"), "edition"),
}
"""What a column comes from where that is not the scorecard."""


@dataclass
class NumberSheets:
    """Writes the sheets of one workbook."""

    text: ReportText
    words: Document
    workbook: Any
    taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        font = "IBM Plex Sans Arabic" if self.text.direction == "rtl" else "IBM Plex Sans"
        base = {"font_name": font, "font_size": 10, "valign": "top"}
        words = {"align": "right", "reading_order": 2} if self.text.direction == "rtl" else {"align": "left"}
        looks: dict[str, dict[str, Any]] = {
            "title": {"bold": True, "font_size": 14, **words},
            "definition": {"font_color": "#55606D", "font_size": 9, "text_wrap": True, **words},
            "head": {"bold": True, "bottom": 1, "bg_color": "#F3F5F7", "text_wrap": True, **words},
            "head_number": {
                "bold": True,
                "bottom": 1,
                "bg_color": "#F3F5F7",
                "text_wrap": True,
                "align": "right",
            },
            "text": {"text_wrap": True, **words},
            "hidden": {"font_color": "#55606D", "italic": True, "align": "right"},
            **{kind: {"num_format": NUMBERS.get(kind, "#,##0")} for kind in ROUNDING},
        }
        self.looks = {name: self.workbook.add_format({**base, **look}) for name, look in looks.items()}

    def about(self, lines: Sequence[tuple[str, str]]) -> None:
        """Write the first sheet: what this is, whose, of when, and how to read it."""
        sheet = self._sheet("about")
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 100)
        sheet.write_string(0, 0, fit(self.words["titles"]["about"]), self.looks["title"])
        for row, (label, value) in enumerate(lines, 2):
            sheet.write_string(row, 0, fit(label), self.looks["head"])
            sheet.write_string(row, 1, fit(value), self.looks["text"])

    def table(self, table: NumberTable) -> None:
        """Write one table of numbers: definitions and heads stay in sight."""
        sheet = self._sheet(table.topic, table.title)
        self.text.where = table.topic
        title = table.title or self.words["titles"][table.topic]
        numbers = [
            any(row[place].kind in ROUNDING for row in table.rows) for place in range(len(table.columns))
        ]
        self._heads(sheet, title, table.columns, numbers)
        for row, values in enumerate(table.rows, HEADS + 1):
            for column, value in enumerate(values):
                self._cell(sheet, row, column, value.kind, value.value)
        sheet.autofilter(HEADS, 0, HEADS + max(1, len(table.rows)), len(table.columns) - 1)

    def claims(self) -> None:
        """Write what may be said, with verdict and reason: each sentence is its claim's."""
        sheet, text = self._sheet("claims"), self.text
        text.where = "claims"
        columns = tuple(Column(name) for name in ("sentence", "verdict", "reason"))
        self._heads(sheet, self.words["titles"]["claims"], columns)
        for row, claim in enumerate(text.pack["claims"].values(), HEADS + 1):
            told = (text.spoken(claim), text.verdict(claim), text.reason(claim))
            for column, words in enumerate(told):
                sheet.write_string(row, column, fit(words), self.looks["text"])

    def definitions(self, tables: Sequence[NumberTable]) -> None:
        """Write every column of every sheet with its definition, its rounding and where it comes from."""
        sheet = self._sheet("definitions")
        columns = tuple(Column(name) for name in ("sheet", "column", "definition", "rounding", "source"))
        self._heads(sheet, self.words["titles"]["definitions"], columns)
        row = HEADS + 1
        for table in tables:
            for number, column in enumerate(table.columns):
                kinds = [values[number].kind for values in table.rows if values[number].kind in ROUNDING]
                told = (
                    self._name(table.topic, table.title),
                    self._head(column),
                    self._definition(column),
                    self.words["roundings"][kinds[0]] if kinds else "",
                    self.words["sources"][SOURCES.get(column.name, "scorecard")],
                )
                for place, words in enumerate(told):
                    sheet.write_string(row, place, fit(words), self.looks["text"])
                row += 1

    def _sheet(self, topic: str, title: str = "") -> Any:
        name = self._name(topic, title)
        number = 2
        while name.casefold() in self.taken:
            name, number = f"{name[: LONGEST_NAME - 3]} {number}", number + 1
        self.taken.add(name.casefold())
        sheet = self.workbook.add_worksheet(name)
        if self.text.direction == "rtl":
            sheet.right_to_left()
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def _name(self, topic: str, title: str) -> str:
        """A sheet's name: the topic's word, else what its table is called."""
        found = self.words["names"].get(topic) or title or topic
        return NO_NAME.sub(" ", fit(found))[:LONGEST_NAME].strip() or topic

    def _heads(self, sheet: Any, title: str, columns: Sequence[Column], numbers: Sequence[bool] = ()) -> None:
        """numbers: which columns hold them; their heads stand above them at the end of the cell."""
        sheet.write_string(0, 0, fit(title), self.looks["title"])
        sheet.set_row(1, max(self._lines(column) for column in columns) * 13 + 8)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, WIDE.get(column.name, WIDTH))
            sheet.write_string(1, place, fit(self._definition(column)), self.looks["definition"])
            look = "head_number" if numbers and numbers[place] else "head"
            sheet.write_string(HEADS, place, fit(self._head(column)), self.looks[look])
        sheet.freeze_panes(HEADS + 1, 1)
        sheet.repeat_rows(1, HEADS)

    def _lines(self, column: Column) -> int:
        """How many lines a column's definition takes at its width."""
        return math.ceil(1.15 * len(self._definition(column)) / WIDE.get(column.name, WIDTH))

    def _head(self, column: Column) -> str:
        return column.head or str(self.words["heads"][column.name])

    def _definition(self, column: Column) -> str:
        """What a column holds; the head alone where a table has a column that nothing more is said of."""
        return str(self.words["definitions"].get(column.name, column.head))

    def _cell(self, sheet: Any, row: int, column: int, kind: str, value: Any) -> None:
        if kind in ROUNDING:
            shown = self.text.number(kind, value)
            if value is None:
                sheet.write_string(row, column, shown, self.looks["hidden"])
                return
            told = float(rounded(kind, value))
            sheet.write_number(row, column, told / 100 if kind == "share" else told, self.looks[kind])
            return
        words = TableViews(self.text).plain({"kind": kind, "value": value})
        sheet.write_string(row, column, fit(words), self.looks[self._look(kind, value)])

    def _look(self, kind: str, value: Any) -> str:
        """Words in the place of a number stand at its side; other words where reading begins."""
        if kind == "limit" or (kind == "word" and str(value) in HIDDEN):
            return "hidden"
        return "text"


def number_sheets_of(text: ReportText) -> bytes:
    """Return the numbers of the pack of `text` as an Excel file in its language, the same bytes each time."""
    made: datetime = dated(text.pack)
    words = load_own_words(text.locale, WORDS)["sheets"]
    tables = number_tables(text)
    file = io.BytesIO()
    with new_workbook(file, made) as workbook:
        agency = text.pack["agency"] or text.word("report.agency_unnamed")
        properties = {
            "title": fit(f"{agency} · {words['titles']['about']}")[:255],
            "author": text.word("report.product"),
        }
        workbook.set_properties({**properties, "created": made.replace(tzinfo=None)})
        sheets = NumberSheets(text, words, workbook)
        sheets.about(_about(text, words, agency))
        for table in tables:
            sheets.table(table)
        sheets.claims()
        sheets.definitions(tables)
    return file.getvalue()


def _about(text: ReportText, words: Document, agency: str) -> list[tuple[str, str]]:
    """Whose numbers these are, of when, compared with what, and how to read them."""
    pack, heads = text.pack, words["heads"]
    text.where = "about"
    check = text.word(
        "method.check_text",
        method=pack["method"],
        instrument=pack["instrument"]["code"],
        version=pack["instrument"]["version"],
        template=pack["template"],
    )
    warning = f"{text.word('synthetic.label')}. {text.word('synthetic.meaning')}"
    return [
        (heads["agency"], agency),
        (heads["wave"], pack["wave"]["label"] or text.word("report.wave_unnamed")),
        (heads["dates"], dates_of(text)),
        *([(text.word("synthetic.label"), warning)] if pack["synthetic"] else []),
        (text.word("facts.response"), response_of(text)),
        (text.word("facts.rate"), rate_of(text)),
        *norm_facts(text),
        (heads["reading"], words["reading"].replace("{minimum}", str(pack["minimum"]))),
        *(
            (text.word(f"verdicts.{verdict}"), text.word(f"verdict_meanings.{verdict}"))
            for verdict in ("say", "care", "dont")
        ),
        (text.word("method.check"), check),
    ]
