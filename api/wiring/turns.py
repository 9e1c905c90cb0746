"""Turns: one caller's many requests at once must not take the connections and the time of everybody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

# What a screen that loads asks for side by side. An upload that is sent again and again waits for its own copies.
REQUESTS_AT_ONCE = 4


@dataclass(slots=True)
class _Queue:
    """A caller's requests in this worker: `present` counts those that run and those that wait."""

    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(REQUESTS_AT_ONCE))
    present: int = 0


class Turns:
    """Lets a few requests of each caller work at the same time, in the order in which they came; the others hold nothing."""

    def __init__(self) -> None:
        self._queues: dict[UUID, _Queue] = {}

    @asynccontextmanager
    async def of(self, caller_id: UUID) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the block ends."""
        queue = self._queues.setdefault(caller_id, _Queue())
        queue.present += 1
        try:
            async with queue.slots:
                yield
        finally:
            queue.present -= 1
            if not queue.present:
                del self._queues[caller_id]
