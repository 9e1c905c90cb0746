"""Every exception becomes a problem: what a client sent is never answered with a 500."""

from http import HTTPStatus
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException, ValidationException

from api.openapi import ASSETS
from api.problems import FieldError, Problem, ProblemDetails, invalid, not_found, unavailable
from api.wiring.database import DatabaseAway, DatabaseBusy
from domain.practice.learner import LearnerMissing

log = structlog.get_logger()

_CODES = {
    HTTPStatus.BAD_REQUEST: "invalid_request",
    HTTPStatus.UNAUTHORIZED: "missing_token",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body_too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
}

AnyRequest = Request[Any, Any, Any]


def respond(request: AnyRequest, error: Exception) -> Response[ProblemDetails]:
    """The problem that `error` is."""
    return _problem(request, error).response(request.scope.get("state", {}).get("request_id", ""))


def _problem(request: AnyRequest, error: BaseException) -> Problem:
    match error:
        case Problem():
            return error
        case DatabaseBusy():
            log.warning("database_busy")
            return unavailable(f"Not now: {error}; nothing was lost, send the same request again.")
        case DatabaseAway():
            log.warning("database_away", reason=str(error))
            return unavailable("The database is away; nothing was lost, send the same request again.")
        case LearnerMissing():
            return not_found()
        case ValidationException():
            return invalid("invalid_parameter", "A parameter cannot be used.", *_parameters(error))
        case InternalServerException():  # what Litestar raises when a body does not arrive as HTTP says it should
            return invalid("incomplete_body", "The body did not arrive whole.")
        case HTTPException():
            return _from_http(error)
        case OSError() | ValueError() if request.url.path.startswith(ASSETS):  # a path no file system can hold
            return not_found()
        case BaseExceptionGroup():
            return _problem(request, error.exceptions[0])
        case _:
            log.error("request_failed", exc_info=error, path=request.url.path)
            return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "This is our fault, and it was logged.")


def _from_http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.NOT_FOUND:
        return not_found()
    detail = error.detail if status < HTTPStatus.INTERNAL_SERVER_ERROR else status.phrase
    return Problem(status, _CODES.get(status, "http_error"), detail, headers=dict(error.headers or {}))


def _parameters(error: ValidationException) -> list[FieldError]:
    if not isinstance(error.extra, list):
        return []
    return [FieldError(str(each.get("key", "")), str(each.get("message", ""))) for each in error.extra if isinstance(each, dict)]
