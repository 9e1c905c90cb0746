"""One learner's profile, practice days, lessons and facts. Implements `domain.mastery.standing.StandingStore`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from domain.assessment.form import Question
from domain.content.lessons import LessonVersion, ProgramVersion
from domain.identity.profile import Profile
from domain.identity.scope import Caller, Grant, Role
from domain.practice.days_off import DaysOff
from domain.practice.learner import Career, Learner, LearnerMissing, Preferences, Sitting
from domain.practice.memory import Memory
from domain.practice.progress import PracticeDay
from domain.practice.store import SkillStanding
from repositories.connection import Connection
from repositories.memories import MEMORY_COLUMNS, memory_from

LEARNER_COLUMNS = "time_zone, language, daily_goal_minutes, new_per_day, days_off"

SITTING = "(SELECT to_jsonb(a) FROM exam_attempt a WHERE a.learner_id = $1 AND a.submitted_at IS NULL)"

# Advancing the sequence takes the learner's row lock, which every change of the learner's state holds until its transaction ends.
LOCK_LEARNER = f"""
UPDATE learner SET sequence = sequence + 1 WHERE learner_id = $1
RETURNING sequence, {LEARNER_COLUMNS}, {SITTING}
"""

PREFERENCES = f"SELECT {LEARNER_COLUMNS} FROM learner WHERE learner_id = $1"

SET_PREFERENCES = """
UPDATE learner SET time_zone = $2, language = $3, daily_goal_minutes = $4, new_per_day = $5, days_off = $6::jsonb
WHERE learner_id = $1
"""

PROFILE = """
SELECT employee.staff_no, employee.display_name, employee.role_started_on, unit.id, unit.name, organisation.slug,
       organisation.name
FROM employee
JOIN org_unit unit ON unit.id = employee.unit_id
JOIN organisation ON organisation.id = employee.organisation_id
WHERE employee.id = $1
"""

CAREER = f"""
SELECT role_started_on, ARRAY(SELECT assessment_id FROM exam_pass WHERE learner_id = $1), {SITTING} FROM employee WHERE id = $1
"""

GRANTS = "SELECT role, unit_id FROM role_grant WHERE employee_id = $1 ORDER BY role, unit_id"

MEMORIES = f"SELECT item_id, {MEMORY_COLUMNS} FROM memory WHERE learner_id = $1"

PRACTICE_DAYS = "SELECT day, reviews, correct, practised_ms FROM practice_day WHERE learner_id = $1 ORDER BY day"

LESSONS_DONE = "SELECT lesson_id, completed_at FROM lesson_completion WHERE learner_id = $1"

COMPLETE_LESSON = """
INSERT INTO lesson_completion (learner_id, lesson_id, organisation_id, lesson_version, completed_at, sequence)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (learner_id, lesson_id) DO NOTHING
"""

STANDINGS = "SELECT skill, items_seen, mastered_on FROM skill_standing WHERE learner_id = $1"

NOTE_MASTERED = """
UPDATE skill_standing SET mastered_on = $3 WHERE learner_id = $1 AND skill = $2 AND mastered_on IS NULL
"""

COMPLETIONS = "SELECT program_id, completed_at FROM completion WHERE learner_id = $1"

NOTE_COMPLETED = """
INSERT INTO completion (learner_id, program_id, organisation_id, program_version, completed_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (learner_id, program_id) DO NOTHING
"""


def preferences_from(row: Sequence[Any]) -> Preferences:
    """Preferences from `LEARNER_COLUMNS`."""
    time_zone, language, daily_goal_minutes, new_per_day, days_off = row
    return Preferences(time_zone, language, daily_goal_minutes, new_per_day, _days_off_from(days_off))


def _days_off_from(stored: str) -> DaysOff:
    if stored == "{}":
        return DaysOff()
    return msgspec.json.decode(stored, type=DaysOff)


def days_off_json(days_off: DaysOff) -> str:
    """How days off are stored; `{}` for none, which is what most rows hold and what reads fastest."""
    if days_off == DaysOff():
        return "{}"
    return msgspec.json.encode(days_off).decode()


async def lock_learner(connection: Connection, caller: Caller) -> Learner:
    """Advance the caller's sequence and hold the row. Raises `LearnerMissing`."""
    row = await connection.fetchrow(LOCK_LEARNER, caller.employee_id)
    return learner_from(row)


def learner_from(row: Sequence[Any] | None) -> Learner:
    """A locked learner from its sequence, `LEARNER_COLUMNS` and `SITTING`. Raises `LearnerMissing` for no row."""
    if row is None:
        raise LearnerMissing
    return Learner(sequence=row[0], preferences=preferences_from(row[1:6]), sitting=_sitting_from(row[6]))


def _sitting_from(stored: str | None) -> Sitting | None:
    """The exam that is being sat, from its row as JSON: rare, so that it must cost nothing to those who sit none."""
    if stored is None:
        return None
    attempt = msgspec.json.decode(stored, type=_OpenAttempt)
    return Sitting(frozenset(question.item_id for question in attempt.questions), attempt.deadline_at)


class _OpenAttempt(msgspec.Struct):
    """What of an open attempt matters to practice."""

    questions: list[Question]
    deadline_at: datetime


class LearnerRepository:
    """The caller's own profile and facts. `now` is when the transaction's request came in."""

    def __init__(self, connection: Connection, caller: Caller, now: datetime) -> None:
        self._connection = connection
        self._caller = caller
        self._now = now

    async def profile(self) -> Profile | None:
        """Who the caller is; None when the employee is gone."""
        row = await self._connection.fetchrow(PROFILE, self._caller.employee_id)
        if row is None:
            return None
        staff_no, display_name, role_started_on, unit_id, unit_name, slug, names = row
        return Profile(staff_no, display_name, role_started_on, unit_id, unit_name, slug, msgspec.json.decode(names))

    async def career(self) -> Career:
        """Where the caller stands on the growth path. Raises `LearnerMissing`."""
        row = await self._connection.fetchrow(CAREER, self._caller.employee_id)
        if row is None:
            raise LearnerMissing
        return Career(row[0], frozenset(row[1]), _sitting_from(row[2]))

    async def grants(self) -> tuple[Grant, ...]:
        """The caller's roles."""
        rows = await self._connection.fetch(GRANTS, self._caller.employee_id)
        return tuple(Grant(Role(role), unit_id) for role, unit_id in rows)

    async def lock(self) -> Learner:
        """The caller's row, locked for a change. Raises `LearnerMissing`."""
        return await lock_learner(self._connection, self._caller)

    async def preferences(self) -> Preferences | None:
        """The caller's preferences; None when the employee does not practise here."""
        row = await self._connection.fetchrow(PREFERENCES, self._caller.employee_id)
        return None if row is None else preferences_from(row)

    async def set_preferences(self, preferences: Preferences) -> None:
        """Replace the preferences, which were read from the locked row."""
        await self._connection.execute(
            SET_PREFERENCES,
            self._caller.employee_id,
            preferences.time_zone,
            preferences.language,
            preferences.daily_goal_minutes,
            preferences.new_per_day,
            days_off_json(preferences.days_off),
        )

    async def memories(self) -> dict[str, Memory]:
        """All memories."""
        rows = await self._connection.fetch(MEMORIES, self._caller.employee_id)
        return {row[0]: memory_from(row[1:]) for row in rows}

    async def practice_days(self) -> list[PracticeDay]:
        """All practice days, oldest first."""
        return [PracticeDay(*row) for row in await self._connection.fetch(PRACTICE_DAYS, self._caller.employee_id)]

    async def lessons_completed_at(self) -> dict[str, datetime]:
        """Lessons read, and when."""
        return {row[0]: row[1] for row in await self._connection.fetch(LESSONS_DONE, self._caller.employee_id)}

    async def lessons_done(self) -> frozenset[str]:
        """Ids of lessons read."""
        return frozenset(await self.lessons_completed_at())

    async def complete_lesson(self, lesson: LessonVersion) -> None:
        """Record that the lesson was read now; reading it again changes nothing."""
        learner = await self.lock()
        await self._connection.execute(
            COMPLETE_LESSON,
            self._caller.employee_id,
            lesson.lesson_id,
            self._caller.organisation_id,
            lesson.version,
            self._now,
            learner.sequence,
        )

    async def standings(self) -> dict[str, SkillStanding]:
        """By skill."""
        rows = await self._connection.fetch(STANDINGS, self._caller.employee_id)
        return {row[0]: SkillStanding(row[1], row[2]) for row in rows}

    async def note_mastered(self, skill: str, day: date) -> None:
        """Record the first mastery of `skill`."""
        await self._connection.execute(NOTE_MASTERED, self._caller.employee_id, skill, day)

    async def completions_at(self) -> dict[str, datetime]:
        """Programs completed, and when."""
        return {row[0]: row[1] for row in await self._connection.fetch(COMPLETIONS, self._caller.employee_id)}

    async def completions(self) -> frozenset[str]:
        """Ids of programs completed."""
        return frozenset(await self.completions_at())

    async def note_completed(self, program: ProgramVersion) -> None:
        """Record the completion, once."""
        await self._connection.execute(
            NOTE_COMPLETED,
            self._caller.employee_id,
            program.program_id,
            self._caller.organisation_id,
            program.version,
            self._now,
        )
