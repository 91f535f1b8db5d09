"""The schema goes up, down and up again, and is what the models say."""

import pytest
from alembic import command

from cri.adapters.embedded_postgres import EmbeddedPostgres
from cri.db.migrate import alembic_config
from cri.db.roles import OWNER, derive_passwords, make_database
from tests.conftest import SECRET


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres, worker_id: str) -> str:
    """The owner's address of a database without a schema."""
    import uuid

    name = f"empty_{worker_id}_{uuid.uuid4().hex[:8]}"
    make_database(postgres.superuser_url, name)
    return postgres.url(OWNER, derive_passwords(SECRET).owner, name)


def test_up_down_up_and_the_models_agree(empty_database: str) -> None:
    config = alembic_config(empty_database)
    command.upgrade(config, "head")
    command.check(config)
    command.downgrade(config, "base")
    command.upgrade(config, "head")
    command.check(config)
