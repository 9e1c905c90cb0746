"""Reviews: what a device hands in, what is recorded of it for ever, and what waits in quarantine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from domain.content.kinds import Feedback
from domain.practice.memory import Answer, Memory

Reason = Literal[
    "malformed_review", "malformed_response", "unknown_item", "unknown_item_version", "unknown_time_zone", "exam_open"
]


@dataclass(frozen=True, slots=True)
class Batch:
    """One upload of one device: its own time of sending (also in its own words), and the server's of receiving.

    `origin` marks answers that were given in an exam: they train the memory like any other.
    """

    device_id: str
    sent_at: datetime
    device_sent_at: str
    received_at: datetime
    origin: Literal["drill", "exam"] = "drill"

    @property
    def skew(self) -> timedelta:
        """How far the device's clock seems behind the server's; the time under way is in it."""
        return self.received_at - self.sent_at


@dataclass(frozen=True, slots=True)
class Envelope:
    """A review as it came: its id, its bytes and their digest, by which a retry is told from a conflict.

    `device_sequence` numbers the reviews of its device, from 1. It is not in the digest: a device with a new id counts anew.
    """

    id: UUID
    payload: bytes
    digest: bytes
    device_sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A review that could be read. `device_answered_at` is the device's own words for `answered_at`."""

    envelope: Envelope
    item_id: str
    item_version: int
    answered_at: datetime
    device_answered_at: str
    time_zone: str
    response: Mapping[str, object]
    latency_ms: int | None
    confidence: int | None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A review that cannot be graded, kept with its reason."""

    envelope: Envelope
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class GradedReview:
    """A review that was graded: everything about it that does not depend on other reviews."""

    submission: Submission
    skill: str
    answered_at: datetime
    skew_ms: int
    clamped: bool
    practice_day: date
    correct: bool
    score: float
    chance: float
    prior_known: float
    feedback: Feedback

    @property
    def place(self) -> tuple[datetime, UUID]:
        """Where its answer stands in the fold."""
        return (self.answered_at, self.submission.envelope.id)

    @property
    def answer(self) -> Answer:
        """What the fold sees of it."""
        return Answer(
            self.submission.envelope.id,
            self.answered_at,
            self.practice_day,
            self.correct,
            self.chance,
            self.prior_known,
        )


@dataclass(frozen=True, slots=True)
class MemoryTold:
    """The part of a memory that a learner is told and a review row keeps."""

    stability: float
    difficulty: float
    due_on: date
    last_practice_day: date
    lapses: int
    repetitions: int

    @classmethod
    def of(cls, memory: Memory) -> "MemoryTold":
        """What is told of `memory`."""
        return cls(
            memory.stability,
            memory.difficulty,
            memory.due_on,
            memory.last_practice_day,
            memory.lapses,
            memory.repetitions,
        )


@dataclass(frozen=True, slots=True)
class RecordedReview:
    """An immutable row of the log: the graded review, the algorithm, and memory before and after as told then."""

    graded: GradedReview
    algorithm: str
    parameter_set: str
    before: MemoryTold | None
    after: MemoryTold


@dataclass(frozen=True, slots=True)
class FirstVerdict:
    """What was told about a review when it was first recorded; a duplicate is answered with it.

    `feedback` is None when it was not kept: grading the response again gives it again.
    """

    item_id: str
    item_version: int
    response: Mapping[str, object]
    correct: bool
    score: float
    after: MemoryTold
    feedback: Feedback | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Known:
    """An id that the learner has used before. `first` is None while the review waits in quarantine."""

    digest: bytes
    first: FirstVerdict | None
