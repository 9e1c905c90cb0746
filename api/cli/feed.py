"""`composure feed …`: what an operator tells the change feed."""

from uuid import uuid4

import rich_click as click
from rich.console import Console

from api.cli.databases import on_database
from api.wiring.database import SHARED, Database
from api.wiring.settings import Settings
from repositories.feed import begin_epoch

console = Console(stderr=True)


@click.group()
def feed() -> None:
    """The change feed that devices pull."""


@feed.command("begin-epoch")
def begin() -> None:
    """Refuse every cursor given out so far: to be run after a backup was restored, before serving from it.

    Devices then offer the answers of the last 30 days again, so that nothing is lost that came after the backup, and pull
    everything anew. Harmless but for the traffic.
    """
    on_database(_begin)
    console.print("A new epoch has begun: devices offer their answers again and pull from the start.")


async def _begin(settings: Settings, url: str) -> None:
    async with (
        Database.connected(url, 1, settings.statement_timeout_ms) as connections,
        connections.transaction(SHARED) as connection,
    ):
        await begin_epoch(connection, uuid4())
