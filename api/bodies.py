"""Request bodies: decoded strictly, with an error that names the place.

Litestar converts bodies laxly (the text "1" passes for a number) and lets bad UTF-8 and deep nesting become a 500, so bodies are
decoded here. The OpenAPI description learns of them from the handler's `opt` (see api.openapi).
"""

import re
from http import HTTPStatus
from itertools import accumulate
from typing import Any, TypeVar

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from api.problems import FieldError, Problem, invalid

T = TypeVar("T")

DEEPEST_JSON = 32
BODY = "body"

_PATH = re.compile(r"^(.*?)(?: - at `(?:key in )?`?\$([^`]*)`?)?$", re.DOTALL)
# Possessive, and satisfied by an end without a quote: an unfinished string must not be tried again from each of its quotes.
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_ONE_KIND = bytes.maketrans(b"[]{}", b"()()")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEP_BY_BRACKET = {ord("("): 1, ord(")"): -1}


def body_of(shape: type[msgspec.Struct]) -> dict[str, Any]:
    """What a handler puts into its `opt` to say which body it takes."""
    return {BODY: shape}


def decode_body(body: bytes, shape: type[T]) -> T:
    """`body` as `shape`. Raises `Problem`: `malformed_json`, `json_too_deep` or `invalid_body`."""
    refuse_deep(body)
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise invalid("invalid_body", "The body has not the expected shape.", field_error(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid("malformed_json", f"The body is not JSON: {error}") from None


async def require_json(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of operations with a body: it has to say that it is JSON. Raises `Problem` 415.

    A coroutine, because Litestar sends every guard that is none to a thread, for each request.
    """
    if BODY in handler.opt:
        media_type = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Send application/json.")


def refuse_deep(body: bytes) -> None:
    """Raise `Problem` when arrays and objects are nested deeper than `DEEPEST_JSON`."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST_JSON:
        return
    # Only depth counts here, so both kinds of bracket become one; taking away empty pairs takes away a level at a time, in C.
    brackets = _STRINGS.sub(b"", body).translate(_ONE_KIND, _NOT_BRACKETS)
    for _ in range(DEEPEST_JSON):
        brackets = brackets.replace(b"()", b"")
    # A pair that is still there lay deeper; so does whatever is opened that often and never closed.
    if b"()" in brackets or max(accumulate(map(_STEP_BY_BRACKET.__getitem__, brackets)), default=0) > DEEPEST_JSON:
        raise _too_deep()


def field_error(error: msgspec.ValidationError, prefix: str = "") -> FieldError:
    """Where and what, from msgspec's message; a list index it does not know shows as `-`."""
    match = _PATH.match(str(error))
    assert match is not None  # noqa: S101  (the pattern matches every text)
    steps = re.findall(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]", match[2] or "")
    pointer = "".join(f"/{name or index}" for name, index in steps).replace("/...", "/-")
    return FieldError(prefix + pointer, match[1])


def _too_deep() -> Problem:
    return invalid("json_too_deep", f"JSON may be nested {DEEPEST_JSON} deep.")
