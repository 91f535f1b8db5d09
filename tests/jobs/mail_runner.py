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
    """Death at the `last`-th point of sending a message; a postman that has fewer lives.

    A point lies before and after each line to the mail server and before each statement and commit, from the
    call to the server to the end of that wave's turn. What a postman looks up before and after that concerns
    no message, and how often it does so depends on how many other waves are open.
    """
    executioner = Executioner(0)
    event.listen(postman._engine, "before_cursor_execute", executioner.pass_point)
    event.listen(postman._engine, "commit", executioner.pass_point)
    send, connect, turn = smtplib.SMTP.send, smtplib.SMTP.connect, Postman._turn

    def connect_and_count(self: smtplib.SMTP, *given: Any, **named: Any) -> Any:
        executioner.left = last
        return connect(self, *given, **named)

    def send_and_pass(self: smtplib.SMTP, data: Any) -> None:
        executioner.pass_point()
        send(self, data)
        executioner.pass_point()

    def turn_and_stop(self: Postman, *given: Any) -> Any:
        outcomes = turn(self, *given)
        executioner.left = 0
        return outcomes

    setattr(smtplib.SMTP, "connect", connect_and_count)  # noqa: B010  # mypy takes no other way to wrap one
    setattr(smtplib.SMTP, "send", send_and_pass)  # noqa: B010  # as above
    setattr(Postman, "_turn", turn_and_stop)  # noqa: B010  # as above


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
