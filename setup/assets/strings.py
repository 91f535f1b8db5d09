"""Bring every catalogue of interface strings up to the sources.

New strings come untranslated (a test names them), gone ones leave, translations stay. Only translators write
to the catalogues otherwise.
"""

import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).resolve().parents[2] / "cri" / "web"
TRANSLATIONS = WEB / "translations"
DOMAIN = WEB.parent / "domain"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
WORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "_n": (1, 2)}
WORDS |= {"_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
# Header lines that change with each run or say nothing.
NOISE = ("Report-Msgid-Bugs-To", "POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team", "Generated-By")


def extracted() -> Catalog:
    """Every string of the interface, as a catalogue without translations."""
    catalogue = Catalog(project="cri", version="1")
    for _, _, message, comments, _ in extract_from_dir(str(WEB), METHODS, {}, keywords=WORDS):
        catalogue.add(message, auto_comments=comments)
    # What can be wrong with a row is worded where it is found, and marked there for the pages that say it.
    marked = extract_from_dir(str(DOMAIN), [("**.py", "python")], {}, keywords={"N_": None})
    for _, _, message, comments, _ in marked:
        catalogue.add(message, auto_comments=comments)
    return catalogue


def update(path: Path, template: Catalog) -> int:
    """Update one catalogue in place; the number of strings it leaves untranslated."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parent.parent.name)
    catalogue.update(template, no_fuzzy_matching=True)
    write(path, catalogue)
    return sum(not translated(message.string) for message in catalogue if message.id)


def translated(string: str | tuple[str, ...] | list[str]) -> bool:
    """Whether a message's translation is there, in all its plural forms."""
    return bool(string) if isinstance(string, str) else bool(string) and all(string)


def write(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue in an order and with a header that change only when its strings do."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=0, sort_output=True, ignore_obsolete=True, no_location=True)
    text = re.sub(rf'^"(?:{"|".join(NOISE)}):.*\n', "", buffer.getvalue().decode(), flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")


def main() -> int:
    """Update all catalogues and say how many strings wait for a translation."""
    template = extracted()
    for path in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po")):
        print(f"{path.parent.parent.name}: {len(template)} strings, {update(path, template)} untranslated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
