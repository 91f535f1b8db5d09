"""Differences between something made again and what it was: each named, none overlooked."""

from typing import Any

import pytest

from cri.domain.replaying import document_differences, manifest_differences


def figure(where: str, kind: str, value: float, text: str) -> dict[str, Any]:
    return {"where": where, "kind": kind, "value": value, "text": text}


def manifest(**changes: Any) -> dict[str, Any]:
    figures = [
        figure("summary", "score", 63.4, "63.4"),
        figure("summary", "people", 412.0, "412"),
        figure("insight", "score", 58.1, "58.1"),
    ]
    return {"kind": "leader", "sha256": "a" * 64, "template": {"name": "x"}, "figures": figures, **changes}


def test_the_same_has_no_differences() -> None:
    assert manifest_differences(manifest(), manifest(file="elsewhere.pdf", inputs={})) == ()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            manifest(figures=[figure("summary", "score", 63.5, "63.5"), *manifest()["figures"][1:]]),
            ["figure in summary (score): shown 63.5, rebuilt 63.4"],
        ),
        (
            manifest(figures=[figure("summary", "score", 63.5, "63.4"), *manifest()["figures"][1:]]),
            ["figure in summary (score): shown 63.4 (value 63.5), rebuilt 63.4 (value 63.4)"],
        ),
        (
            manifest(figures=manifest()["figures"][1:]),
            ["figure in summary (score): shown nothing, rebuilt 63.4"],
        ),
        (
            manifest(figures=[*manifest()["figures"], figure("footer", "people", 9.0, "9")]),
            ["figure in footer (people): shown 9, rebuilt nothing"],
        ),
        (manifest(template={"name": "y"}), ["template.name: shown y, rebuilt x"]),
        (manifest(noun="residents"), ["noun: shown residents, rebuilt nothing"]),
        (
            manifest(sha256="b" * 64),
            [f"bytes of the report (sha256): shown {'b' * 64}, rebuilt {'a' * 64}"],
        ),
    ],
)
def test_what_was_altered_is_named(changed: dict[str, Any], said: list[str]) -> None:
    assert [str(one) for one in manifest_differences(changed, manifest())] == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({"a": [1, {"b": 2.0}]}, {"a": [1, {"b": 2.5}]}, ["a[1].b: shown 2.0, rebuilt 2.5"]),
        ({"a": [1, 2]}, {"a": [1]}, ["a: shown 2 entries, rebuilt 1 entries"]),
        ({"a": 1}, {}, ["a: shown 1, rebuilt nothing"]),
        ({}, {"a": {"b": 1}}, ["a: shown nothing, rebuilt several values"]),
        ({"a": True}, {"a": 1}, ["a: shown True, rebuilt 1"]),
        ({"a": 1}, {"a": 1.0}, []),  # as JSON of a database gives a whole number back
    ],
)
def test_a_leaf_is_named_by_its_path(old: Any, new: Any, said: list[str]) -> None:
    assert [str(one) for one in document_differences(old, new)] == said
