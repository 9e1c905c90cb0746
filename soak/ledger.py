"""What the phones sent and what they were told: the evidence against which the database is held in the end."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import UUID

PATIENCE_SECONDS = 30
MOST_COMPLAINTS = 10


@dataclass
class Ledger:
    """Kept by all phones of one scenario.

    `accepted` counts how often each review was acknowledged as new; `longest` is the longest request in seconds, whatever
    became of it; `hangs` are requests that took longer than a phone waits.
    """

    sent: set[UUID] = field(default_factory=set)
    acknowledged: set[UUID] = field(default_factory=set)
    accepted: Counter[UUID] = field(default_factory=Counter)
    longest: float = 0.0
    hangs: int = 0
    complaints: list[str] = field(default_factory=list)
    _awaited: list[tuple[float, "asyncio.Future[float]"]] = field(default_factory=list)

    def complain(self, what: str) -> None:
        """Note something that must not happen; the first few are enough."""
        if len(self.complaints) < MOST_COMPLAINTS:
            self.complaints.append(what)

    def acknowledge(self, ids: Iterable[UUID], results: Iterable[Mapping[str, Any]], sent_at: float) -> None:
        """Note the answer to an upload that was sent at `sent_at`, in seconds of `monotonic`."""
        for identity, result in zip(ids, results, strict=True):
            if result["id"] != str(identity) or result["status"] not in {"accepted", "duplicate"}:
                self.complain(f"review {identity} was answered {result}")
            else:
                self.acknowledged.add(identity)
                self.accepted[identity] += result["status"] == "accepted"
        for moment, recovered in self._awaited:
            if sent_at >= moment and not recovered.done():
                recovered.set_result(monotonic() - moment)

    async def recovery(self, moment: float) -> float:
        """Seconds from `moment` to the first acknowledgement of an upload that was sent after it; infinity when none comes."""
        awaited = (moment, asyncio.get_running_loop().create_future())
        self._awaited.append(awaited)
        try:
            return await asyncio.wait_for(awaited[1], PATIENCE_SECONDS)
        except TimeoutError:
            self.complain(f"no upload was acknowledged for {PATIENCE_SECONDS} s")
            return float("inf")
        finally:
            self._awaited.remove(awaited)
