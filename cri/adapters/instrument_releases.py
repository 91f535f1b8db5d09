"""What is released does not change: a lock of digests beside the instruments."""

import hashlib
import json
from pathlib import Path
from typing import Any

from cri.domain.errors import InputError, InputProblem

LOCK_NAME = "releases.lock.json"


def lock_problems(folder: Path) -> list[InputProblem]:
    """What differs between a released version's folder and the lock two levels up, if there is one.

    Released folders are ROOT/CODE/VERSION; ROOT/releases.lock.json maps "CODE/VERSION/FILE" to SHA-256.
    A version that the lock does not name is a draft, which may change.
    """
    lock_path = _lock_path(folder)
    lock, problems = _read_lock(lock_path)
    locked = _of_version(lock, folder)
    if not locked:
        return problems
    present = _digests(folder)
    problems += [
        InputProblem(f"{name} is missing", str(lock_path), "the file as released")
        for name in sorted(locked.keys() - present.keys())
    ]
    for name, digest in present.items():
        path = str(lock_path.parent / name)
        if name not in locked:
            problems.append(InputProblem(f"is not in {LOCK_NAME}", path, "only released files here"))
        elif digest != locked[name]:
            problems.append(
                InputProblem("has changed since its release", path, "a new version folder for a change")
            )
    return problems


def is_released(folder: Path) -> bool:
    """Whether the lock two levels up names this version."""
    return bool(_of_version(_read_lock(_lock_path(folder))[0], folder))


def lock_release(folder: Path) -> list[str]:
    """Add a version's files to the lock, for good; returns their names. Raises InputError.

    The caller has checked the instrument. A version that is locked already is not locked again.
    """
    lock_path = _lock_path(folder)
    lock, problems = _read_lock(lock_path)
    if problems:
        raise InputError(problems)
    if _of_version(lock, folder):
        expected = "a new version for a change"
        raise InputError([InputProblem("is released already", str(folder), expected)])
    added = _digests(folder)
    text = json.dumps(dict(sorted((lock | added).items())), indent=2) + "\n"
    lock_path.write_text(text, encoding="utf-8")
    return list(added)


def _lock_path(folder: Path) -> Path:
    return folder.resolve().parent.parent / LOCK_NAME


def _read_lock(path: Path) -> tuple[dict[str, Any], list[InputProblem]]:
    if not path.is_file():
        return {}, []
    try:
        return dict(json.loads(path.read_bytes())), []
    except (ValueError, TypeError) as error:
        return {}, [InputProblem(f"is not JSON ({error})", str(path))]


def _of_version(lock: dict[str, Any], folder: Path) -> dict[str, Any]:
    folder = folder.resolve()
    prefix = f"{folder.parent.name}/{folder.name}/"
    return {name: digest for name, digest in lock.items() if name.startswith(prefix)}


def _digests(folder: Path) -> dict[str, str]:
    folder = folder.resolve()
    root = folder.parent.parent
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.yaml"))
    }
