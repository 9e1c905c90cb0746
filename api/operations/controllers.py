"""health and metrics."""

from typing import Literal

from litestar import MediaType, Response, get
from msgspec import Struct
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from api.injected import Injected
from api.operations.metrics import registry_to_scrape
from api.wiring.readiness import why_not_ready
from api.wiring.services import Services


class Live(Struct, frozen=True):
    """The process answers."""

    status: Literal["live"]


class Ready(Struct, frozen=True):
    """Whether requests may be sent here; `reasons` says why not."""

    status: Literal["ready", "not_ready"]
    reasons: list[str]


@get("/health/live", operation_id="getLiveness", tags=["operations"])
async def live() -> Live:
    """The process answers. Never asks the database: a database that is away is no reason to restart this process."""
    return Live("live")


@get("/health/ready", operation_id="getReadiness", tags=["operations"])
async def ready(services: Injected[Services]) -> Response[Ready]:
    """Whether requests may be sent here: 503 while the database is away, unsafe or not migrated."""
    reasons = await why_not_ready(services)
    body = Ready("not_ready" if reasons else "ready", reasons)
    headers = {"Retry-After": "2"} if reasons else {}
    return Response(body, status_code=503 if reasons else 200, headers=headers)


@get("/metrics", operation_id="getMetrics", tags=["operations"], media_type=MediaType.TEXT)
async def metrics() -> Response[bytes]:
    """Counters and latencies in Prometheus' text format, over all worker processes."""
    registry: CollectorRegistry = registry_to_scrape()
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST}, media_type=MediaType.TEXT)
