"""The parts that a page of a pack is made of: paragraphs, claims, figures, tables, cards and worksheets.

A block holds keys of texts (`reports/text`), ids of claims and figures, and values with their kind of
rounding, never words: page, PDF and slides are renderings of the same blocks. As JSON a block is {kind, ...}.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from cri.domain.claims import Value

Tone = Literal["strength", "gap", "plain"]
Role = Literal["lead", "text", "small"]
Part = Literal["discuss", "monday", "caution"]

PAGE: Final = "page"
"""The key of a section that is made of blocks alone."""


@dataclass(frozen=True)
class Heading:
    """A heading within a page: the key of its words, or a factor's name."""

    text: Value
    tone: Tone = "plain"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph that says nothing about a number."""

    key: str
    role: Role = "text"


@dataclass(frozen=True)
class Listed:
    """Several paragraphs: words that are a list, of texts or of {title, text}."""

    key: str


@dataclass(frozen=True)
class Said:
    """Claims one below the other: each with its sentence, verdict and reason."""

    claims: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """A figure of the pack by its id; its words are its table, its alternative text is made of claims."""

    figure: str


@dataclass(frozen=True)
class Table:
    """A table: keys of its caption and heads, and a value in each cell. The first of a row is its head.

    tones: for each row and cell behind the head "above", "below" or "": marked by a sign and a shade.
    """

    key: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    tones: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Card:
    """A card: words under `key` ({title, text, question?, source?}), or a factor's name and its claims.

    n and interval are read off its first claim.
    """

    key: str | None
    claims: tuple[str, ...]
    tone: Tone = "plain"


@dataclass(frozen=True)
class Cards:
    """Cards beside each other, `across` in a row."""

    cards: tuple[Card, ...]
    across: int = 2


@dataclass(frozen=True)
class Learning:
    """A part of a factor's learning card, whose words belong to the instrument."""

    factor: str
    part: Part


@dataclass(frozen=True)
class Lessons:
    """Learning cards of factors, beside each other: what each is about, and what a team can try."""

    factors: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A worksheet to write on: `rows` named ones and `blank` others, of at least `height` mm each."""

    key: str
    columns: tuple[str, ...]
    rows: tuple[Value, ...] = ()
    blank: int = 0
    height: float = 12.0


@dataclass(frozen=True)
class Lines:
    """Empty lines to write on below a text."""

    key: str
    count: int


@dataclass(frozen=True)
class Beside:
    """Two columns of blocks."""

    left: tuple["Block", ...]
    right: tuple["Block", ...]


Block = (
    Heading
    | Paragraph
    | Listed
    | Said
    | Picture
    | Table
    | Card
    | Cards
    | Learning
    | Lessons
    | Sheet
    | Lines
    | Beside
)


def page_section(name: str, blocks: Sequence[Block], **title: str) -> dict[str, Any]:
    """Return a section of blocks as JSON: {key "page", id, title, factor (its name is the title), blocks}."""
    return {
        "key": PAGE,
        "id": name,
        "title": title.get("title", f"pages.{name}"),
        "factor": title.get("factor"),
        "blocks": [block_document(block) for block in blocks],
    }


def block_document(block: Block) -> dict[str, Any]:
    """Return a block as JSON: {kind, and its fields}."""
    kind = type(block).__name__.lower()
    if isinstance(block, Beside):
        sides = {"left": block.left, "right": block.right}
        return {"kind": kind, **{side: [block_document(one) for one in of] for side, of in sides.items()}}
    return {"kind": kind, **_plain(asdict(block))}


def word(key: str) -> Value:
    """Return a value that is a text of the report, by its dotted key."""
    return Value("word", key)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value
