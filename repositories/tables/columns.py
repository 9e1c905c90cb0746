"""Columns that many tables share. Each call makes a new one, as SQLAlchemy wants."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlmodel import Field


def moment(**options: Any) -> datetime:
    """A point in time, with zone."""
    field: datetime = Field(sa_type=DateTime(timezone=True), **options)
    return field


def text(**options: Any) -> str:
    """Text without a limit of its own; limits stand in the contract."""
    field: str = Field(sa_type=Text, **options)
    return field


def json(**options: Any) -> dict[str, Any]:
    """A JSON document."""
    field: dict[str, Any] = Field(sa_type=JSONB, **options)
    return field


def binary(**options: Any) -> bytes:
    """Bytes."""
    field: bytes = Field(sa_type=BYTEA, **options)
    return field


def organisation() -> UUID:
    """The tenant that row-level security compares with. No foreign key: the hot tables must distribute without one."""
    field: UUID = Field(nullable=False)
    return field
