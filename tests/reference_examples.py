"""A small table of published results and its ABOUT.yaml, for tests of reference editions."""

from pathlib import Path
from typing import Any

import yaml

TABLE = """year,parent,body,EES,mw_ts,notes
2022,1,All bodies,55,60,
2022,0,Acas,40.5,61,
2022,0,Borders,50,[c],[note 4]
2022,0,Courts,60,63,
2022,0,Defra,70,,
2021,0,Acas,10,10,
"""
ABOUT: dict[str, Any] = {
    "schema": "cri.reference-about/1",
    "reference": "example-2022",
    "title": "Survey of bodies 2022",
    "publisher": "Office of surveys",
    "source": "https://surveys.example/2022",
    "licence": "Open licence 3",
    "year": 2022,
    "vouched_by": "A steward",
    "instrument": {"code": "cri", "version": "1.0.0"},
    "table": {
        "organisation": "body",
        "rows": {"year": 2022},
        "leave_out": [{"column": "parent", "values": [1], "reason": "a parent"}],
        "suppressed": ["[c]"],
    },
    "measures": [
        {"measure": "EES", "factor": "insight", "kind": "score"},
        {"measure": "mw_ts", "factor": "foresight", "kind": "favourable", "label": "My work"},
    ],
}


def write(folder: Path, text: str = TABLE, /, **changes: Any) -> tuple[Path, Path]:
    """TABLE.csv and ABOUT.yaml in a folder; `changes` replace whole keys, None takes one away."""
    about = {key: value for key, value in {**ABOUT, **changes}.items() if value is not None}
    paths = folder / "TABLE.csv", folder / "ABOUT.yaml"
    paths[0].write_text(text, encoding="utf-8")
    paths[1].write_text(yaml.safe_dump(about, sort_keys=False), encoding="utf-8")
    return paths
