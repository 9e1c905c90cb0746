"""Refresh tokens rotate: each works once, and one that comes back ends the session, because somebody copied it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Account:
    """What signing in needs of an employee."""

    employee_id: UUID
    password_hash: str | None
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Family:
    """The refresh tokens of one session, and the device it was begun on, if it said which."""

    id: UUID
    device_id: str | None


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A refresh token as kept; `allowed` says that its employee may still sign in here."""

    employee_id: UUID
    family: Family
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    allowed: bool


class Refresh(StrEnum):
    """What to do with a refresh token that was handed in."""

    CONTINUE = "continue"
    REFUSE = "refuse"
    END_FAMILY = "end_family"


def judge_refresh(token: StoredToken | None, now: datetime) -> Refresh:
    """A token used before ends its whole family; one unknown, revoked, expired or of a closed account is refused."""
    if token is None or token.revoked_at is not None:
        return Refresh.REFUSE
    if token.used_at is not None:
        return Refresh.END_FAMILY
    return Refresh.CONTINUE if token.allowed and now < token.expires_at else Refresh.REFUSE


class SessionStore(Protocol):
    """Accounts and refresh tokens of one organisation."""

    async def account(self, staff_no: str) -> Account | None:
        """The active employee with that staff number."""
        ...

    async def add(self, secret_hash: bytes, employee_id: UUID, family: Family, issued_at: datetime, expires_at: datetime) -> None:
        """Keep a new token."""
        ...

    async def admit_device(self, employee_id: UUID, device_id: str, now: datetime) -> bool:
        """Note that the device was seen; False when its owner has revoked it."""
        ...

    async def take(self, secret_hash: bytes, *, demo: bool) -> StoredToken | None:
        """The token, locked until the transaction ends."""
        ...

    async def use(self, secret_hash: bytes, now: datetime) -> None:
        """Mark the token as used."""
        ...

    async def revoke_family(self, family_id: UUID, now: datetime) -> None:
        """End a session."""
        ...
