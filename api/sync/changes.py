"""pullChanges, getStateDigest, getSkillState, getLessonState."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Annotated

from litestar import Controller, get
from litestar.params import PathParameter, QueryParameter

from api.compressed import COMPRESSED
from api.cursors import decode_cursor, encode_cursor
from api.injected import Injected
from api.learner.profile import preferences_body
from api.problems import Problem, not_found
from api.sync.schemas import (
    AssignmentState,
    Changes,
    ContentBody,
    ContentRefBody,
    LessonRead,
    LessonState,
    MemoryState,
    SkillState,
    StateDigest,
)
from api.text_fields import NO_NUL
from api.wiring.desk import SNAPSHOT, Desk
from domain.mastery.assignments import OwnAssignment
from domain.sync import feed
from domain.sync.digest import hexadecimal, lesson_hash, memory_hash, together
from domain.sync.feed import BEFORE_EVERYTHING, CursorOfAnotherEpoch, changes_since

FULL_PAGE = 500
LONGEST_CURSOR = 200

CursorText = Annotated[str | None, QueryParameter(max_length=LONGEST_CURSOR, description="Of the last page; none: everything.")]
PageLimit = Annotated[int, QueryParameter(ge=1, le=1000, description="Changes on a page; it ends at the end of an upload.")]
SkillCode = Annotated[str, PathParameter(max_length=80, pattern=NO_NUL)]


class FeedController(Controller):
    """What changed, and whether device and server agree."""

    path = "/v1"
    tags = ["sync"]

    @get("/changes", operation_id="pullChanges", opt=SNAPSHOT, middleware=[COMPRESSED])
    async def changes(self, desk: Injected[Desk], cursor: CursorText = None, limit: PageLimit = FULL_PAGE) -> Changes:
        """What changed since the cursor: memories, lessons, profile, curriculum, oldest first, in pages.

        Pull on while `has_more`; `digest` on the last page proves that device and server hold the same. 410
        `cursor_of_another_epoch` or `cursor_too_old`: offer the reviews of the last 30 days again, then pull without a cursor.
        """
        since = None if cursor is None else decode_cursor(cursor)
        try:
            page = await changes_since(since, desk.feed, limit)
        except CursorOfAnotherEpoch as error:
            detail = "The server was restored since: offer reviews again, then pull from the start."
            raise Problem(HTTPStatus.GONE, "cursor_of_another_epoch", detail) from error
        return Changes(
            cursor=encode_cursor(page.cursor),
            has_more=page.has_more,
            digest=None if page.cursor.state is None else hexadecimal(page.cursor.state),
            profile=None if page.preferences is None else preferences_body(page.preferences),
            memories=_memories(page.memories),
            lessons=_lessons(page.lessons),
            assignments=None if page.assignments is None else _assignments(page.assignments),
            content=None if page.content is None else _content(page.content),
        )

    @get("/state", operation_id="getStateDigest", opt=SNAPSHOT)
    async def state(self, desk: Injected[Desk]) -> StateDigest:
        """Digests of the whole state and of each part, to find what differs without sending it."""
        parts = await desk.feed.parts(await desk.preferences())
        skills = {code: hexadecimal(digest) for code, digest in sorted(parts.skills.items())}
        return StateDigest(hexadecimal(parts.whole), hexadecimal(parts.profile), hexadecimal(parts.lessons), skills)

    @get("/state/lessons", operation_id="getLessonState", opt=SNAPSHOT)
    async def lesson_state(self, desk: Injected[Desk]) -> LessonState:
        """All lessons read, for a device whose digest of them differs."""
        read = await desk.feed.lessons(BEFORE_EVERYTHING, (await desk.feed.head()).sequence)
        digest = together(lesson_hash(each.lesson_id, each.lesson_version, each.completed_at) for each in read)
        return LessonState(hexadecimal(digest), _lessons(read), len(read))

    @get("/state/skills/{skill:str}", operation_id="getSkillState", opt=SNAPSHOT)
    async def skill_state(self, skill: SkillCode, desk: Injected[Desk]) -> SkillState:
        """All memories of one skill, for a device whose digest of it differs."""
        held = await desk.feed.skill(skill)
        if not held and skill not in desk.catalogue.skills:
            raise not_found()
        digest = together(memory_hash(each.item_id, each.memory) for each in held)
        return SkillState(skill, hexadecimal(digest), _memories(held), len(held))


def _memories(states: Iterable[feed.ItemState]) -> list[MemoryState]:
    return [
        MemoryState(
            state.item_id, state.skill, m.stability, m.difficulty, m.first_practice_day, m.last_practice_day, m.due_on,
            m.repetitions, m.lapses, m.relearning, m.last_answered_at, m.last_review_id,
        )
        for state in states
        for m in (state.memory,)
    ]  # fmt: skip


def _lessons(read: Iterable[feed.LessonRead]) -> list[LessonRead]:
    return [LessonRead(each.lesson_id, each.lesson_version, each.completed_at) for each in read]


def _assignments(assignments: Iterable[OwnAssignment]) -> list[AssignmentState]:
    return [AssignmentState(a.id, a.program_id, a.due_on, a.grace_days, a.assigned_at, a.completed_at) for a in assignments]


def _content(content: feed.ContentChanges) -> ContentBody:
    return ContentBody(content.revision, _refs(content.published), _refs(content.withdrawn))


def _refs(refs: Iterable[feed.ContentRef]) -> list[ContentRefBody]:
    return [ContentRefBody(ref.kind, ref.id, ref.version) for ref in refs]
