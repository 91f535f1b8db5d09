"""Commands that run the service."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from cri.adapters.embedded_postgres import STOP_SIGNAL, EmbeddedPostgres
from cri.app import make_workshop
from cri.cli import demo as demo_steps
from cri.cli.databases import Addresses, prepare_embedded, prepare_given, refuse_mighty_role
from cri.cli.doctor import missing_parts
from cri.cli.logs import configure_logs
from cri.cli.supervisor import Child, Supervisor, end_leftovers, hold_alone, spawn
from cri.db.duties import appoint
from cri.db.migrate import ROOT
from cri.db.roles import derive_passwords
from cri.domain.access import Duty
from cri.domain.errors import InputError, InputProblem
from cri.jobs.app import run_worker
from cri.settings import Settings, read_settings


@click.group(invoke_without_command=True)
@click.pass_context
def demo(context: click.Context) -> None:
    """Start everything in the foreground, with an example agency and made-up answers."""
    if context.invoked_subcommand is None:
        sys.exit(_run_demo())


@demo.command()
@click.option("--n", "count", type=click.IntRange(1, 200_000), required=True, help="How many links.")
@click.option("-o", "out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def links(count: int, out: Path) -> None:
    """Write fresh personal links of the open example wave, one /s/TOKEN a line."""
    with given_databases(read_settings()) as settings:
        written = demo_steps.write_links(settings, count, out)
    click.echo(f"{written} links in {out}")


@click.command()
def serve() -> None:
    """Serve the pages with gunicorn, migrating the database first."""
    settings = read_settings()
    _refuse_taken_port(settings)
    with given_databases(settings) as ready:
        supervisor = Supervisor(settings.var / "run")
        supervisor.listen()
        try:
            supervisor.add(Child("web", lambda: spawn(gunicorn_command(ready), ready.environment())))
            supervisor.watch()
        finally:
            supervisor.end()


@click.command()
def worker() -> None:
    """Do background work until told to stop."""
    configure_logs()
    with given_databases(read_settings()) as settings:
        workshop = make_workshop(settings)
        try:
            run_worker(str(settings.database_url), workshop)
        finally:
            workshop.close()


@click.group()
def db() -> None:
    """Prepare and upgrade the database."""


@db.command()
def upgrade() -> None:
    """Make roles where that is ours to do, and bring the schema up to date."""
    with given_databases(read_settings()):
        click.echo("The database is up to date.")


@db.command()
@click.argument("email")
def steward(email: str) -> None:
    """Make the account with this e-mail address a steward of the pool."""
    with given_databases(read_settings()) as settings:
        if settings.database_owner_url is None:
            problem = InputProblem(
                "not given", "DATABASE_OWNER_URL", "the address of the owner of the tables"
            )
            raise InputError([problem])
        appoint(settings.database_owner_url, email, Duty.STEWARD)
        click.echo(f"{email} is a steward of the pool.")


@click.command()
def doctor() -> None:
    """Say what this machine lacks; exit 2 when something does."""
    problems = missing_parts()
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(2)
    click.echo("Nothing is missing.")


def _run_demo() -> int:
    settings = replace(read_settings(), demo=True)
    with hold_alone(settings.var):
        end_leftovers(settings.var / "run", settings.var)
        _refuse_taken_port(settings)
        return _supervise_demo(settings)


def _supervise_demo(settings: Settings) -> int:
    supervisor = Supervisor(settings.var / "run")
    supervisor.listen()
    try:
        ready = _start_database(settings, supervisor)
        environment = ready.environment()
        supervisor.add(
            Child("worker", lambda: spawn([sys.executable, "-m", "cri.cli", "worker"], environment))
        )
        accounts = demo_steps.seed(ready, tell=click.echo, stopped=lambda: supervisor.stopping)
        if not supervisor.stopping:
            supervisor.add(Child("web", lambda: spawn(gunicorn_command(ready), environment)))
            demo_steps.wait_until_served(ready, stopped=lambda: supervisor.stopping)
        if not supervisor.stopping:
            demo_steps.announce(ready, accounts, tell=click.echo)
            sys.stdout.flush()
        supervisor.watch()
    finally:
        supervisor.end()
    return 0


def _start_database(settings: Settings, supervisor: Supervisor) -> Settings:
    if settings.database_url is None:
        server = _embedded(settings)
        server.stop()  # one left by a killed demo would be nobody's child
        supervisor.add(Child("postgres", server.launch, STOP_SIGNAL))
        server.wait()
        return _with(settings, prepare_embedded(server, derive_passwords(settings.secrets.database)))
    return _with(settings, _prepare_given(settings))


@contextmanager
def given_databases(settings: Settings) -> Iterator[Settings]:
    """Settings with every address known. An embedded server that was started here ends here too."""
    if settings.database_url is not None:
        known = settings.database_pool_url is not None and settings.database_owner_url is None
        if known:
            refuse_mighty_role(settings.database_url)
        yield settings if known else _with(settings, _prepare_given(settings))
        return
    server = _embedded(settings)
    started = server.start()
    try:
        yield _with(settings, prepare_embedded(server, derive_passwords(settings.secrets.database)))
    finally:
        if started is not None:
            server.stop()
            started.wait()


def _prepare_given(settings: Settings) -> Addresses:
    return prepare_given(
        str(settings.database_url),
        settings.database_owner_url,
        settings.database_pool_url,
        derive_passwords(settings.secrets.database),
    )


def _embedded(settings: Settings) -> EmbeddedPostgres:
    return EmbeddedPostgres(settings.var / "postgres", settings.secrets.database.hex())


def _with(settings: Settings, addresses: Addresses) -> Settings:
    return replace(
        settings,
        database_url=addresses.application,
        database_owner_url=addresses.owner,
        database_pool_url=addresses.pool,
    )


def gunicorn_command(settings: Settings) -> list[str]:
    """How pages are served. No access log: it would hold every personal link with the time it was opened."""
    return [
        *(sys.executable, "-m", "gunicorn", "wsgi:app", "--chdir", str(ROOT)),
        *("--bind", f"{settings.host}:{settings.port}", "--worker-class", "gthread"),
        *("--workers", str(settings.web_workers), "--threads", str(settings.web_threads)),
        *("--keep-alive", "30", "--max-requests", "20000", "--max-requests-jitter", "2000"),
        *("--log-level", "warning", "--no-control-socket"),
    ]


def _refuse_taken_port(settings: Settings) -> None:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"PORT={settings.port} HOST={settings.host}"
            raise InputError(
                [InputProblem(str(error.strerror).lower(), where, "a free port; set PORT to another")]
            ) from error
