"""Sending the messages that wait."""

import os
import re
import select
import signal
import sys
from pathlib import Path
from types import FrameType

import click

from cri.app import make_postman, make_workshop
from cri.cli.logs import configure_logs
from cri.cli.service import given_databases
from cri.domain.errors import InputError, InputProblem
from cri.jobs.messages import settle_what_is_unsure
from cri.settings import Settings, read_settings

MESSAGE_ID = re.compile(rb"[a-z2-7]{60,90}@[A-Za-z0-9.-]+")


class Watch:
    """Whether to stop after the message in hand: told to end, or the worker that watched is gone."""

    def __init__(self, *, by_input: bool) -> None:
        self._by_input, self._ending = by_input, False
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._end)

    def over(self) -> bool:
        """Whether it is over."""
        if self._by_input and not self._ending:
            readable, _, _ = select.select([sys.stdin.fileno()], [], [], 0)
            self._ending = bool(readable) and os.read(sys.stdin.fileno(), 1) == b""
        return self._ending

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self._ending = True


@click.command()
@click.option("--while-watched", is_flag=True, help="End when standard input is closed.")
@click.option(
    "--settle-by",  # not --log: a library of ours reads the command line, too, and has names like it
    "logs",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A log of the mail server. Messages that are unsure are sent again only if no log has them.",
)
def post(*, while_watched: bool, logs: tuple[Path, ...]) -> None:
    """Send the messages that wait, then end. The worker starts this by itself."""
    configure_logs()
    watch = Watch(by_input=while_watched)
    with given_databases(read_settings()) as settings:
        postman = make_postman(settings, watch.over)
        if postman is None:
            problem = InputProblem("not given", "CRI_SMTP_HOST", "the name of a mail server")
            raise InputError([problem])
        if logs:
            _settle(settings, logs)
        click.echo(f"{postman.run()} messages were accepted.")


def _settle(settings: Settings, logs: tuple[Path, ...]) -> None:
    workshop = make_workshop(settings)
    try:
        found = {name.decode() for path in logs for name in MESSAGE_ID.findall(path.read_bytes())}
        settle_what_is_unsure(workshop, found)
    finally:
        workshop.close()
