"""Devices of a learner: what each has handed in, and what of it never arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

# What every JSON number can hold exactly; a device that numbers a review a second does not reach it.
LARGEST_DEVICE_SEQUENCE = 2**53 - 1


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Numbers from `first` to `last`, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Device:
    """A device and the gaps in the numbers of its reviews; `highest` is the largest that arrived, 0 for none."""

    id: str
    name: str | None
    platform: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    revoked_at: datetime | None
    highest: int
    missing: Sequence[NumberRange]


class DeviceRevoked(Exception):
    """The device's owner has revoked it: it may not hand in any more, nor be used under its id again."""


class DeviceStore(Protocol):
    """One learner's devices."""

    async def register(self, device_id: str, name: str, platform: str | None) -> Device:
        """Name a device, known or not. Raises `DeviceRevoked`."""
        ...

    async def devices(self, limit: int) -> list[Device]:
        """The `limit` seen last, the last one first; revoked ones too."""
        ...

    async def device_count(self) -> int:
        """How many there are."""
        ...

    async def revoke(self, device_id: str) -> bool:
        """Revoke a device and end the sessions begun on it; whether there is such a device. Safe to repeat."""
        ...
