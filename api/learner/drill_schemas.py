"""Shapes of the daily loop: the drill, and the answers to it. Fields may be added, never renamed: phones rely on them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from api.learner.question_schemas import FeedbackBody, QuestionBody
from api.learner.schemas import CardBody
from api.text_fields import DeviceId, LanguageCode
from domain.practice.device import LARGEST_DEVICE_SEQUENCE

MOST_REVIEWS = 500
MOST_GAPS = 100


class LessonStepBody(Struct, frozen=True, tag_field="type", tag="lesson"):
    """A lesson to read before the items that follow it."""

    lesson_id: str
    lesson_version: int
    skill: str
    title: str
    minutes: int
    cards: list[CardBody]


class ItemStepBody(QuestionBody, frozen=True, omit_defaults=True, tag_field="type", tag="item", kw_only=True):
    """A question to ask; `retrievability` is the probability of recall today and missing on a new one."""

    reason: Literal["relearn", "due", "new"]
    retrievability: float | None = None


class CountsBody(Struct, frozen=True):
    """How much waits in all, also beyond what fits into the drill."""

    relearn: int
    due: int
    new: int


class DrillBody(Struct, frozen=True):
    """Today's drill."""

    practice_day: date
    time_zone: str
    language: LanguageCode
    counts: CountsBody
    steps: list[LessonStepBody | ItemStepBody]


class ReviewIn(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One answer. `response` has the shape of the item's kind, or is `{"unknown": true}`.

    `id` is made by the device (UUIDv7); `answered_at` is the device's own time with its offset. A review that does not have this
    shape is quarantined and does not block the others of its batch. `device_sequence` counts the reviews of the device from 1.
    """

    id: UUID
    item_id: Annotated[str, Meta(min_length=1, max_length=80)]
    item_version: Annotated[int, Meta(ge=1, le=2_000_000_000)]
    answered_at: Annotated[datetime, Meta(tz=True)]
    time_zone: Annotated[str, Meta(min_length=1, max_length=64)]
    response: dict[str, Any]
    latency_ms: Annotated[int, Meta(ge=0, le=86_400_000)] | None = None
    confidence: Annotated[int, Meta(ge=1, le=5)] | None = None
    device_sequence: Annotated[int, Meta(ge=1, le=LARGEST_DEVICE_SEQUENCE)] | UnsetType = UNSET


class SubmitReviews(Struct, forbid_unknown_fields=True, frozen=True):
    """A batch of answers of one device. `sent_at` is the device's time of sending, by which its clock is corrected."""

    sent_at: Annotated[datetime, Meta(tz=True)]
    device_id: DeviceId
    reviews: Annotated[list[ReviewIn], Meta(min_length=1, max_length=MOST_REVIEWS)]


class MemoryBody(Struct, frozen=True):
    """What is remembered of an item after the answer; `due_on` respects days off."""

    stability: float
    difficulty: float
    retrievability: float
    due_on: date
    lapses: int
    reviews: int


class ReviewResult(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What became of one review. `correct` to `memory` are there when it was graded.

    `reason` and `detail` are there in quarantine, on a conflict, and for a question of an exam that is being sat.
    """

    id: UUID
    status: Literal["accepted", "duplicate", "conflict", "quarantined"]
    correct: bool | None = None
    score: float | None = None
    explanation: str | None = None
    feedback: FeedbackBody | None = None
    memory: MemoryBody | None = None
    reason: str | None = None
    detail: str | None = None


class NumberRangeBody(Struct, frozen=True):
    """Numbers from `first` to `last`, both included."""

    first: int
    last: int


class ReviewReceipt(Struct, frozen=True, omit_defaults=True):
    """Results in the order sent. `cursor` is where the feed stands after them: pull from the last cursor of a page, not from it.

    `missing` are the first gaps in the numbers of the device (`device_sequence`): reviews that never arrived. Told, no error.
    """

    results: list[ReviewResult]
    cursor: str
    missing: list[NumberRangeBody] = []
