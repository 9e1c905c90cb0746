"""The database gone, or going while a request is under way: 503 with Retry-After, nothing lost, and back without a restart."""

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import anyio
import asyncpg
import httpx
import pytest

from api.auth.credentials import new_refresh_token
from domain.identity.scope import Caller
from tests.http.expecting import expect_problem
from tests.service import NOON, UNKNOWN, Bank, Clock, Phone, Service, running_service

pytestmark = pytest.mark.anyio

ITEM = "phrases.ten.belongs"
UNIT = UUID(int=1)
LESSON = "customer-psychology.behind-the-words"
SIGN_IN = {"organisation": "harbour", "staff_no": "L001", "password": "x"}
UPLOAD = {"sent_at": NOON.isoformat(), "device_id": "d", "reviews": ["rubbish is kept, so this too needs the database"]}
TOKEN = {"refresh_token": new_refresh_token(UUID(int=2))}


@pytest.fixture
def nowhere() -> Iterator[str]:
    """An address at which nothing listens: the port is taken for as long as the test runs, by a socket that does not listen."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"postgresql://nobody@127.0.0.1:{taken.getsockname()[1]}/nothing"


@pytest.fixture
async def stranded(nowhere: str, keys_dir: Path, clock: Clock) -> AsyncIterator[Service]:
    clock.reset()
    async with running_service(nowhere, keys_dir, clock) as service:
        yield service


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/auth/sign-in", SIGN_IN),
        ("POST", "/v1/auth/refresh", TOKEN),
        ("POST", "/v1/auth/sign-out", TOKEN),
        ("GET", "/v1/me", None),
        ("PATCH", "/v1/me", {"new_per_day": 3}),
        ("GET", "/v1/drill", None),
        ("POST", "/v1/reviews", UPLOAD),
        ("GET", "/v1/lessons", None),
        ("GET", f"/v1/lessons/{LESSON}", None),
        ("POST", f"/v1/lessons/{LESSON}/completion", None),
        ("GET", "/v1/mastery", None),
        ("GET", "/v1/progress", None),
        ("GET", f"/v1/teams/{UNIT}", None),
        ("GET", f"/v1/teams/{UNIT}/mastery", None),
        ("GET", "/v1/exports/completions", None),
        ("GET", f"/v1/exports/completions?unit_id={UNIT}", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_every_operation_says_try_again(stranded: Service, method: str, path: str, body: Any) -> None:
    phone = Phone(stranded, Caller(uuid4(), uuid4()), "E-1")
    response = await phone.call(method, path, **({} if body is None else {"json": body}))
    problem = expect_problem(response, 503, "unavailable")
    assert int(response.headers["retry-after"]) > 0
    assert "127.0.0.1" not in problem["detail"]


async def test_what_needs_no_database_goes_on(stranded: Service) -> None:
    for path in ("/health/live", "/metrics", "/.well-known/jwks.json", "/schema/openapi.json"):
        assert (await stranded.http.get(path)).status_code == 200, path


async def test_it_is_alive_and_not_ready(stranded: Service) -> None:
    response = await stranded.http.get("/health/ready")
    assert response.status_code == 503
    [reason] = response.json()["reasons"]
    assert response.json()["status"] == "not_ready"
    assert reason.startswith("the database is away")
    assert int(response.headers["retry-after"]) > 0


async def test_who_may_not_call_is_told_so_without_a_database(stranded: Service) -> None:
    expect_problem(await stranded.http.get("/v1/drill"), 401, "missing_token")


async def test_a_connection_killed_in_the_middle_is_a_503_and_the_retry_is_new(bank: Bank) -> None:
    """The upload waits for the learner's row, which another session holds, when its connection is ended."""
    phone = await bank.employee()
    review = phone.review(ITEM, UNKNOWN)
    holder = await asyncpg.connect(bank.service.url)
    observer = await asyncpg.connect(bank.service.url)
    answers: list[httpx.Response] = []

    async def upload() -> None:
        answers.append(await phone.upload(review))

    try:
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute("SELECT 1 FROM learner WHERE learner_id = $1 FOR UPDATE", phone.caller.employee_id)
        async with anyio.create_task_group() as together:
            together.start_soon(upload)
            await _kill_who_waits_for(observer, holder.get_server_pid())
        [response] = answers
        expect_problem(response, 503, "unavailable")
        assert int(response.headers["retry-after"]) > 0
        await transaction.rollback()
    finally:
        await holder.close()
        await observer.close()
    assert await phone.review_rows() == []
    [result] = await phone.submit(review)
    assert result["status"] == "accepted"
    assert len(await phone.review_rows()) == 1


async def test_connections_killed_while_nobody_used_them_cost_nobody_more_than_a_retry(bank: Bank) -> None:
    """As after a restart of the database: every connection of the pool is dead, and the pool heals."""
    phone = await bank.employee()

    async with anyio.create_task_group() as together:
        for _ in range(8):
            together.start_soon(phone.call, "GET", "/v1/drill")
    # SQLAlchemy's pool, through which tests found banks, is not what is tested here: it is emptied before.
    await bank.service.authoring._engine.dispose()
    observer = await asyncpg.connect(bank.service.url)
    try:
        await observer.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        )
    finally:
        await observer.close()
    answers = [await phone.call("GET", "/v1/drill") for _ in range(20)]
    for response in answers:
        if response.status_code != 200:
            expect_problem(response, 503, "unavailable")
    assert answers[-1].status_code == 200


async def _kill_who_waits_for(observer: asyncpg.Connection, holder_pid: int) -> None:
    with anyio.fail_after(20):
        while True:
            killed = await observer.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))", holder_pid
            )
            if killed:
                return
