"""Jobs that are killed: each in a process forked from one that has imported everything already."""

import os
import sys
import uuid
from collections.abc import Callable


def answer_lines(run: Callable[[str, int, uuid.UUID, uuid.UUID], None]) -> None:
    """Read "JOB N" lines; each runs in a process of its own, whose exit code is the answer.

    run: takes job, N, and the ids of agency and wave, which are this process's arguments.
    """
    agency_id, wave_id = uuid.UUID(sys.argv[1]), uuid.UUID(sys.argv[2])
    for line in sys.stdin:
        job, last = line.split()
        child = os.fork()
        if child == 0:
            run(job, int(last), agency_id, wave_id)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
