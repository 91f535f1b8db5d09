"""YAML that people write by hand: read strictly, and with the line of every value remembered."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cri.domain.errors import InputError, InputProblem

LARGEST = 1_000_000
"""Bytes; an instrument is a few kilobytes."""


@dataclass(frozen=True, slots=True)
class LocatedYaml:
    """One file: its bytes, its data, and where in the file each value stands."""

    path: Path
    raw: bytes
    data: Any
    root: yaml.Node | None

    def problem(self, where: Sequence[str | int], what: str, expected: str = "") -> InputProblem:
        """A problem with the value at `where`, a path of keys and places into the data."""
        line = self._line(where)
        inside = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where).lstrip(".")
        place = f"{self.path}: line {line}" + (f", {inside}" if inside else "")
        return InputProblem(what, place, expected)

    def _line(self, where: Sequence[str | int]) -> int:
        """Line (from 1) of the value, or of the nearest thing above it that exists."""
        node = self.root
        line = node.start_mark.line if node is not None else 0
        for step in where:
            if isinstance(node, yaml.MappingNode):
                found = [pair for pair in node.value if pair[0].value == str(step)]
                if not found:
                    break
                line, node = found[0][0].start_mark.line, found[0][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line
            else:
                break
        return line + 1


class _StrictLoader(yaml.SafeLoader):
    """Refuses what YAML allows and people do not mean: a key twice, references."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            problem = "a reference (*name) is not allowed"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=self.get_mark())
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key.value} comes twice", problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> LocatedYaml:
    """Read one YAML file. Raises InputError if it cannot be read, is too large or is not valid YAML."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError([InputProblem(f"cannot be read ({error.strerror})", str(path))]) from None
    if len(raw) > LARGEST:
        raise InputError([InputProblem(f"is {len(raw)} bytes", str(path), f"at most {LARGEST} bytes")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"byte {error.start + 1} is not UTF-8"
        raise InputError([InputProblem(what, str(path), "a text file in UTF-8")]) from None
    try:
        loader = _StrictLoader(text)
        root = loader.get_single_node()
        data = loader.construct_document(root) if root is not None else None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that no calendar has
        raise InputError([_yaml_problem(path, error)]) from None
    except RecursionError:
        raise InputError([InputProblem("is nested too deeply", str(path))]) from None
    return LocatedYaml(path, raw, data, root)


def _yaml_problem(path: Path, error: Exception) -> InputProblem:
    what = str(getattr(error, "problem", None) or error)
    mark = getattr(error, "problem_mark", None)
    where = f"{path}: line {mark.line + 1}, column {mark.column + 1}" if mark else str(path)
    return InputProblem(what, where, "YAML")
