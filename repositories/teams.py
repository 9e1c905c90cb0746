"""Units, people and their mastery below the units a caller was granted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.content.catalogue import Catalogue
from domain.identity.scope import Role, Scope
from domain.mastery.mastery import RULE, Mastery
from domain.mastery.team import Member, TeamCell, Unit, weighed_items
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

ZONES = "SELECT learner_id, time_zone FROM learner WHERE learner_id = ANY($1)"

STANDINGS = """
SELECT learner_id, skill, last_practised_on, mastered_on IS NOT NULL, mastery, coverage, stable, figured_on, figured_revision,
       reviews
FROM skill_standing WHERE learner_id = ANY($1)
"""

# R(t) = (1 + F·t/S)^decay, summed by learner and skill: the same formula as domain.practice.algorithm, held to it by a test.
# Learner by learner through the key of memory: joined at once, the planner reads the memories of the whole bank.
FIGURES = """
SELECT today.learner_id, own.*
FROM unnest($1::uuid[], $2::date[]) AS today (learner_id, day)
CROSS JOIN LATERAL (
    SELECT item.skill,
           sum(item.weight * power(
               1 + $7::float8 * greatest(0, today.day - memory.last_practice_day) / memory.stability, $8::float8
           )) / item.skill_weight,
           sum(item.weight) / item.skill_weight,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY memory.stability) >= $9
    FROM (SELECT item_id, stability, last_practice_day FROM memory WHERE learner_id = today.learner_id OFFSET 0) AS memory
    JOIN unnest($3::text[], $4::text[], $5::float8[], $6::float8[]) AS item (item_id, skill, weight, skill_weight)
      ON item.item_id = memory.item_id
    GROUP BY item.skill, item.skill_weight
) AS own
"""

# Only where nothing was answered since the figures were taken, and never waiting for an upload that is under way.
KEEP_FIGURES = """
WITH figure AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::date[], $5::float8[], $6::float8[], $7::bool[])
        AS figure (learner_id, skill, reviews, day, mastery, coverage, stable)
), free AS (
    SELECT standing.learner_id, standing.skill
    FROM skill_standing standing JOIN figure USING (learner_id, skill)
    WHERE standing.reviews = figure.reviews
    FOR NO KEY UPDATE OF standing SKIP LOCKED
)
UPDATE skill_standing SET figured_on = figure.day, figured_revision = $8, mastery = figure.mastery,
                          coverage = figure.coverage, stable = figure.stable
FROM figure JOIN free USING (learner_id, skill)
WHERE skill_standing.learner_id = figure.learner_id AND skill_standing.skill = figure.skill
  AND skill_standing.reviews = figure.reviews
"""

NOTHING_HELD = Mastery(0.0, 0.0, stable=False)


@dataclass(frozen=True, slots=True)
class _Unfigured:
    """One person's standing in one skill whose figures are not those of the day."""

    learner_id: UUID
    skill: str
    last_practised_on: date
    was_mastered: bool
    reviews: int


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
        self, members: Sequence[Member], catalogue: Catalogue, algorithm: Fsrs6, now: datetime
    ) -> dict[tuple[UUID, str], TeamCell]:
        """Mastery today by person and skill; a skill that somebody never practised is missing.

        Figures that were taken earlier in the person's day are read; missing ones are computed, and kept for the next look.
        """
        people = [member.employee_id for member in members]
        # Which day it is for somebody is decided here and not in SQL: PostgreSQL reads some zone names differently.
        zones = await self._connection.fetch(ZONES, people)
        days = {learner_id: practice_day(now, time_zone) for learner_id, time_zone in zones}
        cells: dict[tuple[UUID, str], TeamCell] = {}
        missing: list[_Unfigured] = []
        # Tens of thousands of rows for a large team: nothing is made of one but its cell.
        for row in await self._connection.fetch(STANDINGS, people):
            learner_id, skill, last_practised_on, was_mastered, mastery, coverage, stable, day, revision, reviews = row
            if day == days[learner_id] and revision == catalogue.revision:
                cells[learner_id, skill] = TeamCell(Mastery(mastery, coverage, stable), last_practised_on, was_mastered)
            else:
                missing.append(_Unfigured(learner_id, skill, last_practised_on, was_mastered, reviews))
        if missing:
            figures = await self._figure(missing, days, catalogue, algorithm)
            for each in missing:
                cell = TeamCell(figures[each.learner_id, each.skill], each.last_practised_on, each.was_mastered)
                cells[each.learner_id, each.skill] = cell
        return cells

    async def _figure(
        self, missing: Sequence[_Unfigured], days: Mapping[UUID, date], catalogue: Catalogue, algorithm: Fsrs6
    ) -> dict[tuple[UUID, str], Mastery]:
        people = sorted({standing.learner_id for standing in missing})
        items = list(weighed_items(catalogue))
        rows = await self._connection.fetch(
            FIGURES,
            people,
            [days[learner_id] for learner_id in people],
            [item.item_id for item in items],
            [item.skill for item in items],
            [item.weight for item in items],
            [item.skill_weight for item in items],
            algorithm.factor,
            algorithm.decay,
            RULE.stable_days,
        )
        held = {(person, skill): Mastery(mastery, coverage, stable) for person, skill, mastery, coverage, stable in rows}
        figures = {(each.learner_id, each.skill): held.get((each.learner_id, each.skill), NOTHING_HELD) for each in missing}
        await self._connection.execute(
            KEEP_FIGURES,
            [standing.learner_id for standing in missing],
            [standing.skill for standing in missing],
            [standing.reviews for standing in missing],
            [days[standing.learner_id] for standing in missing],
            [figure.mastery for figure in figures.values()],
            [figure.coverage for figure in figures.values()],
            [figure.stable for figure in figures.values()],
            catalogue.revision,
        )
        return figures
