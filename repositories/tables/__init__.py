"""All tables, as SQLModel classes: what Alembic compares migrations with, and what authoring and administration write through.

Row-level security, the application role and its privileges stand in the migrations, because Alembic compares none of them.
"""

from repositories.tables.assessment import ExamAttemptRow, ExamPassRow, SelfResultRow
from repositories.tables.assignments import AssignmentRow
from repositories.tables.content import ContentRevisionRow, PublishableRow, PublishedVersionRow
from repositories.tables.identity import (
    EmployeeRow,
    OrganisationRow,
    OrgUnitAncestorRow,
    OrgUnitRow,
    RefreshTokenRow,
    RoleGrantRow,
)
from repositories.tables.phrases import OrganisationPhraseRow
from repositories.tables.practice import (
    CompletionRow,
    DeviceRow,
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
    "AssignmentRow",
    "CompletionRow",
    "ContentRevisionRow",
    "DeviceRow",
    "EmployeeRow",
    "ExamAttemptRow",
    "ExamPassRow",
    "FeedEpochRow",
    "LearnerRow",
    "LessonCompletionRow",
    "MemoryRow",
    "OrgUnitAncestorRow",
    "OrgUnitRow",
    "OrganisationPhraseRow",
    "OrganisationRow",
    "PracticeDayRow",
    "PublishableRow",
    "PublishedVersionRow",
    "QuarantineRow",
    "RefreshTokenRow",
    "ReviewRow",
    "RoleGrantRow",
    "SelfResultRow",
    "SkillStandingRow",
]
