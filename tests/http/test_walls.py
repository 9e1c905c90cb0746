"""Laws 12 and 13: what lies outside the caller's scope is not there, by the application and by the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
import httpx
import pytest

from domain.content.catalogue import Catalogue
from domain.identity.scope import Role
from tests.http.expecting import answer, expect_problem, read_lesson, without_request_id
from tests.http.test_exams import answers, started, submitted
from tests.service import PASSWORD, Bank, Phone

pytestmark = pytest.mark.anyio

# The schema `private` has walls and a role of its own: tests/http/test_questionnaires.py.
# Alembic's own table: one revision number, nothing of anybody, and /health/ready reads it.
NOT_WALLED = {"alembic_version"}

TABLES = """
SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND nspname NOT IN ('pg_catalog', 'information_schema', 'private')
  AND nspname !~ '^pg_toast'
ORDER BY relname
"""


@dataclass
class Walled:
    """A bank in which every kind of row exists."""

    bank: Bank
    learner: Phone
    connection: asyncpg.Connection
    tables: list[str]

    async def counts(self, condition: str = "true") -> dict[str, int]:
        return {table: await self.connection.fetchval(f"SELECT count(*) FROM {table} WHERE {condition}") for table in self.tables}

    async def tables_with_organisation(self) -> list[str]:
        rows = await self.connection.fetch(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'organisation_id' AND table_schema = 'public'"
        )
        return sorted(row[0] for row in rows)


@asynccontextmanager
async def rolled_back(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """A transaction that leaves nothing."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


@pytest.fixture
async def walled(bank: Bank, catalogue: Catalogue) -> AsyncIterator[Walled]:
    learner = await bank.employee("north-1", Role.MANAGER)
    await answer(learner, catalogue, catalogue.items)
    for lesson_id in catalogue.lesson_order:
        await read_lesson(learner, lesson_id)
    await learner.submit("rubbish")
    attempt = await started(learner)
    await submitted(learner, attempt, answers(attempt, catalogue))
    author = await bank.employee("head", Role.AUTHOR)
    own = {"phrase": "不归我管", "why": "推诿", "instead": "我帮您问"}
    assert (await author.call("PUT", "/v1/phrases/own/not-mine", json=own)).status_code == 200
    given = {"id": str(uuid4()), "program_id": "conversations", "unit_id": str(bank.units["north-1"]), "due_on": "2026-12-01"}
    assert (await learner.call("POST", "/v1/assignments", json=given)).status_code == 200
    credentials = {"organisation": bank.slug, "staff_no": learner.staff_no, "password": PASSWORD}
    assert (await bank.service.http.post("/v1/auth/sign-in", json=credentials)).status_code == 200
    connection = await asyncpg.connect(bank.service.url)
    try:
        tables = [row[0] for row in await connection.fetch(TABLES) if row[0] not in NOT_WALLED]
        yield Walled(bank, learner, connection, tables)
    finally:
        await connection.close()


async def outsiders(bank: Bank) -> dict[str, Phone]:
    other = await Bank.found(bank.service)
    return {
        "manager of a sibling": await bank.employee("south", Role.MANAGER),
        "manager of a child": await bank.employee("north-1", Role.MANAGER),
        "learner of the unit": await bank.employee("north"),
        "author and admin": await bank.employee("head", Role.AUTHOR, Role.ADMIN),
        "HR of another bank": await other.employee("head", Role.HR, Role.MANAGER),
    }


@pytest.mark.parametrize("operation", ["/v1/teams/{}", "/v1/teams/{}/mastery", "/v1/exports/completions?unit_id={}"])
async def test_law_12_a_foreign_unit_and_a_missing_one_look_the_same(bank: Bank, operation: str) -> None:
    insider = await bank.employee("north", Role.MANAGER, Role.HR)
    assert (await insider.call("GET", operation.format(bank.units["north"]))).status_code == 200
    told: dict[str, httpx.Response] = {}
    for who, phone in (await outsiders(bank)).items():
        told[who] = await phone.call("GET", operation.format(bank.units["north"]))
        told[f"{who}, nowhere"] = await phone.call("GET", operation.format(uuid4()))
    told["insider, above"] = await insider.call("GET", operation.format(bank.units["head"]))
    told["insider, nowhere"] = await insider.call("GET", operation.format(uuid4()))
    bodies, headers = [], []
    for response in told.values():
        expect_problem(response, 404, "not_found")
        bodies.append(without_request_id(response))
        headers.append({name: value for name, value in response.headers.items() if name != "x-request-id"})
    assert bodies == [bodies[0]] * len(bodies)
    assert headers == [headers[0]] * len(headers)


async def test_law_12_an_export_is_for_hr_and_a_manager_gets_what_nobody_gets(bank: Bank) -> None:
    manager = await bank.employee("head", Role.MANAGER, Role.ADMIN, Role.AUTHOR)
    learner = await bank.employee("head")
    for phone in (manager, learner):
        for query in ("", f"?unit_id={bank.units['head']}", f"?unit_id={uuid4()}"):
            expect_problem(await phone.call("GET", f"/v1/exports/completions{query}"), 404, "not_found")


async def test_a_role_taken_back_is_gone_with_the_next_request(bank: Bank) -> None:
    manager = await bank.employee("north", Role.MANAGER)
    path = f"/v1/teams/{bank.units['north']}"
    assert (await manager.call("GET", path)).status_code == 200
    async with bank.service.database.transaction(bank.id) as connection:
        await connection.execute("DELETE FROM role_grant WHERE employee_id = $1", manager.caller.employee_id)
    expect_problem(await manager.call("GET", path), 404, "not_found")


async def test_law_13_without_a_tenant_every_table_shows_zero_rows(walled: Walled) -> None:
    everything = await walled.counts()
    assert everything
    assert all(everything.values()), "the fixture fills every table, or this test shows nothing"
    await walled.connection.execute("SET ROLE composure_app")
    assert await walled.counts() == dict.fromkeys(walled.tables, 0)
    for setting in ("SET app.org = ''", "SET app.organisation_slug = ''"):
        await walled.connection.execute(setting)
        assert await walled.counts() == dict.fromkeys(walled.tables, 0)


async def test_law_13_another_tenants_rows_are_invisible(walled: Walled) -> None:
    other = await Bank.found(walled.bank.service)
    tables = await walled.tables_with_organisation()
    assert set(tables) < set(walled.tables)
    for table in tables:
        foreign = f"SELECT count(*) FROM {table} WHERE organisation_id = '{walled.bank.id}'"
        assert await walled.connection.fetchval(foreign) > 0
        async with walled.bank.service.database.transaction(other.id) as connection:
            assert await connection.fetchval(foreign) == 0, table
            assert await connection.fetchval(f"SELECT count(*) FROM {table} WHERE organisation_id <> '{other.id}'") == 0, table
    async with walled.bank.service.database.transaction(other.id) as connection:
        assert [row["id"] for row in await connection.fetch("SELECT id FROM organisation")] == [other.id]


async def test_law_13_the_short_name_shows_one_organisation_and_nothing_else(walled: Walled) -> None:
    await Bank.found(walled.bank.service)
    await walled.connection.execute("SET ROLE composure_app")
    await walled.connection.execute(f"SET app.organisation_slug = '{walled.bank.slug}'")
    assert await walled.counts() == {**dict.fromkeys(walled.tables, 0), "organisation": 1}


async def test_law_13_nothing_can_be_written_into_another_tenant(walled: Walled) -> None:
    other = await Bank.found(walled.bank.service)
    thief = await other.employee()
    victim = walled.learner.caller.employee_id
    database = walled.bank.service.database
    async with database.transaction(other.id) as connection:
        for statement in (
            f"UPDATE learner SET language = 'en' WHERE learner_id = '{victim}'",
            f"UPDATE employee SET active = false WHERE id = '{victim}'",
            f"DELETE FROM memory WHERE learner_id = '{victim}'",
            f"DELETE FROM role_grant WHERE employee_id = '{victim}'",
        ):
            assert (await connection.execute(statement)).split()[-1] == "0"
    for statement in (
        f"UPDATE employee SET organisation_id = '{walled.bank.id}' WHERE id = '{thief.caller.employee_id}'",
        f"""INSERT INTO role_grant (employee_id, role, unit_id, organisation_id)
            VALUES ('{thief.caller.employee_id}', 'hr', '{walled.bank.units["head"]}', '{walled.bank.id}')""",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with database.transaction(other.id) as connection:
                await connection.execute(statement)


async def test_law_13_the_owner_is_subject_to_the_walls_too(walled: Walled) -> None:
    """Migrations run as the owner, which on a real server is no superuser: made the owner here, it sees nothing either."""
    async with rolled_back(walled.connection):
        await walled.connection.execute("CREATE ROLE an_owner NOLOGIN")
        await walled.connection.execute("GRANT USAGE ON SCHEMA public TO an_owner")
        for table in walled.tables:
            await walled.connection.execute(f"ALTER TABLE {table} OWNER TO an_owner")
        await walled.connection.execute("SET LOCAL ROLE an_owner")
        assert await walled.counts() == dict.fromkeys(walled.tables, 0)


async def test_law_13_the_service_works_as_a_role_that_owns_nothing_and_bypasses_nothing(walled: Walled) -> None:
    async with walled.bank.service.database.transaction(walled.bank.id) as connection:
        role = await connection.fetchrow("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert tuple(role) == ("composure_app", False, False)
        owned = await connection.fetchval("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
        assert owned == 0


async def test_law_13_the_tenant_ends_with_its_transaction(walled: Walled) -> None:
    """The pool hands the same connection to another tenant next."""
    database = walled.bank.service.database
    for _ in range(3):
        async with database.transaction(walled.bank.id) as connection:
            assert await connection.fetchval("SELECT count(*) FROM employee") > 0
        async with database._pool.acquire() as connection:
            assert not await connection.fetchval("SELECT current_setting('app.org', true)")
            assert await connection.fetchval("SELECT current_user") != "composure_app"
