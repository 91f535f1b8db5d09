"""How a worker starts the process that sends messages."""

from cri.jobs.watched_process import WatchedProcess


class PostmanStarter(WatchedProcess):
    """Starts the process that sends; when the worker is gone it finishes the message in hand and ends."""

    command = "post"
