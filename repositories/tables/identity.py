"""Organisations, their units and people, grants and sessions."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from repositories.tables.columns import binary, json, moment, text


class OrganisationRow(SQLModel, table=True):
    """A bank. `is_demo` banks can be signed in to only where the demo was asked for."""

    __tablename__ = "organisation"

    id: UUID = Field(primary_key=True)
    slug: str = text(unique=True)
    name: dict[str, Any] = json()
    is_demo: bool = False
    created_at: datetime = moment()


class OrgUnitRow(SQLModel, table=True):
    """A node of a bank's tree."""

    __tablename__ = "org_unit"
    __table_args__ = (Index("org_unit_organisation", "organisation_id"),)

    id: UUID = Field(primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id")
    parent_id: UUID | None = Field(default=None, foreign_key="org_unit.id")
    kind: str = text()
    name: str = text()


class OrgUnitAncestorRow(SQLModel, table=True):
    """Closure of the tree: every unit with each of its ancestors and with itself (depth 0)."""

    __tablename__ = "org_unit_ancestor"
    __table_args__ = (Index("org_unit_ancestor_unit", "unit_id"),)

    ancestor_id: UUID = Field(primary_key=True, foreign_key="org_unit.id")
    unit_id: UUID = Field(primary_key=True, foreign_key="org_unit.id")
    organisation_id: UUID = Field(foreign_key="organisation.id")
    depth: int


class EmployeeRow(SQLModel, table=True):
    """A person in one unit, who signs in with the organisation, a staff number and a password."""

    __tablename__ = "employee"
    __table_args__ = (
        UniqueConstraint("organisation_id", "staff_no"),
        Index("employee_unit", "unit_id", "staff_no"),
    )

    id: UUID = Field(primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id")
    unit_id: UUID = Field(foreign_key="org_unit.id")
    staff_no: str = text()
    display_name: str = text()
    password_hash: str | None = text(nullable=True, default=None)
    role_started_on: date
    active: bool = True
    created_at: datetime = moment()


class RoleGrantRow(SQLModel, table=True):
    """A role over a unit and everything below it."""

    __tablename__ = "role_grant"

    employee_id: UUID = Field(primary_key=True, foreign_key="employee.id")
    role: str = text(primary_key=True)
    unit_id: UUID = Field(primary_key=True, foreign_key="org_unit.id")
    organisation_id: UUID = Field(foreign_key="organisation.id")


class RefreshTokenRow(SQLModel, table=True):
    """One link of a chain of rotating refresh tokens. Only a hash of the secret is kept.

    A token used twice, or one of a revoked family, ends the whole family.
    """

    __tablename__ = "refresh_token"
    __table_args__ = (
        ForeignKeyConstraint(["employee_id"], ["employee.id"]),
        Index("refresh_token_family", "family_id"),
    )

    secret_hash: bytes = binary(primary_key=True)
    organisation_id: UUID
    employee_id: UUID
    family_id: UUID
    device_id: str | None = text(nullable=True, default=None)
    issued_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = moment(nullable=True, default=None)
    revoked_at: datetime | None = moment(nullable=True, default=None)
