"""Taking names, addresses, numbers and small units out of what people wrote, before anybody reads it.

Rules, not a model: they can be read, and tested sentence by sentence. They take out too much rather than
too little, and a person looks at what is left (docs/decisions/comments.md). What is taken out is replaced
by a mark that says its kind, and is kept nowhere.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Final

from cri.domain.given_names import CAPITALISED
from cri.domain.name_finding import Known, Token, cleaned, names_in, tokens_of

NAME, EMAIL, PHONE, LINK, UNIT, HIDDEN = "name", "email", "phone", "link", "unit", "hidden"
MARKS: Final = {NAME: "⟦n⟧", EMAIL: "⟦e⟧", PHONE: "⟦p⟧", LINK: "⟦l⟧", UNIT: "⟦u⟧", HIDDEN: "⟦x⟧"}
"""What stands in a text for what was taken out, by its kind. Nobody can type one: see `cleaned`."""

_KIND_OF: Final = {mark: kind for kind, mark in MARKS.items()}
_MARK: Final = re.compile("⟦[neplux]⟧")
_AT, _DOT = r"(?:\s?@\s?|\s?[\[(]\s?at\s?[\])]\s?)", r"(?:\.|\s?[\[(]\s?(?:dot|punto|point)\s?[\])]\s?)"
_EMAIL: Final = re.compile(rf"[\w.+-]+{_AT}[\w-]+(?:{_DOT}[\w-]+)+", re.IGNORECASE)
_SPELLED: Final = re.compile(
    r"[\w.+-]+ (?:at|arroba|arobase|chez) [\w-]+ (?:dot|punto|point) \w{2,}", re.IGNORECASE
)
_LINK: Final = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@\w[\w.]+", re.IGNORECASE)
_DATE: Final = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)?\d{2}(?!\d)|(?:19|20)\d{2}-\d{2}-\d{2}(?!\d)")
_PHONE: Final = re.compile(r"(?<!\w)[+(]{0,2}\d(?:[\s().\-/\u2013]{0,3}\d){5,}(?!\w)")
_EXTENSION: Final = re.compile(
    r"\b(?:ext|extension|poste|interno|anexo|extensi[oó]n|تحويلة|داخلي)\b\W{0,3}\d{2,6}", re.IGNORECASE
)


def redacted(text: str, about: Known) -> str:
    """The text with a mark for each address, number, small unit and name in it."""
    told = cleaned(text)
    for pattern in (_EMAIL, _SPELLED):
        told = pattern.sub(MARKS[EMAIL], told)
    told = _LINK.sub(MARKS[LINK], told)
    told = _EXTENSION.sub(MARKS[PHONE], told)
    told = _PHONE.sub(lambda found: found[0] if _DATE.fullmatch(found[0]) else MARKS[PHONE], told)
    for unit in about.units:
        told = _phrase(unit).sub(MARKS[UNIT], told)
    return _without_names(told, about)


def hidden(text: str, phrases: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """The text without these words too, wherever they stand; and those of them that it does not hold."""
    missing = []
    for phrase in phrases:
        text, count = _phrase(cleaned(phrase)).subn(MARKS[HIDDEN], text)
        if not count:
            missing.append(phrase)
    return text, tuple(missing)


def pieces(text: str, *, about: Known | None = None) -> list[tuple[str, str]]:
    """A redacted text in pieces (kind, words): "text", what was taken out (no words), and "doubt".

    Doubtful, only told with `about`: what may still point to somebody and is for a person to look at.
    """
    found: list[tuple[str, str]] = []
    end = 0
    for mark in _MARK.finditer(text):
        found += _doubted(text[end : mark.start()], about, text, end)
        found.append((_KIND_OF[mark[0]], ""))
        end = mark.end()
    return found + _doubted(text[end:], about, text, end)


def script_of(text: str) -> str:
    """The script of most of its letters, as Unicode calls it: LATIN, ARABIC; "" without letters."""
    counts: dict[str, int] = {}
    for sign in text:
        if sign.isalpha():
            script = unicodedata.name(sign, "").partition(" ")[0]
            counts[script] = counts.get(script, 0) + 1
    return max(counts, key=lambda script: (counts[script], script), default="")


def rare_scripts(texts: Collection[str], minimum: int) -> frozenset[str]:
    """Scripts in which fewer than `minimum` of these texts are written: who uses one may be known by it."""
    scripts = [script_of(text) for text in texts]
    return frozenset(one for one in set(scripts) - {""} if scripts.count(one) < minimum)


def _without_names(text: str, about: Known) -> str:
    tokens = tokens_of(text)
    marked = names_in(tokens, text, about)
    out, end, number = [], 0, 0
    while number < len(tokens):
        if number not in marked:
            number += 1
            continue
        last = number
        while last + 1 in marked and len(text[tokens[last].end : tokens[last + 1].start].strip(" .")) == 0:
            last += 1
        out += [text[end : tokens[number].start], MARKS[NAME]]
        end, number = tokens[last].end, last + 1
    return "".join([*out, text[end:]])


def _phrase(words: str) -> re.Pattern[str]:
    """These words in any case, as a whole."""
    parts = [re.escape(part) for part in words.split()]
    joined = r"\s+".join(parts)
    return re.compile(rf"(?<!\w){joined}(?!\w)" if parts else r"(?!)", re.IGNORECASE)


def _doubted(part: str, about: Known | None, whole: str, offset: int) -> list[tuple[str, str]]:
    if about is None or not part:
        return [("text", part)] if part else []
    tokens = [one for one in tokens_of(whole) if offset <= one.start and one.end <= offset + len(part)]
    spans = [(one.start - offset, one.end - offset) for one in tokens if _is_doubtful(one, about)]
    spans += [found.span() for found in re.finditer(r"\d[\d.,/\-]+\d", part)]
    found, end = [], 0
    for start, stop in sorted(spans):
        found += [("text", part[end:start]), ("doubt", part[start:stop])]
        end = stop
    return [piece for piece in [*found, ("text", part[end:])] if piece[1]]


def _is_doubtful(token: Token, about: Known) -> bool:
    return (
        token.capital
        and not token.opens
        and len(token.word) > 1
        and token.folded not in CAPITALISED
        and token.folded not in about.words
    )
