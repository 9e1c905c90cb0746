"""getMe and updateMe."""

from datetime import date
from typing import Any

import httpx
import pytest

from domain.content.catalogue import Catalogue
from domain.identity.scope import Role
from tests.http.expecting import answer, expect_problem, item_steps, items_of
from tests.service import Bank, Phone

pytestmark = pytest.mark.anyio

SKILL = "customer-psychology"


async def change(phone: Phone, **changes: Any) -> httpx.Response:
    return await phone.call("PATCH", "/v1/me", json=changes)


async def changed(phone: Phone, **changes: Any) -> dict[str, Any]:
    response = await change(phone, **changes)
    assert response.status_code == 200, response.text
    preferences: dict[str, Any] = response.json()["preferences"]
    assert (await phone.get("/v1/me"))["preferences"] == preferences
    return preferences


async def test_a_person_is_told_who_it_is(bank: Bank) -> None:
    phone = await bank.employee("north", Role.MANAGER, Role.HR, staff_no="E-7", name="李娜", role_unit="head")
    assert await phone.get("/v1/me") == {
        "employee_id": str(phone.caller.employee_id),
        "staff_no": "E-7",
        "display_name": "李娜",
        "role_started_on": "2026-01-05",
        "organisation": {"slug": bank.slug, "name": {"zh-Hans": "测试银行"}},
        "unit": {"id": str(bank.units["north"]), "name": "north"},
        "roles": [
            {"role": "hr", "unit_id": str(bank.units["head"])},
            {"role": "manager", "unit_id": str(bank.units["head"])},
        ],
        "preferences": {
            "time_zone": "Asia/Shanghai",
            "language": "zh-Hans",
            "daily_goal_minutes": 5,
            "new_per_day": 10,
            "days_off": {"weekdays": [], "ranges": []},
        },
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "America/New_York"),
        ("time_zone", "UTC"),
        ("language", "en"),
        ("language", "zh-Hant"),
        ("daily_goal_minutes", 1),
        ("daily_goal_minutes", 60),
        ("new_per_day", 0),
        ("new_per_day", 100),
        ("days_off", {"weekdays": [6, 7], "ranges": []}),
        ("days_off", {"weekdays": [], "ranges": [{"first": "2026-12-31", "last": "2027-01-03"}]}),
        ("days_off", {"weekdays": [1, 2, 3, 4, 5, 6], "ranges": [{"first": "9999-12-31", "last": "9999-12-31"}]}),
        ("days_off", {"weekdays": [], "ranges": [{"first": "0001-01-01", "last": "0001-01-01"}]}),
    ],
)
async def test_every_preference_can_be_changed_and_the_others_stay(bank: Bank, field: str, value: Any) -> None:
    phone = await bank.employee()
    before = (await phone.get("/v1/me"))["preferences"]
    assert await changed(phone, **{field: value}) == {**before, field: value}
    # And whatever was set, everything that depends on it still answers.
    for path in ("/v1/drill", "/v1/progress", "/v1/mastery", "/v1/lessons"):
        await phone.get(path)


async def test_several_at_once_and_none_at_all(bank: Bank) -> None:
    phone = await bank.employee()
    both = await changed(phone, language="en", new_per_day=3)
    assert (both["language"], both["new_per_day"]) == ("en", 3)
    assert await changed(phone) == both


async def test_days_off_can_be_taken_back(bank: Bank) -> None:
    phone = await bank.employee()
    await changed(phone, days_off={"weekdays": [5], "ranges": []})
    assert (await changed(phone, days_off={}))["days_off"] == {"weekdays": [], "ranges": []}


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"nickname": "x"}, 400, "invalid_body", ""),
        ({"staff_no": "E-1"}, 400, "invalid_body", ""),
        ({"time_zone": "Mars/Olympus"}, 422, "unknown_time_zone", "/time_zone"),
        ({"time_zone": "../../etc/passwd"}, 422, "unknown_time_zone", "/time_zone"),
        ({"time_zone": "asia/shanghai"}, 422, "unknown_time_zone", "/time_zone"),
        ({"time_zone": "Asia/Shanghai\x00"}, 400, "invalid_body", "/time_zone"),
        ({"time_zone": ""}, 400, "invalid_body", "/time_zone"),
        ({"time_zone": "x" * 65}, 400, "invalid_body", "/time_zone"),
        ({"time_zone": None}, 400, "invalid_body", "/time_zone"),
        ({"language": "zh"}, 400, "invalid_body", "/language"),
        ({"language": "EN"}, 400, "invalid_body", "/language"),
        ({"daily_goal_minutes": 0}, 400, "invalid_body", "/daily_goal_minutes"),
        ({"daily_goal_minutes": 61}, 400, "invalid_body", "/daily_goal_minutes"),
        ({"daily_goal_minutes": "5"}, 400, "invalid_body", "/daily_goal_minutes"),
        ({"daily_goal_minutes": True}, 400, "invalid_body", "/daily_goal_minutes"),
        ({"daily_goal_minutes": 5.5}, 400, "invalid_body", "/daily_goal_minutes"),
        ({"new_per_day": -1}, 400, "invalid_body", "/new_per_day"),
        ({"new_per_day": 101}, 400, "invalid_body", "/new_per_day"),
        ({"new_per_day": 10**40}, 400, "invalid_body", "/new_per_day"),
        ({"days_off": None}, 400, "invalid_body", "/days_off"),
        ({"days_off": {"weekdays": [0]}}, 400, "invalid_body", "/days_off/weekdays/0"),
        ({"days_off": {"weekdays": [8]}}, 400, "invalid_body", "/days_off/weekdays/0"),
        ({"days_off": {"weekdays": [1, 2, 3, 4, 5, 6, 7]}}, 400, "invalid_body", "/days_off/weekdays"),
        ({"days_off": {"holidays": []}}, 400, "invalid_body", "/days_off"),
        ({"days_off": {"ranges": [{"first": "2026-12-31"}]}}, 400, "invalid_body", "/days_off/ranges/0"),
        (
            {"days_off": {"ranges": [{"first": "2026-02-30", "last": "2026-03-01"}]}},
            400,
            "invalid_body",
            "/days_off/ranges/0/first",
        ),
        ({"days_off": {"ranges": [{"first": "2026-12-31", "last": "2026-12-30"}]}}, 422, "unusable_days_off", "/days_off"),
        ({"days_off": {"ranges": [{"first": "2026-01-01", "last": "2027-01-02"}]}}, 422, "unusable_days_off", "/days_off"),
        ({"days_off": {"ranges": [{"first": "0001-01-01", "last": "9999-12-31"}]}}, 422, "unusable_days_off", "/days_off"),
        ({"days_off": {"ranges": [{"first": "2026-12-01", "last": "2026-12-01"}] * 51}}, 400, "invalid_body", "/days_off/ranges"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
async def test_what_cannot_be_used_is_refused_with_its_place_and_changes_nothing(
    bank: Bank, changes: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    phone = await bank.employee()
    before = await phone.get("/v1/me")
    problem = expect_problem(await change(phone, **{"new_per_day": 1, **changes}), status, code)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert await phone.get("/v1/me") == before


async def test_the_time_zone_decides_which_practice_day_it_is(bank: Bank) -> None:
    """04:00 UTC on the 20th: noon in Shanghai, an hour before 00:00 in New York, where the 19th still lasts till 04:00."""
    phone = await bank.employee()
    days = []
    for zone in ("Asia/Shanghai", "America/New_York", "UTC", "Pacific/Kiritimati"):
        await changed(phone, time_zone=zone)
        drill = await phone.get("/v1/drill")
        assert drill["time_zone"] == zone
        days.append(drill["practice_day"])
    assert days == ["2026-11-20", "2026-11-19", "2026-11-20", "2026-11-20"]
    # One second before 04:00 on the clock on the wall it is still yesterday.
    bank.service.clock.advance(seconds=-1)
    await changed(phone, time_zone="UTC")
    assert (await phone.get("/v1/drill"))["practice_day"] == "2026-11-19"


async def test_the_language_of_the_profile_is_what_is_spoken(bank: Bank) -> None:
    phone = await bank.employee()
    titles = {}
    for language in ("zh-Hans", "zh-Hant", "en"):
        await changed(phone, language=language)
        titles[language] = [skill["title"] for skill in (await phone.get("/v1/mastery"))["skills"]]
        assert (await phone.get("/v1/drill"))["language"] == language
    assert titles["zh-Hans"][1] == "客户心理冰山与心理效应"
    assert titles["zh-Hant"][1] == "客戶心理冰山與心理效應"
    assert titles["en"][1].isascii()


async def test_the_daily_goal_decides_how_long_a_drill_is(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    await answer(phone, catalogue, items_of(catalogue, SKILL, 30), correctly=False)
    sizes = []
    for minutes in (1, 3, 5):
        await changed(phone, daily_goal_minutes=minutes)
        sizes.append(len(item_steps(await phone.get("/v1/drill"))))
    assert sizes == [4, 12, 20]


async def test_nothing_falls_due_on_days_off_and_nothing_is_lost(bank: Bank, catalogue: Catalogue) -> None:
    """What falls due on a weekend off waits till Monday, and is told so on the Friday."""
    phone = await bank.employee()
    await changed(phone, days_off={"weekdays": [6, 7]}, new_per_day=0)
    items = items_of(catalogue, SKILL)
    results = await answer(phone, catalogue, items)
    told = {item_id: date.fromisoformat(result["memory"]["due_on"]) for item_id, result in zip(items, results, strict=True)}
    natural = {item_id: row["due_on"] for item_id, row in (await phone.memory_rows()).items()}
    weekend = {item_id for item_id, due_on in natural.items() if due_on.isoweekday() > 5}
    assert weekend, "the curriculum no longer has an item that falls due on the weekend: choose another skill"
    assert not [day for day in told.values() if day.isoweekday() > 5]
    assert {item_id for item_id, day in told.items() if day != natural[item_id]} == weekend

    waiting = []
    for _ in range(4):  # Friday to Monday
        waiting.append((await phone.get("/v1/drill"))["counts"]["due"])
        bank.service.clock.advance(days=1)
    friday, saturday, sunday, monday = waiting
    assert (friday, saturday, sunday) == (0, 0, 0)
    assert monday == sum(due_on <= date(2026, 11, 23) for due_on in natural.values()) > 0


async def test_leave_shifts_the_told_due_day_behind_it_but_not_what_was_missed_today(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    await changed(phone, days_off={"ranges": [{"first": "2026-11-20", "last": "2026-12-31"}]})
    known, missed = items_of(catalogue, SKILL, 2)
    [kept] = await answer(phone, catalogue, [known])
    [again] = await answer(phone, catalogue, [missed], correctly=False)
    assert (await phone.memory_rows())[known]["due_on"] <= date(2026, 12, 31)
    assert kept["memory"]["due_on"] == "2027-01-01"
    assert again["memory"]["due_on"] == "2026-11-20"
    assert [step["item_id"] for step in item_steps(await phone.get("/v1/drill")) if step["reason"] == "relearn"] == [missed]


async def test_changing_a_preference_leaves_the_past_as_it_was(bank: Bank, catalogue: Catalogue) -> None:
    phone = await bank.employee()
    await answer(phone, catalogue, items_of(catalogue, SKILL, 3))
    before = await phone.memory_rows()
    await changed(phone, time_zone="America/New_York", days_off={"weekdays": [1, 2]})
    assert await phone.memory_rows() == before
