"""Pages that could run over: a section is one page, also where there is much to name."""

import io
from pathlib import Path

from pypdf import PdfReader

from cri.adapters.charts import ChartBrowser
from cri.adapters.instrument_files import find_instrument, load_texts
from cri.adapters.report_print import print_pack
from cri.domain.pack import leader_pack
from cri.domain.sheet import Unit
from tests.reports.documents import UNITS, cri_instrument, edition, placed, scorecard

TEAMS = tuple(Unit(f"team{n}", "field", f"Équipe itinérante numéro {n}", 9) for n in range(14))


def test_many_units_kept_back_are_counted_where_there_is_no_room_to_name_them(
    chart_browser: ChartBrowser, chart_cache: Path
) -> None:
    card = scorecard(60, headcount=90, units=(*UNITS[:5], *TEAMS))
    hidden = sum(unit["suppressed"] is not None for unit in card["units"])
    assert hidden > 12
    pack = leader_pack(
        card, placed(card, edition(48)), edition(48), instrument=cri_instrument(), noun="residents"
    )
    kept = [section for section in pack["sections"] if section["id"] in ("cover", "summary", "quality")]
    made = print_pack(
        {**pack, "sections": kept, "figures": {"summary": pack["figures"]["summary"]}},
        locale="fr",
        texts=load_texts(find_instrument("cri"), "fr"),
        browser=chart_browser,
        chart_cache=chart_cache,
    )
    pages = PdfReader(io.BytesIO(made.data)).pages
    assert len(pages) == len(kept)
    told = pages[-1].extract_text()
    assert sum(unit.name in told for unit in (*UNITS, *TEAMS)) == 8
    assert f"Autres unités retenues : {hidden - 8}." in " ".join(told.split()).replace("\u202f", " ")
