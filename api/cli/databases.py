"""The database a command works on: the one that is set, or the embedded one, started and stopped around the work."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from api.wiring.embedded import embedded_postgres, locked_folder
from api.wiring.settings import Settings

T = TypeVar("T")


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The address of the database: the one that is set, or the embedded one for as long as the block lasts."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    with locked_folder(settings.data_dir), embedded_postgres(settings.data_dir / "postgres") as url:
        yield url


def on_database(work: Callable[[Settings, str], Awaitable[None]]) -> None:
    """Do `work` on the database, starting and stopping the embedded one around it."""
    settings = Settings.from_environment()
    with database(settings) as url:
        asyncio.run(_awaited(work(settings, url)))


async def _awaited(work: Awaitable[T]) -> T:
    return await work
