"""What the service's processes say: one JSON object a line, of fields that are allowed and no others."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Nothing typed by people, no address of a device, no link: a field that is not here is not written.
ALLOWED = frozenset(
    {"timestamp", "level", "logger", "event", "exception", "task", "agency_id", "wave_id", "status"}
)


def configure_logs() -> None:
    """Send our own and the libraries' warnings to standard error, as JSON lines."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _keep_allowed,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("weasyprint").setLevel(
        logging.ERROR
    )  # it remarks on each CSS property meant for browsers
    # a job that failed and will be tried again is said at INFO, with its traceback: that much is wanted
    logging.getLogger("procrastinate.worker").setLevel(logging.INFO)
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or bool(record.exc_info))
    logging.getLogger("gunicorn.error").addFilter(_keep_request_out)


def _keep_request_out(record: logging.LogRecord) -> bool:
    """Of a request that it cannot handle gunicorn would write the link, and the address of the device."""
    if str(record.msg).startswith("Error handling request"):
        record.msg, record.args = "Error handling a request", ()
    return not str(record.msg).startswith("Invalid request from ip")


def _keep_allowed(_logger: object, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in fields.items() if key in ALLOWED}
