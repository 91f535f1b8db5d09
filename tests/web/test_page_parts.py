"""Layouts, components and built assets: what every page must keep to, whatever its view says."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest

from cri.web.assets import BUILT, Assets, read_assets

TEMPLATES = Path(__file__).parents[2] / "cri" / "web" / "templates"
TOKENS = Path(__file__).parents[2] / "cri" / "web" / "static" / "styles" / "_tokens.scss"
SCALE = [
    "Strongly disagree",
    "Disagree",
    "Slightly disagree",
    "Neither",
    "Slightly agree",
    "Agree",
    "Strongly agree",
]
FIRST_PAGE_BYTES = 50_000
NEXT_PAGE_BYTES = 15_000


class Tags(HTMLParser):
    """Every element of a page with its attributes, and the text of its legends."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.legends: list[str] = []
        self._in_legend = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag == "legend":
            self.legends.append("")
            self._in_legend = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "legend":
            self._in_legend = False

    def handle_data(self, data: str) -> None:
        if self._in_legend:
            self.legends[-1] += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def assets() -> Assets:
    return read_assets()


@pytest.fixture(scope="module")
def render(assets: Assets) -> Callable[..., str]:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    environment.globals.update(
        asset=assets.url,
        csrf_token=lambda: "t" * 91,
        get_flashed_messages=lambda **_: [("success", "<b>Stored</b>")],
    )

    def rendered(source: str, **context: object) -> str:
        page = {
            "locale": "en",
            "direction": "ltr",
            "agency": {"name": "Harbour & Rivers", "colour": "#0b6e6e", "synthetic": True},
            "languages": [
                {"code": "en", "name": "English", "current": True, "href": "?language=en"},
                {"code": "ar", "name": "العربية", "current": False, "href": "?language=ar"},
            ],
        }
        return environment.from_string(source).render(**page, **context)

    return rendered


QUESTION_PAGE = """{% extends "layouts/questionnaire.html" %}{% set language_form = true %}
{% from "components/item.html" import item_fieldset %}
{% from "components/questionnaire.html" import section_heading, page_buttons %}
{% block title %}Section 2 of 6{% endblock %}
{% block content %}{{ section_heading(2, 6, "In this agency ...", "Choose how far you agree. " * 8) }}
<form id="questionnaire" method="post" data-autosave="/s/save">
<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
{% for n in range(1, 7) %}
{{ item_fieldset("insight%s" % n, n, "A statement of ordinary length. " * 4, labels, "Don't know", 3) }}
{% endfor %}
{{ page_buttons() }}</form>{% endblock %}"""


def test_an_item_is_a_group_of_its_own_with_the_statement_as_its_name(render: Callable[..., str]) -> None:
    page = Tags(
        render(
            "{% from 'components/item.html' import item_fieldset %}"
            "{{ item_fieldset('insight1', 4, 'We <listen>.', labels, 'Do not know', value, minimum=1) }}",
            labels=SCALE,
            value="7",
        )
    )
    assert [found["id"] for found in page.named("fieldset")] == ["insight1"]
    assert page.legends == ["4We <listen>."]
    radios = page.named("input")
    assert [radio["value"] for radio in radios] == ["1", "2", "3", "4", "5", "6", "7", "DK"]
    assert {radio["name"] for radio in radios} == {"insight1"}
    assert [radio["value"] for radio in radios if "checked" in radio] == ["7"]
    assert not page.named("table")


@pytest.mark.parametrize(("value", "checked"), [(None, []), ("", []), (3, ["3"]), ("DK", ["DK"]), ("9", [])])
def test_an_item_shows_what_was_chosen_and_nothing_else(
    render: Callable[..., str], value: object, checked: list[str]
) -> None:
    page = Tags(
        render(
            "{% from 'components/item.html' import item_fieldset %}"
            "{{ item_fieldset('a', 1, 's', labels, 'd', value) }}",
            labels=SCALE,
            value=value,
        )
    )
    assert [radio["value"] for radio in page.named("input") if "checked" in radio] == checked


def test_the_first_button_of_a_question_page_has_no_name_so_that_enter_moves_on(
    render: Callable[..., str],
) -> None:
    buttons = [
        button
        for button in Tags(render(QUESTION_PAGE, labels=SCALE)).named("button")
        if button.get("form", "questionnaire") == "questionnaire"
    ]
    assert "name" not in buttons[0]
    assert [button.get("value") for button in buttons] == [None, "language:ar", None, "back", "later"]


def test_a_question_page_keeps_within_its_bytes(render: Callable[..., str], assets: Assets) -> None:
    """Uncompressed, so that the budget holds wherever the service runs."""
    html = render(QUESTION_PAGE, labels=SCALE)
    page = Tags(html)
    loaded = [str(link["href"]) for link in page.named("link")] + [
        str(s["src"]) for s in page.named("script")
    ]
    loads = sum((BUILT / address.removeprefix(assets.prefix)).stat().st_size for address in loaded)
    assert len(html.encode()) <= NEXT_PAGE_BYTES
    assert len(html.encode()) + loads <= FIRST_PAGE_BYTES
    assert all(address.startswith(assets.prefix) for address in loaded)


@pytest.mark.parametrize("layout", ["app", "public", "questionnaire"])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_every_layout_says_whose_page_it_is_and_loads_only_what_was_built(
    render: Callable[..., str], assets: Assets, layout: str, direction: str
) -> None:
    html = render(
        f'{{% extends "layouts/{layout}.html" %}}{{% set direction = "{direction}" %}}'
        "{% block title %}T{% endblock %}{% block content %}<h1>T</h1>{% endblock %}"
    )
    page = Tags(html)
    assert page.named("html")[0]["dir"] == direction
    sheets = [str(link["href"]) for link in page.named("link") if link["rel"] == "stylesheet"]
    assert len(sheets) == 1
    assert ("rtl" in sheets[0]) == (direction == "rtl" and layout != "questionnaire")
    assert (BUILT / sheets[0].removeprefix(assets.prefix)).is_file()
    assert any(link["href"] == "#content" for link in page.named("a"))
    assert page.named("main")[0]["id"] == "content"
    if layout != "public":
        assert "Harbour &amp; Rivers" in html
        assert "#0b6e6e" in html
        assert "ynthetic" in html


def test_an_agency_that_is_real_is_not_called_synthetic(render: Callable[..., str]) -> None:
    html = render(
        '{% extends "layouts/app.html" %}'
        '{% set agency = {"name": "Real", "colour": "#000000", "synthetic": false} %}'
    )
    assert "ynthetic" not in html


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.relative_to(TEMPLATES).as_posix()
)
def test_no_template_holds_a_script_or_a_style_of_its_own(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"<style|\sstyle\s*=|javascript:|\son[a-z]+\s*=", text)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", text))
    assert "|safe" not in text.replace(" ", "")


def test_every_built_file_is_there_and_names_no_foreign_address(assets: Assets) -> None:
    assert {"app.css", "app.rtl.css", "questionnaire.css", "plotly.css", "plotly.js"} <= assets.files.keys()
    for name, file in assets.files.items():
        assert (BUILT / file).is_file()
        if name.endswith(".css"):
            sheet = (BUILT / file).read_text(encoding="utf-8")
            assert "sourceMappingURL" not in sheet
            assert not re.search(r"url\([\"']?(https?:|//)|@import", sheet), name
            for font in re.findall(r"url\(\"?([^\")]+\.woff2)\"?\)", sheet):
                assert (BUILT / font).is_file(), font


def test_reading_assets_that_were_never_built_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make setup"):
        read_assets(tmp_path)


def colours(mode: str) -> dict[str, str]:
    block = re.search(rf"@mixin {mode} \{{(.*?)\n\}}", TOKENS.read_text(encoding="utf-8"), re.DOTALL)
    assert block
    found = dict(re.findall(r"--([a-z0-9-]+): #([0-9a-f]{3,6});", block.group(1)))
    return {
        name: value if len(value) == 6 else "".join(c * 2 for c in value) for name, value in found.items()
    }


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT_PAIRS = [
    (text, ground)
    for ground in ("paper", "ground")
    for text in ("ink", "ink-2", "link", "blue", "gap-ink", "error")
] + [("on-blue", "blue"), ("on-blue", "blue-2"), ("ink", "blue-tint"), ("blue", "blue-tint")]
TEXT_PAIRS += [
    ("gap-ink", "gap-tint"),
    ("ink", "gap-tint"),
    ("focus-ink", "focus"),
    ("ink", "pool"),
    ("ink-2", "axis"),
]
MARK_PAIRS = [
    ("line-2", "paper"),
    ("gap", "paper"),
    ("strength", "paper"),
    ("blue", "pool"),
    ("pool-tick", "pool"),
]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_and_marks_stand_out_from_their_ground(mode: str) -> None:
    found = colours(mode)
    weak = [(a, b) for a, b in TEXT_PAIRS if contrast(found[a], found[b]) < 4.5]
    weak += [(a, b) for a, b in MARK_PAIRS if contrast(found[a], found[b]) < 3]
    assert not weak
