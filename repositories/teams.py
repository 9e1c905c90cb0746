"""Units, people and their mastery below the units a caller was granted."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.identity.scope import Role, Scope
from domain.mastery.mastery import RULE, Mastery
from domain.mastery.team import Member, TeamCell, Unit, WeighedItem
from domain.practice.algorithm import Fsrs6
from domain.practice.clock import practice_day
from repositories.connection import Connection

UNIT_IN_SCOPE = """
SELECT unit.id, unit.name, unit.kind FROM org_unit_ancestor granted JOIN org_unit unit ON unit.id = granted.unit_id
WHERE granted.unit_id = $1 AND granted.ancestor_id = ANY($2) LIMIT 1
"""

MEMBER_COUNT = """
SELECT count(*) FROM org_unit_ancestor below JOIN employee ON employee.unit_id = below.unit_id
WHERE below.ancestor_id = $1 AND employee.active
"""

MEMBERS = """
SELECT employee.id, employee.staff_no, employee.display_name, employee.role_started_on, unit.id, unit.name
FROM org_unit_ancestor below
JOIN employee ON employee.unit_id = below.unit_id
JOIN org_unit unit ON unit.id = employee.unit_id
WHERE below.ancestor_id = $1 AND employee.active AND ($2::text IS NULL OR employee.staff_no > $2)
ORDER BY employee.staff_no
LIMIT $3
"""

# R(t) = (1 + F·t/S)^decay, summed by learner and skill: the same formula as domain.practice.algorithm, held to it by a test.
# A median stability of at least 21 days is counted, not sorted for: half of the items are that stable.
TEAM_MASTERY = """
SELECT memory.learner_id, item.skill,
       sum(item.weight * power(
           1 + $4::float8 * greatest(0, today.day - memory.last_practice_day) / memory.stability, $5::float8
       )) / item.skill_weight,
       sum(item.weight) / item.skill_weight,
       2 * count(*) FILTER (WHERE memory.stability >= $6) >= count(*),
       max(memory.last_practice_day)
FROM unnest($1::uuid[], $7::date[]) AS today (learner_id, day)
JOIN memory ON memory.learner_id = today.learner_id
JOIN unnest($2::text[], $3::text[], $8::float8[], $9::float8[]) AS item (item_id, skill, weight, skill_weight)
  ON item.item_id = memory.item_id
GROUP BY memory.learner_id, item.skill, item.skill_weight
"""

ZONES = "SELECT learner_id, time_zone FROM learner WHERE learner_id = ANY($1)"

MASTERED_ON = """
SELECT learner_id, skill, mastered_on FROM skill_standing WHERE learner_id = ANY($1) AND mastered_on IS NOT NULL
"""


class TeamRepository:
    """What managers and HR see of the people below the units they were granted."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection = connection
        self._roots = scope.units_with(Role.MANAGER, Role.HR)

    async def unit(self, unit_id: UUID) -> Unit | None:
        """The unit when it lies in the caller's scope; None when it does not or does not exist, indistinguishably."""
        row = await self._connection.fetchrow(UNIT_IN_SCOPE, unit_id, self._roots)
        return None if row is None else Unit(*row)

    async def member_count(self, unit: Unit) -> int:
        """How many people work below `unit`."""
        count: int = await self._connection.fetchval(MEMBER_COUNT, unit.unit_id)
        return count

    async def members(self, unit: Unit, after_staff_no: str | None, limit: int) -> list[Member]:
        """People below `unit` by staff number, from the one after `after_staff_no`."""
        return [Member(*row) for row in await self._connection.fetch(MEMBERS, unit.unit_id, after_staff_no, limit)]

    async def mastery(
        self, members: Sequence[Member], items: Sequence[WeighedItem], algorithm: Fsrs6, now: datetime
    ) -> dict[tuple[UUID, str], TeamCell]:
        """Mastery today by person and skill; a skill that somebody never practised is missing."""
        people = [member.employee_id for member in members]
        # Which day it is for somebody is decided here and not in SQL: PostgreSQL reads some zone names differently.
        zones = await self._connection.fetch(ZONES, people)
        rows = await self._connection.fetch(
            TEAM_MASTERY,
            [learner_id for learner_id, _ in zones],
            [item.item_id for item in items],
            [item.skill for item in items],
            algorithm.factor,
            algorithm.decay,
            RULE.stable_days,
            [practice_day(now, time_zone) for _, time_zone in zones],
            [item.weight for item in items],
            [item.skill_weight for item in items],
        )
        once = {(row[0], row[1]) for row in await self._connection.fetch(MASTERED_ON, people)}
        return {
            (person, skill): TeamCell(Mastery(mastery, coverage, stable), last_practised_on, (person, skill) in once)
            for person, skill, mastery, coverage, stable, last_practised_on in rows
        }
