"""The command line. Each command's file is imported only when that command is run."""

import sys
import traceback
from importlib import import_module

import click

from cri.adapters.freed_memory import keep_freed_memory
from cri.domain.errors import InputError

# name: (file, command in it, what it does)
COMMANDS = {
    "instrument": ("cri.cli.instruments", "instrument", "Check, translate and release instruments."),
    "score": ("cri.cli.files", "score", "Score a file of answers."),
    "norms": ("cri.cli.pool", "norms", "Build norm editions from scorecards."),
    "place": ("cri.cli.pool", "place", "Place a scorecard in a norm edition."),
    "pack": ("cri.cli.packs", "pack", "Make a pack from a scorecard."),
    "replay": ("cri.cli.replay", "replay", "Make a report again, and compare."),
    "demo": ("cri.cli.service", "demo", "Start everything, with an example agency."),
    "serve": ("cri.cli.service", "serve", "Serve the pages."),
    "worker": ("cri.cli.service", "worker", "Do background work."),
    "draft": ("cri.cli.draft", "draft", "Make the drafts of editions that wait."),
    "post": ("cri.cli.post", "post", "Send the messages that wait."),
    "db": ("cri.cli.service", "db", "Prepare and upgrade the database."),
    "doctor": ("cri.cli.service", "doctor", "Say what this machine lacks."),
}


class InputRefused(click.ClickException):
    """InputError on its way out of the program: its lines as they are, exit code 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002 - errors always go to standard error
        """One line a problem."""
        click.echo(self.message, err=True)


class LazyCommands(click.Group):
    """A group that knows its commands by name and loads the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the group's signature
        """Names in the order of the pipeline."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - same
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - same
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, _, about) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; input that cannot be used ends it with its problems on standard error."""
        try:
            return super().invoke(ctx)
        except InputError as error:
            raise InputRefused(str(error)) from error


@click.command(cls=LazyCommands)
@click.version_option(package_name="cri", message="%(version)s")
def cli() -> None:
    """Customer Responsiveness Index: score, compare and report, from files or as a service."""


def main() -> int:
    """Run the program. Exit code 0; 2 for input that cannot be used; 1 for a fault of ours."""
    keep_freed_memory()
    try:
        return int(cli.main(prog_name="cri", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone: nothing left to say, and nobody to say it to
        return 1
    except Exception:  # noqa: BLE001 - the last one to be told
        traceback.print_exc()
        click.echo("cri: this is a fault of the program, not of your input", err=True)
        return 1
