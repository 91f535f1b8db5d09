"""A pack as slides: editable, with native charts, notes for the speaker and alternative texts."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from cri.adapters.office_files import dated
from cri.adapters.report_figures import plan_drawings
from cri.adapters.report_files import load_layout, load_own_words
from cri.adapters.report_text import ReportText
from cri.adapters.report_view import view_of
from cri.adapters.slide_canvas import Look
from cri.adapters.slide_deck import Deck
from cri.adapters.slide_sections import SectionSlides
from cri.adapters.typed_text import fit
from cri.domain.brand import Logo

Document = Mapping[str, Any]

WORDS: Final = "formats"
"""The words that only slides and workbooks have: `reports/text/formats`."""
TAGS: Final = {"en": "en-GB", "fr": "fr-FR", "es": "es-ES", "ar": "ar-SA"}
"""What Office calls a language for spelling and reading aloud; another locale goes by its own name."""


def slides_of(text: ReportText, palette: Mapping[str, str], logo: Logo | None = None) -> bytes:
    """Return the pack of `text` as a PowerPoint file in its language.

    What the slides say is the view that the page and the PDF are made from. palette: with the agency's own
    colours. The same pack gives the same bytes.
    """
    pack = text.pack
    drawings = plan_drawings(text, load_layout(), palette)
    nothing: Mapping[str, bytes] = defaultdict(bytes)  # charts are native: no picture is drawn
    view = view_of(text, drawings, nothing)
    look = Look(palette, text.direction, TAGS.get(text.locale, text.locale), dated(pack))
    foot = " · ".join(
        (view["agency_short"], view["footer"]["people"], view["footer"]["dates"], view["footer"]["norm"])
    )
    badge = text.word("synthetic.label") if view["synthetic"] else ""
    deck = Deck(look, foot, badge)
    sections = SectionSlides(deck, text, load_own_words(text.locale, WORDS), view, logo)
    for section, body in zip(pack["sections"], view["sections"], strict=True):
        sections.add(section, body)
    return deck.data(
        {
            "title": fit(view["title"]),
            "author": text.word("report.product"),
            "subject": text.word("report.subject"),
            "category": text.word("report.title"),
        }
    )
