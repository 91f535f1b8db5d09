"""Runs postmen in processes that are killed: by their parent at any moment, or by themselves at point N.

python -m tests.jobs.mail_runner, with the service's own environment variables. Reads lines "WHO N": WHO is
"postman" or "naive"; N is 0 for one that lives until it is killed. Answers each with the child's process id,
and with its exit code once it is gone.
"""

import logging
import os
import signal
import smtplib
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event

from cri.adapters.spoken_dates import spoken_moment
from cri.app import make_postman
from cri.jobs.postman import Postman
from cri.services import deliveries
from cri.settings import read_settings
from tests.jobs.killed_job import Executioner


def claim_nothing(*_: object) -> bool:
    """The control: what anybody would write first. Send, then write down that it was sent."""
    return True


def die_at(postman: Postman, last: int) -> None:
    """Death before or after the `last`-th line to the mail server, or before a statement or commit between.

    What comes before the first line concerns no message.
    """
    executioner = Executioner(0)
    event.listen(postman._engine, "before_cursor_execute", executioner.pass_point)
    event.listen(postman._engine, "commit", executioner.pass_point)
    send, get, connect = smtplib.SMTP.send, smtplib.SMTP.getreply, smtplib.SMTP.connect

    def connect_and_count(self: smtplib.SMTP, *given: Any, **named: Any) -> Any:
        executioner.left = last
        return connect(self, *given, **named)

    def send_and_pass(self: smtplib.SMTP, data: Any) -> None:
        executioner.pass_point()
        send(self, data)
        executioner.pass_point()

    def get_and_pass(self: smtplib.SMTP) -> tuple[int, bytes]:
        reply = get(self)
        executioner.pass_point()
        return reply

    named = {"connect": connect_and_count, "send": send_and_pass, "getreply": get_and_pass}
    for name, replacement in named.items():  # the points around each line
        setattr(smtplib.SMTP, name, replacement)


def run(who: str, last: int) -> None:
    """One postman, as `cri post` starts it."""
    postman = make_postman(read_settings(), lambda: False)
    assert postman is not None
    if who == "naive":
        setattr(deliveries, "claim", claim_nothing)  # noqa: B010  # the control replaces the safe way
    if last:
        die_at(postman, last)
    postman.run()


def answer(number: int) -> None:
    """Tell the parent."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    """Fork, tell, wait, tell."""
    logging.basicConfig(level=logging.WARNING)
    spoken_moment(datetime.now(UTC), "UTC", "en")  # reads what each child would have to
    for line in sys.stdin:
        who, last = line.split()
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            try:
                run(who, int(last))
            except BaseException:  # noqa: BLE001  # a child never returns to the loop
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        answer(child)
        _, status = os.waitpid(child, 0)
        answer(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
