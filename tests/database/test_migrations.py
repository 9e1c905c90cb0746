"""Migrations: up, down and up again on real PostgreSQL, in line with the tables in code."""

import asyncpg
import pytest

from api.wiring.migrations import check, migrate
from tests.service import new_database

pytestmark = pytest.mark.anyio


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {row["tablename"] for row in rows}
    finally:
        await connection.close()


async def test_up_down_up_and_no_difference_to_the_code(postgres: str) -> None:
    url = await new_database(postgres)
    await migrate(url)
    after_up = await tables(url)
    await migrate(url, "base")
    assert await tables(url) == {"alembic_version"}
    await migrate(url)
    assert await tables(url) == after_up
    await check(url)


async def test_each_step_down_can_be_taken_up_again(postgres: str) -> None:
    url = await new_database(postgres)
    await migrate(url)
    after_up = await tables(url)
    await migrate(url, "-1")
    await migrate(url)
    assert await tables(url) == after_up


async def test_every_table_forces_row_level_security(postgres: str) -> None:
    url = await new_database(postgres)
    await migrate(url)
    connection = await asyncpg.connect(url)
    open_tables = await connection.fetch(
        """SELECT relname FROM pg_class WHERE relnamespace::regnamespace::text IN ('public', 'private') AND relkind IN ('r', 'p')
           AND relname <> 'alembic_version' AND NOT (relrowsecurity AND relforcerowsecurity)"""
    )
    await connection.close()
    assert [row["relname"] for row in open_tables] == []


async def test_a_second_database_of_the_same_cluster_migrates_too(postgres: str) -> None:
    """The application role belongs to the cluster: it is there already."""
    for _ in range(2):
        await migrate(await new_database(postgres))
