"""What rebuilding reads and writes of many learners' practice. Scoped to one organisation by the transaction it works in."""

from collections.abc import Sequence
from uuid import UUID

from domain.practice.progress import PracticeDay
from domain.practice.rebuild import Correction, History, Practice, SkillMemory, Standing
from repositories.connection import Connection
from repositories.memories import MEMORY_COLUMNS, REPLACE_MEMORY, memory_arrays, memory_fields, memory_from

LEARNER_COUNT = "SELECT count(*) FROM learner"

LEARNERS = "SELECT learner_id FROM learner WHERE $1::uuid IS NULL OR learner_id > $1 ORDER BY learner_id LIMIT $2"

# In the order of the fields of `History`. Arrays, because reading a row costs far more than reading a number.
HISTORIES = """
SELECT learner_id, item_id, max(answered_at), (array_agg(id ORDER BY answered_at, id))[count(*)],
       min(skill), array_agg(practice_day ORDER BY answered_at, id),
       array_agg(correct ORDER BY answered_at, id), array_agg(chance ORDER BY answered_at, id),
       array_agg(prior_known ORDER BY answered_at, id), array_agg(latency_ms ORDER BY answered_at, id)
FROM review WHERE learner_id = ANY($1) GROUP BY learner_id, item_id
"""

MEMORIES = f"SELECT learner_id, item_id, skill, {MEMORY_COLUMNS} FROM memory WHERE learner_id = ANY($1)"

DAYS = "SELECT learner_id, day, reviews, correct, practised_ms FROM practice_day WHERE learner_id = ANY($1)"

STANDINGS = "SELECT learner_id, skill, items_seen, reviews, last_practised_on FROM skill_standing WHERE learner_id = ANY($1)"

WRITE_MEMORIES = f"""
INSERT INTO memory (learner_id, organisation_id, sequence, item_id, skill, {MEMORY_COLUMNS})
SELECT $1, $2, $3, m.*
FROM unnest($4::text[], $5::text[], {memory_arrays(6)}) AS m
{REPLACE_MEMORY}
"""

FORGET_MEMORIES = "DELETE FROM memory WHERE learner_id = $1 AND item_id = ANY($2)"

WRITE_DAYS = """
INSERT INTO practice_day (learner_id, organisation_id, day, reviews, correct, practised_ms)
SELECT $1, $2, d.* FROM unnest($3::date[], $4::int[], $5::int[], $6::bigint[]) AS d
ON CONFLICT (learner_id, day) DO UPDATE SET
    reviews = excluded.reviews, correct = excluded.correct, practised_ms = excluded.practised_ms
"""

FORGET_DAYS = "DELETE FROM practice_day WHERE learner_id = $1 AND day = ANY($2)"

WRITE_STANDINGS = """
INSERT INTO skill_standing (learner_id, organisation_id, skill, items_seen, reviews, last_practised_on)
SELECT $1, $2, s.* FROM unnest($3::text[], $4::int[], $5::int[], $6::date[]) AS s
ON CONFLICT (learner_id, skill) DO UPDATE SET
    items_seen = excluded.items_seen, reviews = excluded.reviews, last_practised_on = excluded.last_practised_on
"""

FORGET_STANDINGS = "DELETE FROM skill_standing WHERE learner_id = $1 AND skill = ANY($2)"

# Mastery that was figured from other memories.
CLEAR_FIGURES = "UPDATE skill_standing SET figured_on = NULL WHERE learner_id = $1 AND figured_on IS NOT NULL"


class RebuildingRepository:
    """The log of an organisation's learners, and what is stored of its fold."""

    def __init__(self, connection: Connection, organisation_id: UUID) -> None:
        self._connection = connection
        self._organisation_id = organisation_id

    async def learner_count(self) -> int:
        """How many learners there are."""
        count: int = await self._connection.fetchval(LEARNER_COUNT)
        return count

    async def learners(self, after: UUID | None, limit: int) -> list[UUID]:
        """The next learners by id."""
        return [row[0] for row in await self._connection.fetch(LEARNERS, after, limit)]

    async def histories(self, learner_ids: Sequence[UUID]) -> list[History]:
        """All reviews of these learners, by item."""
        return [History(*row) for row in await self._connection.fetch(HISTORIES, learner_ids)]

    async def stored(self, learner_ids: Sequence[UUID]) -> dict[UUID, Practice]:
        """What is stored of each of these learners."""
        practices = {learner_id: Practice() for learner_id in learner_ids}
        for learner_id, item_id, skill, *memory in await self._connection.fetch(MEMORIES, learner_ids):
            practices[learner_id].memories[item_id] = SkillMemory(skill, memory_from(memory))
        for learner_id, day, *sums in await self._connection.fetch(DAYS, learner_ids):
            practices[learner_id].days[day] = PracticeDay(day, *sums)
        for learner_id, skill, *standing in await self._connection.fetch(STANDINGS, learner_ids):
            practices[learner_id].standings[skill] = Standing(*standing)
        return practices

    async def write_memories(self, learner_id: UUID, sequence: int, memories: Sequence[tuple[str, SkillMemory]]) -> None:
        """Insert or replace memories, as a change of that sequence."""
        rows = [(item_id, each.skill, *memory_fields(each.memory)) for item_id, each in memories]
        columns = [list(column) for column in zip(*rows, strict=True)]
        await self._connection.execute(WRITE_MEMORIES, learner_id, self._organisation_id, sequence, *columns)

    async def write_rest(self, learner_id: UUID, correction: Correction) -> None:
        """Days and standings, and what is to be forgotten; figures taken from what was wrong are cleared."""
        await self._connection.execute(FORGET_MEMORIES, learner_id, correction.memories.gone)
        days = list(correction.days.changed.values())
        await self._connection.execute(WRITE_DAYS, learner_id, self._organisation_id, *_day_columns(days))
        await self._connection.execute(FORGET_DAYS, learner_id, correction.days.gone)
        standings = correction.standings.changed
        await self._connection.execute(WRITE_STANDINGS, learner_id, self._organisation_id, *_standing_columns(standings))
        await self._connection.execute(FORGET_STANDINGS, learner_id, correction.standings.gone)
        await self._connection.execute(CLEAR_FIGURES, learner_id)


def _day_columns(days: Sequence[PracticeDay]) -> list[list[object]]:
    return [
        [each.day for each in days],
        [each.reviews for each in days],
        [each.correct for each in days],
        [each.practised_ms for each in days],
    ]


def _standing_columns(standings: dict[str, Standing]) -> list[list[object]]:
    return [
        list(standings),
        [each.items_seen for each in standings.values()],
        [each.reviews for each in standings.values()],
        [each.last_practised_on for each in standings.values()],
    ]
