"""Reviews of an organisation that wait in quarantine. Scoped to it by the transaction it works in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from repositories.connection import Connection

HELD_COUNT = "SELECT count(*) FROM review_quarantine WHERE released_at IS NULL"

LEARNERS = "SELECT DISTINCT learner_id FROM review_quarantine WHERE released_at IS NULL ORDER BY learner_id"

# In the order of the fields of `HeldReview`.
HELD = """
SELECT id, payload, digest, reason, device_id, device_sent_at, received_at FROM review_quarantine
WHERE learner_id = $1 AND released_at IS NULL AND ($2::uuid IS NULL OR id > $2)
ORDER BY id LIMIT $3
"""


@dataclass(frozen=True, slots=True)
class HeldReview:
    """A review as it came, the upload it came with, and why it could not be graded then."""

    id: UUID
    payload: bytes
    digest: bytes
    reason: str
    device_id: str
    device_sent_at: str
    received_at: datetime


class HeldReviewRepository:
    """Everybody's quarantine within the transaction's organisation."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def count(self) -> int:
        """How many reviews wait."""
        count: int = await self._connection.fetchval(HELD_COUNT)
        return count

    async def learners(self) -> list[UUID]:
        """Who has a review that waits."""
        return [row[0] for row in await self._connection.fetch(LEARNERS)]

    async def held(self, learner_id: UUID, after: UUID | None, limit: int) -> list[HeldReview]:
        """The next reviews of a learner that wait, by id."""
        return [HeldReview(*row) for row in await self._connection.fetch(HELD, learner_id, after, limit)]
