"""`--brand BRAND`: a YAML or JSON file {colour: "#rrggbb", logo: FILE}, the logo beside it."""

from pathlib import Path
from typing import Final

from cri.adapters.logos import MOST_BYTES, read_logo
from cri.adapters.yaml_files import read_yaml
from cri.domain.brand import Brand, Logo, colour_of
from cri.domain.errors import InputError, InputProblem

KEYS: Final = {"colour", "logo"}
EXPECTED: Final = 'colour: "#12436d" or logo: FILE, or both'


def read_brand(path: Path) -> Brand:
    """Return a brand from its file. The logo must lie in the file's own folder or below it.

    Raises InputError naming file, key and what was expected.
    """
    given = read_yaml(path).data
    if not isinstance(given, dict) or not given or not given.keys() <= KEYS:
        raise InputError([InputProblem("is no brand", str(path), EXPECTED)])
    colour, logo = given.get("colour"), given.get("logo")
    return Brand(
        None if colour is None else colour_of(str(colour), f"{path}, colour"),
        None if logo is None else _logo(path, str(logo)),
    )


def _logo(path: Path, named: str) -> Logo:
    where = f"{path}, logo"
    folder = path.resolve().parent
    try:
        found = (folder / named).resolve()
        if not found.is_relative_to(folder):
            expected = "a file in the brand's folder or below it"
            raise InputError([InputProblem(f"{named[:80]!r} lies elsewhere", where, expected)])
        with found.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError):  # ValueError: a name that no file can have
        raise InputError([InputProblem(f"{named[:80]!r} cannot be read", where, "an image file")]) from None
    return read_logo(data, where)
