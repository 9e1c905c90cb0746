"""The growth path over HTTP: the drill's new items come from the learner's stage, and a passed exam opens the next."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.wiring.database import SHARED, AuthoringDatabase
from api.wiring.migrations import migrate
from domain.content.path import GrowthPath, Stage
from repositories.content.publishing import publish
from repositories.content.reading import Curriculum
from tests.curriculum import SKILLS, text
from tests.http.expecting import answer, item_steps
from tests.http.test_exams import answers, started, submitted
from tests.service import Bank, Clock, Phone, new_database, running_service

pytestmark = pytest.mark.anyio

PATH = GrowthPath(
    (
        Stage("beginner", text("beginner"), 0, "exam.beginner", SKILLS[:1] + SKILLS[3:], ()),
        Stage("intermediate", text("intermediate"), 6, "exam.intermediate", ("customer-psychology",), ()),
        Stage("advanced", text("advanced"), 24, "exam.intermediate", ("personality-styles",), ()),
    )
)


@pytest.fixture(scope="module")
async def staged(postgres: str, curriculum: Curriculum, keys_dir: Path, clock: Clock) -> AsyncIterator[Bank]:
    """A bank whose path has three stages."""
    url = await new_database(postgres)
    await migrate(url)
    async with AuthoringDatabase.connected(url) as authoring, authoring.transaction(SHARED) as session:
        await publish(session, replace(curriculum, path=PATH), clock())
    async with running_service(url, keys_dir, clock) as service:
        yield await Bank.found(service)


async def new_skills(phone: Phone) -> set[str]:
    """Skills of the new items of today's drill."""
    return {step["skill"] for step in item_steps(await phone.get("/v1/drill", size=100)) if step["reason"] == "new"}


async def test_a_beginner_gets_new_items_of_the_first_stage_only(staged: Bank) -> None:
    staged.service.clock.reset()
    phone = await staged.employee(role_started_on="2026-08-01")
    assert await new_skills(phone) == {"forbidden-phrases"}
    assert (await phone.get("/v1/assessments"))["stage"] == "beginner"


async def test_tenure_opens_the_next_stage_and_earlier_ones_follow_when_it_is_learned(staged: Bank) -> None:
    staged.service.clock.reset()
    phone = await staged.employee(role_started_on="2026-05-20")
    assert (await phone.get("/v1/assessments"))["stage"] == "intermediate"
    assert await new_skills(phone) == {"customer-psychology"}
    catalogue = await staged.service.catalogue()
    await answer(phone, catalogue, [item.item_id for item in catalogue.items_by_skill["customer-psychology"]])
    staged.service.clock.advance(days=1)
    assert await new_skills(phone) == {"forbidden-phrases"}


async def test_what_was_begun_stays_in_review_whatever_its_stage(staged: Bank) -> None:
    staged.service.clock.reset()
    phone = await staged.employee(role_started_on="2026-08-01")
    catalogue = await staged.service.catalogue()
    later = catalogue.items_by_skill["personality-styles"][0].item_id
    await answer(phone, catalogue, [later], correctly=False)
    steps = item_steps(await phone.get("/v1/drill"))
    assert [step["item_id"] for step in steps if step["reason"] == "relearn"] == [later]


async def test_a_passed_exam_opens_the_next_stage_before_its_time(staged: Bank) -> None:
    staged.service.clock.reset()
    phone = await staged.employee(role_started_on="2026-11-01")
    attempt = await started(phone)
    told = await submitted(phone, attempt, answers(attempt, await staged.service.catalogue()))
    assert told["result"]["passed"] is True
    assert (await phone.get("/v1/assessments"))["stage"] == "intermediate"
    # What was first met in the exam counts as new of that day.
    staged.service.clock.advance(days=1)
    assert await new_skills(phone) == {"customer-psychology"}
