"""Shapes of the change feed and of the digests. Fields may be added, never renamed: phones rely on them."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from api.learner.schemas import PreferencesBody


class MemoryState(Struct, frozen=True):
    """The whole of what is remembered of one item. `due_on` is the natural due day: days off are the device's to apply."""

    item_id: str
    skill: str
    stability: float
    difficulty: float
    first_practice_day: date
    last_practice_day: date
    due_on: date
    repetitions: int
    lapses: int
    relearning: bool
    last_answered_at: datetime
    last_review_id: UUID


class LessonRead(Struct, frozen=True):
    """A lesson read to its end, under the version it had then."""

    lesson_id: str
    lesson_version: int
    completed_at: datetime


class AssignmentState(Struct, frozen=True):
    """A program to be completed by `due_on`, or within the days of grace after it. `completed_at` may lie long before."""

    assignment_id: UUID
    program_id: str
    due_on: date
    grace_days: int
    assigned_at: datetime
    completed_at: datetime | None


class ContentRefBody(Struct, frozen=True):
    """Something published: an `item`, `lesson`, `program`, `skill` or `assessment`."""

    kind: str
    id: str
    version: int


class ContentBody(Struct, frozen=True):
    """What was published and withdrawn up to `revision`; from the start, everything there is."""

    revision: int
    published: list[ContentRefBody]
    withdrawn: list[ContentRefBody]


class Changes(Struct, frozen=True):
    """What changed since a cursor. `profile`, `assignments` and `content` are null when they did not.

    `digest` is null while `has_more`.
    """

    cursor: str
    has_more: bool
    digest: str | None
    profile: PreferencesBody | None
    memories: list[MemoryState]
    lessons: list[LessonRead]
    assignments: list[AssignmentState] | None
    content: ContentBody | None


class StateDigest(Struct, frozen=True):
    """Digests of the caller's state and of its parts, 16 hexadecimal digits each; `skills` by code."""

    digest: str
    profile: str
    lessons: str
    skills: dict[str, str]


class SkillState(Struct, frozen=True):
    """All memories of one skill."""

    skill: str
    digest: str
    memories: list[MemoryState]
    total: int


class LessonState(Struct, frozen=True):
    """All lessons read."""

    digest: str
    lessons: list[LessonRead]
    total: int
