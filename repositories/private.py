"""What people found out about themselves: a schema that only its own role reaches, and in it only the person's rows."""

from uuid import UUID

import msgspec

from domain.assessment.questionnaire import Profile, SelfResult
from domain.identity.scope import Caller
from repositories.connection import Connection

# The rest of the transaction works as this role, which sees nothing but the private schema.
BECOME_PRIVATE = "SET LOCAL ROLE composure_private; SET LOCAL app.person = '{person}'"

RESULTS = """
SELECT id, assessment_id, assessment_version, answers, profile, taken_at FROM private.self_result
WHERE learner_id = $1 ORDER BY taken_at DESC, id
"""

ADD = """
INSERT INTO private.self_result (learner_id, organisation_id, id, assessment_id, assessment_version, answers, profile, taken_at)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8)
"""

DELETE = "DELETE FROM private.self_result WHERE learner_id = $1 AND id = $2"


class PrivateRepository:
    """The caller's own self-assessments."""

    def __init__(self, connection: Connection, caller: Caller) -> None:
        self._connection = connection
        self._caller = caller

    @classmethod
    async def opened(cls, connection: Connection, caller: Caller) -> "PrivateRepository":
        """The private door: from here on, the transaction reaches nothing but what is the caller's own."""
        # A UUID object prints as hexadecimal and dashes only; SET takes no parameters.
        await connection.execute(BECOME_PRIVATE.format(person=caller.employee_id))
        return cls(connection, caller)

    async def results(self) -> list[SelfResult]:
        """All results, latest first."""
        rows = await self._connection.fetch(RESULTS, self._caller.employee_id)
        return [
            SelfResult(row[0], row[1], row[2], msgspec.json.decode(row[3]), msgspec.json.decode(row[4], type=Profile), row[5])
            for row in rows
        ]

    async def add(self, result: SelfResult) -> None:
        """Keep a result."""
        await self._connection.execute(
            ADD,
            self._caller.employee_id,
            self._caller.organisation_id,
            result.id,
            result.assessment_id,
            result.assessment_version,
            msgspec.json.encode(result.answers).decode(),
            msgspec.json.encode(result.profile).decode(),
            result.taken_at,
        )

    async def delete(self, result_id: UUID) -> bool:
        """Delete a result for good. False when there is none of the caller's with this id."""
        return await self._connection.execute(DELETE, self._caller.employee_id, result_id) == "DELETE 1"
