"""A change of how pages look is noticed: pages of the example agency's packs beside pictures that are kept.

After a change that is meant: look at it, `python -m tests.reports.samples`, and commit the pictures with it.
"""

import pytest
from PIL import Image, ImageDraw

from tests.reports.conftest import MakeReport
from tests.reports.samples import FOLDER, PAGES, changed_tiles, picture_of, sample_path

KEPT = [(kind, locale, section) for (kind, locale), sections in PAGES.items() for section in sections]


@pytest.mark.parametrize(("kind", "locale", "section"), KEPT)
def test_a_page_looks_as_in_its_picture(
    make_report: MakeReport, kind: str, locale: str, section: str
) -> None:
    pack, report = make_report("full", locale, "pdf", kind)
    ids = [one["id"] for one in pack["sections"]]
    with Image.open(sample_path(kind, locale, section)) as kept:
        changed = changed_tiles(kept, picture_of(report.data, ids.index(section)))
    assert changed == [], f"{kind} {locale} {section}: look at it, then python -m tests.reports.samples"


def test_the_pictures_are_those_that_are_looked_at_and_small() -> None:
    files = sorted(FOLDER.glob("*.png"))
    assert files == sorted(sample_path(*one) for one in KEPT)
    assert sum(path.stat().st_size for path in files) < 500_000


def test_a_word_a_mark_or_a_shift_would_be_noticed_and_a_shade_would_not() -> None:
    with Image.open(sample_path("leader", "en", "insight")) as image:
        kept = image.convert("L")
    assert changed_tiles(kept, kept.point(lambda grey: min(255, grey + 6))) == []
    without = kept.copy()
    ImageDraw.Draw(without).rectangle((62, 110, 120, 140), fill=255)  # the score
    marked = kept.copy()
    ImageDraw.Draw(marked).ellipse((300, 600, 308, 608), fill=0)
    shifted = Image.new("L", kept.size, 255)
    shifted.paste(kept, (0, 2))
    for other in (without, marked, shifted, kept.resize((kept.width + 20, kept.height))):
        assert changed_tiles(kept, other)
