"""What is counted: requests by operation and status, and how long they took. Nothing about a person."""

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Counter("composure_requests_total", "Requests answered", ["operation", "status"])
SECONDS = Histogram(
    "composure_request_seconds",
    "Time from request to response",
    ["operation"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
REVIEWS = Counter("composure_reviews_total", "Reviews handed in", ["status"])


def registry_to_scrape() -> CollectorRegistry:
    """This process's registry, or with several workers the one that adds theirs up."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
