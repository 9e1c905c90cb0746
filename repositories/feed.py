"""The change feed of one learner, its digests, and the epoch. Implements `domain.sync.feed.FeedStore`."""

from collections.abc import Sequence
from uuid import UUID

from domain.identity.scope import Caller
from domain.mastery.assignments import OwnAssignment
from domain.practice.learner import LearnerMissing, Preferences
from domain.sync.digest import profile_digest
from domain.sync.feed import ContentChanges, ContentRef, Head, ItemState, LessonRead, StateParts
from repositories.assignments import STAMP, OwnAssignmentRepository
from repositories.connection import Connection
from repositories.learners import LEARNER_COLUMNS, preferences_from
from repositories.memories import MEMORY_COLUMNS, memory_from

EPOCH = "SELECT epoch FROM feed_epoch ORDER BY began_at DESC LIMIT 1"

BEGIN_EPOCH = "INSERT INTO feed_epoch (epoch, began_at) VALUES ($1, clock_timestamp())"

HEAD = f"""
SELECT ({EPOCH}), sequence, (SELECT coalesce(max(revision), 0) FROM content_revision), coalesce(({STAMP}), 0),
       {LEARNER_COLUMNS}
FROM learner WHERE learner_id = $1
"""

# Two rows: the one that fills the page, and the one after it, without which there is no further page.
PAGE_ENDS = """
SELECT sequence FROM memory WHERE learner_id = $1 AND sequence > $2
UNION ALL
SELECT sequence FROM lesson_completion WHERE learner_id = $1 AND sequence > $2
ORDER BY sequence OFFSET $3 - 1 LIMIT 2
"""

CHANGED_MEMORIES = f"""
SELECT item_id, skill, {MEMORY_COLUMNS} FROM memory
WHERE learner_id = $1 AND sequence > $2 AND sequence <= $3 ORDER BY sequence, item_id
"""

CHANGED_LESSONS = """
SELECT lesson_id, lesson_version, completed_at FROM lesson_completion
WHERE learner_id = $1 AND sequence > $2 AND sequence <= $3 ORDER BY sequence, lesson_id
"""

CHANGED_CONTENT = """
SELECT kind, id, current_version, withdrawn_at IS NOT NULL FROM publishable
WHERE revision > $1 AND revision <= $2 AND kind IN ('assessment', 'item', 'lesson', 'program', 'skill') ORDER BY kind, id
"""

MEMORIES_OF_SKILL = f"SELECT item_id, skill, {MEMORY_COLUMNS} FROM memory WHERE learner_id = $1 AND skill = $2 ORDER BY item_id"

# The same bytes, hash by hash, as domain.sync.digest; a test compares the two. Summed where the rows are: none is fetched.
SKILL_DIGESTS = r"""
SELECT skill, bit_xor(('x' || left(encode(sha256(
    convert_to(item_id, 'UTF8') || '\x00'::bytea || float8send(stability) || float8send(difficulty)
    || int4send(first_practice_day - date '1970-01-01') || int4send(last_practice_day - date '1970-01-01')
    || int4send(due_on - date '1970-01-01') || int4send(repetitions) || int4send(lapses) || boolsend(relearning)
    || int8send((extract(epoch FROM last_answered_at) * 1000000)::bigint) || uuid_send(last_review_id)
), 'hex'), 16))::bit(64)::bigint)
FROM memory WHERE learner_id = $1 GROUP BY skill
UNION ALL
SELECT NULL, bit_xor(('x' || left(encode(sha256(
    convert_to(lesson_id, 'UTF8') || '\x00'::bytea || int4send(lesson_version)
    || int8send((extract(epoch FROM completed_at) * 1000000)::bigint)
), 'hex'), 16))::bit(64)::bigint)
FROM lesson_completion WHERE learner_id = $1
"""

UNSIGNED = 1 << 64


async def read_epoch(connection: Connection) -> UUID:
    """The epoch that began last."""
    epoch: UUID = await connection.fetchval(EPOCH)
    return epoch


async def begin_epoch(connection: Connection, epoch: UUID) -> None:
    """Begin a new one: every cursor given out so far is refused from now on."""
    await connection.execute(BEGIN_EPOCH, epoch)


class FeedRepository:
    """The caller's own feed, in the one snapshot of the transaction."""

    def __init__(self, connection: Connection, caller: Caller) -> None:
        self._connection = connection
        self._caller = caller

    async def head(self) -> Head:
        """Where the feed stands. Raises `LearnerMissing`."""
        row = await self._connection.fetchrow(HEAD, self._caller.employee_id)
        if row is None:
            raise LearnerMissing
        return Head(row[0], row[1], row[2], row[3], preferences_from(row[4:]))

    async def page_ends(self, after: int, limit: int) -> int | None:
        """The sequence that fills a page of `limit` changes; None on the last page."""
        rows = await self._connection.fetch(PAGE_ENDS, self._caller.employee_id, after, limit)
        return rows[0][0] if len(rows) > 1 else None

    async def memories(self, after: int, last: int) -> list[ItemState]:
        """Memories changed in that range of sequences."""
        rows = await self._connection.fetch(CHANGED_MEMORIES, self._caller.employee_id, after, last)
        return [ItemState(row[0], row[1], memory_from(row[2:])) for row in rows]

    async def lessons(self, after: int, last: int) -> list[LessonRead]:
        """Lessons read in that range of sequences."""
        return [LessonRead(*row) for row in await self._connection.fetch(CHANGED_LESSONS, self._caller.employee_id, after, last)]

    async def assignments(self) -> Sequence[OwnAssignment]:
        """Those in force."""
        return await OwnAssignmentRepository(self._connection, self._caller).own()

    async def content(self, after: int, last: int) -> ContentChanges:
        """What changed in that range of revisions."""
        rows = await self._connection.fetch(CHANGED_CONTENT, after, last)
        refs: dict[bool, list[ContentRef]] = {False: [], True: []}
        for kind, identity, version, withdrawn in rows:
            refs[withdrawn].append(ContentRef(kind, identity, version))
        return ContentChanges(last, refs[False], refs[True])

    async def skill(self, code: str) -> Sequence[ItemState]:
        """All memories of a skill."""
        rows = await self._connection.fetch(MEMORIES_OF_SKILL, self._caller.employee_id, code)
        return [ItemState(row[0], row[1], memory_from(row[2:])) for row in rows]

    async def parts(self, preferences: Preferences) -> StateParts:
        """Digests of everything."""
        digests = {
            skill: (digest or 0) % UNSIGNED
            for skill, digest in await self._connection.fetch(SKILL_DIGESTS, self._caller.employee_id)
        }
        return StateParts(profile_digest(preferences), digests.pop(None), digests)
