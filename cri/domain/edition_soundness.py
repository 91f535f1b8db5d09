"""What no edition of ours ever holds: figures that contradict each other, whatever the digest says of them.

Source: method.md, section 5. What somebody wrote can match its digest and its schema and still be none.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from cri.domain.errors import InputError
from cri.domain.facets import known_facets
from cri.domain.microaggregation import LEAST_OWNERS
from cri.domain.norms import NUMBER
from cri.domain.peers import ALL, SIZES, fallbacks, values_of
from cri.domain.pool_problems import PoolProblem, pool_problem

Document = Mapping[str, Any]


def contradictions(document: Document, where: str) -> list[PoolProblem]:
    """Everything in an edition that none of ours has, one problem for each kind and cell.

    document: valid by its schema. Means of neighbouring groups may be level: they are rounded.
    """
    return [*_of_the_whole(document, where), *_of_cells(document, where)]


def _of_the_whole(document: Document, where: str) -> Iterator[PoolProblem]:
    number, members, window = document["edition"], document["members"], document["window"]
    if not NUMBER.fullmatch(number):
        yield pool_problem("no_number", f"{where}, edition {number}")
    twice = len(members) - len(set(members))
    if twice:
        yield pool_problem("members_twice", where, count=twice)
    first, last = window["from"], window["to"]
    if (first is None) != (last is None) or (first is not None and last < first):
        yield pool_problem("window_backwards", where, first=first or "?", last=last or "?")
    lacking = sorted({cell["factor"] for cell in document["cells"]} - set(document["within"]))
    if lacking:
        yield pool_problem("no_variances", where, factors=", ".join(lacking))


def _of_cells(document: Document, where: str) -> Iterator[PoolProblem]:
    cells = document["cells"]
    for peers in sorted({cell["peers"] for cell in cells}):
        if not _is_peer_group(peers, synthetic=bool(document["synthetic"])):
            yield pool_problem("unknown_peers", where, peers=peers)
    changes = (document.get("changes") or {"cells": ()})["cells"]
    keys = [(cell["factor"], cell["item"], cell["peers"]) for cell in cells]
    named = [(_name(*key), cell, cell["agencies"]) for key, cell in zip(keys, cells, strict=True)]
    named += [(f"changes, {cell['factor']}", cell, cell["pairs"]) for cell in changes]
    for name, count in Counter(name for name, _cell, _counted in named).items():
        if count > 1:
            yield pool_problem("cell_twice", where, cell=name, count=count)
    for name, cell, counted in named:
        yield from _of_groups(where, name, cell, counted)


def _of_groups(where: str, name: str, cell: Document, counted: int) -> Iterator[PoolProblem]:
    """counted: how many agencies the cell says that it has, or pairs of their waves."""
    sizes = [group["size"] for group in cell["groups"]]
    means = [group["mean"] for group in cell["groups"]]
    if min(sizes) < LEAST_OWNERS:
        yield pool_problem("small_group", where, size=min(sizes), least=LEAST_OWNERS)
    if sum(sizes) != counted:
        yield pool_problem("sizes_differ", where, cell=name, sum=sum(sizes), agencies=counted)
    if cell["owners"] > counted:
        yield pool_problem("more_owners", where, cell=name, owners=cell["owners"], agencies=counted)
    if means != sorted(means):
        yield pool_problem("means_fall", where, cell=name)


def _name(factor: str, item: str | None, peers: str) -> str:
    return f"{factor} of {peers}" if item is None else f"{factor}, item {item} of {peers}"


def _is_peer_group(peers: str, *, synthetic: bool) -> bool:
    """Whether this is the name of a peer group, of values that are known; made-up agencies' are anything."""
    try:
        fallbacks(peers)
    except InputError:
        return False
    told = values_of(peers)
    size = told.pop("size", None)
    known = size in {None, *SIZES} and known_facets(told) == told
    return peers == ALL or synthetic or known
