"""Ids that a device makes by itself: UUIDv7 (RFC 9562)."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

COUNTER_BITS = 12
RANDOM_BITS = 62
VERSION_AND_VARIANT = (7 << 76) | (0b10 << 62)
MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_MILLISECONDS = (1 << 48) - 1


def uuid7(moment: datetime, counter: int, entropy: Random) -> UUID:
    """An id that sorts by `moment`, and within one millisecond by `counter` (its last 12 bits): the server breaks ties by id.

    A clock before 1970 is no reason to fail: the time in an id is for sorting and nobody believes it.
    """
    milliseconds = min(max(0, (moment - EPOCH) // MILLISECOND), MOST_MILLISECONDS)
    counted = counter & ((1 << COUNTER_BITS) - 1)
    return UUID(int=(milliseconds << 80) | VERSION_AND_VARIANT | (counted << 64) | entropy.getrandbits(RANDOM_BITS))
