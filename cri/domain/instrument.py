"""What is asked and how it is keyed."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Item:
    """One statement. `reversed`: agreeing with it is unfavourable."""

    code: str
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class Factor:
    """A named set of items that are averaged into one score."""

    code: str
    items: tuple[Item, ...]

    @property
    def needed(self) -> int:
        """How many answered items make a score: at least two thirds (4 of 6). Method section 3."""
        return -(-2 * len(self.items) // 3)


@dataclass(frozen=True, slots=True)
class Scale:
    """The whole numbers from `minimum` to `maximum`; the top `favourable` points are favourable."""

    minimum: int
    maximum: int
    favourable: int

    @property
    def points(self) -> int:
        """Number of points on the scale."""
        return self.maximum - self.minimum + 1


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question answered in the respondent's own words, at most `max_length` characters."""

    code: str
    max_length: int


@dataclass(frozen=True, slots=True)
class ProfileQuestion:
    """A question about the respondent in coarse bands. Left blank means "prefer not to say"."""

    code: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """An item that says which point of the scale to choose: `expected` is that point."""

    code: str
    expected: int


@dataclass(frozen=True)
class Instrument:
    """A released set of factors. `sha256` is the digest of its instrument.yaml.

    `outcomes` are asked on the same scale and belong to no factor. `ranked` is False for a companion
    that is never compared with a pool. `comparable_with` names older versions whose scores may be
    pooled and compared with this one's.
    """

    code: str
    version: str
    sha256: str
    scale: Scale
    factors: tuple[Factor, ...]
    questions: tuple[OpenQuestion, ...] = ()
    outcomes: tuple[Item, ...] = ()
    profile: tuple[ProfileQuestion, ...] = ()
    attention: AttentionItem | None = None
    ranked: bool = True
    comparable_with: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """Quick: whatever is made of an instrument is looked up by it at each page of a questionnaire."""
        return hash((self.code, self.version))

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All items in factor order: the columns of an answer sheet."""
        return tuple(item for factor in self.factors for item in factor.items)

    @cached_property
    def columns(self) -> dict[str, slice]:
        """Factor code to the columns of an answer sheet that hold its items."""
        found, start = {}, 0
        for factor in self.factors:
            found[factor.code] = slice(start, start + len(factor.items))
            start += len(factor.items)
        return found

    def factor(self, code: str) -> Factor:
        """The factor with that code; KeyError if there is none."""
        for factor in self.factors:
            if factor.code == code:
                return factor
        raise KeyError(code)
