"""Making the drafts of editions that wait."""

import os
import sys
from threading import Thread

import click

from cri.app import make_parts
from cri.cli.logs import configure_logs
from cri.cli.service import given_databases
from cri.services.draft_making import make_drafts
from cri.settings import read_settings


@click.command()
@click.option("--while-watched", is_flag=True, help="End when standard input is closed.")
def draft(*, while_watched: bool) -> None:
    """Make the drafts that stewards asked for, then end. The worker starts this by itself."""
    configure_logs()
    if while_watched:
        Thread(target=_end_when_alone, daemon=True).start()
    with given_databases(read_settings()) as settings:
        click.echo(f"{make_drafts(make_parts(settings))} drafts were made.")


def _end_when_alone() -> None:
    """End at once when nobody watches any more: a draft that is not made yet leaves nothing behind."""
    while os.read(sys.stdin.fileno(), 1):
        continue
    os._exit(0)
