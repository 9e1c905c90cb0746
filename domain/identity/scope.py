"""The scope of a caller: a value that every repository is built with, so that an unscoped read cannot be written."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What an employee may do besides learning; every employee is a learner without a grant."""

    MANAGER = "manager"
    HR = "hr"
    AUTHOR = "author"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated employee of one organisation. Enough for everything that is the caller's own."""

    employee_id: UUID
    organisation_id: UUID


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held over an org unit and everything below it."""

    role: Role
    unit_id: UUID


@dataclass(frozen=True, slots=True)
class Scope:
    """A caller together with the grants that were in force when the transaction began."""

    caller: Caller
    grants: tuple[Grant, ...]

    def units_with(self, *roles: Role) -> tuple[UUID, ...]:
        """Roots of the subtrees the caller holds one of `roles` over; empty when there is none."""
        return tuple(grant.unit_id for grant in self.grants if grant.role in roles)
