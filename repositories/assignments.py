"""Assignments, of one learner and of the units a caller was granted. Implements the ports of `domain.mastery.assignments`."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.identity.scope import Caller, Role, Scope
from domain.mastery.assignments import Assignment, GivenAssignment, OwnAssignment
from repositories.connection import Connection

# Those in force that reach the learner $1: given to the person, or to a unit above or of the person.
REACHES_LEARNER = """
assignment.cancelled_at IS NULL AND (assignment.employee_id = $1 OR assignment.unit_id IN (
    SELECT above.ancestor_id FROM employee JOIN org_unit_ancestor above ON above.unit_id = employee.unit_id
    WHERE employee.id = $1))
"""

OWN = f"""
SELECT assignment.id, assignment.program_id, due_on, grace_days, assignment.created_at, completion.completed_at
FROM assignment
LEFT JOIN completion ON completion.learner_id = $1 AND completion.program_id = assignment.program_id
WHERE {REACHES_LEARNER} ORDER BY due_on, assignment.id
"""

# What stands for all that `OWN` would give, for a cursor to remember.
STAMP = f"""
SELECT hashtextextended(string_agg(concat_ws(' ', assignment.id, completion.completed_at), ',' ORDER BY assignment.id), 0)
FROM assignment
LEFT JOIN completion ON completion.learner_id = $1 AND completion.program_id = assignment.program_id
WHERE {REACHES_LEARNER}
"""

# The recipient within the scope: a unit below those granted, or an active person of one.
GIVE = """
INSERT INTO assignment (id, organisation_id, program_id, unit_id, employee_id, due_on, grace_days, created_by, created_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
WHERE EXISTS (
    SELECT FROM org_unit_ancestor granted LEFT JOIN employee ON employee.unit_id = granted.unit_id AND employee.id = $5
    WHERE granted.ancestor_id = ANY($10) AND (granted.unit_id = $4 OR employee.active)
)
ON CONFLICT (organisation_id, id) DO NOTHING
"""

RECORDED = """
SELECT id, program_id, unit_id, employee_id, due_on, grace_days FROM assignment
WHERE id = $1 AND cancelled_at IS NULL AND EXISTS (
    SELECT FROM org_unit_ancestor granted LEFT JOIN employee ON employee.unit_id = granted.unit_id
    WHERE granted.ancestor_id = ANY($2) AND (granted.unit_id = assignment.unit_id OR employee.id = assignment.employee_id)
)
"""

UNIT_IN_SCOPE = "SELECT EXISTS (SELECT FROM org_unit_ancestor WHERE unit_id = $1 AND ancestor_id = ANY($2))"

# Those given to the unit, to one above it, or to a unit or person below it; people are counted where the assignment reaches them.
GIVEN = """
SELECT assignment.id, assignment.program_id, assignment.unit_id, assignment.employee_id, due_on, grace_days,
       coalesce(unit.name, person.display_name), assignment.created_at, reached.people, reached.completed
FROM assignment
LEFT JOIN org_unit unit ON unit.id = assignment.unit_id
LEFT JOIN employee person ON person.id = assignment.employee_id
CROSS JOIN LATERAL (
    SELECT count(*) AS people, count(completion.completed_at) AS completed
    FROM employee
    LEFT JOIN completion ON completion.learner_id = employee.id AND completion.program_id = assignment.program_id
    WHERE employee.active AND (employee.id = assignment.employee_id OR (
        employee.unit_id IN (SELECT unit_id FROM org_unit_ancestor WHERE ancestor_id = assignment.unit_id)
        AND employee.unit_id IN (SELECT unit_id FROM org_unit_ancestor WHERE ancestor_id = $1)))
) AS reached
WHERE assignment.cancelled_at IS NULL AND (
    assignment.unit_id IN (SELECT ancestor_id FROM org_unit_ancestor WHERE unit_id = $1)
    OR assignment.unit_id IN (SELECT unit_id FROM org_unit_ancestor WHERE ancestor_id = $1)
    OR person.unit_id IN (SELECT unit_id FROM org_unit_ancestor WHERE ancestor_id = $1))
ORDER BY due_on, assignment.id
"""

CANCEL = """
UPDATE assignment SET cancelled_at = coalesce(cancelled_at, $3), cancelled_by = coalesce(cancelled_by, $4)
WHERE id = $1 AND EXISTS (
    SELECT FROM org_unit_ancestor granted LEFT JOIN employee ON employee.unit_id = granted.unit_id
    WHERE granted.ancestor_id = ANY($2) AND (granted.unit_id = assignment.unit_id OR employee.id = assignment.employee_id)
)
RETURNING id
"""


class OwnAssignmentRepository:
    """What the caller was given."""

    def __init__(self, connection: Connection, caller: Caller) -> None:
        self._connection = connection
        self._caller = caller

    async def own(self) -> Sequence[OwnAssignment]:
        """Those in force, the one due first first."""
        return [OwnAssignment(*row) for row in await self._connection.fetch(OWN, self._caller.employee_id)]


class AssignmentRepository:
    """What may be given by managers, HR and admins below the units they were granted. `now` is when the request came in."""

    def __init__(self, connection: Connection, scope: Scope, now: datetime) -> None:
        self._connection = connection
        self._caller = scope.caller
        self._roots = scope.units_with(Role.MANAGER, Role.HR, Role.ADMIN)
        self._now = now

    async def give(self, assignment: Assignment) -> Assignment | None:
        """Record it, once; the one recorded under this id. None when its recipient is out of scope or it was cancelled."""
        await self._connection.execute(
            GIVE,
            assignment.id,
            self._caller.organisation_id,
            assignment.program_id,
            assignment.unit_id,
            assignment.employee_id,
            assignment.due_on,
            assignment.grace_days,
            self._caller.employee_id,
            self._now,
            self._roots,
        )
        row = await self._connection.fetchrow(RECORDED, assignment.id, self._roots)
        return None if row is None else Assignment(*row)

    async def given(self, unit_id: UUID) -> Sequence[GivenAssignment] | None:
        """Those in force that reach people of the unit. None when it is out of scope."""
        if not await self._connection.fetchval(UNIT_IN_SCOPE, unit_id, self._roots):
            return None
        rows = await self._connection.fetch(GIVEN, unit_id)
        return [GivenAssignment(Assignment(*row[:6]), *row[6:]) for row in rows]

    async def cancel(self, assignment_id: UUID) -> bool:
        """Cancel it; whether there is such within the scope."""
        cancelled = await self._connection.fetchval(CANCEL, assignment_id, self._roots, self._now, self._caller.employee_id)
        return cancelled is not None
