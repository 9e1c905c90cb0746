"""Exports, written by PostgreSQL itself: COPY turns the rows into CSV, nothing of them passes through Python objects."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.content.assessments import Exam
from domain.content.catalogue import Catalogue
from domain.text import Language, Text
from repositories.connection import Connection

# A cell that a spreadsheet would take for a formula gets an apostrophe before it, also behind spaces and when full-width.
# The spaces are listed: what a regular expression takes for one depends on the server's locale.
_SPACES = "\t-\r \u0085\u00a0\u1680\u180e\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
_FORMULA = f"^([{_SPACES}]*[=+@＝＋－＠-]|[\t\r\n])"
_GUARDED = f"CASE WHEN {{0}} ~ '{_FORMULA}' THEN '''' || {{0}} ELSE {{0}} END"


def _guarded(column: str) -> str:
    return _GUARDED.format(column)


COMPLETION_ROWS = """
SELECT count(*) * $3::int
FROM org_unit_ancestor below JOIN employee ON employee.unit_id = below.unit_id
WHERE below.ancestor_id = $1 AND employee.active AND employee.created_at <= $2
"""

COMPLETIONS = f"""
SELECT
    {_guarded("employee.staff_no")} AS "{{staff_no}}",
    {_guarded("employee.display_name")} AS "{{name}}",
    {_guarded("unit_path.names")} AS "{{unit}}",
    employee.role_started_on AS "{{role_started_on}}",
    program.id AS "{{program_id}}",
    {_guarded("program.title")} AS "{{program}}",
    coalesce(completion.version, program.version) AS "{{program_version}}",
    CASE WHEN completion.completed_at IS NOT NULL THEN $9
         WHEN coalesce(lessons.first_at, attempts.first_at) IS NOT NULL THEN $10 ELSE $11 END AS "{{status}}",
    coalesce(lessons.done, 0) AS "{{lessons_done}}",
    program.lesson_count AS "{{lessons_total}}",
    to_char(coalesce(lessons.first_at, attempts.first_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "{{started_at}}",
    to_char(completion.completed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "{{completed_at}}"
FROM org_unit_ancestor below
JOIN employee ON employee.unit_id = below.unit_id
CROSS JOIN LATERAL (
    SELECT string_agg(unit.name, ' / ' ORDER BY up.depth DESC) AS names
    FROM org_unit_ancestor up JOIN org_unit unit ON unit.id = up.ancestor_id
    WHERE up.unit_id = employee.unit_id
) unit_path
CROSS JOIN unnest($3::text[], $4::text[], $5::int[], $6::int[]) WITH ORDINALITY
    AS program (id, title, version, lesson_count, position)
LEFT JOIN LATERAL (
    SELECT count(*) AS done, min(lesson_completion.completed_at) AS first_at
    FROM lesson_completion
    JOIN unnest($7::text[], $8::text[]) AS part (program_id, lesson_id)
      ON part.program_id = program.id AND part.lesson_id = lesson_completion.lesson_id
    WHERE lesson_completion.learner_id = employee.id AND lesson_completion.completed_at <= $2
) lessons ON true
LEFT JOIN LATERAL (
    SELECT min(exam_attempt.started_at) AS first_at FROM exam_attempt
    WHERE exam_attempt.learner_id = employee.id AND exam_attempt.assessment_id = program.id AND exam_attempt.started_at <= $2
) attempts ON true
LEFT JOIN LATERAL (
    SELECT completion.program_version AS version, completion.completed_at FROM completion
    WHERE completion.learner_id = employee.id AND completion.program_id = program.id AND completion.completed_at <= $2
    UNION ALL
    SELECT exam_pass.assessment_version, exam_pass.passed_at FROM exam_pass
    WHERE exam_pass.learner_id = employee.id AND exam_pass.assessment_id = program.id AND exam_pass.passed_at <= $2
) completion ON true
WHERE below.ancestor_id = $1 AND employee.active AND employee.created_at <= $2
ORDER BY employee.staff_no, program.position
"""

HEADINGS: dict[Language, dict[str, str]] = {
    "zh-Hans": {
        "staff_no": "工号", "name": "姓名", "unit": "机构", "role_started_on": "任职日期", "program_id": "项目编号",
        "program": "培训项目", "program_version": "项目版本", "status": "状态", "lessons_done": "已学课数",
        "lessons_total": "总课数", "started_at": "开始时间", "completed_at": "完成时间",
    },
    "zh-Hant": {
        "staff_no": "工號", "name": "姓名", "unit": "機構", "role_started_on": "任職日期", "program_id": "項目編號",
        "program": "培訓項目", "program_version": "項目版本", "status": "狀態", "lessons_done": "已學課數",
        "lessons_total": "總課數", "started_at": "開始時間", "completed_at": "完成時間",
    },
    "en": {
        "staff_no": "staff no", "name": "name", "unit": "unit", "role_started_on": "in role since",
        "program_id": "program id", "program": "program", "program_version": "program version", "status": "status",
        "lessons_done": "lessons done", "lessons_total": "lessons in all", "started_at": "started at",
        "completed_at": "completed at",
    },
}  # fmt: skip

STATUSES: dict[Language, tuple[str, str, str]] = {
    "zh-Hans": ("已完成", "进行中", "未开始"),
    "zh-Hant": ("已完成", "進行中", "未開始"),
    "en": ("completed", "in progress", "not started"),
}


@dataclass(frozen=True, slots=True)
class Course:
    """What can be completed: a program by its lessons and mastery, or an exam, which has no lessons, by passing it."""

    id: str
    version: int
    title: Text
    lesson_ids: tuple[str, ...]


def courses_of(catalogue: Catalogue) -> list[Course]:
    """Programs, then exams, in their order."""
    programs = [Course(each.program_id, each.version, each.title, each.lesson_ids) for each in catalogue.programs]
    exams = [each for each in catalogue.assessments.values() if isinstance(each, Exam)]
    return [*programs, *(Course(each.assessment_id, each.version, each.title, ()) for each in exams)]


class ExportRepository:
    """Exports about the people below one unit, which the caller must have been shown to hold."""

    def __init__(self, connection: Connection, unit_id: UUID) -> None:
        self._connection = connection
        self._unit_id = unit_id

    async def completion_rows(self, courses: Sequence[Course], as_of: datetime, timeout_seconds: int) -> int:
        """How many rows `copy_completions` gives in the same snapshot, without its heading."""
        count: int = await self._connection.fetchval(COMPLETION_ROWS, self._unit_id, as_of, len(courses), timeout=timeout_seconds)
        return count

    async def copy_completions(
        self,
        courses: Sequence[Course],
        as_of: datetime,
        language: Language,
        output: Callable[[bytes], Awaitable[None]],
        timeout_seconds: int,
    ) -> None:
        """Write every person × course as CSV in `language` to `output`, piece by piece, with facts up to `as_of`."""
        parts = [(course.id, lesson_id) for course in courses for lesson_id in course.lesson_ids]
        arguments: list[Any] = [
            self._unit_id,
            as_of,
            [course.id for course in courses],
            [course.title.said_in(language) for course in courses],
            [course.version for course in courses],
            [len(course.lesson_ids) for course in courses],
            [course_id for course_id, _ in parts],
            [lesson_id for _, lesson_id in parts],
            *STATUSES[language],
        ]
        query = COMPLETIONS.format(**HEADINGS[language])
        await self._connection.copy_from_query(
            query, *arguments, output=output, format="csv", header=True, timeout=timeout_seconds
        )
