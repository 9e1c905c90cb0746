"""Accounts and refresh tokens, within the tenant of the transaction."""

from datetime import datetime
from uuid import UUID

from domain.identity.sessions import Account, Family, StoredToken
from repositories.connection import Connection

ACCOUNT = """
SELECT employee.id, employee.password_hash, organisation.is_demo
FROM employee JOIN organisation ON organisation.id = employee.organisation_id
WHERE employee.organisation_id = $1 AND employee.staff_no = $2 AND employee.active
"""

ADD_TOKEN = """
INSERT INTO refresh_token (secret_hash, organisation_id, employee_id, family_id, device_id, issued_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

# Refreshing, replaying and signing out of one session come one after the other: an end that did not see the token being made
# meanwhile would leave it alive. Each statement after the lock sees what was committed before it was granted.
LOCK_FAMILY = """
SELECT pg_advisory_xact_lock(hashtextextended(family_id::text, 0)) FROM refresh_token WHERE secret_hash = $1
"""

# The row stays locked until the transaction ends, so that two uses of one token at the same time are one use and one replay.
TAKE_TOKEN = """
SELECT refresh_token.employee_id, family_id, device_id, expires_at, used_at, revoked_at, employee.active AND (NOT is_demo OR $2)
FROM refresh_token
JOIN employee ON employee.id = refresh_token.employee_id
JOIN organisation ON organisation.id = refresh_token.organisation_id
WHERE secret_hash = $1 FOR UPDATE OF refresh_token
"""

USE_TOKEN = "UPDATE refresh_token SET used_at = $2 WHERE secret_hash = $1"

REVOKE_FAMILY = "UPDATE refresh_token SET revoked_at = $2 WHERE family_id = $1 AND revoked_at IS NULL"

# The row of a device is the lock between signing in, refreshing and revoking: whoever comes second sees what the first did.
SEE_DEVICE = """
INSERT INTO device (learner_id, id, organisation_id, first_seen_at, last_seen_at) VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (learner_id, id) DO UPDATE SET last_seen_at = greatest(device.last_seen_at, excluded.last_seen_at)
WHERE device.revoked_at IS NULL
RETURNING id
"""

FORGET_EXPIRED = "DELETE FROM refresh_token WHERE employee_id = $1 AND expires_at < $2"


class SessionRepository:
    """Accounts and refresh tokens of one organisation. Implements `domain.identity.sessions.SessionStore`."""

    def __init__(self, connection: Connection, organisation_id: UUID) -> None:
        self._connection = connection
        self._organisation_id = organisation_id

    async def account(self, staff_no: str) -> Account | None:
        """The active employee with that staff number."""
        row = await self._connection.fetchrow(ACCOUNT, self._organisation_id, staff_no)
        return None if row is None else Account(*row)

    async def add(self, secret_hash: bytes, employee_id: UUID, family: Family, issued_at: datetime, expires_at: datetime) -> None:
        """Keep a new token, and forget those of the employee that have expired."""
        await self._connection.execute(FORGET_EXPIRED, employee_id, issued_at)
        await self._connection.execute(
            ADD_TOKEN, secret_hash, self._organisation_id, employee_id, family.id, family.device_id, issued_at, expires_at
        )

    async def admit_device(self, employee_id: UUID, device_id: str, now: datetime) -> bool:
        """Note that the device was seen; False when its owner has revoked it."""
        seen = await self._connection.fetchval(SEE_DEVICE, employee_id, device_id, self._organisation_id, now)
        return seen is not None

    async def take(self, secret_hash: bytes, *, demo: bool) -> StoredToken | None:
        """The token, locked with its family until the transaction ends."""
        await self._connection.execute(LOCK_FAMILY, secret_hash)
        row = await self._connection.fetchrow(TAKE_TOKEN, secret_hash, demo)
        return None if row is None else StoredToken(row[0], Family(row[1], row[2]), *row[3:])

    async def use(self, secret_hash: bytes, now: datetime) -> None:
        """Mark the token as used: seen again, it is a replay."""
        await self._connection.execute(USE_TOKEN, secret_hash, now)

    async def revoke_family(self, family_id: UUID, now: datetime) -> None:
        """End the session the family belongs to, on whichever device it was."""
        await self._connection.execute(REVOKE_FAMILY, family_id, now)
