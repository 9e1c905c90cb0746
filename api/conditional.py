"""Conditional reads: an entity tag on what phones fetch again and again, and 304 when they have it already."""

from hashlib import blake2b
from typing import Any

import msgspec
from litestar import MediaType, Request, Response

# What a handler puts into its `opt` so that the API description tells of the 304.
CONDITIONAL = {"conditional": True}

ENCODER = msgspec.json.Encoder()


def conditional(request: Request[Any, Any, Any], content: Any) -> Response[Any]:
    """`content` as JSON with an `ETag`, or 304 without it when the client's `If-None-Match` names the same."""
    body = ENCODER.encode(content)
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in _tags(request.headers.get("if-none-match", "")):
        return Response(b"", status_code=304, headers=headers, media_type=MediaType.JSON)
    return Response(body, headers=headers, media_type=MediaType.JSON)


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
