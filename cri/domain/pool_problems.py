"""What stewards can be refused, and why: sentences marked for translation, apart from their values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from cri.domain.errors import InputProblem
from cri.domain.roster_problems import N_

_AS_MOST = N_("%(most)s, as in %(like)s: an edition never mixes them")
_ONE_KIND = N_("one kind: an edition never mixes them")

MESSAGES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "no_number": (N_("this is not a number of an edition"), N_("year and 1 or 2, as 2026.1")),
        "number_taken": (N_("there is an edition of this number already"), N_("the next number")),
        "number_not_later": (N_("this is not a later number"), N_("one after %(newest)s")),
        "none_given": (N_("there is no contribution to %(instrument)s"), N_("at least one")),
        "under_way": (N_("another draft is under way"), N_("that one dropped first")),
        "nobody_enters": (
            N_("no contribution may enter: all are held, refused or withdrawn"),
            N_("at least one"),
        ),
        "mixed_data": (N_("data %(found)s"), _AS_MOST),
        "mixed_instrument": (N_("instrument %(found)s"), _AS_MOST),
        "mixed_method": (N_("method %(found)s"), _AS_MOST),
        "even_data": (
            N_("data %(one)s, as in %(like_one)s, as often as %(two)s, as in %(like_two)s"),
            _ONE_KIND,
        ),
        "even_instrument": (
            N_("instrument %(one)s, as in %(like_one)s, as often as %(two)s, as in %(like_two)s"),
            _ONE_KIND,
        ),
        "even_method": (
            N_("method %(one)s, as in %(like_one)s, as often as %(two)s, as in %(like_two)s"),
            _ONE_KIND,
        ),
        "busy": (N_("somebody else is at it this moment"), N_("another try")),
        "wrong_state": (
            N_("the draft is in another state: %(state)s"),
            N_("this state: %(wanted)s"),
        ),
        "same_steward": (
            N_("whoever asked for a draft or previewed it does not approve it"),
            N_("a second steward"),
        ),
        "overtaken": (N_("an edition was published since the draft was made"), N_("a new draft")),
        "members_gone": (
            N_("members that withdrew, or are held, since the draft was made: %(count)s"),
            N_("a new draft"),
        ),
        "ties_changed": (
            N_("since the draft was made, more has become known of who owns or is what"),
            N_("a new draft"),
        ),
        "not_held": (N_("the contribution is not held"), N_("one in the quarantine")),
        "no_verdict": (N_("“%(verdict)s” is no decision"), N_("one of the two")),
        "copied_sheet": (N_("it is the sheet of another contribution"), N_("a refusal")),
        "reason_length": (N_("the reason has %(length)s characters"), N_("1 to %(most)s")),
        "no_code": (N_("no agency in the pool has the code %(code)s"), N_("the code of another agency")),
        "code_too_short": (N_("several agencies have a code that begins with %(code)s"), N_("more of it")),
        "own_code": (N_("this is the agency's own code"), N_("the code of another agency")),
        "unknown_facet": (N_("%(value)s is not known"), N_("a value of the list")),
        "file_too_large": (N_("the file has %(bytes)s bytes"), N_("at most %(most)s")),
        "no_json": (N_("this is not JSON"), N_("a %(schema)s document as JSON")),
        "no_schema": (N_("the document says of no kind that it is"), N_("a %(schema)s document as JSON")),
        "other_schema": (N_("the document is a %(found)s"), N_("a %(schema)s document as JSON")),
        "unknown_instrument": (N_("instrument %(named)s is not known here"), N_("a released instrument")),
        "other_instrument": (N_("another instrument than ours is called %(named)s"), N_("sha256 %(sha256)s")),
        "strange_factors": (N_("%(factors)s in the cells"), N_("factors of %(named)s")),
        "other_method": (N_("the method is %(method)s"), N_("method %(ours)s")),
        "small_group": (N_("there is a group of %(size)s"), N_("at least %(least)s in each")),
        "unknown_peers": (N_("“%(peers)s” is not a peer group"), N_("all, or values that are known")),
        "members_twice": (N_("members that come twice: %(count)s"), N_("each member once")),
        "window_backwards": (N_("the window is from %(first)s to %(last)s"), N_("an end after the start")),
        "no_variances": (N_("“within” says nothing of %(factors)s"), N_("each factor that has a cell")),
        "cell_twice": (N_("%(cell)s comes %(count)s times"), N_("each cell once")),
        "sizes_differ": (
            N_("the groups of %(cell)s hold %(sum)s in all, and it says %(agencies)s"),
            N_("the same number"),
        ),
        "more_owners": (
            N_("%(cell)s: %(owners)s owners of %(agencies)s agencies"),
            N_("at most as many owners"),
        ),
        "means_fall": (
            N_("in %(cell)s, the mean of a group is below that of the group before"),
            N_("the lowest group first"),
        ),
        "nul_character": (N_("there is a NUL character in a text"), N_("texts without it")),
        "figure_differs": (
            N_("%(cell)s: “%(field)s” says %(found)s, and the figures give %(derived)s"),
            N_("what the figures give"),
        ),
        "organisation_twice": (N_("in %(cell)s, %(name)s comes twice"), N_("each organisation once")),
        "reference_there": (N_("there are published results called %(name)s already"), N_("another name")),
        "edition_there": (N_("%(code)s has an edition %(number)s already"), N_("another number")),
    }
)


@dataclass(frozen=True, slots=True)
class PoolProblem(InputProblem):
    """An InputProblem whose sentences a page can say in the reader's language.

    kind: of MESSAGES. values: what their places are filled with.
    """

    kind: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


def pool_problem(kind: str, where: str, **values: object) -> PoolProblem:
    """The problem of this kind, in English, with what is needed to say it otherwise."""
    told = {name: str(value) for name, value in values.items()}
    what, expected = MESSAGES[kind]
    return PoolProblem(what % told, where, expected % told, kind, told)
