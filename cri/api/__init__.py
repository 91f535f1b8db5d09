"""The API: JSON for programs, under /api/v1."""

import json
from typing import Any, Final

from flask import Flask
from flask_smorest import Api

from cri.adapters.document_schemas import known_schemas
from cri.api.access import EXTENSION, Edge
from cri.api.v1.placements import placements
from cri.api.v1.waves import waves

PREFIX: Final = "/api/"
SETTINGS: Final = {
    "API_TITLE": "Customer Responsiveness Index",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api/v1",
    "OPENAPI_JSON_PATH": "openapi.json",
}
PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "object"},
    },
}


class PlainApi(Api):  # type: ignore[misc]  # the library has no types
    """Errors are answered for the whole application in cri.app, by path; the library would take them all."""

    def _register_error_handlers(self) -> None:
        """Leave errors to the application."""


def init(app: Flask, edge: Edge) -> None:
    """Add the API to the application."""
    app.config.update(SETTINGS)
    app.extensions[EXTENSION] = edge
    api = PlainApi(app)
    api.spec.components.security_scheme(
        "session", {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]}
    )
    api.spec.options["security"] = [{"session": []}]
    api.spec.components.schema("Problem", PROBLEM)
    scorecard = json.loads(known_schemas()["cri.scorecard/1"].read_bytes())
    api.spec.components.schema("Scorecard", scorecard)
    placement = json.loads(known_schemas()["cri.placement/1"].read_bytes())
    api.spec.components.schema("Placement", placement)
    api.register_blueprint(waves, url_prefix="/api/v1")
    api.register_blueprint(placements, url_prefix="/api/v1")
