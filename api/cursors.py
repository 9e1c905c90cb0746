"""Opaque cursors of the change feed: an epoch and a learner's sequence."""

from base64 import urlsafe_b64encode
from uuid import UUID


def encode_cursor(epoch: UUID, sequence: int) -> str:
    """A cursor; its inside is nobody's business but the server's."""
    return urlsafe_b64encode(epoch.bytes + sequence.to_bytes(8)).decode().rstrip("=")
