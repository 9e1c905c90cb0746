"""What tests over HTTP expect again and again."""

from collections.abc import Iterable
from typing import Any

import httpx

from domain.content.catalogue import Catalogue
from tests.service import UNKNOWN, Phone, right

PROBLEM_FIELDS = {"type", "title", "status", "code", "detail", "request_id"}


def expect_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """A problem+json with that status and stable code, and nothing beside the fields that are promised."""
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json"), response.text
    problem: dict[str, Any] = response.json()
    assert problem["code"] == code, problem
    assert problem["type"] == f"urn:composure:problem:{code}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert set(problem) - {"errors"} == PROBLEM_FIELDS
    assert problem["request_id"] == response.headers["x-request-id"]
    return problem


def without_request_id(response: httpx.Response) -> dict[str, Any]:
    return {name: value for name, value in response.json().items() if name != "request_id"}


async def answer(phone: Phone, catalogue: Catalogue, item_ids: Iterable[str], *, correctly: bool = True) -> list[dict[str, Any]]:
    """Answer the items, in one upload, all right or all with "I don't know", a second after whatever was before."""
    # Answers of one moment are folded in the order of their ids, which here are random.
    phone.service.clock.advance(seconds=1)
    results = await phone.submit(
        *(phone.review(item_id, right(catalogue, item_id) if correctly else UNKNOWN) for item_id in item_ids)
    )
    assert {result["status"] for result in results} == {"accepted"}
    assert {result["correct"] for result in results} == {correctly}
    return results


async def read_lesson(phone: Phone, lesson_id: str) -> dict[str, Any]:
    response = await phone.call("POST", f"/v1/lessons/{lesson_id}/completion")
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def items_of(catalogue: Catalogue, skill: str, count: int | None = None) -> list[str]:
    return [item.item_id for item in catalogue.items_by_skill[skill][:count]]


def item_steps(drill: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for step in drill["steps"] if step["type"] == "item"]


def names_in(value: Any) -> set[str]:
    """Every field name anywhere in some JSON."""
    match value:
        case dict():
            return set(value).union(*(names_in(each) for each in value.values()))
        case list():
            return set().union(*(names_in(each) for each in value))
        case _:
            return set()
