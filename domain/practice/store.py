"""What handing in reviews reads and writes: the port to one learner's log, and the values that pass through it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from domain.practice.learner import Learner
from domain.practice.memory import Answer, Memory
from domain.practice.progress import PracticeDay
from domain.practice.review import Batch, Known, Quarantined, RecordedReview


@dataclass(frozen=True, slots=True)
class ItemMemory:
    """The memory of an item after the upload; `first_seen` when it had none before."""

    item_id: str
    skill: str
    memory: Memory
    first_seen: bool


@dataclass(frozen=True, slots=True)
class SkillStanding:
    """How many items of a skill were ever practised, and the practice day on which it was first mastered."""

    items_seen: int
    mastered_on: date | None


@dataclass(frozen=True, slots=True)
class Recording:
    """All that one upload adds or changes; the store writes it as one. `days` are what it adds to each practice day."""

    batch: Batch
    recorded_at: datetime
    sequence: int
    reviews: Sequence[RecordedReview]
    quarantined: Sequence[Quarantined]
    released: Sequence[UUID]
    memories: Sequence[ItemMemory]
    days: Sequence[PracticeDay]


@dataclass(frozen=True, slots=True)
class Recalled:
    """What the store knows already: ids used before, and memories of items practised before."""

    known: Mapping[UUID, Known]
    memories: Mapping[str, Memory]


class ReviewStore(Protocol):
    """One learner's log and memories."""

    async def begin(self, batch: Batch, device_sequences: Sequence[int]) -> Learner:
        """Advance the learner's sequence, and hold the row until the transaction ends: uploads of one learner queue here.

        Notes that the device was seen, and which numbers arrived from it. Raises `LearnerMissing`.
        """
        ...

    async def recall(self, ids: Sequence[UUID], item_ids: Sequence[str]) -> Recalled:
        """Those of `ids` that were recorded or quarantined before, and the memories of those items that have one."""
        ...

    async def answers(self, item_ids: Sequence[str]) -> dict[str, list[Answer]]:
        """Every recorded answer to these items."""
        ...

    async def record(self, recording: Recording) -> dict[str, SkillStanding]:
        """Write it. Returns the new standing of every skill it practised."""
        ...
