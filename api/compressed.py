"""Compression of large answers, for the handlers that name it and no others: `middleware=[COMPRESSED]`.

Litestar's own middleware compresses on the event loop, takes `zstd;q=0` for a wish, and leaves `Vary` out of what it does not
compress.
"""

import asyncio
import sys
import zlib
from collections.abc import Callable, Mapping

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPResponseBodyEvent, HTTPResponseStartEvent, Message, Receive, Scope, Send

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# Measured on packs, see docs/decisions/0019-offline-pack.md.
ZSTD_LEVEL = 6
GZIP_LEVEL = 6
# A smaller answer fits into one packet as it is.
SMALLEST_BYTES = 1_024
# What takes longer than about a millisecond leaves the event loop to others.
MOST_ON_THE_LOOP_BYTES = 16_384

_GZIP_WINDOW = 31


def _zstd(body: bytes) -> bytes:
    return zstd.compress(body, level=ZSTD_LEVEL)


def _gzip(body: bytes) -> bytes:
    # Not gzip.compress, which writes the time of day into its header.
    return zlib.compress(body, GZIP_LEVEL, wbits=_GZIP_WINDOW)


# What a client accepts without a preference gets the first.
CODINGS: Mapping[str, Callable[[bytes], bytes]] = {"zstd": _zstd, "gzip": _gzip}


def chosen_coding(accept_encoding: str) -> str | None:
    """The coding that the header wants most and that we have; None for none, which is `identity`."""
    wanted = dict(_wish(part) for part in accept_encoding.lower().split(",") if part.strip())
    others = wanted.get("*", 0.0)
    best = max(CODINGS, key=lambda coding: wanted.get(coding, others))
    quality = wanted.get(best, others)
    return best if quality > 0 and quality >= wanted.get("identity", 0.0) else None


def _wish(part: str) -> tuple[str, float]:
    """A coding and its quality; one that is no number counts as a refusal."""
    coding, *parameters = (piece.strip() for piece in part.split(";"))
    quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        return coding, float(quality)
    except ValueError:
        return coding, 0.0


class Compression(ASGIMiddleware):
    """Compresses the body of an answer that comes in one piece.

    Its entity tag becomes a weak one: the same is said in other bytes, and `If-None-Match` works with either coding.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer one request."""
        accepted = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding")
        coding = chosen_coding(accepted.decode("latin-1"))
        begun: HTTPResponseStartEvent | None = None

        async def sending(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = message
                return
            if message["type"] == "http.response.body" and begun is not None:
                start, begun = begun, None
                await _compress(start, message, coding)
                await send(start)
            await send(message)

        await next_app(scope, receive, sending)


async def _compress(start: HTTPResponseStartEvent, answer: HTTPResponseBodyEvent, coding: str | None) -> None:
    """Put the body into `coding` where that is worth it, and have the headers say so."""
    headers = MutableScopeHeaders.from_message(start)
    headers.extend_header_value("vary", "Accept-Encoding")
    tag = headers.get("etag", "")
    if tag.startswith('"'):
        headers["etag"] = f"W/{tag}"
    body = answer["body"]
    if coding is None or answer.get("more_body") or len(body) < SMALLEST_BYTES:
        return
    compress = CODINGS[coding]
    answer["body"] = compress(body) if len(body) <= MOST_ON_THE_LOOP_BYTES else await asyncio.to_thread(compress, body)
    headers["content-encoding"] = coding
    headers["content-length"] = str(len(answer["body"]))


COMPRESSED = Compression()
