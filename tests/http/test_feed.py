"""pullChanges and the digests: pages, what they hold, and cursors that do not hold."""

from base64 import urlsafe_b64encode
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.cursors import decode_cursor, encode_cursor
from domain.content.catalogue import Catalogue
from domain.practice.learner import Preferences
from domain.practice.memory import Memory
from domain.sync.digest import hexadecimal, lesson_hash, memory_hash, profile_digest, state_digest, together
from domain.sync.feed import Cursor
from tests.http.expecting import answer, expect_problem, items_of, read_lesson
from tests.service import UNKNOWN, Bank, Phone

pytestmark = pytest.mark.anyio

SKILLS = ("forbidden-phrases", "customer-psychology")


async def everything(phone: Phone, **params: Any) -> list[dict[str, Any]]:
    """All pages from the start, or from a cursor."""
    pages = [await phone.get("/v1/changes", **params)]
    while pages[-1]["has_more"]:
        pages.append(await phone.get("/v1/changes", **{**params, "cursor": pages[-1]["cursor"]}))
    return pages


def memory_of(state: dict[str, Any]) -> Memory:
    days: dict[str, Any] = {
        name: date.fromisoformat(state[name]) for name in ("first_practice_day", "last_practice_day", "due_on")
    }
    plain: dict[str, Any] = {name: state[name] for name in ("stability", "difficulty", "repetitions", "lapses", "relearning")}
    moment = datetime.fromisoformat(state["last_answered_at"])
    return Memory(**plain, **days, last_answered_at=moment, last_review_id=UUID(state["last_review_id"]))


def digest_of(pages: list[dict[str, Any]]) -> str:
    """The digest that a device computes from what it pulled from the start (docs/sync.md)."""
    states = {each["item_id"]: each for page in pages for each in page["memories"]}
    skills: dict[str, list[int]] = {}
    for item_id, each in states.items():
        skills.setdefault(each["skill"], []).append(memory_hash(item_id, memory_of(each)))
    lessons = [
        lesson_hash(each["lesson_id"], each["lesson_version"], datetime.fromisoformat(each["completed_at"]))
        for page in pages
        for each in page["lessons"]
    ]
    profile = pages[0]["profile"]
    preferences = Preferences(**{name: profile[name] for name in profile if name != "days_off"})
    parts = {code: together(hashes) for code, hashes in skills.items()}
    return hexadecimal(state_digest(profile_digest(preferences), together(lessons), parts))


async def practised(bank: Bank, catalogue: Catalogue) -> Phone:
    """A learner with three uploads of five answers and two lessons read."""
    phone = await bank.employee()
    for skill, correctly in ((SKILLS[0], True), (SKILLS[1], False), (SKILLS[0], True)):
        await answer(phone, catalogue, items_of(catalogue, skill, 5), correctly=correctly)
    for lesson_id in list(catalogue.lessons)[:2]:
        await read_lesson(phone, lesson_id)
    return phone


async def test_from_the_start_it_gives_everything_and_a_digest_that_a_device_can_check(bank: Bank, catalogue: Catalogue) -> None:
    phone = await practised(bank, catalogue)
    [page] = await everything(phone)
    assert {each["item_id"] for each in page["memories"]} == (await phone.memory_rows()).keys()
    assert len(page["lessons"]) == 2
    assert page["profile"]["time_zone"] == "Asia/Shanghai"
    assert {ref["kind"] for ref in page["content"]["published"]} == {"assessment", "item", "lesson", "program", "skill"}
    assert page["digest"] == digest_of([page])


async def test_pages_end_where_an_upload_ends_and_together_are_everything(bank: Bank, catalogue: Catalogue) -> None:
    phone = await practised(bank, catalogue)
    [whole] = await everything(phone)
    pages = await everything(phone, limit=1)
    assert [len(page["memories"]) + len(page["lessons"]) for page in pages] == [5, 5, 1, 1]
    assert [page["digest"] is None for page in pages] == [True, True, True, False]
    assert [each for page in pages for each in page["memories"]] == whole["memories"]
    assert pages[-1]["cursor"] == whole["cursor"]
    assert digest_of(pages) == whole["digest"]


async def test_with_nothing_new_a_page_is_empty_and_says_the_same_digest(bank: Bank, catalogue: Catalogue) -> None:
    phone = await practised(bank, catalogue)
    [first] = await everything(phone)
    second = await phone.get("/v1/changes", cursor=first["cursor"])
    empty: dict[str, Any] = {
        "assignments": None,
        "has_more": False,
        "profile": None,
        "memories": [],
        "lessons": [],
        "content": None,
    }
    assert second == {"cursor": first["cursor"], "digest": first["digest"], **empty}


async def test_only_what_changed_is_sent_again(bank: Bank, catalogue: Catalogue) -> None:
    phone = await practised(bank, catalogue)
    [first] = await everything(phone)
    [changed] = items_of(catalogue, SKILLS[1], 1)
    await answer(phone, catalogue, [changed])
    page = await phone.get("/v1/changes", cursor=first["cursor"])
    assert [each["item_id"] for each in page["memories"]] == [changed]
    assert (page["lessons"], page["profile"], page["content"]) == ([], None, None)
    assert page["digest"] == (await phone.get("/v1/state"))["digest"] != first["digest"]


async def test_a_changed_profile_is_sent_whole_and_changes_the_digest(bank: Bank) -> None:
    phone = await bank.employee()
    first = await phone.get("/v1/changes")
    days_off = {"weekdays": [7, 6], "ranges": [{"first": "2026-10-01", "last": "2026-10-07"}]}
    await phone.call("PATCH", "/v1/me", json={"time_zone": "Europe/London", "days_off": days_off})
    second = await phone.get("/v1/changes", cursor=first["cursor"])
    assert second["profile"]["time_zone"] == "Europe/London"
    assert second["profile"]["days_off"] == {**days_off, "weekdays": [6, 7]}
    assert second["digest"] != first["digest"]
    third = await phone.get("/v1/changes", cursor=second["cursor"])
    assert (third["profile"], third["digest"]) == (None, second["digest"])


async def test_the_digest_of_each_part_finds_what_differs(bank: Bank, catalogue: Catalogue) -> None:
    phone = await practised(bank, catalogue)
    [page] = await everything(phone)
    state = await phone.get("/v1/state")
    assert state["digest"] == page["digest"]
    assert state["skills"].keys() == set(SKILLS)
    for skill in SKILLS:
        part = await phone.get(f"/v1/state/skills/{skill}")
        assert part["digest"] == state["skills"][skill]
        assert part["digest"] == hexadecimal(together(memory_hash(m["item_id"], memory_of(m)) for m in part["memories"]))
        assert part["total"] == len(part["memories"]) == 5
    lessons = await phone.get("/v1/state/lessons")
    assert lessons["digest"] == state["lessons"]
    assert (lessons["lessons"], lessons["total"]) == (page["lessons"], 2)


async def test_a_skill_never_practised_is_empty_and_one_that_is_none_is_missing(bank: Bank) -> None:
    phone = await bank.employee()
    empty = await phone.get("/v1/state/skills/forbidden-phrases")
    assert (empty["digest"], empty["memories"], empty["total"]) == ("0" * 16, [], 0)
    expect_problem(await phone.call("GET", "/v1/state/skills/astrology"), 404, "not_found")


async def test_the_cursor_of_an_upload_can_be_pulled_from(bank: Bank, catalogue: Catalogue) -> None:
    phone = await practised(bank, catalogue)
    response = await phone.upload(phone.review(items_of(catalogue, SKILLS[0], 1)[0], UNKNOWN))
    page = await phone.get("/v1/changes", cursor=response.json()["cursor"])
    assert (page["memories"], page["lessons"], page["profile"]) == ([], [], None)
    assert page["digest"] == (await phone.get("/v1/state"))["digest"]


async def test_a_cursor_of_another_epoch_or_from_a_future_that_is_gone_is_refused(bank: Bank) -> None:
    phone = await bank.employee()
    cursor = decode_cursor((await phone.get("/v1/changes"))["cursor"])
    gone = [
        Cursor(uuid4(), cursor.sequence, cursor.revision, cursor.profile, 0, None),
        Cursor(cursor.epoch, cursor.sequence + 1, cursor.revision, cursor.profile, 0, cursor.state),
        Cursor(cursor.epoch, cursor.sequence, cursor.revision + 1, cursor.profile, 0, cursor.state),
    ]
    for other in gone:
        response = await phone.call("GET", "/v1/changes", params={"cursor": encode_cursor(other)})
        expect_problem(response, 410, "cursor_of_another_epoch")


async def test_a_cursor_of_an_earlier_release_is_too_old(bank: Bank) -> None:
    phone = await bank.employee()
    old = urlsafe_b64encode(uuid4().bytes + (7).to_bytes(8)).decode().rstrip("=")
    expect_problem(await phone.call("GET", "/v1/changes", params={"cursor": old}), 410, "cursor_too_old")


@pytest.mark.parametrize("cursor", ["", "x", "nonsense", "从容", "=" * 8, "A" * 71, "A" * 72, "+/+/", "Ag" + "A" * 70])
async def test_what_is_no_cursor_is_refused(bank: Bank, cursor: str) -> None:
    phone = await bank.employee()
    problem = await phone.call("GET", "/v1/changes", params={"cursor": cursor})
    assert problem.status_code in {400, 410}
    assert problem.json()["code"] in {"invalid_cursor", "cursor_of_another_epoch"}


@pytest.mark.parametrize("limit", ["0", "1001", "x"])
async def test_a_limit_out_of_bounds_is_refused(bank: Bank, limit: str) -> None:
    phone = await bank.employee()
    expect_problem(await phone.call("GET", "/v1/changes", params={"limit": limit}), 400, "invalid_parameter")
