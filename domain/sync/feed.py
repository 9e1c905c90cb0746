"""The change feed: what of a learner's state, and of the curriculum, changed since a device last asked (laws 10 and 11).

Every change of a learner's memories or lessons happens under the lock of the learner's row and carries the sequence that the lock
gave it. Whoever reads the row sees a sequence all of whose predecessors are committed, so nothing can appear behind a cursor.
What is small and seldom changes (profile, assignments) has no sequence: a cursor remembers how it stood.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.mastery.assignments import OwnAssignment
from domain.practice.learner import Learner, Preferences
from domain.practice.memory import Memory
from domain.sync.digest import profile_digest, state_digest

BEFORE_EVERYTHING = -1


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a device has read, and how the profile and the assignments stood then.

    `state` is the digest there; None where it was not computed, inside of a longer pull.
    """

    epoch: UUID
    sequence: int
    revision: int
    profile: int
    assignments: int
    state: int | None


@dataclass(frozen=True, slots=True)
class Head:
    """Where the feed of a learner stands; `assignments` is a number that stands for all of them."""

    epoch: UUID
    sequence: int
    revision: int
    assignments: int
    preferences: Preferences


@dataclass(frozen=True, slots=True)
class ItemState:
    """What is remembered of one item; `skill` is the one it was practised under."""

    item_id: str
    skill: str
    memory: Memory


@dataclass(frozen=True, slots=True)
class LessonRead:
    """A lesson read to its end, under the version it had then."""

    lesson_id: str
    lesson_version: int
    completed_at: datetime


@dataclass(frozen=True, slots=True)
class ContentRef:
    """Something published, by kind and id, in its current version."""

    kind: str
    id: str
    version: int


@dataclass(frozen=True, slots=True)
class ContentChanges:
    """What was published and withdrawn up to `revision`; of what was withdrawn the last version."""

    revision: int
    published: Sequence[ContentRef]
    withdrawn: Sequence[ContentRef]


@dataclass(frozen=True, slots=True)
class StateParts:
    """Digests of the parts of a learner's state; `skills` by code, those in which something is remembered."""

    profile: int
    lessons: int
    skills: Mapping[str, int]

    @property
    def whole(self) -> int:
        """The digest of the state."""
        return state_digest(self.profile, self.lessons, self.skills)


@dataclass(frozen=True, slots=True)
class Page:
    """Changes up to `cursor`. `preferences`, `assignments` and `content` are None when they are as they were."""

    cursor: Cursor
    has_more: bool
    memories: Sequence[ItemState]
    lessons: Sequence[LessonRead]
    preferences: Preferences | None
    assignments: Sequence[OwnAssignment] | None
    content: ContentChanges | None


class FeedStore(Protocol):
    """One learner's feed, read in one snapshot."""

    async def head(self) -> Head:
        """Where it stands. Raises `LearnerMissing`."""
        ...

    async def page_ends(self, after: int, limit: int) -> int | None:
        """The sequence in which the `limit`-th change after `after` falls; None when no more than `limit` are left."""
        ...

    async def memories(self, after: int, last: int) -> Sequence[ItemState]:
        """Memories changed after sequence `after` and up to `last`, oldest change first."""
        ...

    async def lessons(self, after: int, last: int) -> Sequence[LessonRead]:
        """Lessons read after sequence `after` and up to `last`."""
        ...

    async def assignments(self) -> Sequence[OwnAssignment]:
        """Those in force."""
        ...

    async def content(self, after: int, last: int) -> ContentChanges:
        """What publications after revision `after` and up to `last` changed."""
        ...

    async def skill(self, code: str) -> Sequence[ItemState]:
        """All memories of a skill."""
        ...

    async def parts(self, preferences: Preferences) -> StateParts:
        """Digests of everything."""
        ...


class CursorOfAnotherEpoch(Exception):
    """The cursor is from before a restore of the database, or from a future that the restore undid."""


async def changes_since(cursor: Cursor | None, store: FeedStore, limit: int) -> Page:
    """The changes after `cursor`, or everything. Raises `CursorOfAnotherEpoch`, `LearnerMissing`.

    A page ends after `limit` changes of memories and lessons, but never inside of a sequence: one upload is never torn.
    """
    head = await store.head()
    if cursor is not None and not _belongs(cursor, head):
        raise CursorOfAnotherEpoch
    after = BEFORE_EVERYTHING if cursor is None else cursor.sequence
    profile = profile_digest(head.preferences)
    memories: Sequence[ItemState] = ()
    lessons: Sequence[LessonRead] = ()
    ends = None
    if after < head.sequence:
        ends = await store.page_ends(after, limit)
        last = head.sequence if ends is None else ends
        memories = await store.memories(after, last)
        lessons = await store.lessons(after, last)
    changed_profile = cursor is None or cursor.profile != profile
    changed_assignments = cursor is None or cursor.assignments != head.assignments
    revision = BEFORE_EVERYTHING if cursor is None else cursor.revision
    content = await store.content(revision, head.revision) if revision != head.revision else None
    state = await _state_at(cursor, store, head, profile) if ends is None else None
    return Page(
        cursor=Cursor(head.epoch, head.sequence if ends is None else ends, head.revision, profile, head.assignments, state),
        has_more=ends is not None,
        memories=memories,
        lessons=lessons,
        preferences=head.preferences if changed_profile else None,
        assignments=await store.assignments() if changed_assignments else None,
        content=content,
    )


def after_upload(epoch: UUID, learner: Learner, revision: int) -> Cursor:
    """Where the feed stands after an upload, for who wants to know whether there is news; of assignments it knows nothing."""
    return Cursor(epoch, learner.sequence, revision, profile_digest(learner.preferences), 0, None)


async def _state_at(cursor: Cursor | None, store: FeedStore, head: Head, profile: int) -> int:
    """The digest at the end of the feed. A cursor that stands there already brings it: nothing has changed since."""
    if cursor is not None and cursor.state is not None and (cursor.sequence, cursor.profile) == (head.sequence, profile):
        return cursor.state
    return (await store.parts(head.preferences)).whole


def _belongs(cursor: Cursor, head: Head) -> bool:
    """Whether the cursor was given out by this history of the database."""
    return cursor.epoch == head.epoch and cursor.sequence <= head.sequence and cursor.revision <= head.revision
