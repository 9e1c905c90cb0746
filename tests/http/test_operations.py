"""/health/live, /health/ready and /metrics: what operators ask."""

from pathlib import Path

import asyncpg
import pytest

from domain.identity.scope import Role
from repositories.content.reading import Curriculum
from tests.service import PASSWORD, UNKNOWN, Bank, Clock, new_database, running_service

pytestmark = pytest.mark.anyio


async def test_a_service_that_is_well_says_so(bank: Bank) -> None:
    live, ready = [await bank.service.http.get(f"/health/{question}") for question in ("live", "ready")]
    assert (live.status_code, live.json()) == (200, {"status": "live"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "reasons": []})
    assert "retry-after" not in ready.headers


async def test_a_database_that_may_forget_is_not_ready(bank: Bank, keys_dir: Path) -> None:
    """Law 5 rests on it. Of the settings that are refused this is the one that can be set for a single database."""
    connection = await asyncpg.connect(bank.service.url)
    database = await connection.fetchval("SELECT current_database()")
    try:
        await connection.execute(f"ALTER DATABASE {database} SET synchronous_commit = off")
        async with running_service(bank.service.url, keys_dir, Clock()) as fresh:
            response = await fresh.http.get("/health/ready")
        assert response.status_code == 503
        assert response.json() == {"status": "not_ready", "reasons": ["PostgreSQL runs with synchronous_commit = off"]}
        assert int(response.headers["retry-after"]) > 0
    finally:
        await connection.execute(f"ALTER DATABASE {database} RESET synchronous_commit")
        await connection.close()


async def test_a_database_that_was_never_migrated_is_not_ready(postgres: str, keys_dir: Path) -> None:
    empty = await new_database(postgres)
    async with running_service(empty, keys_dir, Clock()) as fresh:
        response = await fresh.http.get("/health/ready")
        assert response.status_code == 503
        assert response.json()["status"] == "not_ready"
        assert response.json()["reasons"]
        assert (await fresh.http.get("/health/live")).status_code == 200


async def test_metrics_count_requests_by_operation_and_status(bank: Bank) -> None:
    def counted(text: str) -> float:
        line = 'composure_requests_total{operation="getDrill",status="200"} '
        return sum(float(each.removeprefix(line)) for each in text.splitlines() if each.startswith(line))

    phone = await bank.employee()
    before = counted((await bank.service.http.get("/metrics")).text)
    for _ in range(3):
        await phone.get("/v1/drill")
    response = await bank.service.http.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    assert counted(response.text) == before + 3


async def test_metrics_hold_nothing_personal_and_do_not_grow_with_what_is_asked(bank: Bank, curriculum: Curriculum) -> None:
    phone = await bank.employee("head", Role.MANAGER, Role.HR, staff_no="E-secret", name="欧阳机密")
    unit = bank.units["head"]
    credentials = {"organisation": bank.slug, "staff_no": phone.staff_no, "password": PASSWORD}
    await bank.service.http.post("/v1/auth/sign-in", json=credentials)
    item = next(iter(curriculum.items)).item_id
    for path in ("/v1/me", f"/v1/teams/{unit}", f"/v1/teams/{unit}/mastery", f"/v1/exports/completions?unit_id={unit}"):
        assert (await phone.call("GET", path)).status_code == 200
    await phone.submit(phone.review(item, UNKNOWN))
    for path in ("/v1/E-secret", "/v1/lessons/e-secret", "/欧阳机密"):
        await phone.call("GET", path)
    await phone.call("ESECRET", "/v1/me")
    text = (await bank.service.http.get("/metrics")).text
    ids = (str(bank.id), str(unit), str(phone.caller.employee_id))
    personal = ("secret", "SECRET", "欧阳", bank.slug, item, "127.0.0.1", "phone-1", *ids)
    for word in personal:
        assert word not in text


async def test_the_description_of_the_api_is_served(bank: Bank) -> None:
    response = await bank.service.http.get("/schema/openapi.json")
    assert response.status_code == 200
    assert response.json()["info"]["title"] == "Composure 从容"


async def test_every_answer_says_what_time_it_is(bank: Bank) -> None:
    """By this a phone finds out that its clock is wrong."""
    bank.service.clock.advance(days=1, seconds=7)
    for path in ("/health/live", "/v1/me", "/nowhere"):
        response = await bank.service.http.get(path)
        assert response.headers["date"] == "Sat, 21 Nov 2026 04:00:07 GMT"
