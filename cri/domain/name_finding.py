"""Which words of a text are names of people: by a roster, by frequent given names, by titles and capitals."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cri.domain.given_names import (
    CAPITALISED,
    GIVEN_NAMES,
    NAMES_AND_WORDS,
    PARTICLES,
    SENTENCE_OPENERS,
    SHORT_WORDS,
    TITLES,
)

_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019\-][^\W\d_]+)*")
_ARABIC_MARKS: Final = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
_ALIKE: Final = str.maketrans("أإآىةؤئ", "ااايهوي")
_CLITICS: Final = "وفبلك"
_MOST_CLITICS: Final = 2
_SENTENCE_END: Final = frozenset('.!?:;؟،\n•\u2013\u2014-"“”«»(¡¿')
_SHORTEST: Final = 3
_MOSTLY: Final = 0.6


@dataclass(frozen=True)
class Known:
    """What an agency knows that its people may write.

    names: words of names of its people, folded. units: names of units whose people must not be told apart.
    words: words of its own name and of its units, which are no names of people; folded.
    """

    names: frozenset[str]
    units: tuple[str, ...]
    words: frozenset[str]


def known(people: Iterable[str], units: Iterable[str], other_words: Iterable[str]) -> Known:
    """Make it from names as they are written: of people, of units to hide, and of what may be told."""
    words = frozenset(fold(word) for name in other_words for word in _WORD.findall(cleaned(name)))
    names = frozenset(
        folded
        for name in people
        for word in _WORD.findall(cleaned(name))
        for folded in (fold(word), *map(fold, re.split(r"['\u2019\-]", word)))
        if len(folded) >= _SHORTEST
    )
    hidden = sorted({cleaned(name) for name in units} - {""}, key=lambda name: (-len(name), name))
    return Known(names - PARTICLES, tuple(hidden), words - names)


def cleaned(text: str) -> str:
    """The text in one spelling: no invisible signs, no vowel signs, digits 0-9, no marks of ours."""
    plain = unicodedata.normalize("NFKC", text)
    kept = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    spaced = "".join(" " if unicodedata.category(sign) == "Cc" and sign != "\n" else sign for sign in kept)
    bare = _ARABIC_MARKS.sub("", spaced).replace("⟦", "[").replace("⟧", "]")
    return "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in bare).strip()


def fold(word: str) -> str:
    """A word without accents, case and the spellings of one Arabic letter."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).translate(_ALIKE)


@dataclass(frozen=True)
class Token:
    """A word of a text, and where it stands."""

    word: str
    start: int
    end: int
    folded: str
    opens: bool
    """Whether it begins a sentence."""

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.word[0].isupper()

    @property
    def caseless(self) -> bool:
        """Whether its script knows no capitals."""
        return self.word.lower() == self.word.upper()

    @property
    def forms(self) -> set[str]:
        """Folded, and in Arabic without the letters that are written to it as "and", "to" or "by"."""
        if self.caseless:
            bare = [self.folded]
            while len(bare) <= _MOST_CLITICS and bare[-1][0] in _CLITICS and len(bare[-1]) > _SHORTEST:
                bare.append(bare[-1][1:])
            return set(bare)
        return {self.folded, *self.folded.replace("\u2019", "'").split("'"), *self.folded.split("-")}


def tokens_of(text: str) -> list[Token]:
    """The words of a text in their order, without marks of what was taken out."""
    found = []
    for match in _WORD.finditer(text):
        if match.start() and text[match.start() - 1] == "⟦":
            continue
        before = text[: match.start()].rstrip(" \t'\u2019")
        opens = not before or before[-1] in _SENTENCE_END
        found.append(Token(match[0], match.start(), match.end(), fold(match[0]), opens))
    return found


def names_in(tokens: Sequence[Token], text: str, about: Known) -> set[int]:
    """Which tokens are names, by their places."""
    shouting = _shouts(text)
    marked = {place for place, token in enumerate(tokens) if _is_name(token, about, shouting=shouting)}
    for place, token in enumerate(tokens[:-1]):
        follower = tokens[place + 1]
        near = _near(text, token, follower)
        initial = len(token.word) == 1 and token.capital and text[token.end : token.end + 1] == "."
        if near and (_is_title(token) or initial) and (follower.capital or follower.caseless):
            marked.add(place + 1)
            if initial:
                marked.add(place)
    if not shouting:
        marked |= _runs_of_capitals(tokens, text, about)
    return _with_surnames(tokens, text, marked, about, shouting=shouting)


def _is_title(token: Token) -> bool:
    return token.folded in TITLES or token.word == "M"


def _is_name(token: Token, about: Known, *, shouting: bool) -> bool:
    if token.forms & SHORT_WORDS:
        return False
    if token.forms & NAMES_AND_WORDS:
        told_by_capital = token.capital and not token.opens and not shouting
        return told_by_capital and (token.folded not in CAPITALISED or bool(token.forms & about.names))
    known_name = token.forms & about.names or token.forms & GIVEN_NAMES
    return bool(known_name) and not token.forms & about.words


def _runs_of_capitals(tokens: Sequence[Token], text: str, about: Known) -> set[int]:
    """Two words or more with a capital beside each other are a name, unless the agency's own words are."""
    marked: set[int] = set()
    run: list[int] = []
    for place, token in enumerate([*tokens, None]):
        beside = not run or (token is not None and text[tokens[run[-1]].end : token.start] in {" ", "-"})
        joins = token is not None and token.capital and beside
        if joins:
            run.append(place)
            continue
        marked |= _named(run, tokens, about)
        run = [place] if token is not None and token.capital else []
    return marked


def _named(run: Sequence[int], tokens: Sequence[Token], about: Known) -> set[int]:
    while run and (tokens[run[0]].folded in SENTENCE_OPENERS or tokens[run[0]].folded in CAPITALISED):
        run = run[1:]
    own = all(tokens[place].folded in about.words | CAPITALISED | TITLES for place in run)
    return set() if len(run) < 2 or own else set(run)


def _with_surnames(
    tokens: Sequence[Token], text: str, marked: set[int], about: Known, *, shouting: bool
) -> set[int]:
    """What follows a name and may be the rest of it: a word with a capital, or after "bin" or as "al-"."""
    found = set(marked)
    for place, token in enumerate(tokens):
        if place in found or not place or not _near(text, tokens[place - 1], token):
            continue
        after = place - 1 in found
        over = _over_particles(tokens, place, found)
        capital = token.capital and not shouting and token.folded not in about.words
        arabic = token.caseless and (
            over or (token.folded.startswith("ال") and token.folded not in about.words)
        )
        if (after or over) and (capital or arabic):
            found |= {place, *range(place - over, place)}
    return found


def _over_particles(tokens: Sequence[Token], place: int, found: set[int]) -> int:
    """How many words as "de la" stand between this one and a name; 0 if no name stands before them."""
    back = place - 1
    while back > 0 and tokens[back].folded in PARTICLES and back not in found:
        back -= 1
    return place - 1 - back if back in found else 0


def _near(text: str, one: Token, other: Token) -> bool:
    return text[one.end : other.start] in {" ", "-", ". ", ".", "\u00a0"}


def _shouts(text: str) -> bool:
    """Whether most of it is in capitals, which then say nothing."""
    cased = [sign for sign in text if sign.isupper() or sign.islower()]
    return len(cased) > 0 and sum(sign.isupper() for sign in cased) > _MOSTLY * len(cased)
