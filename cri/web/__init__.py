"""Pages for people."""

from importlib import import_module

from flask import Flask

from cri.web.assets import init_assets
from cri.web.language import init_language

VIEWS = (
    "cri.web.errors",
    "cri.web.masthead",
    "cri.web.views.sign_in",
    "cri.web.views.staying",
    "cri.web.views.home",
    "cri.web.views.agencies",
    "cri.web.views.organisation",
    "cri.web.views.brand",
    "cri.web.views.roster_import",
    "cri.web.views.people",
    "cri.web.views.unit_history",
    "cri.web.views.waves",
    "cri.web.views.collected",
    "cri.web.views.wave_setup",
    "cri.web.views.wave_running",
    "cri.web.views.service_lines",
    "cri.web.views.links",
    "cri.web.views.messages",
    "cri.web.views.mail_catcher",
    "cri.web.views.unsubscribe",
    "cri.web.views.bounces",
    "cri.web.views.letters",
    "cri.web.views.promises",
    "cri.web.views.results",
    "cri.web.views.results_figures",
    "cri.web.views.results_grounds",
    "cri.web.views.results_units",
    "cri.web.views.results_comments",
    "cri.web.views.staff_pages",
    "cri.web.views.unit_packs",
    "cri.web.views.publicness",
    "cri.web.views.compared",
    "cri.web.views.taking_part",
    "cri.web.views.pool",
    "cri.web.views.pool_editions",
    "cri.web.views.pool_references",
    "cri.web.views.questionnaire",
    "cri.web.views.codes",
    "cri.web.views.kiosk",
    "cri.web.views.status",
)


def register_views(app: Flask) -> None:
    """Give each file of views the application; each has an `init(app)`."""
    init_assets(app)
    init_language(app)
    for name in VIEWS:
        import_module(name).init(app)
