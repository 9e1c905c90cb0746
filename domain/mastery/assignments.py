"""Assignments: a program given to a unit or a person, with a due day and days of grace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

MOST_GRACE_DAYS = 90


class AssignmentStanding(StrEnum):
    """How somebody stands with an assignment."""

    COMPLETED = "completed"
    OPEN = "open"
    IN_GRACE = "in_grace"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A program given to a unit with everybody below it, or to one person: exactly one of the two is there."""

    id: UUID
    program_id: str
    unit_id: UUID | None
    employee_id: UUID | None
    due_on: date
    grace_days: int


@dataclass(frozen=True, slots=True)
class OwnAssignment:
    """An assignment as the person sees it who has it; `completed_at` is when the program was completed, also long before."""

    id: UUID
    program_id: str
    due_on: date
    grace_days: int
    assigned_at: datetime
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class GivenAssignment:
    """An assignment as a manager sees it, with how many people it reaches and how many of them have completed the program."""

    assignment: Assignment
    recipient: str
    assigned_at: datetime
    people: int
    people_completed: int


def standing_of(assignment: OwnAssignment, today: date) -> AssignmentStanding:
    """Completed whenever the program is; else open up to the due day, in grace for as long as that lasts, then overdue."""
    if assignment.completed_at is not None:
        return AssignmentStanding.COMPLETED
    if today <= assignment.due_on:
        return AssignmentStanding.OPEN
    in_grace = today <= assignment.due_on + timedelta(days=assignment.grace_days)
    return AssignmentStanding.IN_GRACE if in_grace else AssignmentStanding.OVERDUE


class OwnAssignmentStore(Protocol):
    """The assignments that concern one learner."""

    async def own(self) -> Sequence[OwnAssignment]:
        """Those in force, the one due first first."""
        ...


class AssignmentStore(Protocol):
    """Assignments within the units a caller was granted."""

    async def give(self, assignment: Assignment) -> Assignment | None:
        """Record it; the one recorded under this id, which may be an earlier one. None when its recipient is out of scope."""
        ...

    async def given(self, unit_id: UUID) -> Sequence[GivenAssignment] | None:
        """Those in force that reach people of the unit, the one due first first. None when the unit is out of scope."""
        ...

    async def cancel(self, assignment_id: UUID) -> bool:
        """Cancel one that was given within the scope; whether there is such. Safe to repeat."""
        ...
