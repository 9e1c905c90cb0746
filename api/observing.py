"""One line of log and one set of figures for every request, with an id that joins them to the response. No personal data."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from time import perf_counter
from uuid import uuid4

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.operations.metrics import REQUESTS, SECONDS

REQUEST_ID = b"x-request-id"
DATE = b"date"
_USABLE_ID = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")

log = structlog.get_logger("request")


class Observing:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Measure one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        begun = perf_counter()
        request_id = _request_id(scope)
        scope["state"]["request_id"] = request_id.decode()
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (REQUEST_ID, request_id), (DATE, _date_at(self._clock()))]
            await send(message)

        try:
            with structlog.contextvars.bound_contextvars(request_id=request_id.decode()):
                await self._app(scope, receive, sending)
        finally:
            seconds = perf_counter() - begun
            handler = scope.get("route_handler")
            operation = getattr(handler, "operation_id", None) or "unknown"
            name = operation if isinstance(operation, str) else "unknown"
            REQUESTS.labels(name, status).inc()
            SECONDS.labels(name).observe(seconds)
            log.info(
                "answered",
                request_id=request_id.decode(),
                operation=name,
                status=status,
                duration_ms=round(1000 * seconds, 2),
            )


def _date_at(now: datetime) -> bytes:
    """The `Date` of an answer (RFC 9110), by which a phone finds out that its clock is wrong. The server below us sends none."""
    return format_datetime(now.astimezone(UTC), usegmt=True).encode()


def _request_id(scope: Scope) -> bytes:
    """The caller's own id when it is a harmless one, so that logs of several services join; else a new one."""
    for name, value in scope["headers"]:
        if name == REQUEST_ID and _USABLE_ID.match(value):
            return value
    return uuid4().hex.encode()
