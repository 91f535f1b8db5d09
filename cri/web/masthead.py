"""What every signed-in page shows around its content: the agency, who is signed in, where one can go."""

from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import lazy_gettext as _l

from cri.adapters.caught_mail import Catcher
from cri.domain.access import Duty, Permission, Role, allows
from cri.web.access import Here, here
from cri.web.parts import parts

ROLE_NAMES = {
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.LEADER: _l("Leader"),
    Role.VIEWER: _l("Viewer"),
}
SECTIONS = (
    ("home.show", Permission.BELONG, _l("Overview")),
    ("waves.overview", Permission.RUN_WAVES, _l("Survey waves")),
    ("organisation.show", Permission.RUN_WAVES, _l("Organisation")),
    ("results.newest", Permission.READ_RESULTS, _l("Results")),
    ("taking_part.show", Permission.RUN_WAVES, _l("Taking part in the pool")),
)
PART_OF = {
    "brand": "organisation",
    "compared": "results",
    "collected": "waves",
    "letters": "waves",
    "links": "waves",
    "messages": "waves",
    "people": "organisation",
    "pool_editions": "pool",
    "pool_references": "pool",
    "promises": "waves",
    "publicness": "results",
    "results_comments": "results",
    "results_units": "results",
    "roster_import": "organisation",
    "service_lines": "waves",
    "staff_pages": "results",
    "unit_history": "organisation",
    "unit_packs": "results",
    "wave_running": "waves",
    "wave_setup": "waves",
}


def init(app: Flask) -> None:
    """Tell the templates, and browsers to ask again for what only somebody signed in may see."""
    app.context_processor(_for_templates)
    app.after_request(_ask_again)


def _ask_again(response: Response) -> Response:
    if here() is not None:
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _for_templates() -> dict[str, Any]:
    found = here()
    if found is None:
        return {"home_url": "/"}
    return {
        "home_url": url_for("home.show"),
        "sign_out_url": url_for("security.logout"),
        "user": _user(found),
        "agency": found.agency,
        "agencies": [
            {"id": one.agency_id, "name": one.agency_name, "current": one == found.belonging}
            for one in found.belongings
        ],
        "switch_agency_url": url_for("agencies.switch"),
        "navigation": _navigation(found),
    }


def _user(found: Here) -> dict[str, str]:
    role = ROLE_NAMES[found.belonging.role] if found.belonging else ""
    return {"name": found.name, "email": found.email, "role": str(role)}


def _navigation(found: Here) -> list[dict[str, Any]]:
    role = found.belonging.role if found.belonging else None
    open_to = [one for one in SECTIONS if role is not None and allows(one[1], role)]
    shown = [(endpoint, text) for endpoint, _permission, text in open_to]
    if Duty.STEWARD in found.duties:
        shown.append(("pool.overview", _l("Pool of agencies")))
    if isinstance(parts().mail, Catcher) and role is not None and allows(Permission.RUN_WAVES, role):
        shown.append(("mail_catcher.overview", _l("Caught messages")))
    blueprint = PART_OF.get(str(request.blueprint), request.blueprint)
    return [
        {"text": str(text), "href": url_for(endpoint), "current": endpoint.split(".")[0] == blueprint}
        for endpoint, text in shown
    ]
