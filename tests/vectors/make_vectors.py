"""Make the test vectors anew: answers made up from fixed seeds, scorecards from the plain scorer.

    python -m tests.vectors.make_vectors

What changes then is a change of the method, or of the plain scorer, and is to be explained as such.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.vectors.plain_scorer import score

FOLDER = Path(__file__).parent
Json = dict[str, Any]
Rows = list[list[Any]]


def instrument(points: tuple[int, int, int], *factors: str, profile: Json | None = None) -> Json:
    """An instrument: "a b -c" is a factor of three items, the last one reverse-keyed."""
    low, high, favourable = points
    found: Json = {
        "code": "example",
        "version": "1.0.0",
        "scale": {"min": low, "max": high, "favourable": favourable},
        "factors": [
            {
                "code": f"factor{place}",
                "items": [
                    {"code": code.lstrip("-"), "reversed": code.startswith("-")} for code in codes.split()
                ],
            }
            for place, codes in enumerate(factors, start=1)
        ],
    }
    if profile:
        found["profile"] = [{"code": code, "options": options} for code, options in profile.items()]
    return found


def people(asked: Json, number: int, seed: int, gaps: float = 0.06, **columns: Callable[[int], str]) -> Rows:
    """`number` people who agree with themselves, more or less; some answers missing, some "don't know"."""
    chance = random.Random(seed)
    low, high = asked["scale"]["min"], asked["scale"]["max"]
    items = [item for factor in asked["factors"] for item in factor["items"]]
    rows: Rows = [[*columns, *(item["code"] for item in items)]]
    for person in range(number):
        leaning = chance.gauss((low + high) / 2 + (high - low) / 10, (high - low) / 5)
        row: list[Any] = [choose(person) for choose in columns.values()]
        for item in items:
            answer = min(high, max(low, round(leaning + chance.gauss(0, (high - low) / 6))))
            missing = chance.random()
            kept = low + high - answer if item["reversed"] else answer
            row.append("" if missing < gaps / 2 else "DK" if missing < gaps else kept)
        rows.append(row)
    return rows


def unit(code: str, parent: str | None = None, headcount: int | None = None) -> Json:
    """A row of UNITS.csv."""
    return {"code": code, "parent": parent, "name": f"Unit {code}", "headcount": headcount}


def in_turn(*codes: str) -> Callable[[int], str]:
    """Codes one after the other, over and over."""
    return lambda person: codes[person % len(codes)]


def filled(sizes: Sequence[tuple[str, int]]) -> Callable[[int], str]:
    """So many people in the first, then so many in the second, ..."""
    codes = [code for code, size in sizes for _ in range(size)]
    return lambda person: codes[person]


SEVEN, FIVE, SIX, ELEVEN, FOUR = (1, 7, 2), (1, 5, 2), (1, 6, 2), (0, 10, 3), (1, 4, 1)
TREE = [
    unit("north"),
    unit("n1", "north"),
    unit("n2", "north"),
    unit("south", None, 90),
    unit("s1", "south", 70),
]
WORKED = "6 5 6 2|5 5 4 3|7 6 6 1|4 4 DK 4|6 6 5 2|3 4 4 5|5 6 5 3|6 5 6 2|5 4 5 3|2 3 - -|6 6 7 2|4 5 5 3"


def vector(name: str, about: str, asked: Json, rows: Rows, **facts: Any) -> Json:
    """A vector without its scorecard."""
    told = {"name": name, "about": about, "synthetic": True}
    return {**told, "instrument": asked, "rows": rows, "facts": facts}


def vectors() -> Iterator[Json]:
    """Every vector, without its scorecard."""
    seven = instrument(SEVEN, "a b c -d e f", "g h i j k -l")
    four_items = instrument(SEVEN, "a b c -d")
    yield from _scales(seven, four_items)
    yield from _few_people(four_items)
    yield from _units(seven, four_items)
    yield from _same_answers(four_items)
    yield from _weights()


def _scales(seven: Json, four_items: Json) -> Iterator[Json]:
    in_units = people(seven, 90, 1, unit=in_turn("n1", "s1", "n2", "n1", "south", "s1", "north"))
    about = "Missing answers, don't know, reversed items, a tree of units; 7 points."
    yield vector("seven_points", about, seven, in_units, units=TREE, headcount=200)
    five = instrument(FIVE, "a b -c", "d e f g", "h i")
    about = "Three factors of 3, 4 and 2 items on 5 points; nobody in a unit."
    yield vector("five_points", about, five, people(five, 64, 2))
    six = instrument(SIX, "a -b c -d e")
    about = "One factor of 5 items, two of them reversed; 6 points."
    yield vector("six_points", about, six, people(six, 55, 3, 0.1))
    eleven = instrument(ELEVEN, "a b c", "d -e f g")
    about = "0 to 10, the top three favourable; all but one of the staff answered."
    yield vector("eleven_points", about, eleven, people(eleven, 70, 4), headcount=71)
    four = instrument(FOUR, "a b c d", "e")
    about = "No skewed null for 4 points; a factor of one item."
    yield vector("four_points", about, four, people(four, 52, 5))
    rows = [["a", "b", "c", "d"], *([_cell(text) for text in row.split()] for row in WORKED.split("|"))]
    yield vector("worked_example", "Twelve people, as in docs/method.md.", four_items, rows, headcount=20)
    about = "Everybody answered: no standard error is left, the floor of the interval is."
    yield vector("census", about, seven, people(seven, 45, 6, 0.0), headcount=45)


def _few_people(asked: Json) -> Iterator[Json]:
    about = "Under 40 people: distributions by band."
    yield vector("thirty_nine", about, asked, people(asked, 39, 7, 0.0))
    about = "From 40 people: distributions by point; what nobody chose reads under 5 %."
    yield vector("forty", about, asked, people(asked, 40, 8, 0.0))
    yield vector("ten", "Just enough people.", asked, people(asked, 10, 9, 0.0), headcount=15)
    yield vector("nine", "One too few: nothing is shown.", asked, people(asked, 9, 10, 0.0), headcount=15)
    yield vector("one_respondent", "One person.", asked, people(asked, 1, 11, 0.0))
    header = ["a", "b", "c", "d"]
    nothing = [["DK", "", "", "DK"]] * 8 + [["", "DK", "", ""]] * 7
    about = "Fifteen people without an answer."
    yield vector("nobody_usable", about, asked, [header, *nothing], headcount=30)
    single = [[place % 7 + 1, "", "DK", ""] for place in range(20)]
    about = "Everybody answered one item: no factor score."
    yield vector("one_item_answered", about, asked, [header, *single])


def _units(seven: Json, four_items: Json) -> Iterator[Json]:
    rows = people(seven, 60, 12, unit=in_turn("n1", "s1", "s1"))
    yield vector("raised_minimum", "A wave whose minimum is 25.", seven, rows, units=TREE, minimum=25)
    sizes = [("n1", 12), ("n2", 4), ("north", 9), ("s1", 30), ("south", 3), ("", 6)]
    rows = people(four_items, 64, 13, 0.0, unit=filled(sizes))
    about = "Units too small to show, and some hidden so that those cannot be had by subtraction."
    yield vector("small_units", about, four_items, rows, units=TREE)


def _same_answers(asked: Json) -> Iterator[Json]:
    header = ["a", "b", "c", "d"]
    same = [[4, 4, 5, 3]] * 60
    about = "Everybody gave the same answers: no alpha, no correlation."
    yield vector("no_variance", about, asked, [header, *same], headcount=100)
    ties = [[4 + place % 2, 4 + place // 2 % 2, 4, 3 + place // 4 % 2] for place in range(60)]
    about = "Two answers to each item, all in one band; one item without variance."
    yield vector("ties", about, asked, [header, *ties])
    lone = instrument(SEVEN, "a", "b", "c d")
    one = [[6 + place % 2, 5 + place % 3, 4 + place % 3, 3 + place % 4, "n1"] for place in range(30)]
    other = [[6, 1 + place % 7, 6 + place % 2, 3 + place % 5, "n2"] for place in range(30)]
    same_band = [[6, 6 + place % 2, 4 + place % 3, 4 + place % 2, "s1"] for place in range(12)]
    about = "Factors of one item: all alike, and alike in a unit; the same item beside another one."
    rows: Rows = [["a", "b", "c", "d", "unit"], *one, *other, *same_band]
    yield vector("lone_items", about, lone, rows, units=TREE)
    apart = [[1, 7, 1, 1] if place % 2 else [7, 1, 7, 7] for place in range(50)]
    about = "Two camps: more spread than under the null, alpha below 0."
    yield vector("disagreement", about, asked, [header, *apart])


def _weights() -> Iterator[Json]:
    asked = instrument(SEVEN, "a b -c", "d e f g", profile={"age": ["young", "middle", "older", "oldest"]})
    ages = in_turn("young", "older", "middle", "older", "middle", "older", "older")
    rows = people(asked, 80, 14, unit=in_turn("n1", "s1", "s1", "n2", "s1"), age=ages)
    raked = {"units": TREE, "headcount": 300, "weights": "rake"}
    near = {"unit": {"north": 200, "south": 100}, "age": {"young": 60, "middle": 90, "older": 150}}
    yield vector("weights", "Raked to two margins.", asked, rows, **raked, headcounts=near)
    far = {"unit": {"north": 40, "south": 260}, "age": {"young": 180, "middle": 80, "older": 40}}
    about = "Weights that are cut at 0.3 and 3 times their mean, and raked again."
    yield vector("weights_trimmed", about, asked, rows, **raked, headcounts=far)
    ages = filled([("young", 20), ("older", 54), ("young", 1)])
    rows = people(asked, 75, 16, 0.0, unit=filled([("n1", 30), ("n2", 30), ("s1", 15)]), age=ages)
    few = {"unit": {"north": 240, "south": 60}, "age": {"young": 225, "older": 75}}
    about = "A unit of fifteen of whom one weighs so much that they are worth fewer than ten."
    yield vector("weights_light", about, asked, rows, **raked, headcounts=few)
    sizes = [("young", 30), ("middle", 6), ("older", 22), ("oldest", 4), ("", 8)]
    rows = people(asked, 70, 15, 0.0, age=filled(sizes))
    counted = {"age": {"young": 80, "middle": 60, "older": 40, "oldest": 30}}
    about = "Levels with under 10 people joined with a neighbour; 8 people who said nothing."
    yield vector("weights_joined", about, asked, rows, weights="rake", headcount=210, headcounts=counted)


def _cell(text: str) -> Any:
    return "" if text == "-" else text if text == "DK" else int(text)


def make(folder: Path = FOLDER) -> None:
    """Write every vector with the plain scorer's scorecard, NAME.json each."""
    for told in vectors():
        found = told | {"scorecard": score(told["instrument"], told["rows"], told["facts"])}
        (folder / f"{told['name']}.json").write_text(_readable(found), encoding="utf-8")


def _readable(found: Json) -> str:
    """JSON with a respondent a line."""
    parts = []
    for key, value in found.items():
        if key == "rows":
            text = "[\n" + ",\n".join("  " + json.dumps(row) for row in value) + "\n ]"
        else:
            text = json.dumps(value, indent=1).replace("\n", "\n ")
        parts.append(f' "{key}": {text}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    make()
