"""Bring a database's schema up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config

ROOT = Path(__file__).resolve().parents[2]


def alembic_config(owner_url: str) -> Config:
    """Alembic's configuration from pyproject.toml, pointed at `owner_url`."""
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["url"] = owner_url
    return config


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Migrate up to `revision`, as the owner role; all or nothing."""
    command.upgrade(alembic_config(owner_url), revision)
