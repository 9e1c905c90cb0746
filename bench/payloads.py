"""Requests as the bytes that go over the wire, made before anything is measured."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec

from api.wiring.demo.simulation import uuid7
from api.wiring.services import wall_clock
from domain.content.items import ItemVersion

UNKNOWN = {"unknown": True}
APART = timedelta(microseconds=10)
ACCEPTED = b'"status":"accepted"'
_random = Random("bench payloads")


def get(path: str, token: str) -> bytes:
    """A GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def post(path: str, token: str, body: bytes) -> bytes:
    """A POST request with a JSON body."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def review(item: ItemVersion, answered_at: datetime, *, right: bool = True) -> dict[str, Any]:
    """An answer with a fresh id."""
    response: Mapping[str, object] = item.body.key("zh-Hans") if right else UNKNOWN
    return {
        "id": uuid7(answered_at, _random),
        "item_id": item.item_id,
        "item_version": item.version,
        "answered_at": answered_at,
        "time_zone": "Asia/Shanghai",
        "response": response,
        "latency_ms": 9000,
        "confidence": None,
    }


def upload(reviews: Sequence[Mapping[str, Any]]) -> bytes:
    """The body of submitReviews."""
    return msgspec.json.encode({"sent_at": wall_clock(), "device_id": "bench-phone", "reviews": reviews})


def in_a_row(items: Sequence[ItemVersion], many: int, first: int = 0) -> list[dict[str, Any]]:
    """`many` right answers up to now, going round `items` from the one at `first`.

    They stand so close together that a list made later comes after them: late reviews would be refolded, which is other work.
    """
    begun = wall_clock() - many * APART
    return [review(items[(first + n) % len(items)], begun + n * APART) for n in range(many)]


def months_offline(items: Sequence[ItemVersion], many: int, a_day: int = 20) -> list[dict[str, Any]]:
    """`many` answers of the last days, `a_day` each, one in eight of them "I don't know"."""
    days = -(-many // a_day)
    begun = wall_clock() - timedelta(days=days)
    return [
        review(items[n % len(items)], begun + timedelta(days=n // a_day, seconds=12 * (n % a_day)), right=n % 8 != 0)
        for n in range(many)
    ]
