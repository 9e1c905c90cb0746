"""Self-assessments: scored as stated, repeatable, deletable, and nobody else's business."""

from typing import Any

import asyncpg
import pytest

from domain.content.assessments import Questionnaire
from domain.content.catalogue import Catalogue
from domain.identity.scope import Role
from tests.http.expecting import expect_problem
from tests.service import Bank, Phone

pytestmark = pytest.mark.anyio


@pytest.fixture
def questionnaire(catalogue: Catalogue) -> Questionnaire:
    return next(each for each in catalogue.assessments.values() if isinstance(each, Questionnaire))


def answering(questionnaire: Questionnaire, scale: str) -> dict[str, int]:
    """Fully for one scale, and not at all for the others."""
    return {
        statement.statement_id: 5 if (statement.scale == scale) is not statement.reversed else 1
        for statement in questionnaire.statements
    }


async def submit(phone: Phone, questionnaire: Questionnaire, answers: dict[str, Any]) -> Any:
    path = f"/v1/assessments/{questionnaire.assessment_id}/self-results"
    return await phone.call("POST", path, json={"answers": answers})


async def test_the_statements_are_mixed_and_say_nothing_of_their_scale(bank: Bank, questionnaire: Questionnaire) -> None:
    path = f"/v1/assessments/{questionnaire.assessment_id}/questionnaire"
    asked = [await (await bank.employee()).get(path) for _ in range(3)]
    orders = [[statement["statement_id"] for statement in body["statements"]] for body in asked]
    assert sorted(orders[0]) == sorted(statement.statement_id for statement in questionnaire.statements)
    assert len({tuple(order) for order in orders}) == 3
    assert all(set(statement) == {"statement_id", "text"} for body in asked for statement in body["statements"])
    assert all(body["method"] and body["purpose"] for body in asked)


async def test_the_scale_that_was_agreed_with_leads(bank: Bank, questionnaire: Questionnaire) -> None:
    phone = await bank.employee()
    for scale in questionnaire.scales:
        response = await submit(phone, questionnaire, answering(questionnaire, scale.scale_id))
        assert response.status_code == 201, response.text
        scales = response.json()["scales"]
        assert {each["scale_id"]: (each["points"], each["leads"]) for each in scales} == {
            each.scale_id: (100, True) if each is scale else (0, False) for each in questionnaire.scales
        }
        assert all(each["title"] and each["reading"] for each in scales)


async def test_an_even_profile_says_so(bank: Bank, questionnaire: Questionnaire) -> None:
    response = await submit(await bank.employee(), questionnaire, dict.fromkeys(answering(questionnaire, ""), 3))
    assert response.json()["even"] is True
    assert response.json()["advice"]
    assert {scale["points"] for scale in response.json()["scales"]} == {50}


async def test_the_history_is_kept_latest_first_and_can_be_deleted(bank: Bank, questionnaire: Questionnaire) -> None:
    phone = await bank.employee()
    ids = []
    for scale in questionnaire.scales[:3]:
        ids.append((await submit(phone, questionnaire, answering(questionnaire, scale.scale_id))).json()["id"])
        bank.service.clock.advance(days=30)
    history = await phone.get("/v1/assessments/self-results")
    assert [result["id"] for result in history["results"]] == ids[::-1]
    assert history["total"] == 3
    gone = await phone.call("DELETE", f"/v1/assessments/self-results/{ids[1]}")
    assert (gone.status_code, gone.content) == (204, b"")
    expect_problem(await phone.call("DELETE", f"/v1/assessments/self-results/{ids[1]}"), 404, "not_found")
    assert [result["id"] for result in (await phone.get("/v1/assessments/self-results"))["results"]] == [ids[2], ids[0]]


async def test_law_14_a_self_assessment_belongs_to_the_person_who_took_it(bank: Bank, questionnaire: Questionnaire) -> None:
    owner = await bank.employee("north-1")
    result = (await submit(owner, questionnaire, answering(questionnaire, questionnaire.scales[0].scale_id))).json()
    for role in Role:
        other = await bank.employee("head", role)
        assert (await other.get("/v1/assessments/self-results"))["results"] == []
        expect_problem(await other.call("DELETE", f"/v1/assessments/self-results/{result['id']}"), 404, "not_found")
    assert (await owner.get("/v1/assessments/self-results"))["total"] == 1


async def test_law_14_the_role_that_reports_are_read_with_cannot_reach_the_private_schema(
    bank: Bank, questionnaire: Questionnaire
) -> None:
    await submit(await bank.employee(), questionnaire, answering(questionnaire, questionnaire.scales[0].scale_id))
    database = bank.service.database
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.transaction(bank.id) as connection:
            await connection.fetch("SELECT * FROM private.self_result")


async def test_law_14_without_the_person_the_private_schema_shows_no_row(bank: Bank, questionnaire: Questionnaire) -> None:
    owner, other = await bank.employee(), await bank.employee()
    await submit(owner, questionnaire, answering(questionnaire, questionnaire.scales[0].scale_id))
    count = "SELECT count(*) FROM private.self_result"
    for person, seen in ((None, 0), (other.caller.employee_id, 0), (owner.caller.employee_id, 1)):
        async with bank.service.database.transaction(bank.id) as connection:
            await connection.execute("SET LOCAL ROLE composure_private")
            if person is not None:
                await connection.execute(f"SET LOCAL app.person = '{person}'")
            assert await connection.fetchval(count) == seen


async def test_law_14_no_export_and_no_look_of_a_manager_changes_with_it(bank: Bank, questionnaire: Questionnaire) -> None:
    phone = await bank.employee("north-1")
    manager = await bank.employee("head", Role.MANAGER)
    hr = await bank.employee("head", Role.HR)

    async def looks() -> list[bytes]:
        matrix = await manager.call("GET", f"/v1/teams/{bank.units['head']}/mastery")
        export = await hr.call("GET", "/v1/exports/completions")
        return [matrix.content, export.content]

    before = await looks()
    await submit(phone, questionnaire, answering(questionnaire, questionnaire.scales[1].scale_id))
    assert await looks() == before


async def test_incomplete_and_foreign_answers_are_refused_and_nothing_is_kept(bank: Bank, questionnaire: Questionnaire) -> None:
    phone = await bank.employee()
    whole = answering(questionnaire, questionnaire.scales[0].scale_id)
    first = next(iter(whole))
    bad: list[tuple[dict[str, Any], int, str]] = [
        ({name: value for name, value in whole.items() if name != first}, 422, "malformed_answers"),
        ({**whole, "nonsense": 3}, 422, "malformed_answers"),
        ({**whole, first: 0}, 400, "invalid_body"),
        ({**whole, first: 6}, 400, "invalid_body"),
        ({**whole, first: 2.5}, 400, "invalid_body"),
        ({**whole, first: None}, 400, "invalid_body"),
        ({}, 400, "invalid_body"),
    ]
    for answers, status, code in bad:
        expect_problem(await submit(phone, questionnaire, answers), status, code)
    assert (await phone.get("/v1/assessments/self-results"))["total"] == 0


async def test_an_exam_is_no_questionnaire_and_a_questionnaire_no_exam(bank: Bank, questionnaire: Questionnaire) -> None:
    phone = await bank.employee()
    expect_problem(await phone.call("GET", "/v1/assessments/exam.beginner/questionnaire"), 404, "not_found")
    expect_problem(await phone.call("POST", f"/v1/assessments/{questionnaire.assessment_id}/attempts"), 404, "not_found")
