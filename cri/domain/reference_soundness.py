"""Whether a reference edition is what its own figures make of it: what can be derived is never believed.

Source: method.md, section 5, "Outside results": quantiles and places are exact.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from cri.domain.eligibility import name_key
from cri.domain.pool_problems import PoolProblem, pool_problem
from cri.domain.reference_norms import quantiles

Document = Mapping[str, Any]

TOLERANCE = 1e-9  # points: the last digits of a double differ between machines
_MARKS = (0, 0.25, 0.5, 0.75, 1)


def contradictions(document: Document, where: str) -> list[PoolProblem]:
    """Everything that differs from what the figures give: counts, ends, quartiles, names that come twice.

    document: valid by its schema. How many organisations show no figure at all is the publisher's word.
    """
    cells = document["cells"]
    problems = []
    for factor, count in Counter(cell["factor"] for cell in cells).items():
        if count > 1:
            problems.append(pool_problem("cell_twice", where, cell=factor, count=count))
    for cell in cells:
        problems += _of_cell(cell, document["organisations"], where)
    named = {name_key(one["organisation"]) for cell in cells for one in cell["figures"]}
    if len(named) > document["organisations"]:
        problems.append(
            _differs("organisations", document["organisations"], len(named), document["reference"], where)
        )
    return problems


def _of_cell(cell: Document, organisations: int, where: str) -> Iterator[PoolProblem]:
    seen: set[str] = set()
    for one in cell["figures"]:
        key = name_key(one["organisation"])
        if key in seen:
            yield pool_problem("organisation_twice", where, cell=cell["factor"], name=one["organisation"])
        seen.add(key)
    shown = len(cell["figures"])
    if cell["organisations"] != shown:
        yield _differs("organisations", cell["organisations"], shown, cell["factor"], where)
    counted = shown + cell["suppressed"] + cell["blank"]
    if organisations != counted:
        yield _differs("organisations", organisations, counted, cell["factor"], where)
    derived = [float(one) for one in quantiles([one["figure"] for one in cell["figures"]], _MARKS)]
    told = [cell["lowest"], *cell["quartiles"], cell["best"]]
    names = ("lowest", "quartiles, 1", "quartiles, 2", "quartiles, 3", "best")
    for name, found, right in zip(names, told, derived, strict=True):
        if abs(found - right) > TOLERANCE:
            yield _differs(name, found, right, cell["factor"], where)


def _differs(field: str, found: float, derived: float, cell: str, where: str) -> PoolProblem:
    return pool_problem("figure_differs", where, cell=cell, field=field, found=found, derived=derived)
