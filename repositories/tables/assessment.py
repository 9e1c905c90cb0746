"""Attempts at exams and the fact of passing one; and, in a schema of its own, what people found out about themselves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from repositories.tables.columns import json, moment, organisation, text


class ExamAttemptRow(SQLModel, table=True):
    """One attempt: the questions drawn, what was answered so far, and after submission the result. One is open at a time."""

    __tablename__ = "exam_attempt"
    __table_args__ = (Index("exam_attempt_open", "learner_id", unique=True, postgresql_where=sql("submitted_at IS NULL")),)

    learner_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    organisation_id: UUID = organisation()
    assessment_id: str = text()
    assessment_version: int
    pass_mark: float
    salt: UUID
    questions: dict[str, Any] = json()
    answers: dict[str, Any] = json(sa_column_kwargs={"server_default": "{}"})
    started_at: datetime = moment()
    deadline_at: datetime = moment()
    submitted_at: datetime | None = moment(nullable=True)
    result: dict[str, Any] | None = json(nullable=True)


class ExamPassRow(SQLModel, table=True):
    """Completion fact: this exam was passed then, once and for all."""

    __tablename__ = "exam_pass"

    learner_id: UUID = Field(primary_key=True)
    assessment_id: str = text(primary_key=True)
    organisation_id: UUID = organisation()
    assessment_version: int
    attempt_id: UUID
    score: float
    passed_at: datetime = moment()


class SelfResultRow(SQLModel, table=True):
    """What a person answered about themselves. Only that person reaches it, and may delete it."""

    __tablename__ = "self_result"
    __table_args__ = {"schema": "private"}

    learner_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    organisation_id: UUID = organisation()
    assessment_id: str = text()
    assessment_version: int
    answers: dict[str, Any] = json()
    profile: dict[str, Any] = json()
    taken_at: datetime = moment()
