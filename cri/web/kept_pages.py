"""Pages made once and kept, with blanks for whatever belongs to one request.

A page of statements is the same for everybody but for its address, its forgery token, the order of its
statements and what is chosen. Making it anew costs a millisecond at each request; filling in its blanks, a
twentieth of that. A page is made here from what it is given and from nothing else: templates meanwhile
find no request and no session, so that nothing of anybody gets into what is kept.
"""

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from flask import current_app
from markupsafe import Markup, escape

_MARK: Final = f"blank{secrets.token_hex(8)}"
"""What stands for a blank while a page is made. Nobody can know it, so nobody's text can look like one."""

_BLANK = re.compile(_MARK + r"([a-z0-9_]+)\.")
_CHOICE = re.compile(r'<input type="radio" name="([^"]*)" value="([^"]*)" checked>')
_NOT_HERE: Final = ("request", "session", "g", "csrf_token", "current_user", "get_flashed_messages")


class _Whichever(str):
    """Equal to every choice: a page made with it shows where each choice would be marked as chosen."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str)

    def __hash__(self) -> int:
        return 0


WHICHEVER: Final = _Whichever()
"""What is chosen, while a page is made that will be filled in with what was chosen."""


def blank(name: str) -> Markup:
    """A hole of a page that is being made; `name`: small letters, digits and "_"."""
    return Markup(f"{_MARK}{name}.")  # noqa: S704  # nosec B704 - names are ours, and no signs of HTML


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page, or a part of one, in pieces. `holes[i]` follows `texts[i]`.

    A hole is the name of a blank; or the field and the value of a choice.
    """

    texts: tuple[str, ...]
    holes: tuple[str | tuple[str, str], ...]

    def fill(self, blanks: Mapping[str, str], chosen: Mapping[str, str | None]) -> Markup:
        """The page. `blanks`: what goes into each, escaped unless it is Markup; `chosen`: field -> value.

        Raises KeyError for a blank that is not filled.
        """
        pieces = []
        for text, hole in zip(self.texts, self.holes, strict=False):
            pieces.append(text)
            if isinstance(hole, str):
                pieces.append(escape(blanks[hole]))
            elif chosen.get(hole[0]) == hole[1]:
                pieces.append(" checked")
        pieces.append(self.texts[-1])
        return Markup("".join(pieces))  # noqa: S704  # nosec B704 - made by a template; what is filled in is escaped


def make_page(template: str, shown: Mapping[str, Any]) -> KeptPage:
    """Make a page from a template and what is `shown`, which is alike for everybody who will get the page.

    A template that asks for the request or the session all the same fails: there is none.
    """
    found = current_app.jinja_env.get_template(template)
    nothing = dict.fromkeys(_NOT_HERE)
    return split_page(found.render({**nothing, "csrf_token": lambda: blank("csrf"), **shown}))


def make_part(template: str, macro: str, *arguments: Any) -> KeptPage:
    """The same for one macro of a file of components."""
    found = current_app.jinja_env.get_template(template)
    module = found.make_module(dict.fromkeys(_NOT_HERE))
    return split_page(str(getattr(module, macro)(*arguments)))


def render_part(template: str, shown: Mapping[str, Any]) -> Markup:
    """A part of a page that is made anew each time, from what is `shown` and from nothing else."""
    found = current_app.jinja_env.get_template(template)
    made = found.render({**dict.fromkeys(_NOT_HERE), **shown})
    return Markup(made)  # noqa: S704  # nosec B704 - made by a template, which escapes


def split_page(html: str) -> KeptPage:
    """Cut a page at its blanks, and at each choice that WHICHEVER marked."""
    texts: list[str] = []
    holes: list[str | tuple[str, str]] = []
    start = 0
    cuts = [(found.start(), found.end(), found[1]) for found in _BLANK.finditer(html)]
    cuts += [
        (found.end() - len(" checked>"), found.end() - 1, (found[1], found[2]))
        for found in _CHOICE.finditer(html)
    ]
    for begin, end, hole in sorted(cuts):
        texts.append(html[start:begin])
        holes.append(hole)
        start = end
    return KeptPage((*texts, html[start:]), tuple(holes))


@dataclass(slots=True)
class Shelf:
    """At most `room` pages, each under all that it was made from; the one longest unused goes first."""

    room: int
    _pages: OrderedDict[Hashable, KeptPage] = field(default_factory=OrderedDict)
    _one_at_a_time: Lock = field(default_factory=Lock)

    def take(self, key: Hashable, make: Callable[[], KeptPage]) -> KeptPage:
        """The page under `key`, made by `make` where it is not there yet."""
        with self._one_at_a_time:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
                return found
        made = make()
        with self._one_at_a_time:
            self._pages[key] = made
            while len(self._pages) > self.room:
                self._pages.popitem(last=False)
        return made

    def everything(self) -> list[tuple[Hashable, KeptPage]]:
        """All that is kept: for whoever checks that it is nothing of anybody."""
        with self._one_at_a_time:
            return list(self._pages.items())
