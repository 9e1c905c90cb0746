"""What learners do and what follows from it. `learner_id` is first in every key, so that tables can be distributed by it.

No foreign keys: the uploading transaction holds the learner's row, ids of items are checked against the catalogue, and a key
check for each of a thousand reviews would cost more than the insert (docs/decisions/0004).
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Interval
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE
from sqlmodel import Field, SQLModel

from repositories.tables.columns import binary, json, moment, organisation, text


class LearnerRow(SQLModel, table=True):
    """Preferences, and the sequence of changes whose row lock serialises one learner's uploads."""

    __tablename__ = "learner"

    learner_id: UUID = Field(primary_key=True)
    organisation_id: UUID = organisation()
    sequence: int = Field(default=0, sa_column_kwargs={"server_default": "0"}, sa_type=BigInteger)
    time_zone: str = text()
    language: str = text()
    daily_goal_minutes: int
    new_per_day: int
    days_off: dict[str, Any] = json()


class ReviewRow(SQLModel, table=True):
    """One answer, for ever: the application role may insert and read it, and nothing else."""

    __tablename__ = "review"

    learner_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    organisation_id: UUID = organisation()
    item_id: str = text()
    item_version: int
    skill: str = text()
    origin: str = text(sa_column_kwargs={"server_default": "drill"})
    device_id: str = text()
    device_answered_at: str = text()
    device_sent_at: str = text()
    received_at: datetime = moment()
    skew_ms: int = Field(sa_type=BigInteger)
    clamped: bool
    answered_at: datetime = moment()
    time_zone: str = text()
    practice_day: date
    response: dict[str, Any] = json()
    digest: bytes = binary()
    latency_ms: int | None = None
    confidence: int | None = None
    device_sequence: int | None = Field(default=None, sa_type=BigInteger)
    correct: bool
    score: float
    chance: float
    prior_known: float
    algorithm: str = text()
    parameter_set: str = text()
    before_stability: float | None = None
    before_difficulty: float | None = None
    after_stability: float
    after_difficulty: float
    after_due_on: date
    after_last_practice_day: date
    after_lapses: int
    after_repetitions: int


class QuarantineRow(SQLModel, table=True):
    """A review that could not be graded, as it came, until it can be."""

    __tablename__ = "review_quarantine"

    learner_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    organisation_id: UUID = organisation()
    device_id: str = text()
    device_sent_at: str = text()
    received_at: datetime = moment()
    payload: bytes = binary()
    digest: bytes = binary()
    reason: str = text()
    detail: str = text()
    released_at: datetime | None = moment(nullable=True, default=None)


class DeviceRow(SQLModel, table=True):
    """A device of a learner. `skew` is how far its clock was behind when that was first found.

    `received` are the numbers of its reviews that arrived: gaps show in it. It stops growing when it has become very ragged,
    which only a client does that makes its numbers up.
    """

    __tablename__ = "device"
    __table_args__ = {"postgresql_with": {"fillfactor": "85"}}

    learner_id: UUID = Field(primary_key=True)
    id: str = text(primary_key=True)
    organisation_id: UUID = organisation()
    name: str | None = text(nullable=True, default=None)
    platform: str | None = text(nullable=True, default=None)
    first_seen_at: datetime = moment()
    last_seen_at: datetime = moment()
    revoked_at: datetime | None = moment(nullable=True, default=None)
    skew: timedelta | None = Field(default=None, sa_type=Interval)
    received: Any = Field(sa_type=INT8MULTIRANGE, sa_column_kwargs={"server_default": "{}"})


class MemoryRow(SQLModel, table=True):
    """The fold of one learner's reviews of one item; can be rebuilt from them at any time."""

    __tablename__ = "memory"
    # Room for heap-only updates: nothing but the key is indexed, so a new state can stay on its page.
    __table_args__ = {"postgresql_with": {"fillfactor": "85"}}

    learner_id: UUID = Field(primary_key=True)
    item_id: str = text(primary_key=True)
    organisation_id: UUID = organisation()
    skill: str = text()
    stability: float
    difficulty: float
    first_practice_day: date
    last_practice_day: date
    due_on: date
    repetitions: int
    lapses: int
    relearning: bool
    last_answered_at: datetime = moment()
    last_review_id: UUID
    sequence: int = Field(sa_type=BigInteger)


class PracticeDayRow(SQLModel, table=True):
    """Sums of one learner's practice day."""

    __tablename__ = "practice_day"

    learner_id: UUID = Field(primary_key=True)
    day: date = Field(primary_key=True)
    organisation_id: UUID = organisation()
    reviews: int
    correct: int
    practised_ms: int = Field(sa_type=BigInteger)


class SkillStandingRow(SQLModel, table=True):
    """How far a learner is with a skill: answers and items seen, when first mastered, and the figures of one practice day.

    Mastery falls by the day, so its figures hold for the day `figured_on` under the curriculum `figured_revision`, and until the
    next answer, which clears them. They are a cache of the fold over memories, filled when a manager looks.
    """

    __tablename__ = "skill_standing"

    learner_id: UUID = Field(primary_key=True)
    skill: str = text(primary_key=True)
    organisation_id: UUID = organisation()
    items_seen: int
    reviews: int
    last_practised_on: date
    mastered_on: date | None = None
    figured_on: date | None = None
    figured_revision: int | None = None
    mastery: float | None = None
    coverage: float | None = None
    stable: bool | None = None


class LessonCompletionRow(SQLModel, table=True):
    """A lesson read, under the version it had then."""

    __tablename__ = "lesson_completion"

    learner_id: UUID = Field(primary_key=True)
    lesson_id: str = text(primary_key=True)
    organisation_id: UUID = organisation()
    lesson_version: int
    sequence: int = Field(default=0, sa_column_kwargs={"server_default": "0"}, sa_type=BigInteger)
    completed_at: datetime = moment()


class CompletionRow(SQLModel, table=True):
    """A program's rule met, under the version it had then: a fact that is never changed."""

    __tablename__ = "completion"

    learner_id: UUID = Field(primary_key=True)
    program_id: str = text(primary_key=True)
    organisation_id: UUID = organisation()
    program_version: int
    completed_at: datetime = moment()


class FeedEpochRow(SQLModel, table=True):
    """The epoch that cursors carry; a restored database gets a new one, so that cursors from its lost future are refused."""

    __tablename__ = "feed_epoch"

    epoch: UUID = Field(primary_key=True)
    began_at: datetime = moment()
