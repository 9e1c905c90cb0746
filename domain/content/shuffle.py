"""Deterministic permutations: a learner sees the same order of a question at the same repetition on every device."""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


def digest_of(*parts: object) -> bytes:
    """Sixteen bytes (BLAKE2b) that depend on every part; parts are separated, so that ("a", "bc") differs from ("ab", "c")."""
    return blake2b("\x1f".join(str(part) for part in parts).encode(), digest_size=16).digest()


def shuffled(things: Sequence[T], *seed: object, key: Callable[[T], str]) -> tuple[T, ...]:
    """`things` in an order fixed by `seed` and each thing's `key`."""
    return tuple(sorted(things, key=lambda thing: digest_of(*seed, key(thing))))


def unit_interval(*seed: object) -> float:
    """A number in [0, 1) fixed by `seed`."""
    return int.from_bytes(digest_of(*seed)[:7]) / (1 << 56)
