"""One learner's attempts at exams, and the exams passed. Implements `domain.assessment.sitting.AttemptStore`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from domain.assessment.exam import Attempt, Result, SavedAnswer
from domain.assessment.form import Question
from domain.identity.scope import Caller
from repositories.connection import Connection

COLUMNS = (
    "id, assessment_id, assessment_version, pass_mark, salt, questions, started_at, deadline_at, answers, submitted_at, result"
)

ATTEMPTS = f"SELECT {COLUMNS} FROM exam_attempt WHERE learner_id = $1 AND assessment_id = $2 ORDER BY started_at, id"

ATTEMPT = f"SELECT {COLUMNS} FROM exam_attempt WHERE learner_id = $1 AND id = $2"

OPEN_ATTEMPT = f"SELECT {COLUMNS} FROM exam_attempt WHERE learner_id = $1 AND submitted_at IS NULL"

PASSES = "SELECT assessment_id, passed_at FROM exam_pass WHERE learner_id = $1"

ADD = """
INSERT INTO exam_attempt (
    learner_id, organisation_id, id, assessment_id, assessment_version, pass_mark, salt, questions, started_at,
    deadline_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10)
"""

SAVE_ANSWERS = "UPDATE exam_attempt SET answers = $3::jsonb WHERE learner_id = $1 AND id = $2 AND submitted_at IS NULL"

CLOSE = """
UPDATE exam_attempt SET answers = $3::jsonb, submitted_at = $4, result = $5::jsonb
WHERE learner_id = $1 AND id = $2 AND submitted_at IS NULL
"""

NOTE_PASS = """
INSERT INTO exam_pass (learner_id, organisation_id, assessment_id, assessment_version, attempt_id, score, passed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (learner_id, assessment_id) DO NOTHING
"""


class AttemptRepository:
    """The caller's own attempts; there is no way to name another learner."""

    def __init__(self, connection: Connection, caller: Caller) -> None:
        self._connection = connection
        self._caller = caller

    async def attempts(self, assessment_id: str) -> list[Attempt]:
        """All attempts at an exam, oldest first."""
        rows = await self._connection.fetch(ATTEMPTS, self._caller.employee_id, assessment_id)
        return [_attempt(row) for row in rows]

    async def attempt(self, attempt_id: UUID) -> Attempt | None:
        """One attempt."""
        row = await self._connection.fetchrow(ATTEMPT, self._caller.employee_id, attempt_id)
        return None if row is None else _attempt(row)

    async def open_attempt(self) -> Attempt | None:
        """The attempt that was not handed in yet."""
        row = await self._connection.fetchrow(OPEN_ATTEMPT, self._caller.employee_id)
        return None if row is None else _attempt(row)

    async def passes(self) -> dict[str, datetime]:
        """Exams passed, and when."""
        return {row[0]: row[1] for row in await self._connection.fetch(PASSES, self._caller.employee_id)}

    async def add(self, attempt: Attempt) -> None:
        """Record a new attempt."""
        await self._connection.execute(
            ADD,
            self._caller.employee_id,
            self._caller.organisation_id,
            attempt.id,
            attempt.assessment_id,
            attempt.assessment_version,
            attempt.pass_mark,
            attempt.salt,
            _json(attempt.questions),
            attempt.started_at,
            attempt.deadline_at,
        )

    async def save_answers(self, attempt: Attempt) -> None:
        """Replace the answers of an open attempt."""
        await self._connection.execute(SAVE_ANSWERS, self._caller.employee_id, attempt.id, _json(attempt.answers))

    async def close(self, attempt: Attempt, now: datetime) -> None:
        """Record submission and result, and the first pass as of `now`."""
        assert attempt.result is not None
        await self._connection.execute(
            CLOSE, self._caller.employee_id, attempt.id, _json(attempt.answers), attempt.submitted_at, _json(attempt.result)
        )
        if attempt.result.passed:
            await self._connection.execute(
                NOTE_PASS,
                self._caller.employee_id,
                self._caller.organisation_id,
                attempt.assessment_id,
                attempt.assessment_version,
                attempt.id,
                attempt.result.score,
                now,
            )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _attempt(row: Sequence[Any]) -> Attempt:
    identity, assessment_id, assessment_version, pass_mark, salt, questions, started_at, deadline_at = row[:8]
    answers, submitted_at, result = row[8:]
    return Attempt(
        id=identity,
        assessment_id=assessment_id,
        assessment_version=assessment_version,
        pass_mark=pass_mark,
        salt=salt,
        questions=msgspec.json.decode(questions, type=tuple[Question, ...]),
        started_at=started_at,
        deadline_at=deadline_at,
        answers=msgspec.json.decode(answers, type=dict[int, SavedAnswer]),
        submitted_at=submitted_at,
        result=None if result is None else msgspec.json.decode(result, type=Result),
    )
