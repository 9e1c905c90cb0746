"""Errors as RFC 9457 problem details: a stable `code`, what was wrong, and where."""

from http import HTTPStatus

from litestar import Response
from msgspec import UNSET, Struct, UnsetType

PROBLEM_JSON = "application/problem+json"


class FieldError(Struct, frozen=True):
    """One thing that was wrong: `pointer` is a JSON pointer into the body, or the name of a query or path parameter."""

    pointer: str
    detail: str


class ProblemDetails(Struct, frozen=True, omit_defaults=False):
    """RFC 9457 problem details. `code` is stable: clients decide by it, people read `detail`."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[FieldError] | UnsetType = UNSET


class Problem(Exception):
    """An error that a client is told as it is."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        errors: list[FieldError] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}

    def response(self, request_id: str) -> Response[ProblemDetails]:
        """The response that tells it."""
        details = ProblemDetails(
            type=f"urn:composure:problem:{self.code}",
            title=self.status.phrase,
            status=self.status.value,
            code=self.code,
            detail=self.detail,
            request_id=request_id,
            errors=self.errors or UNSET,
        )
        return Response(details, status_code=self.status.value, media_type=PROBLEM_JSON, headers=self.headers)


def not_found() -> Problem:
    """One answer for what does not exist and for what the caller may not see: the two must not be told apart."""
    return Problem(HTTPStatus.NOT_FOUND, "not_found", "There is no such thing, or it is not yours to see.")


def unauthenticated(code: str, detail: str) -> Problem:
    """The caller is not known: no token, or one that does not hold."""
    return Problem(HTTPStatus.UNAUTHORIZED, code, detail, headers={"WWW-Authenticate": "Bearer"})


def device_revoked() -> Problem:
    """The device may not be used under its id any more."""
    detail = "Its owner has revoked this device: keep what waits, take a new device id, and number from 1."
    return Problem(HTTPStatus.FORBIDDEN, "device_revoked", detail)


def invalid(code: str, detail: str, *errors: FieldError) -> Problem:
    """The request cannot be understood."""
    return Problem(HTTPStatus.BAD_REQUEST, code, detail, list(errors))


def unusable(code: str, pointer: str, detail: str) -> Problem:
    """A value is well-formed, and still cannot be used."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, code, "A value cannot be used.", [FieldError(pointer, detail)])


def unavailable(detail: str, retry_after_seconds: int = 2) -> Problem:
    """The service cannot answer now and did nothing; the same request may be sent again."""
    headers = {"Retry-After": str(retry_after_seconds)}
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail, headers=headers)


__all__ = [
    "FieldError",
    "Problem",
    "ProblemDetails",
    "device_revoked",
    "invalid",
    "not_found",
    "unauthenticated",
    "unavailable",
    "unusable",
]
