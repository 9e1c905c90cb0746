"""Digests by which a device and the server prove that they hold the same, and find the part in which they do not.

Sums by XOR of hashes of single things: independent of order, quick to compute in any language (docs/sync.md). All are 64 bits,
kept as unsigned integers and sent as 16 hexadecimal digits.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from hashlib import sha256
from operator import xor
from struct import pack

from domain.practice.learner import Preferences
from domain.practice.memory import Memory

EPOCH_DAY = date(1970, 1, 1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HASH_BYTES = 8


def hexadecimal(digest: int) -> str:
    """Sixteen hexadecimal digits."""
    return f"{digest:016x}"


def memory_hash(item_id: str, memory: Memory) -> int:
    """The hash of all that is known of one item."""
    fields = pack(
        ">ddiiiii?q",
        memory.stability,
        memory.difficulty,
        (memory.first_practice_day - EPOCH_DAY).days,
        (memory.last_practice_day - EPOCH_DAY).days,
        (memory.due_on - EPOCH_DAY).days,
        memory.repetitions,
        memory.lapses,
        memory.relearning,
        (memory.last_answered_at - EPOCH) // MICROSECOND,
    )
    return _hash(item_id.encode() + b"\0" + fields + memory.last_review_id.bytes)


def lesson_hash(lesson_id: str, version: int, completed_at: datetime) -> int:
    """The hash of one lesson read."""
    return _hash(lesson_id.encode() + b"\0" + pack(">iq", version, (completed_at - EPOCH) // MICROSECOND))


def together(hashes: Iterable[int]) -> int:
    """The digest of a skill from its memories, or of the lessons; 0 for none."""
    return reduce(xor, hashes, 0)


def profile_digest(preferences: Preferences) -> int:
    """The digest of what a learner has set."""
    lines = [
        preferences.time_zone,
        preferences.language,
        str(preferences.daily_goal_minutes),
        str(preferences.new_per_day),
        ",".join(map(str, sorted(preferences.days_off.weekdays))),
        *(f"{days.first}/{days.last}" for days in preferences.days_off.ranges),
    ]
    return _hash_of_lines(lines)


def state_digest(profile: int, lessons: int, skills: Mapping[str, int]) -> int:
    """The digest of everything; `skills` are those in which something is remembered."""
    parts = [f"skill {code} {hexadecimal(digest)}" for code, digest in sorted(skills.items(), key=lambda part: part[0].encode())]
    return _hash_of_lines([f"profile {hexadecimal(profile)}", f"lessons {hexadecimal(lessons)}", *parts])


def _hash_of_lines(lines: Iterable[str]) -> int:
    return _hash("".join(f"{line}\n" for line in lines).encode())


def _hash(content: bytes) -> int:
    return int.from_bytes(sha256(content).digest()[:HASH_BYTES])
