"""The embedded server: two first starts at once, whose folders they are, who may read what."""

import subprocess
import sys
from pathlib import Path

import pytest

from cri.adapters.embedded_postgres import EmbeddedPostgres, PostgresStartError
from cri.db.migrate import ROOT

START = (
    "import sys; from pathlib import Path; from cri.adapters.embedded_postgres import EmbeddedPostgres; "
    "server = EmbeddedPostgres(Path(sys.argv[1]), 'secret', ('fsync=off',)); "
    "print('started' if server.start() else 'found', flush=True)"
)


def test_two_first_starts_at_once_make_one_server(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    server = EmbeddedPostgres(tmp_path / "var" / "postgres", "secret")
    command = [sys.executable, "-c", START, str(server.data)]
    starts = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    try:
        said = sorted(start.communicate(timeout=120)[0].strip() for start in starts)
        assert said == ["found", "found", "started"]
        assert [start.returncode for start in starts] == [0, 0, 0]
        server.wait()
        assert oct((tmp_path / "var" / "postgres.log").stat().st_mode & 0o777) == "0o600"
    finally:
        server.stop()


def test_a_socket_folder_that_is_somebody_elses_link_is_refused(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", "secret")
    target = tmp_path / "target"
    target.mkdir(mode=0o755)
    server.socket_folder.symlink_to(target)
    try:
        with pytest.raises(PostgresStartError, match="another account"):
            server.launch()
        assert oct(target.stat().st_mode & 0o777) == "0o755"
    finally:
        server.socket_folder.unlink()
