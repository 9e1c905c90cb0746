"""Programs given to units and people."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from repositories.tables.columns import moment, text


class AssignmentRow(SQLModel, table=True):
    """A program given to a unit or to a person, with a due day and days of grace; cancelled, and never deleted."""

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("num_nonnulls(unit_id, employee_id) = 1", name="one_recipient"),
        Index("assignment_unit", "unit_id"),
        Index("assignment_employee", "employee_id"),
    )

    organisation_id: UUID = Field(foreign_key="organisation.id", primary_key=True)
    id: UUID = Field(primary_key=True)
    program_id: str = text()
    unit_id: UUID | None = Field(default=None, foreign_key="org_unit.id")
    employee_id: UUID | None = Field(default=None, foreign_key="employee.id")
    due_on: date
    grace_days: int
    created_by: UUID = Field(foreign_key="employee.id")
    created_at: datetime = moment()
    cancelled_by: UUID | None = Field(default=None, foreign_key="employee.id")
    cancelled_at: datetime | None = moment(nullable=True, default=None)
