"""Runs migrations: on the connection the wiring hands over, or on DATABASE_URL for Alembic's own command line."""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

import repositories.tables  # noqa: F401  (registers every table)
from api.wiring.address import DatabaseAddress

LOCK_TIMEOUT = "5s"


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    """Whether a thing found in the database is compared with the code: other schemas of it are not ours."""
    return kind != "schema" or name in {None, "private"}


def run(connection: Connection) -> None:
    """Run in one transaction that gives up rather than queue behind (and so block) the running service."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_server_default=True,
        include_schemas=True,
        include_name=_is_ours,
    )
    with context.begin_transaction():
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        context.run_migrations()


async def run_on_database_url() -> None:
    """Connect as Alembic's own command line does."""
    engine = DatabaseAddress.of(os.environ["DATABASE_URL"]).engine()
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=SQLModel.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
elif (handed_over := context.config.attributes.get("connection")) is not None:
    run(handed_over)
else:
    asyncio.run(run_on_database_url())
