"""Whether the service is alive, and whether it can do its work."""

from flask import Blueprint, Flask
from sqlalchemy import text

from cri.web.database import db

views = Blueprint("status", __name__)


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("/health")
def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@views.get("/ready")
def ready() -> dict[str, str]:
    """The database answers too, at the schema this code was written for."""
    revision = db.session.scalar(text("SELECT version_num FROM cri_migration"))
    return {"status": "ok", "schema": str(revision)}
