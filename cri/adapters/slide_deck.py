"""A deck of slides from the template in `reports/slides`: pages, titles, footers, and the file it becomes."""

import io
import zipfile
from collections.abc import Mapping
from typing import Final

from pptx import Presentation

from cri.adapters.office_files import timeless
from cri.adapters.report_files import REPORTS
from cri.adapters.slide_canvas import INNER, LEFT, WIDTH, Box, Canvas, Look, para
from cri.adapters.text_lines import lines_of

PARTS: Final = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "package.rels",
    "docProps/app.xml": "app.xml",
    "docProps/core.xml": "core.xml",
    "ppt/presentation.xml": "presentation.xml",
    "ppt/_rels/presentation.xml.rels": "presentation.rels",
    "ppt/theme/theme1.xml": "theme.xml",
    "ppt/slideMasters/slideMaster1.xml": "master.xml",
    "ppt/slideMasters/_rels/slideMaster1.xml.rels": "master.rels",
    "ppt/slideLayouts/slideLayout1.xml": "layout_cover.xml",
    "ppt/slideLayouts/slideLayout2.xml": "layout_page.xml",
    "ppt/slideLayouts/_rels/slideLayout1.xml.rels": "layout.rels",
    "ppt/slideLayouts/_rels/slideLayout2.xml.rels": "layout.rels",
}
COVER, PAGE = 0, 1
EMU: Final = 12700
TITLE_SIZES: Final = (28, 24, 20, 16)
TITLE_LINES: Final = {28: 1, 24: 1, 20: 2, 16: 2}  # lines of each size that the place of a title holds


class Deck:
    """Slides in their order. Raises KeyError for a colour that the palette lacks."""

    def __init__(self, look: Look, footer: str, badge: str) -> None:
        """footer: what stands at the foot of every slide; badge: a warning above every title, or nothing."""
        self.look, self.footer, self.badge = look, footer, badge
        self.presentation = Presentation(io.BytesIO(_template(look)))
        self.canvases: list[Canvas] = []

    def cover(self) -> Canvas:
        """Add the title slide and return it."""
        return self._add(COVER)

    def page(self, title: str, eyebrow: str) -> Canvas:
        """Add a slide with its title, the line above it, footer and number."""
        canvas = self._add(PAGE)
        size = next(
            (size for size in TITLE_SIZES if lines_of(title, INNER * 0.9, size) <= TITLE_LINES[size]), 16
        )
        canvas.fill(canvas.slide.shapes.title, [para(title, size, bold=True)])
        above = Box(LEFT, 22, INNER * 0.6, 16)
        canvas.text(above, [para(eyebrow, 11, bold=True, colour="agency")], name="Section")
        if self.badge:
            right = Box(LEFT + INNER * 0.6, 22, INNER * 0.4, 16)
            canvas.text(right, [para(self.badge, 10, bold=True, colour="gap", align="end")], name="Label")
        return canvas

    def _add(self, layout: int) -> Canvas:
        slide = self.presentation.slides.add_slide(self.presentation.slide_layouts[layout])
        self.canvases.append(Canvas(slide, self.look))
        return self.canvases[-1]

    def data(self, properties: Mapping[str, str]) -> bytes:
        """Return the file, the same bytes each time. properties: title, author, subject ..."""
        for canvas in self.canvases:
            canvas.foot(self.footer)
            canvas.write_notes()
        core = self.presentation.core_properties
        core.created = core.modified = self.look.made.replace(tzinfo=None)
        core.language, core.revision = self.look.lang, 1
        for name, value in properties.items():
            setattr(core, name, value[:255])
        file = io.BytesIO()
        self.presentation.save(file)
        return timeless(file.getvalue())


def _template(look: Look) -> bytes:
    """The template's parts with the palette's colours, the language and the direction put in."""
    start, end = ("r", "l") if look.rtl else ("l", "r")
    slots = {role: colour.lstrip("#") for role, colour in look.palette.items()}
    slots |= {"lang": look.lang, "rtl": "1" if look.rtl else "0", "start": start, "end": end}
    slots["rtl_view"] = ' rtl="1"' if look.rtl else ""
    slots |= {
        name: str(round((WIDTH - left - width if look.rtl else left) * EMU))
        for name, left, width in (
            ("footer_x", LEFT, 720),
            ("number_x", WIDTH - LEFT - 96, 96),
            ("cover_x", LEFT, 430),
        )
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part, name in PARTS.items():
            text = (REPORTS / "slides" / name).read_text(encoding="utf-8")
            for slot, value in slots.items():
                text = text.replace(f"{{{slot}}}", value)
            archive.writestr(part, text)
    return packed.getvalue()
