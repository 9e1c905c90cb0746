"""Turns: one caller's many requests at once must not take the connections and the time of everybody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from api.wiring.database import DatabaseBusy

# What a screen that loads asks for side by side. An upload that is sent again and again waits for its own copies.
REQUESTS_AT_ONCE = 4
# Less than a client waits for an answer: told to come again it does, and knows why.
TURN_SECONDS = 8
# Each holds its body meanwhile.
MOST_PRESENT = 64


class TooManyAtOnce(DatabaseBusy):
    """A caller has more requests under way than this worker keeps; nothing was done."""


@dataclass(slots=True)
class _Queue:
    """A caller's requests in this worker: `present` counts those that run and those that wait."""

    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(REQUESTS_AT_ONCE))
    present: int = 0


class Turns:
    """Lets a few requests of each caller work at the same time, in the order they came; the others hold no connection."""

    def __init__(self, turn_seconds: float = TURN_SECONDS) -> None:
        self._turn_seconds = turn_seconds
        self._queues: dict[UUID, _Queue] = {}

    @asynccontextmanager
    async def of(self, caller_id: UUID) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the block ends. Raises `TooManyAtOnce`."""
        queue = self._queues.setdefault(caller_id, _Queue())
        queue.present += 1
        try:
            if queue.present > MOST_PRESENT:
                raise TooManyAtOnce("too many requests of one caller at once")
            try:
                await asyncio.wait_for(queue.slots.acquire(), self._turn_seconds)
            except TimeoutError as error:
                raise TooManyAtOnce("a caller's earlier requests took too long") from error
            try:
                yield
            finally:
                queue.slots.release()
        finally:
            queue.present -= 1
            if not queue.present:
                del self._queues[caller_id]
