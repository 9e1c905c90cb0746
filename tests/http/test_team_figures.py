"""The matrix keeps the figures of the day: they are never older than the last answer, the day, or the curriculum."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from domain.content.catalogue import Catalogue
from domain.identity.scope import Role
from tests.service import UNKNOWN, Bank, Clock, Phone, right, running_service

pytestmark = pytest.mark.anyio

SKILL = "forbidden-phrases"


async def cell(manager: Phone, unit: str, learner: Phone) -> dict[str, Any]:
    matrix = await manager.get(f"/v1/teams/{unit}/mastery")
    [row] = [row for row in matrix["members"] if row["employee_id"] == str(learner.caller.employee_id)]
    [found] = [found for found in row["cells"] if found["skill"] == SKILL]
    return dict(found)


async def assert_the_matrix_agrees_with_the_learner(manager: Phone, unit: str, learner: Phone) -> dict[str, Any]:
    seen = await cell(manager, unit, learner)
    [own] = [skill for skill in (await learner.get("/v1/mastery"))["skills"] if skill["skill"] == SKILL]
    assert seen["mastery"] == pytest.approx(own["mastery"], abs=1e-12)
    assert seen["coverage"] == pytest.approx(own["coverage"], abs=1e-12)
    for name in ("band", "last_practised_on"):
        assert seen[name] == own[name]
    return seen


@pytest.fixture
async def manager(bank: Bank) -> Phone:
    return await bank.employee("north", Role.MANAGER)


async def test_an_answer_shows_at_once(bank: Bank, manager: Phone, catalogue: Catalogue) -> None:
    unit, learner = str(bank.units["north"]), await bank.employee()
    items = [item.item_id for item in catalogue.items_by_skill[SKILL]]
    coverages = []
    for item_id in items[:4]:
        await learner.submit(learner.review(item_id, right(catalogue, item_id)))
        first = await assert_the_matrix_agrees_with_the_learner(manager, unit, learner)
        second = await assert_the_matrix_agrees_with_the_learner(manager, unit, learner)  # what the first look kept
        assert first == second
        coverages.append(first["coverage"])
    assert coverages == sorted(set(coverages))


async def test_figures_of_yesterday_are_not_those_of_today(bank: Bank, manager: Phone, catalogue: Catalogue) -> None:
    unit, learner = str(bank.units["north"]), await bank.employee()
    item_id = catalogue.items_by_skill[SKILL][0].item_id
    await learner.submit(learner.review(item_id, UNKNOWN))
    first = await assert_the_matrix_agrees_with_the_learner(manager, unit, learner)
    bank.service.clock.advance(days=3)
    later = await assert_the_matrix_agrees_with_the_learner(manager, unit, learner)
    assert later["mastery"] < first["mastery"]


async def test_figures_taken_under_another_curriculum_are_taken_anew(bank: Bank, manager: Phone, catalogue: Catalogue) -> None:
    unit, learner = str(bank.units["north"]), await bank.employee()
    item_id = catalogue.items_by_skill[SKILL][0].item_id
    await learner.submit(learner.review(item_id, right(catalogue, item_id)))
    await assert_the_matrix_agrees_with_the_learner(manager, unit, learner)
    async with bank.service.database.transaction(bank.id) as connection:
        await connection.execute(
            "UPDATE skill_standing SET figured_revision = figured_revision - 1, mastery = 0.123 WHERE learner_id = $1",
            learner.caller.employee_id,
        )
    await assert_the_matrix_agrees_with_the_learner(manager, unit, learner)


async def test_looking_never_waits_for_an_upload_and_never_keeps_figures_from_before_it(
    bank: Bank, manager: Phone, catalogue: Catalogue
) -> None:
    unit, learner = str(bank.units["north"]), await bank.employee()
    items = [item.item_id for item in catalogue.items_by_skill[SKILL]]
    await learner.submit(learner.review(items[0], UNKNOWN))
    async with bank.service.database.transaction(bank.id) as connection:
        # As an upload does: the standing is locked, and changed, and not yet committed.
        await connection.execute(
            "UPDATE skill_standing SET reviews = reviews + 1, figured_on = NULL WHERE learner_id = $1", learner.caller.employee_id
        )
        await asyncio.wait_for(cell(manager, unit, learner), timeout=5)
    async with bank.service.database.transaction(bank.id) as connection:
        kept = await connection.fetchval(
            "SELECT figured_on FROM skill_standing WHERE learner_id = $1", learner.caller.employee_id
        )
    assert kept is None


async def test_a_cold_service_answers_a_burst_larger_than_its_pool(
    bank: Bank, keys_dir: Path, clock: Clock, catalogue: Catalogue
) -> None:
    """No request may hold one connection and wait for another."""
    phones = [await bank.employee() for _ in range(12)]
    async with running_service(bank.service.url, keys_dir, clock, database_pool_size=2) as cold:
        item_id = catalogue.items_by_skill[SKILL][0].item_id
        uploads = [Phone(cold, phone.caller, phone.staff_no) for phone in phones]
        answers = await asyncio.gather(*(phone.upload(phone.review(item_id, UNKNOWN)) for phone in uploads))
    assert [answer.status_code for answer in answers] == [200] * len(phones)
