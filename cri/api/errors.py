"""Errors of the API as problem documents (RFC 9457), with the headers that belong to them."""

import json
from http import HTTPStatus
from typing import Any

from flask import Response, make_response
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

MEDIA_TYPE = "application/problem+json"


def problem(error: HTTPException) -> Response:
    """The problem document of an HTTP error. A 405 says what is allowed; a 422 what was wrong, by field."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if error.response is not None or status < HTTPStatus.BAD_REQUEST:
        return make_response(error.get_response())
    if isinstance(error, InternalServerError) and isinstance(error.original_exception, OperationalError):
        status = HTTPStatus.SERVICE_UNAVAILABLE
    document: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": int(status)}
    given = getattr(error, "data", None) or {}
    if "message" in given:
        document["detail"] = given["message"]
    if "messages" in given or "errors" in given:
        document["errors"] = given.get("errors", given.get("messages"))
    response = Response(json.dumps(document), status=int(status), content_type=MEDIA_TYPE)
    response.headers.extend(
        {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    )
    return response
