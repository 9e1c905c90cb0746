"""The published curriculum: stable identities, each pointing at its current one of many immutable versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from repositories.tables.columns import binary, json, moment, text


class ContentRevisionRow(SQLModel, table=True):
    """Counts publications, so that a running service notices one."""

    __tablename__ = "content_revision"

    revision: int = Field(primary_key=True)
    published_at: datetime = moment()


class PublishableRow(SQLModel, table=True):
    """The identity of a skill, item, lesson or program. `revision` is the publication that last changed it.

    Withdrawn when `withdrawn_at` is set; its versions stay for the answers given to them.
    """

    __tablename__ = "publishable"

    kind: str = text(primary_key=True)
    id: str = text(primary_key=True)
    current_version: int
    revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    withdrawn_at: datetime | None = moment(nullable=True, default=None)


class PublishedVersionRow(SQLModel, table=True):
    """What was shown under an identity at one time; never changed. `revision` is the publication that brought it."""

    __tablename__ = "published_version"
    __table_args__ = (ForeignKeyConstraint(["kind", "id"], ["publishable.kind", "publishable.id"]),)

    kind: str = text(primary_key=True)
    id: str = text(primary_key=True)
    version: int = Field(primary_key=True)
    content_hash: bytes = binary()
    payload: dict[str, Any] = json()
    revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    published_at: datetime = moment()
