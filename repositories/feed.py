"""The epoch of the change feed."""

from uuid import UUID

from repositories.connection import Connection

EPOCH = "SELECT epoch FROM feed_epoch ORDER BY began_at DESC LIMIT 1"


async def read_epoch(connection: Connection) -> UUID:
    """The epoch that began last."""
    epoch: UUID = await connection.fetchval(EPOCH)
    return epoch
