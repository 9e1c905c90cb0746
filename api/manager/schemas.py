"""Shapes of the manager's views."""

from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from api.learner.schemas import UnitBody

Band = Literal["not_started", "learning", "proficient", "mastered", "fading"]


class MemberBody(Struct, frozen=True):
    """A person."""

    employee_id: UUID
    staff_no: str
    display_name: str
    role_started_on: date
    unit: UnitBody


class TeamBody(Struct, frozen=True):
    """People below a unit, by staff number; `next` leads to the following page."""

    unit: UnitBody
    members: list[MemberBody]
    total: int
    next: str | None


class CellBody(Struct, frozen=True):
    """One person's mastery of one skill today, and when any item of it was last practised."""

    skill: str
    band: Band
    mastery: float
    coverage: float
    last_practised_on: date | None


class MemberMasteryBody(Struct, frozen=True):
    """A person's row of the matrix, one cell for every skill in the order of `skills`."""

    employee_id: UUID
    staff_no: str
    display_name: str
    unit: UnitBody
    cells: list[CellBody]


class SkillHeading(Struct, frozen=True):
    """A column of the matrix."""

    skill: str
    title: str


class TeamMasteryBody(Struct, frozen=True):
    """People × skills, each person as of the own practice day; `practice_day` is the caller's."""

    unit: UnitBody
    practice_day: date
    skills: list[SkillHeading]
    members: list[MemberMasteryBody]
    total: int
    next: str | None
