"""Alembic as a library: migrate to head, one step, or nothing, on a given database."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from api.wiring.address import DatabaseAddress

ROOT = Path(__file__).resolve().parents[2]


def configuration() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic"))
    return config


async def migrate(database_url: str, revision: str = "head") -> None:
    """Upgrade to `revision`, or downgrade when it is `base` or a relative step such as `-1`."""

    def run(connection: Connection) -> None:
        config = configuration()
        config.attributes["connection"] = connection
        downwards = revision == "base" or revision.startswith("-")
        (command.downgrade if downwards else command.upgrade)(config, revision)

    engine = DatabaseAddress.of(database_url).engine()
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


async def check(database_url: str) -> None:
    """Fail when the tables in code and in the database differ (`alembic check`)."""

    def run(connection: Connection) -> None:
        config = configuration()
        config.attributes["connection"] = connection
        command.check(config)

    engine = DatabaseAddress.of(database_url).engine()
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()
