"""Opaque cursors of the change feed."""

from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from http import HTTPStatus
from struct import Struct
from uuid import UUID

from api.problems import FieldError, Problem, invalid
from domain.sync.feed import Cursor

FORMAT = 2
# Format, epoch, sequence, revision, digest of the profile, what stands for the assignments, whether the digest of the state is
# known, and that.
LAYOUT = Struct(">B16sQIQq?Q")
FIRST_FORMAT_BYTES = 24  # of the first release, which had no mark of its format: an epoch and a sequence


def encode_cursor(cursor: Cursor) -> str:
    """A cursor; its inside is nobody's business but the server's."""
    known = cursor.state is not None
    digests = (cursor.profile, cursor.assignments, known, cursor.state or 0)
    packed = LAYOUT.pack(FORMAT, cursor.epoch.bytes, cursor.sequence, cursor.revision, *digests)
    return urlsafe_b64encode(packed).decode().rstrip("=")


def decode_cursor(text: str) -> Cursor:
    """The cursor. Raises `Problem`: 400 `invalid_cursor`, or 410 `cursor_too_old` for one of an earlier release."""
    try:
        packed = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (NotBase64, ValueError):
        packed = b""
    if len(packed) == FIRST_FORMAT_BYTES:
        raise Problem(
            HTTPStatus.GONE, "cursor_too_old", "The cursor is of an earlier release: offer reviews again, pull from the start."
        )
    if len(packed) != LAYOUT.size or packed[0] != FORMAT:
        raise invalid("invalid_cursor", "The cursor was not given out here.", FieldError("cursor", "not a cursor"))
    _, epoch, sequence, revision, profile, assignments, known, state = LAYOUT.unpack(packed)
    return Cursor(UUID(bytes=epoch), sequence, revision, profile, assignments, state if known else None)
