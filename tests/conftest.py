"""One PostgreSQL server and one migrated template for the whole run; one database for each worker.

The process that started pytest owns the server: parallel workers are told its address, and a killed
worker leaves nothing behind. Fixtures that need a database live in tests/database_fixtures.py.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from cri.adapters.embedded_postgres import EmbeddedPostgres
from cri.db.migrate import upgrade
from cri.db.roles import OWNER, derive_passwords, make_database, make_roles

pytest_plugins = ["tests.database_fixtures", "tests.browser_fixtures", "tests.reference.summary"]

SECRET = b"tests only, never a real secret!"
TEMPLATE = "cri_template"
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
_SERVER = pytest.StashKey[EmbeddedPostgres]()
_PROCESS = pytest.StashKey[subprocess.Popen[bytes] | None]()

# The gate tries the same examples each time, and no clock decides: a busy machine is no finding. Whoever
# wants to look for new ones says --hypothesis-profile=searching.
settings.register_profile("searching", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("gate", settings.get_profile("searching"), derandomize=True, database=None)
settings.load_profile("gate")


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process starts the server before any worker does."""
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="cri-tests-"))
    server = EmbeddedPostgres(folder / "postgres", SECRET.hex(), _FAST)
    config.stash[_SERVER] = server


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(_SERVER, None)
    if server is not None:
        server.stop()
        process = config.stash.get(_PROCESS, None)
        if process is not None:
            process.wait()
        shutil.rmtree(server.data.parent, ignore_errors=True)
        shutil.rmtree(server.socket_folder, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a parallel worker where the server is."""
    node.workerinput["postgres"] = str(_started(node.config).data)


def _started(config: pytest.Config) -> EmbeddedPostgres:
    server = config.stash[_SERVER]
    if server.pid() is None:
        config.stash[_PROCESS] = server.start()
        passwords = derive_passwords(SECRET)
        make_roles(server.superuser_url, passwords)
        make_database(server.superuser_url, TEMPLATE)
        upgrade(server.url(OWNER, passwords.owner, TEMPLATE))
    return server


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> EmbeddedPostgres:
    """The run's PostgreSQL server, its roles made and its template migrated."""
    told = getattr(request.config, "workerinput", None)
    if told is not None:
        return EmbeddedPostgres(Path(told["postgres"]), SECRET.hex(), _FAST)
    return _started(request.config)
