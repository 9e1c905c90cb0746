"""listLessons, getLesson, completeLesson, and the completion of a program."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.content.catalogue import Catalogue
from domain.identity.scope import Role
from tests.http.expecting import answer, expect_problem, read_lesson
from tests.service import NOON, Bank, Phone

pytestmark = pytest.mark.anyio

LESSON = "customer-psychology.behind-the-words"


async def completions(phone: Phone) -> list[dict[str, Any]]:
    async with phone.service.database.transaction(phone.caller.organisation_id) as connection:
        rows = await connection.fetch("SELECT * FROM completion WHERE learner_id = $1", phone.caller.employee_id)
    return [dict(row) for row in rows]


async def test_the_list_has_every_lesson_once_in_the_order_of_study(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    listed = await phone.get("/v1/lessons")
    assert [lesson["lesson_id"] for lesson in listed["lessons"]] == list(catalogue.lesson_order)
    assert (listed["total"], listed["next"]) == (len(catalogue.lesson_order), None)
    assert {lesson["completed_at"] for lesson in listed["lessons"]} == {None}


async def test_a_lesson_has_its_cards_in_each_language(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    shapes, titles = [], []
    for language in ("zh-Hans", "zh-Hant", "en"):
        lesson = await phone.get(f"/v1/lessons/{LESSON}", language=language)
        assert lesson["lesson_id"] == LESSON
        assert len(lesson["cards"]) == len(catalogue.lessons[LESSON].cards) > 1
        assert all(card.get("text") or card.get("lines") for card in lesson["cards"])
        shapes.append([(card["kind"], len(card.get("lines", []))) for card in lesson["cards"]])
        titles.append(str(lesson["cards"]))
    assert shapes[0] == shapes[1] == shapes[2]
    assert len(set(titles)) == 3


async def test_every_lesson_of_the_list_can_be_opened(bank: Bank) -> None:
    phone = await bank.employee()
    for listed in (await phone.get("/v1/lessons"))["lessons"]:
        lesson = await phone.get(f"/v1/lessons/{listed['lesson_id']}")
        for name in ("lesson_id", "lesson_version", "skill", "title", "minutes", "completed_at"):
            assert lesson[name] == listed[name]


async def test_reading_a_lesson_again_changes_nothing(bank: Bank) -> None:
    phone = await bank.employee()
    first = await read_lesson(phone, LESSON)
    bank.service.clock.advance(days=3)
    assert await read_lesson(phone, LESSON) == first
    assert first == {"lesson_id": LESSON, "completed_at": "2026-11-20T04:00:00Z", "programs_completed": []}
    assert (await phone.get(f"/v1/lessons/{LESSON}"))["completed_at"] == first["completed_at"]
    read = [lesson for lesson in (await phone.get("/v1/lessons"))["lessons"] if lesson["completed_at"]]
    assert [lesson["lesson_id"] for lesson in read] == [LESSON]


async def test_a_lesson_is_read_for_oneself(bank: Bank) -> None:
    reader, other = await bank.employee(), await bank.employee()
    await read_lesson(reader, LESSON)
    assert (await other.get(f"/v1/lessons/{LESSON}"))["completed_at"] is None


@pytest.mark.parametrize("path", ["/v1/lessons/no.such-lesson", "/v1/lessons/" + "a" * 80])
async def test_an_unknown_lesson_is_not_found(bank: Bank, path: str) -> None:
    phone = await bank.employee()
    expect_problem(await phone.call("GET", path), 404, "not_found")
    expect_problem(await phone.call("POST", f"{path}/completion"), 404, "not_found")


@pytest.mark.parametrize("path", ["/v1/lessons", f"/v1/lessons/{LESSON}", "/v1/mastery", "/v1/progress"])
async def test_what_phones_read_again_is_not_sent_again(bank: Bank, path: str) -> None:
    phone = await bank.employee()
    first = await phone.call("GET", path)
    again = await phone.call("GET", path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other_language = await phone.call("GET", f"{path}?language=en", headers={"If-None-Match": first.headers["etag"]})
    assert other_language.status_code == 200
    await read_lesson(phone, LESSON)
    after = await phone.call("GET", path)
    assert (after.headers["etag"] == first.headers["etag"]) is (path == "/v1/mastery")


class TestCompletion:
    """The rule of the program: every lesson read, coverage and mastery in each of its skills."""

    async def test_the_last_lesson_completes_the_program_once(self, bank: Bank, catalogue: Catalogue) -> None:
        phone = await bank.employee()
        [program] = catalogue.programs
        await answer(phone, catalogue, catalogue.items)
        *lessons, last = program.lesson_ids
        for lesson_id in lessons:
            assert (await read_lesson(phone, lesson_id))["programs_completed"] == []
        assert (await read_lesson(phone, last))["programs_completed"] == [program.program_id]
        completed_at = phone.service.clock()
        # Neither repeating it nor forgetting everything afterwards changes the fact.
        bank.service.clock.advance(days=500)
        assert (await read_lesson(phone, last))["programs_completed"] == [program.program_id]
        await answer(phone, catalogue, catalogue.items)
        [fact] = await completions(phone)
        assert (fact["program_id"], fact["program_version"]) == (program.program_id, program.version)
        assert fact["completed_at"] == completed_at
        [shown] = (await phone.get("/v1/progress"))["programs"]
        assert datetime.fromisoformat(shown["completed_at"]) == completed_at
        assert (shown["lessons_done"], shown["lessons_total"]) == (len(program.lesson_ids), len(program.lesson_ids))

    async def test_the_last_answer_completes_the_program(self, bank: Bank, catalogue: Catalogue) -> None:
        phone = await bank.employee()
        [program] = catalogue.programs
        for lesson_id in program.lesson_ids:
            await read_lesson(phone, lesson_id)
        skill, *others = catalogue.skills_of(program)
        for other in others:
            await answer(phone, catalogue, [item.item_id for item in catalogue.items_by_skill[other]])
        items = catalogue.items_by_skill[skill]
        needed = program.rule.min_coverage * sum(item.weight for item in items)
        seen = 0.0
        for item in items:
            assert seen >= needed or await completions(phone) == []
            await answer(phone, catalogue, [item.item_id])
            seen += item.weight
            assert bool(await completions(phone)) is (seen >= needed)
        assert len(await completions(phone)) == 1

    async def test_what_was_forgotten_meanwhile_does_not_complete_it(self, bank: Bank, catalogue: Catalogue) -> None:
        phone = await bank.employee()
        [program] = catalogue.programs
        *lessons, last = program.lesson_ids
        for lesson_id in lessons:
            await read_lesson(phone, lesson_id)
        await answer(phone, catalogue, catalogue.items)
        bank.service.clock.advance(days=365)
        assert (await read_lesson(phone, last))["programs_completed"] == []
        # Practice brings it back, and completes it then.
        await answer(phone, catalogue, catalogue.items)
        [fact] = await completions(phone)
        assert fact["completed_at"] == phone.service.clock()

    async def test_answering_nothing_right_completes_nothing(self, bank: Bank, catalogue: Catalogue) -> None:
        """An auditor would ask: everything read, "I don't know" to every question."""
        phone = await bank.employee()
        [program] = catalogue.programs
        await answer(phone, catalogue, catalogue.items, correctly=False)
        for lesson_id in program.lesson_ids:
            await read_lesson(phone, lesson_id)
        assert await completions(phone) == []

    async def test_ninety_days_of_diligence_complete_it_and_master_every_skill(self, bank: Bank, catalogue: Catalogue) -> None:
        """The drill alone leads there: what it asks is answered right, day by day."""
        phone = await bank.employee("north-1", Role.MANAGER)
        for day in range(90):
            bank.service.clock.now = NOON + timedelta(days=day)
            drill = await phone.get("/v1/drill")
            for step in drill["steps"]:
                if step["type"] == "lesson":
                    await read_lesson(phone, step["lesson_id"])
            asked = [step["item_id"] for step in drill["steps"] if step["type"] == "item"]
            if asked:
                await answer(phone, catalogue, asked)
        [fact] = await completions(phone)
        assert NOON < fact["completed_at"] <= phone.service.clock() < NOON + timedelta(days=90)
        skills = (await phone.get("/v1/mastery"))["skills"]
        assert {skill["band"] for skill in skills} == {"mastered"}
        assert all(skill["mastered_on"] for skill in skills)
