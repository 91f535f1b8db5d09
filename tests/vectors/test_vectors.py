"""The engine, the stored vectors and the plain scorer say the same; a scorer with a mistake does not."""

import ast
import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cri.cli import cli
from tests.vectors import plain_scorer
from tests.vectors.comparison import differences, engine_scorecard
from tests.vectors.make_vectors import make

FOLDER = Path(__file__).parent
AUDITED = {
    "five_points",
    "raised_minimum",
    "seven_points",
    "weights_joined",
    "weights_light",
    "worked_example",
}
"""Where the engine's release plan withholds what the plain scorer, which makes no audit, shows."""
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def stored(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_engine_gives_the_stored_scorecard(name: str) -> None:
    vector = stored(name)
    found = engine_scorecard(vector)
    assert found["population"]["excluded"] == 0  # else the two would speak of other people
    assert list(differences(found, vector["scorecard"], audited=name in AUDITED)) == []


@pytest.mark.parametrize("name", NAMES)
def test_cri_score_gives_it_from_files(name: str, tmp_path: Path) -> None:
    vector = stored(name)
    facts = vector["facts"]
    # JSON is YAML
    (tmp_path / "instrument.yaml").write_text(json.dumps(vector["instrument"]), encoding="utf-8")
    write(tmp_path / "answers.csv", vector["rows"])
    arguments = ["score", str(tmp_path / "answers.csv"), "--instrument", str(tmp_path)]
    if "headcount" in facts:
        arguments += ["--population", str(facts["headcount"])]
    if "minimum" in facts:
        arguments += ["--minimum", str(facts["minimum"])]
    if units := facts.get("units"):
        keys = ["code", "parent", "name", "headcount"]
        write(tmp_path / "units.csv", [keys, *([unit[key] for key in keys] for unit in units)])
        arguments += ["--units", str(tmp_path / "units.csv")]
    if headcounts := facts.get("headcounts"):
        rows = [[margin, *level] for margin, levels in headcounts.items() for level in levels.items()]
        write(tmp_path / "headcounts.csv", [["margin", "level", "headcount"], *rows])
        arguments += ["--headcounts", str(tmp_path / "headcounts.csv")]
    result = CliRunner().invoke(cli, arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    assert list(differences(json.loads(result.stdout), vector["scorecard"], audited=True)) == []


def write(path: Path, rows: list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def test_the_stored_vectors_are_the_plain_scorers(tmp_path: Path) -> None:
    make(tmp_path)
    made = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.glob("*.json")}
    assert sorted(made) == NAMES
    for name, vector in made.items():
        kept = stored(name)
        assert {**vector, "scorecard": None} == {**kept, "scorecard": None}
        assert list(differences(kept["scorecard"], vector["scorecard"], audited=False)) == []


def test_the_vectors_are_labelled_as_made_up() -> None:
    assert all(stored(name)["synthetic"] is True for name in NAMES)


def test_the_plain_scorer_is_plain() -> None:
    source = Path(plain_scorer.__file__).read_text(encoding="utf-8")
    assert len(source.splitlines()) < 400
    tree = ast.parse(source)
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"json", "math", "sys", "functools", "pathlib"}


# What is easily got wrong: the plain scorer's own words, and the mistake in their place.
MISTAKES = {
    "variance divided by n": ("(1 - 1 / effective(weights))", "1"),
    "reversed items not turned": ('if item.get("reversed") else answer', "if False else answer"),
    "half of the items are enough": ("if 3 * len(given) >= 2 *", "if 2 * len(given) >="),
    "normal instead of t": ("t_quantile(n_eff - 1) * se", "1.959963984540054 * se"),
    "no finite population": ("max(0.0, 1 - len(values) / population)", "1.0"),
    "no floor of the interval": ("max(HALF_WIDTH_FLOOR, t", "max(0.0, t"),
    "n for n_eff": ("sqrt(variance / n_eff * left)", "sqrt(variance / len(values) * left)"),
    "the index is the mean of people's": ("mean if centre is None else", "mean if True else"),
    "top two of eleven": ('scale["max"] - scale["favourable"]', 'scale["max"] - 2'),
    "don't know in the share": ("sum(chosen) / len(having)", "sum(chosen) / len(wave.everybody)"),
    "weighted shares": (
        "sum(chosen) / len(having)",
        "fsum(w for w, one in zip(weights, chosen) if one) / fsum(weights)",
    ),
    "people, whatever they are worth": ("and effective(weights) >= wave.minimum - SAME_WORTH", ""),
    "a lone item's factor": ('HIDDEN if len(items) == 1 and items[0]["mean"] is None', "HIDDEN if False"),
    "a lone item in a unit": ("if len(codes) == 1 and any(", "if False and any("),
    "alpha beside a withheld item": ("len(having) if shown else 0", "len(having)"),
    "points from 41 answers": ("len(having) >= FULL_DISTRIBUTION", "len(having) > FULL_DISTRIBUTION"),
    "eleven for ten": ("FEWEST_FOR_ALPHA = 10,", "FEWEST_FOR_ALPHA = 11,"),
    "the usable, not the answers": ('"responses": len(rows) - 1', '"responses": len(wave.people)'),
    "freedom of Feldt's interval": ("(n - 1) * (k - 1))", "(n - 1) * k)"),
    "listwise covariances": ("{one, other} <= p.answers.keys()", '{"", "DK"}.isdisjoint(p.cells.values())'),
    "item-total for item-rest": ("if i not in (j, m))", "if True)"),
    "one skewed null for all scales": ("SLIGHT_SKEW.get(wave.points)", "2.90"),
    "r_wg not cut at 0": ("if r < 0 and cut", "if False"),
    "AD_M divided by n - 1": ("/ len(given) for given in answers", "/ (len(given) - 1) for given in answers"),
    "mean group size for k0": (
        "k0 = (n - sum(len(group) ** 2 for group in groups) / n) / (k - 1)",
        "k0 = n / k",
    ),
    "a unit without those below it": ('person.cells.get("unit", "")]:', 'person.cells.get("unit", "")][:1]:'),
    "no remainder rule": ("if not (inside and 0 < left < wave.minimum)", "if True"),
    "no trimming": ("1e-10, 0.3, 3.0", "1e-10, 0.0, 1e9"),
    "levels not joined": ("while len(groups) > 1 and", "while False and"),
    "one round of raking": ("for _ in range(MOST_ROUNDS)", "for _ in range(1)"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_scorer_with_a_mistake_is_caught(mistake: str) -> None:
    right, wrong = MISTAKES[mistake]
    source = Path(plain_scorer.__file__).read_text(encoding="utf-8")
    assert source.count(right) == 1
    mistaken: dict[str, Any] = {"__name__": "mistaken"}
    exec(compile(source.replace(right, wrong), "mistaken", "exec"), mistaken)

    def caught(vector: dict[str, Any]) -> bool:
        try:
            found = mistaken["score"](*_given(vector))
        except ValueError:  # refused, where there is a scorecard
            return True
        return any(differences(found, vector["scorecard"], audited=False))

    assert any(caught(stored(name)) for name in NAMES)


def test_without_a_mistake_nothing_is_caught() -> None:
    for name in NAMES:
        vector = stored(name)
        assert (
            list(differences(plain_scorer.score(*_given(vector)), vector["scorecard"], audited=False)) == []
        )


def _given(vector: dict[str, Any]) -> tuple[Any, Any, Any]:
    return vector["instrument"], vector["rows"], vector["facts"]
