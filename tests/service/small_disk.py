"""Seals a wave in processes that may write files of so many bytes and no more.

python -m tests.service.small_disk AGENCY WAVE, with the service's own environment variables. It reads numbers
of bytes (-1: any) and answers each with the exit code of a process of its own: EFBIG if a file did not fit.
"""

import errno
import os
import resource
import sys
import uuid

from cri.app import make_workshop
from cri.jobs.tasks import seal_steps
from cri.settings import read_settings


def main() -> None:
    """One line in, one line out."""
    wave = uuid.UUID(sys.argv[1]), uuid.UUID(sys.argv[2])
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            workshop = make_workshop(read_settings())
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(line), int(line)))
            try:
                seal_steps(workshop, *wave)
            except Exception as error:
                if os.strerror(errno.EFBIG) in str(error):
                    os._exit(errno.EFBIG)
                raise
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
