"""Programs given to units and people: by whom, seen by whom, and in the change feed of those they reach."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.identity.scope import Role
from domain.mastery.assignments import OwnAssignment, standing_of
from tests.http.expecting import expect_problem, without_request_id
from tests.service import NOON, Bank, Phone

pytestmark = pytest.mark.anyio

PROGRAM = "conversations"
DUE = "2026-12-01"


def wanted(**fields: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "program_id": PROGRAM, "due_on": DUE, "grace_days": 7, **fields}


async def give(giver: Phone, **fields: Any) -> httpx.Response:
    return await giver.call("POST", "/v1/assignments", json=wanted(**fields))


async def own(phone: Phone) -> list[dict[str, Any]]:
    body = await phone.get("/v1/assignments")
    assert body["total"] == len(body["own"])
    assignments: list[dict[str, Any]] = body["own"]
    return assignments


async def test_an_assignment_reaches_everybody_below_its_unit_and_nobody_else(bank: Bank) -> None:
    manager = await bank.employee("north", Role.MANAGER)
    below, beside = await bank.employee("north-1"), await bank.employee("south-1")
    given = await give(manager, unit_id=str(bank.units["north"]))
    assert given.status_code == 200, given.text
    [assignment] = await own(below)
    assert assignment == {
        "assignment_id": given.json()["assignment_id"],
        "program_id": PROGRAM,
        "due_on": DUE,
        "grace_days": 7,
        "assigned_at": "2026-11-20T04:00:00Z",
        "completed_at": None,
        "standing": "open",
    }
    assert len(await own(manager)) == 1
    assert await own(beside) == []


async def test_an_assignment_may_be_given_to_one_person(bank: Bank) -> None:
    hr = await bank.employee("head", Role.HR)
    chosen, colleague = await bank.employee(), await bank.employee()
    assert (await give(hr, employee_id=str(chosen.caller.employee_id))).status_code == 200
    assert len(await own(chosen)) == 1
    assert await own(colleague) == []


async def test_the_feed_brings_assignments_when_they_change_and_only_then(bank: Bank) -> None:
    manager, phone = await bank.employee("north", Role.MANAGER), await bank.employee("north-1")
    first = await phone.get("/v1/changes")
    assert first["assignments"] == []
    given = (await give(manager, unit_id=str(bank.units["north-1"]))).json()
    second = await phone.get("/v1/changes", cursor=first["cursor"])
    assert [each["assignment_id"] for each in second["assignments"]] == [given["assignment_id"]]
    third = await phone.get("/v1/changes", cursor=second["cursor"])
    assert third["assignments"] is None
    assert (await manager.call("DELETE", f"/v1/assignments/{given['assignment_id']}")).status_code == 204
    fourth = await phone.get("/v1/changes", cursor=third["cursor"])
    assert fourth["assignments"] == []


async def test_a_manager_sees_how_far_the_people_of_the_unit_are(bank: Bank) -> None:
    head = await bank.employee("head", Role.HR, role_unit="head")
    manager = await bank.employee("north", Role.MANAGER)
    for _ in range(2):
        await bank.employee("north-1", name="李雷")
    for unit in ("head", "north-1"):
        assert (await give(head, unit_id=str(bank.units[unit]))).status_code == 200
    assert (await give(head, employee_id=str(manager.caller.employee_id))).status_code == 200
    given = (await manager.get("/v1/assignments", unit_id=str(bank.units["north"])))["given"]
    assert {(each["recipient"], each["people"], each["people_completed"]) for each in given} == {
        ("head", 3, 0),
        ("north-1", 2, 0),
        ("王晓岚", 1, 0),
    }


async def test_giving_is_safe_to_repeat_and_an_id_stands_for_one_assignment(bank: Bank) -> None:
    manager = await bank.employee("north", Role.MANAGER)
    fields = wanted(unit_id=str(bank.units["north"]))
    answers = [await manager.call("POST", "/v1/assignments", json=fields) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await own(manager)) == 1
    other = await manager.call("POST", "/v1/assignments", json={**fields, "due_on": "2026-12-02"})
    expect_problem(other, 409, "id_reused")


async def test_law_12_what_is_outside_of_the_scope_is_missing(bank: Bank) -> None:
    north, south = await bank.employee("north", Role.MANAGER), await bank.employee("south", Role.MANAGER)
    learner, foreigner = await bank.employee("north-1"), await (await Bank.found(bank.service)).employee()
    given = (await give(south, unit_id=str(bank.units["south-1"]))).json()
    attempts = [
        await give(north, unit_id=str(bank.units["south"])),
        await give(north, unit_id=str(bank.units["head"])),
        await give(north, unit_id=str(uuid4())),
        await give(north, employee_id=str(south.caller.employee_id)),
        await give(north, employee_id=str(foreigner.caller.employee_id)),
        await give(learner, employee_id=str(learner.caller.employee_id)),
        await north.call("DELETE", f"/v1/assignments/{given['assignment_id']}"),
        await north.call("DELETE", f"/v1/assignments/{uuid4()}"),
        await north.call("GET", "/v1/assignments", params={"unit_id": str(bank.units["south-1"])}),
        await learner.call("GET", "/v1/assignments", params={"unit_id": str(bank.units["north-1"])}),
    ]
    for attempt in attempts:
        expect_problem(attempt, 404, "not_found")
        assert without_request_id(attempt) == without_request_id(attempts[0])


async def test_another_banks_id_does_not_collide(bank: Bank) -> None:
    other = await Bank.found(bank.service)
    identity = str(uuid4())
    for each in (bank, other):
        manager = await each.employee("north", Role.MANAGER)
        assert (await give(manager, id=identity, unit_id=str(each.units["north"]))).status_code == 200


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "one_recipient"),
        ({"unit_id": str(uuid4()), "employee_id": str(uuid4())}, "one_recipient"),
        ({"unit_id": str(uuid4()), "program_id": "no-such-program"}, "unknown_program"),
        ({"unit_id": str(uuid4()), "due_on": "2026-11-18"}, "due_in_the_past"),
    ],
)
async def test_what_cannot_be_given_says_why(bank: Bank, fields: dict[str, Any], code: str) -> None:
    manager = await bank.employee("north", Role.MANAGER)
    expect_problem(await give(manager, **fields), 422, code)


@pytest.mark.parametrize(("days", "standing"), [(0, "open"), (11, "open"), (12, "in_grace"), (18, "in_grace"), (19, "overdue")])
async def test_after_the_due_day_come_the_days_of_grace(bank: Bank, days: int, standing: str) -> None:
    manager = await bank.employee("north", Role.MANAGER)
    await give(manager, unit_id=str(bank.units["north"]))
    bank.service.clock.advance(days=days)
    assert [each["standing"] for each in await own(manager)] == [standing]


def test_what_is_completed_is_never_overdue() -> None:
    assignment = OwnAssignment(uuid4(), PROGRAM, date(2026, 1, 1), 0, NOON, completed_at=NOON - timedelta(days=400))
    assert standing_of(assignment, date(2030, 1, 1)) == "completed"
