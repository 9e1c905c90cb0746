"""All tables, as SQLModel classes: what Alembic compares migrations with, and what authoring and administration write through.

Row-level security, the application role and its privileges stand in the migrations, because Alembic compares none of them.
"""

from repositories.tables.content import ContentRevisionRow, PublishableRow, PublishedVersionRow
from repositories.tables.identity import (
    EmployeeRow,
    OrganisationRow,
    OrgUnitAncestorRow,
    OrgUnitRow,
    RefreshTokenRow,
    RoleGrantRow,
)
from repositories.tables.practice import (
    CompletionRow,
    FeedEpochRow,
    LearnerRow,
    LessonCompletionRow,
    MemoryRow,
    PracticeDayRow,
    QuarantineRow,
    ReviewRow,
    SkillStandingRow,
)

__all__ = [
    "CompletionRow",
    "ContentRevisionRow",
    "EmployeeRow",
    "FeedEpochRow",
    "LearnerRow",
    "LessonCompletionRow",
    "MemoryRow",
    "OrgUnitAncestorRow",
    "OrgUnitRow",
    "OrganisationRow",
    "PracticeDayRow",
    "PublishableRow",
    "PublishedVersionRow",
    "QuarantineRow",
    "RefreshTokenRow",
    "ReviewRow",
    "RoleGrantRow",
    "SkillStandingRow",
]
