"""One learner's devices. Implements `domain.practice.device.DeviceStore`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.identity.scope import Caller
from domain.practice.device import Device, DeviceRevoked, NumberRange
from repositories.connection import Connection

# Numbers from 1 up to the highest that never arrived.
GAPS = "CASE WHEN isempty(received) THEN received ELSE int8multirange(int8range(1, upper(received))) - received END"

DEVICE_COLUMNS = f"id, name, platform, first_seen_at, last_seen_at, revoked_at, coalesce(upper(received) - 1, 0), {GAPS}"

REGISTER = f"""
INSERT INTO device (learner_id, id, organisation_id, name, platform, first_seen_at, last_seen_at)
VALUES ($1, $2, $3, $4, $5, $6, $6)
ON CONFLICT (learner_id, id) DO UPDATE SET
    name = excluded.name, platform = excluded.platform, last_seen_at = greatest(device.last_seen_at, excluded.last_seen_at)
WHERE device.revoked_at IS NULL
RETURNING {DEVICE_COLUMNS}
"""

DEVICES = f"SELECT {DEVICE_COLUMNS} FROM device WHERE learner_id = $1 ORDER BY last_seen_at DESC, id LIMIT $2"

DEVICE_COUNT = "SELECT count(*) FROM device WHERE learner_id = $1"

REVOKE = "UPDATE device SET revoked_at = coalesce(revoked_at, $3) WHERE learner_id = $1 AND id = $2 RETURNING revoked_at"

# The same lock as refreshing takes, and before the device's row as there: the two must not wait for each other.
LOCK_SESSIONS = """
SELECT pg_advisory_xact_lock(hashtextextended(family_id::text, 0))
FROM (SELECT DISTINCT family_id FROM refresh_token WHERE employee_id = $1 AND device_id = $2 ORDER BY family_id) AS family
"""

END_SESSIONS = "UPDATE refresh_token SET revoked_at = $3 WHERE employee_id = $1 AND device_id = $2 AND revoked_at IS NULL"


def ranges_from(multirange: Sequence[Any]) -> list[NumberRange]:
    """Ranges as asyncpg reads them, their upper bound not included."""
    return [NumberRange(each.lower, each.upper - 1) for each in multirange]


class DeviceRepository:
    """The caller's own devices. `now` is when the transaction's request came in."""

    def __init__(self, connection: Connection, caller: Caller, now: datetime) -> None:
        self._connection = connection
        self._caller = caller
        self._now = now

    async def register(self, device_id: str, name: str, platform: str | None) -> Device:
        """Name a device. Raises `DeviceRevoked`."""
        row = await self._connection.fetchrow(
            REGISTER, self._caller.employee_id, device_id, self._caller.organisation_id, name, platform, self._now
        )
        if row is None:
            raise DeviceRevoked
        return _device(row)

    async def devices(self, limit: int) -> list[Device]:
        """The `limit` seen last, the last one first."""
        return [_device(row) for row in await self._connection.fetch(DEVICES, self._caller.employee_id, limit)]

    async def device_count(self) -> int:
        """How many there are."""
        count: int = await self._connection.fetchval(DEVICE_COUNT, self._caller.employee_id)
        return count

    async def revoke(self, device_id: str) -> bool:
        """Revoke it and end the sessions begun on it; whether there is such a device."""
        learner_device = (self._caller.employee_id, device_id, self._now)
        await self._connection.execute(LOCK_SESSIONS, *learner_device[:2])
        if await self._connection.fetchval(REVOKE, *learner_device) is None:
            return False
        await self._connection.execute(END_SESSIONS, *learner_device)
        return True


def _device(row: Sequence[Any]) -> Device:
    return Device(*(*row[:7], ranges_from(row[7])))
