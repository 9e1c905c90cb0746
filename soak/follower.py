"""A device that only listens: pulls a learner's feed, holds what it says, and notices when it says something wrong."""

from collections import defaultdict
from datetime import datetime
from typing import Any

import msgspec

from domain.practice.learner import Preferences
from domain.practice.memory import Memory
from domain.sync.digest import hexadecimal, lesson_hash, memory_hash, profile_digest, state_digest
from soak.ledger import Ledger
from soak.phones import Phone


class Follower:
    """What one device holds of one learner. `repeated` are states that came a second time, or older than one that came before."""

    def __init__(self, phone: Phone, ledger: Ledger, who: str) -> None:
        self._phone = phone
        self._ledger = ledger
        self._who = who
        self._cursor: str | None = None
        self._hashes: dict[str, int] = {}
        self._skills: dict[str, int] = defaultdict(int)
        self._lessons: dict[str, int] = {}
        self._profile = 0
        self.repetitions: dict[str, int] = {}
        self.repeated = 0
        self.digest = ""
        self.pages = 0

    async def pull(self, limit: int) -> bool:
        """Take a page in; whether there are more. On the last page what is held must have the digest that the server says.

        Raises `httpx.HTTPError`, `TimeoutError`.
        """
        cursor = {} if self._cursor is None else {"cursor": self._cursor}
        page = await self._phone.get("/v1/changes", limit=str(limit), **cursor)
        self._cursor = page["cursor"]
        self.pages += 1
        for state in page["memories"]:
            self._take_in(state)
        for read in page["lessons"]:
            completed_at = datetime.fromisoformat(read["completed_at"])
            self._lessons[read["lesson_id"]] = lesson_hash(read["lesson_id"], read["lesson_version"], completed_at)
        if page["profile"] is not None:
            self._profile = profile_digest(msgspec.convert(page["profile"], Preferences))
        if not page["has_more"]:
            self.digest = page["digest"]
            if self.digest != self._own_digest():
                self._ledger.complain(f"{self._who}: holds {self._own_digest()}, the server says {self.digest}")
        return bool(page["has_more"])

    def _take_in(self, state: dict[str, Any]) -> None:
        item_id = state["item_id"]
        if state["repetitions"] <= self.repetitions.get(item_id, 0):
            self.repeated += 1
            self._ledger.complain(
                f"{self._who}: {item_id} came with {state['repetitions']} repetitions after {self.repetitions[item_id]}"
            )
        self.repetitions[item_id] = state["repetitions"]
        fresh = memory_hash(item_id, msgspec.convert(state, Memory))
        self._skills[state["skill"]] ^= self._hashes.get(item_id, 0) ^ fresh
        self._hashes[item_id] = fresh

    def _own_digest(self) -> str:
        lessons = 0
        for each in self._lessons.values():
            lessons ^= each
        return hexadecimal(state_digest(self._profile, lessons, self._skills))
